"""Every registered layer, asked for in a request: it gives what its two functions give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.calls import prepare_backward
from chainrule.core.examples import LayerExample
from chainrule.core.layer import Layer
from chainrule.core.limits import Limits
from chainrule.core.random_bits import RandomBits
from chainrule.errors import go_on
from tests.core.discovery import definition_of, every_example
from tests.core.layer_cases import LayerCase, layer_case

SEED = 11


def asked(case: LayerCase, example: LayerExample, name: str, dtype: str) -> dict[str, Any]:
    """The request that asks for the case."""
    layer = {"type": name, **example.parameters, "name": "it"}
    inputs: Any = {f"input{index}": one for index, one in enumerate(case.inputs)}
    network: dict[str, Any] = {"layers": [layer], "inputs": list(inputs)}
    if len(inputs) == 1:
        (inputs,) = case.inputs
        del network["inputs"]
    return {
        "network": network,
        "weights": {"it": dict(case.weights)},
        "state": {"it": dict(case.run.state)},
        "batch": {"inputs": inputs, "output_gradients": case.upstream},
        "options": {"dtype": dtype, "training": example.training, "seed": SEED},
    }


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("cls", "example"), every_example("layer", "activation"))
def test_a_request_gives_what_the_layer_gives(cls: type[Layer], example: LayerExample, dtype: str) -> None:
    case = layer_case(definition_of(cls, example), example, dtype, bits=RandomBits(SEED, 0))
    answer = prepare_backward(asked(case, example, cls.names()[0], dtype), Limits()).compute(go_on)
    step = case.forward()
    gradients = case.backward(step.cache)
    np.testing.assert_array_equal(answer["outputs"], step.output)
    of_inputs, of_weights = answer["gradients"]["inputs"], answer["gradients"]["weights"]["it"]
    for one, expected in zip(
        of_inputs.values() if len(case.inputs) > 1 else [of_inputs], gradients.inputs, strict=True
    ):
        np.testing.assert_array_equal(one, expected)
    assert of_weights.keys() == gradients.weights.keys()
    for name, expected in gradients.weights.items():
        np.testing.assert_array_equal(of_weights[name], expected)
        assert of_weights[name].dtype == dtype
    kept = answer["state"].get("it", {})
    assert kept.keys() == case.run.state.keys()
    for name, one in (step.state or case.run.state).items():
        np.testing.assert_array_equal(kept[name], one)
