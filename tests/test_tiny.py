"""Says in seconds whether anything basic is broken: a neuron, a classifier, a refusal, an answer in each encoding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule import codec
from tests.documents import backward, forward, refusal
from tests.tolerances import assert_close

NEURON: dict[str, Any] = {
    "network": {"layers": [{"type": "dense", "name": "neuron", "units": 1, "activation": "relu"}]},
    "weights": {"neuron": {"kernel": [[-3.0], [-1.0], [2.0]], "bias": [1.0]}},
    "batch": {"inputs": [[1.0, -2.0, 3.0]]},
}


def test_a_neuron_gives_six() -> None:
    assert forward(NEURON)["outputs"].item() == 6.0


def test_a_neuron_gives_its_gradients() -> None:
    gradients = backward({**NEURON, "batch": {**NEURON["batch"], "output_gradients": [[1.0]]}})["gradients"]
    np.testing.assert_array_equal(gradients["weights"]["neuron"]["kernel"], [[1.0], [-2.0], [3.0]])
    np.testing.assert_array_equal(gradients["weights"]["neuron"]["bias"], [1.0])
    np.testing.assert_array_equal(gradients["inputs"], [[-3.0, -1.0, 2.0]])


def test_a_classifier_is_differentiated_in_one_step() -> None:
    document = {"network": {"layers": [{"type": "softmax"}]}, "batch": {"inputs": [[0.0, 0.0]], "targets": [1]}}
    answer = backward({**document, "loss": "categorical_crossentropy"})
    assert answer["fused"]
    assert_close(answer["loss"], np.log(2))
    np.testing.assert_array_equal(answer["gradients"]["inputs"], [[0.5, -0.5]])


def test_a_typo_is_found() -> None:
    (fault,) = refusal({**NEURON, "los": "mse"})
    assert (fault.code, fault.pointer) == ("unknown_field", "/los")


@pytest.mark.parametrize("media_type", [codec.JSON, codec.SAFETENSORS])
@pytest.mark.parametrize("base64", [False, True])
def test_an_answer_can_be_written(media_type: str, base64: bool) -> None:
    assert codec.encode(forward(NEURON), media_type, base64=base64)
