"""What a layer says of its weights and state in words is what its shapes say."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from chainrule.core.arrays import Shape
from chainrule.core.examples import LayerExample
from chainrule.core.layer import Layer
from chainrule.core.random_bits import WeightBits
from tests.core.discovery import definition_of, every, every_example, made


def ranks(layout: str) -> set[int | None]:
    """How many axes a layout names, for each of its alternatives; None where it leaves open how many."""
    texts = [one.partition(")")[0].removeprefix("(") for one in layout.split(", or ")]
    return {None if "..." in text else len([axis for axis in text.split(",") if axis.strip()]) for text in texts}


@pytest.mark.parametrize("cls", every("layer", "activation"))
def test_every_weight_and_state_of_the_examples_is_told_and_no_other(cls: type[Layer]) -> None:
    layers = [(definition_of(cls, example), example.inputs) for example in cls.examples]
    weights = {name for layer, inputs in layers for name in layer.weight_shapes(*inputs)}
    state = {name for layer, inputs in layers for name in layer.state_shapes(*inputs)}
    assert {name for name, one in cls.variables.items() if one.trained} == weights
    assert {name for name, one in cls.variables.items() if not one.trained} == state


@pytest.mark.parametrize(("cls", "example"), every_example("layer", "activation"))
def test_a_layout_has_an_axis_for_each_of_the_shape(cls: type[Layer], example: LayerExample) -> None:
    layer = definition_of(cls, example)
    shapes = {**layer.weight_shapes(*example.inputs), **layer.state_shapes(*example.inputs)}
    for name, shape in shapes.items():
        layout = cls.variables[name].layout
        assert ranks(layout) & {len(shape), None}, f"{name} {layout} has the shape {shape}"


@pytest.mark.parametrize(("cls", "example"), every_example("layer", "activation"))
def test_everything_starts_with_its_shape(cls: type[Layer], example: LayerExample) -> None:
    layer = definition_of(cls, example)
    shapes = {**layer.weight_shapes(*example.inputs), **layer.state_shapes(*example.inputs)}
    for name, shape in shapes.items():
        values = layer.starting(name, shape, WeightBits(0, 0, name))
        assert values.shape == shape
        assert values.dtype == np.float64


def start_of(layer: Layer, name: str, *inputs: Shape) -> NDArray[np.float64]:
    shapes = {**layer.weight_shapes(*inputs), **layer.state_shapes(*inputs)}
    return layer.starting(name, shapes[name], WeightBits(3, 1, name))


@pytest.mark.parametrize(
    ("name", "parameters", "inputs", "defaults"),
    [
        ("dense", {"units": 3}, (5, 4), {"kernel": "glorot_uniform", "bias": "zeros"}),
        ("conv2d", {"filters": 3, "kernel_size": 2}, (5, 4, 4, 2), {"kernel": "glorot_uniform", "bias": "zeros"}),
        ("depthwise_conv2d", {"kernel_size": 2}, (5, 4, 4, 2), {"kernel": "glorot_uniform", "bias": "zeros"}),
        ("embedding", {"input_dim": 3, "output_dim": 2}, (5, 4), {"embeddings": "uniform"}),
        ("positional_embedding", {"max_length": 4}, (5, 4, 2), {"embeddings": "uniform"}),
        ("gru", {"units": 3}, (5, 4, 2), {"recurrent_kernel": "orthogonal", "bias": "zeros"}),
        ("simple_rnn", {"units": 3}, (5, 4, 2), {"kernel": "glorot_uniform", "recurrent_kernel": "orthogonal"}),
        ("batch_normalization", {}, (5, 4), {"gamma": "ones", "beta": "zeros"}),
        ("batch_normalization", {}, (5, 4), {"moving_mean": "zeros", "moving_variance": "ones"}),
        ("layer_normalization", {}, (5, 4), {"gamma": "ones", "beta": "zeros"}),
        ("group_normalization", {"groups": 2}, (5, 4), {"gamma": "ones", "beta": "zeros"}),
        ("rms_normalization", {}, (5, 4), {"scale": "ones"}),
        ("prelu", {}, (5, 4), {"alpha": "zeros"}),
        (
            "multi_head_attention",
            {"num_heads": 2, "key_dim": 3},
            (5, 4, 2),
            {"query/kernel": "glorot_uniform", "attention_output/kernel": "glorot_uniform", "value/bias": "zeros"},
        ),
    ],
)
def test_defaults_are_kerass(name: str, parameters: dict[str, int], inputs: Shape, defaults: dict[str, str]) -> None:
    family = "activation" if name == "prelu" else "layer"
    layer = made(family, name, **parameters)
    for weight, initializer in defaults.items():
        values = start_of(layer, weight, inputs)
        expected = made("initializer", initializer).values(values.shape, WeightBits(3, 1, weight))
        np.testing.assert_array_equal(values, expected)


def test_an_lstm_remembers_at_first() -> None:
    bias = start_of(made("layer", "lstm", units=3), "bias", (5, 4, 2))
    np.testing.assert_array_equal(bias, [0] * 3 + [1] * 3 + [0] * 6)


def test_an_lstms_forget_gate_remembers_whatever_the_rest_of_the_bias_starts_as() -> None:
    half = {"type": "constant", "value": 0.5}
    bias = start_of(made("layer", "lstm", units=2, bias_initializer=half), "bias", (5, 4, 2))
    np.testing.assert_array_equal(bias, [0.5] * 2 + [1] * 2 + [0.5] * 4)
    plain = made("layer", "lstm", units=2, bias_initializer=half, unit_forget_bias=False)
    np.testing.assert_array_equal(start_of(plain, "bias", (5, 4, 2)), [0.5] * 8)


def test_the_parts_of_an_lstms_bias_draw_their_own_numbers() -> None:
    bias = start_of(made("layer", "lstm", units=2, bias_initializer="normal"), "bias", (5, 4, 2))
    drawn = np.delete(bias, [2, 3])
    assert len(set(drawn)) == 6


def test_both_directions_of_a_bidirectional_layer_draw_their_own_numbers() -> None:
    both = made("layer", "bidirectional", layer={"type": "lstm", "units": 2, "kernel_initializer": "he_normal"})
    forward, backward = (start_of(both, f"{side}/kernel", (5, 4, 3)) for side in ("forward", "backward"))
    assert not np.isin(forward, backward).any()
    expected = made("initializer", "he_normal").values((3, 8), WeightBits(3, 1, "backward/kernel"))
    np.testing.assert_array_equal(backward, expected)
    np.testing.assert_array_equal(start_of(both, "backward/bias", (5, 4, 3))[2:4], [1, 1])


@pytest.mark.parametrize("cls", every("layer", "activation"))
def test_every_initializer_of_a_layer_starts_something(cls: type[Layer]) -> None:
    said = {name for name in cls.model_fields if name.endswith("_initializer")}
    starting = {one.start for one in cls.variables.values() if isinstance(one.start, str)}
    assert said == starting & cls.model_fields.keys()
