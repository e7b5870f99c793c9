"""However large a parameter is, nothing is allocated for it beyond the limits: costs are known before."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from chainrule.calls import prepare_forward
from chainrule.core.examples import LayerExample
from chainrule.core.limits import Limits
from chainrule.core.part import Part
from chainrule.errors import InputError
from tests.core.discovery import every

MOST_BYTES = 30_000_000
LIMITS = Limits(parameters=1_000_000, activations=1_000_000)
HUGE = (10**6, 10**9, 10**18, -(10**9))


def inflated(value: Any) -> Iterator[Any]:
    """The value with each whole number in it, one after the other, made huge."""
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        yield from HUGE
    elif isinstance(value, list | dict):
        for key, one in list(value.items()) if isinstance(value, dict) else list(enumerate(value)):
            for other in inflated(one):
                copy = value.copy()
                copy[key] = other
                yield copy


def request(cls: type[Part], example: LayerExample, parameters: dict[str, Any]) -> dict[str, Any]:
    """A request for a layer, with inputs as its example has them, and no weights."""
    inputs = [f"input_{index}" for index in range(len(example.inputs))]
    layer = {"type": cls.names()[0], **parameters, "inputs": inputs}
    return {
        "network": {"layers": [layer], "inputs": inputs},
        "batch": {"inputs": {name: np.zeros(shape) for name, shape in zip(inputs, example.inputs, strict=True)}},
        "options": {"training": True, "seed": 1},
    }


@pytest.mark.parametrize("cls", every("layer", "activation"))
def test_a_huge_parameter_costs_nothing(cls: type[Part]) -> None:
    whole = {name: 2 for name, field in cls.model_fields.items() if field.annotation in (int, int | None)}
    for example in cls.examples:
        assert isinstance(example, LayerExample)
        for parameters in inflated({**whole, **example.parameters}):
            tracemalloc.start()
            with suppress(InputError):
                prepare_forward(request(cls, example, parameters), LIMITS).compute(lambda: None)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < MOST_BYTES, parameters


REFUSED = [
    {"type": "conv2d", "filters": 10**9, "kernel_size": 3},
    {"type": "conv2d", "filters": 1, "kernel_size": 10**9, "padding": 10**9},
    {"type": "zero_padding2d", "padding": 10**9},
    {"type": "up_sampling2d", "size": 10**6},
    {"type": "conv2d_transpose", "filters": 1, "kernel_size": 1, "strides": 10**9},
    {"type": "dense", "units": 10**12},
    {"type": "lstm", "units": 10**9},
]


@pytest.mark.parametrize("layer", REFUSED, ids=lambda layer: layer["type"])
def test_what_is_too_large_is_refused_as_such(layer: dict[str, Any]) -> None:
    inputs = np.zeros((1, 4, 4) if layer["type"] == "lstm" else (1, 8, 8, 4))
    with pytest.raises(InputError) as caught:
        prepare_forward({"network": {"layers": [layer]}, "batch": {"inputs": inputs}}, Limits())

    assert caught.value.faults[0].code == "network_too_large"


def test_a_reshape_to_more_numbers_than_there_are_does_not_fit() -> None:
    document = {
        "network": {"layers": [{"type": "reshape", "target_shape": [10**18]}]},
        "batch": {"inputs": np.zeros((1, 4))},
    }
    with pytest.raises(InputError) as caught:
        prepare_forward(document, Limits())

    assert caught.value.faults[0].code == "shape_mismatch"


def test_a_hundred_thousand_layers_are_counted_and_not_read() -> None:
    layers = [{"type": "nothing that is known"}] * 100_000
    with pytest.raises(InputError, match="100,000 layers") as caught:
        prepare_forward({"network": {"layers": layers}, "batch": {"inputs": np.zeros((1, 4))}}, Limits())

    assert caught.value.faults[0].code == "network_too_large"
