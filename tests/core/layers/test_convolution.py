from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from chainrule.core.layer import Misfit, Run
from chainrule.core.windows import CHANNELS_SECOND
from tests.core.discovery import made
from tests.tolerances import assert_close

IMAGE = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
KERNEL = [[1, 0], [0, 2]]
ABSURD = 10**18


def of_one_channel(numbers: Any) -> NDArray[np.float64]:
    """A batch of one image, or one sequence, of one channel."""
    return np.asarray(numbers, dtype=float)[np.newaxis, ..., np.newaxis]


def passes(layer: Any, x: Any, kernel: Any, grad: Any) -> tuple[Any, Any, Any]:
    """Output, input gradient and kernel gradient, of one image or sequence of one channel, and one filter."""
    weights = {"kernel": np.asarray(kernel, dtype=float)[..., np.newaxis, np.newaxis]}
    step = layer.forward(of_one_channel(x), weights, Run())
    gradients = layer.backward(of_one_channel(grad), weights, step.cache)
    dx = gradients.inputs[0][0, ..., 0].tolist()
    return step.output[0, ..., 0].tolist(), dx, gradients.weights["kernel"][..., 0, 0].tolist()


def convolution(name: str = "conv2d", kernel_size: Any = 2, **parameters: Any) -> Any:
    return made("layer", name, **{"filters": 1, "kernel_size": kernel_size, "use_bias": False, **parameters})


def test_each_output_is_what_the_kernel_sees_times_the_kernel() -> None:
    y, dx, dkernel = passes(convolution(), IMAGE, KERNEL, [[1, 10], [100, 1000]])
    assert y == [[1 + 2 * 5, 2 + 2 * 6], [4 + 2 * 8, 5 + 2 * 9]]
    assert dx == [[1, 10, 0], [100, 1000 + 2 * 1, 2 * 10], [0, 2 * 100, 2 * 1000]]
    assert dkernel == [[5421, 6532], [8754, 9865]]


def test_a_sequence_is_an_image_of_one_row() -> None:
    y, dx, dkernel = passes(convolution("conv1d"), [1, 2, 3], [1, 3], [1, 10])
    assert (y, dx, dkernel) == ([7, 11], [1, 13, 30], [21, 32])


def test_a_stride_leaves_places_out() -> None:
    y, dx, dkernel = passes(convolution("conv1d", strides=3), [1, 2, 3, 4, 5, 6], [1, 3], [1, 10])
    assert (y, dx, dkernel) == ([7, 19], [1, 3, 0, 10, 30, 0], [41, 52])


def test_each_axis_has_its_own_stride() -> None:
    assert passes(convolution(strides=[1, 2]), IMAGE, KERNEL, [[1], [1]])[0] == [[11], [20]]
    assert passes(convolution(strides=[2, 1]), IMAGE, KERNEL, [[1, 1]])[0] == [[11, 14]]


def test_a_dilated_kernel_sees_places_further_apart() -> None:
    y, dx, dkernel = passes(convolution("conv1d", dilation_rate=2), [1, 2, 3, 4], [1, 3], [1, 10])
    assert (y, dx, dkernel) == ([10, 14], [1, 10, 3, 30], [21, 43])


def test_same_keeps_the_length_and_puts_the_odd_zero_at_the_end() -> None:
    assert passes(convolution("conv1d", padding="same"), [1, 2, 3], [1, 10], [0, 0, 0])[0] == [21, 32, 3]
    assert passes(convolution(padding="same"), IMAGE, KERNEL, IMAGE)[0] == [[11, 14, 3], [20, 23, 6], [7, 8, 9]]


def test_same_with_a_stride_pads_the_end_first_as_keras_does() -> None:
    y, dx, _ = passes(convolution("conv1d", 3, padding="same", strides=2), [1, 2, 3, 4], [1, 10, 100], [1, 1000])
    assert y == [321, 43]
    assert dx == [1, 10, 1100, 10000]


def test_a_whole_number_pads_all_sides_as_pytorch_does() -> None:
    y, dx, _ = passes(convolution("conv1d", 3, padding=1, strides=2), [1, 2, 3, 4], [1, 10, 100], [1, 1000])
    assert y == [210, 432]
    assert dx == [10, 1100, 10000, 100000]


def test_pairs_pad_each_side_for_itself() -> None:
    assert passes(convolution("conv1d", padding=[[2, 0]]), [1, 2], [1, 10], [0, 0, 0])[0] == [0, 10, 21]
    y, _, _ = passes(convolution(kernel_size=1, padding=[[1, 0], [0, 2]]), [[5]], [[3]], [[0] * 3] * 2)
    assert y == [[0, 0, 0], [15, 0, 0]]


def test_padding_beyond_the_kernel_gives_zeros() -> None:
    y, dx, dkernel = passes(convolution("conv1d", padding=3), [1], [1, 10], [1, 2, 3, 4, 5, 6])
    assert (y, dx, dkernel) == ([0, 0, 10, 1, 0, 0], [34], [4, 3])


def test_a_filter_sums_over_all_channels_and_the_bias_is_added_to_each_position() -> None:
    layer = made("layer", "conv2d", filters=2, kernel_size=1)
    weights = {"kernel": np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), "bias": np.array([100.0, 200.0])}
    x = np.array([[[[1.0, 10.0], [2.0, 20.0]]]])
    step = layer.forward(x, weights, Run())
    gradients = layer.backward(np.array([[[[1.0, 0.0], [0.0, 10.0]]]]), weights, step.cache)
    assert step.output.tolist() == [[[[131, 242], [162, 284]]]]
    assert gradients.inputs[0].tolist() == [[[[1, 3], [20, 40]]]]
    assert gradients.weights["kernel"].tolist() == [[[[1, 20], [10, 200]]]]
    assert gradients.weights["bias"].tolist() == [1, 10]


def test_the_gradient_of_a_bias_sums_over_samples_and_positions() -> None:
    layer = made("layer", "conv1d", filters=2, kernel_size=1)
    weights = {"kernel": np.zeros((1, 1, 2)), "bias": np.zeros(2)}
    grad = np.arange(12.0).reshape(2, 3, 2)
    gradients = layer.backward(grad, weights, layer.forward(np.zeros((2, 3, 1)), weights, Run()).cache)
    assert gradients.weights["bias"].tolist() == [0 + 2 + 4 + 6 + 8 + 10, 1 + 3 + 5 + 7 + 9 + 11]


def test_the_filters_of_a_group_see_only_its_channels() -> None:
    layer = made("layer", "conv1d", filters=4, kernel_size=1, groups=2, use_bias=False)
    x = np.array([[[1.0, 2.0, 10.0, 20.0]]])
    kernel = np.array([[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]])
    step = layer.forward(x, {"kernel": kernel}, Run())
    gradients = layer.backward(np.array([[[1.0, 0.0, 0.0, 1.0]]]), {"kernel": kernel}, step.cache)
    assert layer.weight_shapes(x.shape) == {"kernel": (1, 2, 4)}
    assert step.output.tolist() == [[[1 * 1 + 2 * 5, 1 * 2 + 2 * 6, 10 * 3 + 20 * 7, 10 * 4 + 20 * 8]]]
    assert gradients.inputs[0].tolist() == [[[1, 5, 4, 8]]]
    assert gradients.weights["kernel"].tolist() == [[[1, 0, 0, 10], [2, 0, 0, 20]]]


def test_a_depthwise_kernel_keeps_channels_apart_and_their_filters_together() -> None:
    layer = made("layer", "depthwise_conv2d", kernel_size=1, depth_multiplier=2)
    x = np.array([[[[1.0, 10.0]]]])
    weights = {"kernel": np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), "bias": np.array([0.0, 0.0, 0.0, 100.0])}
    step = layer.forward(x, weights, Run())
    gradients = layer.backward(np.array([[[[1.0, 0.0, 1.0, 10.0]]]]), weights, step.cache)
    assert layer.weight_shapes(x.shape) == {"kernel": (1, 1, 2, 2), "bias": (4,)}
    assert step.output.tolist() == [[[[1, 2, 30, 140]]]]
    assert gradients.inputs[0].tolist() == [[[[1, 43]]]]
    assert gradients.weights["kernel"].tolist() == [[[[1, 0], [10, 100]]]]
    assert gradients.weights["bias"].tolist() == [1, 0, 1, 10]


def test_a_depthwise_convolution_is_one_with_a_group_for_each_channel() -> None:
    generator = np.random.default_rng(0)
    x, kernel = generator.normal(size=(2, 5, 6, 3)), generator.normal(size=(3, 2, 3, 2))
    depthwise = made("layer", "depthwise_conv2d", kernel_size=[3, 2], depth_multiplier=2, use_bias=False)
    grouped = made("layer", "conv2d", filters=6, groups=3, kernel_size=[3, 2], use_bias=False)
    found = depthwise.forward(x, {"kernel": kernel}, Run()).output
    assert_close(found, grouped.forward(x, {"kernel": kernel.reshape(3, 2, 1, 6)}, Run()).output)


@pytest.mark.parametrize("name", ["conv2d", "conv2d_transpose", "depthwise_conv2d"])
def test_the_kernel_is_the_same_for_both_data_formats(name: str) -> None:
    parameters = {"kernel_size": [2, 3], "strides": 2, "padding": "same", "use_bias": False}
    parameters |= {} if name == "depthwise_conv2d" else {"filters": 2}
    last, first = (made("layer", name, **parameters, data_format=f"channels_{where}") for where in ("last", "first"))
    generator = np.random.default_rng(0)
    x = generator.normal(size=(2, 5, 6, 3))
    weights = {"kernel": generator.normal(size=last.weight_shapes(x.shape)["kernel"])}
    turned = np.ascontiguousarray(np.moveaxis(x, -1, 1))
    assert first.weight_shapes(turned.shape) == last.weight_shapes(x.shape)
    one, other = last.forward(x, weights, Run()), first.forward(turned, weights, Run())
    assert_close(np.moveaxis(other.output, 1, -1), one.output)
    assert other.output.shape == first.output_shape(turned.shape)
    gradients = first.backward(other.output, weights, other.cache)
    expected = last.backward(one.output, weights, one.cache)
    assert_close(np.moveaxis(gradients.inputs[0], 1, -1), expected.inputs[0])
    assert_close(gradients.weights["kernel"], expected.weights["kernel"])


@pytest.mark.parametrize("name", ["conv2d", "conv2d_transpose"])
def test_backward_needs_nothing_but_the_input(name: str) -> None:
    layer = made("layer", name, filters=1, kernel_size=3, padding="same", use_bias=False)
    x = np.ones((1, 4, 4, 1))
    assert layer.forward(x, {"kernel": np.ones((3, 3, 1, 1))}, Run()).cache is x


def test_a_bias_is_there_unless_it_is_left_out() -> None:
    for name, more in (("conv2d", {"filters": 6}), ("depthwise_conv2d", {"depth_multiplier": 2})):
        assert made("layer", name, kernel_size=1, **more).weight_shapes((1, 2, 2, 3))["bias"] == (6,)
        assert "bias" not in made("layer", name, kernel_size=1, use_bias=False, **more).weight_shapes((1, 2, 2, 3))


@pytest.mark.parametrize(
    ("name", "parameters", "shape", "products"),
    [
        (
            "conv2d",
            {"filters": 32, "kernel_size": [3, 5], "padding": "same"},
            (2, 28, 28, 16),
            2 * 28 * 28 * 32 * 15 * 16,
        ),
        ("conv2d", {"filters": 4, "kernel_size": 3, "strides": 2, "groups": 2}, (1, 9, 9, 6), 4 * 4 * 4 * 9 * 3),
        ("conv1d", {"filters": 4, "kernel_size": 5, "data_format": "channels_first"}, (3, 2, 20), 3 * 16 * 4 * 5 * 2),
        ("depthwise_conv2d", {"kernel_size": 3, "depth_multiplier": 2}, (1, 5, 5, 4), 3 * 3 * 8 * 9),
        (
            "conv2d_transpose",
            {"filters": 4, "kernel_size": 3, "strides": 2, "groups": 2},
            (1, 5, 5, 6),
            5 * 5 * 6 * 9 * 2,
        ),
    ],
)
def test_a_multiply_add_counts_as_two(name: str, parameters: Any, shape: Any, products: int) -> None:
    assert made("layer", name, **parameters).flops(shape) == 2 * products


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("conv2d", {"filters": 1, "padding": 10**6 // 2}),
        ("depthwise_conv2d", {"padding": 10**6 // 2}),
        ("conv2d_transpose", {"filters": 1}),
    ],
)
def test_what_one_position_of_a_sample_takes_is_counted_for_each_sample(name: str, parameters: dict[str, Any]) -> None:
    wide = made("layer", name, kernel_size=2, dilation_rate=10**6, **parameters)
    two, hundred = wide.extra_numbers((2, 1, 1, 1)), wide.extra_numbers((100, 1, 1, 1))
    assert two > 10**12
    assert hundred == pytest.approx(50 * two, rel=1e-5)


TOO_LARGE = "kernel_size 3 does not fit the input of 1"


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (convolution(kernel_size=5), (1, 3, 9, 1), "kernel_size 5 does not fit the input of 3"),
        (convolution(kernel_size=[1, 9], padding=1), (1, 3, 5, 1), "kernel_size 9 does not fit the padded input of 7"),
        (
            convolution(kernel_size=3),
            (2, 1, 8, 8),
            TOO_LARGE + f": {CHANNELS_SECOND}",
        ),
        (
            convolution("conv1d", kernel_size=3),
            (2, 1, 8),
            TOO_LARGE + f": {CHANNELS_SECOND}",
        ),
        (
            convolution(kernel_size=3, data_format="channels_first"),
            (2, 4, 1, 8),
            TOO_LARGE,
        ),
        (convolution(dilation_rate=4), (1, 9, 3, 1), "kernel_size 2 (dilated to 5) does not fit the input of 3"),
        (convolution(), (4, 3), "conv2d reads (samples, height, width, channels), got the shape (4, 3)"),
        (convolution("conv1d"), (4, 3), "conv1d reads (samples, length, channels), got the shape (4, 3)"),
        (convolution(groups=3, filters=3), (1, 5, 5, 4), "groups 3 does not divide the input's 4 channels"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_numbers(layer: Any, shape: Any, message: str) -> None:
    with pytest.raises(Misfit) as refused:
        layer.output_shape(shape)
    assert str(refused.value) == message


@pytest.mark.parametrize("name", ["conv1d", "conv2d", "conv2d_transpose"])
def test_groups_divide_the_filters(name: str) -> None:
    with pytest.raises(ValidationError, match="must divide the 4 filters") as refused:
        convolution(name, filters=4, groups=3)
    assert [error["loc"] for error in refused.value.errors()] == [("groups",)]


@pytest.mark.parametrize(
    "parameters",
    [
        {"kernel_size": 2 * ABSURD + 1},
        {"kernel_size": 2, "dilation_rate": ABSURD},
        {"kernel_size": 2, "strides": ABSURD, "dilation_rate": ABSURD},
        {"kernel_size": 1, "filters": ABSURD},
    ],
)
@pytest.mark.parametrize("name", ["conv1d", "conv2d", "conv2d_transpose"])
def test_absurd_parameters_are_counted_at_once(name: str, parameters: Any) -> None:
    padding = {} if name == "conv2d_transpose" else {"padding": ABSURD}  # so that the kernel fits
    layer = convolution(name, **parameters, **padding)
    shape = (1, 3, 1) if name == "conv1d" else (1, 3, 3, 1)
    start = time.process_time()
    sizes = [*layer.output_shape(shape), layer.extra_numbers(shape), layer.flops(shape)]
    assert max(sizes) >= ABSURD
    assert time.process_time() - start < 0.1
