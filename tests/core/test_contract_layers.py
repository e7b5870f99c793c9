"""What holds for every registered layer and activation, on each of its examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chainrule.core.examples import LayerExample
from chainrule.core.layer import Layer, Run, Wanted
from chainrule.core.random_bits import RandomBits
from tests.core.differences import differences
from tests.core.discovery import definition_of, every_example
from tests.core.layer_cases import BITS, LayerCase, layer_case
from tests.core.numbers import frozen
from tests.tolerances import ACROSS_TYPES, DIFFERENCES, assert_close

pytestmark = pytest.mark.parametrize(("cls", "example"), every_example("layer", "activation"))


@pytest.fixture
def layer(cls: type[Layer], example: LayerExample) -> Layer:
    return definition_of(cls, example)


@pytest.fixture
def case(layer: Layer, example: LayerExample) -> LayerCase:
    return layer_case(layer, example)


def freeze(cache: Any) -> None:
    """Let nobody write into the arrays of a cache, however they are kept."""
    if isinstance(cache, np.ndarray):
        frozen(cache)
    elif isinstance(cache, Mapping):
        freeze(tuple(cache.values()))
    elif isinstance(cache, list | tuple):
        for one in cache:
            freeze(one)


def test_shapes_are_as_promised(case: LayerCase) -> None:
    step = case.forward()
    gradients = case.backward(step.cache)
    assert step.output.shape == case.layer.output_shape(*case.shapes)
    assert {name: one.shape for name, one in gradients.weights.items()} == case.layer.weight_shapes(*case.shapes)
    assert len(gradients.inputs) == len(case.inputs)
    assert all(one is None or one.shape == shape for one, shape in zip(gradients.inputs, case.shapes, strict=True))
    assert {name: one.shape for name, one in step.state.items()} in ({}, case.layer.state_shapes(*case.shapes))


def test_an_example_has_samples_enough_to_tell_them_apart(case: LayerCase) -> None:
    assert all(len(one) == len(case.inputs[0]) >= 2 for one in case.inputs)


def test_gradients_of_inputs_are_those_of_central_differences(case: LayerCase) -> None:
    for index, (x, gradient) in enumerate(zip(case.inputs, case.gradients().inputs, strict=True)):
        if case.layer.integers_below() is not None:
            assert gradient is None
            continue

        def number(moved: NDArray[np.float64], index: int = index) -> float:
            return replace(case, inputs=(*case.inputs[:index], moved, *case.inputs[index + 1 :])).number()

        assert_close(gradient, differences(number, x), DIFFERENCES)


@pytest.mark.parametrize("other_weights", [False, True], ids=["", "other-weights"])
def test_gradients_of_weights_are_those_of_central_differences(
    layer: Layer, example: LayerExample, other_weights: bool
) -> None:
    case = layer_case(layer, example, other_weights=other_weights)
    gradients = case.gradients().weights
    for name, weight in case.weights.items():

        def number(moved: NDArray[np.float64], name: str = name) -> float:
            return replace(case, weights={**case.weights, name: moved}).number()

        assert_close(gradients[name], differences(number, weight), DIFFERENCES)


def test_float32_stays_float32_and_gives_the_same_numbers(layer: Layer, example: LayerExample) -> None:
    single, double = (layer_case(layer, example, dtype) for dtype in ("float32", "float64"))
    step, expected = single.forward(), double.forward()
    gradients, expected_gradients = single.backward(step.cache), double.backward(expected.cache)
    pairs = [(step.output, expected.output)]
    pairs += [(step.state[name], one) for name, one in expected.state.items()]
    pairs += [(gradients.weights[name], one) for name, one in expected_gradients.weights.items()]
    pairs += [
        (found, one)
        for found, one in zip(gradients.inputs, expected_gradients.inputs, strict=True)
        if found is not None and one is not None
    ]
    for found, one in pairs:
        assert found.dtype == np.float32
        assert one.dtype == np.float64
        assert_close(found, one, ACROSS_TYPES)


def test_nothing_that_came_is_written_into(case: LayerCase) -> None:
    before = [array.copy() for array in case.arrays()]
    step = case.forward()
    freeze(step.cache)
    case.backward(step.cache)  # what is frozen raises when it is written into
    for array, copy in zip(case.arrays(), before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_the_same_bytes_come_twice(case: LayerCase) -> None:
    step, again = case.forward(), case.forward()
    first, second, third = case.backward(step.cache), case.backward(step.cache), case.backward(again.cache)
    assert step.output.tobytes() == again.output.tobytes()
    assert {name: one.tobytes() for name, one in step.state.items()} == {
        name: one.tobytes() for name, one in again.state.items()
    }
    for other in (second, third):
        assert [one if one is None else one.tobytes() for one in first.inputs] == [
            one if one is None else one.tobytes() for one in other.inputs
        ]
        assert {name: one.tobytes() for name, one in first.weights.items()} == {
            name: one.tobytes() for name, one in other.weights.items()
        }


def test_arrays_may_lie_in_memory_in_any_order(case: LayerCase) -> None:
    turned = replace(
        case,
        inputs=tuple(np.asfortranarray(one) for one in case.inputs),
        weights={name: np.asfortranarray(one) for name, one in case.weights.items()},
        upstream=np.asfortranarray(case.upstream),
    )
    assert_close(turned.forward().output, case.forward().output)
    assert_same_gradients(turned, case)


def test_permuting_the_batch_permutes_outputs_and_gradients(case: LayerCase) -> None:
    if case.run.training and case.layer.needs_seed():
        pytest.skip("what it draws belongs to the row's place")
    order = np.roll(np.arange(len(case.upstream)), 1)
    permuted = case.with_inputs([one[order] for one in case.inputs], case.upstream[order])
    assert_close(permuted.forward().output, case.forward().output[order])
    found, expected = permuted.gradients(), case.gradients()
    for one, whole in zip(found.inputs, expected.inputs, strict=True):
        if whole is not None:
            assert_close(one, whole[order])
    for name, whole in expected.weights.items():
        assert_close(found.weights[name], whole)


def test_a_batch_may_be_split_if_samples_are_independent_and_only_then(case: LayerCase) -> None:
    first, rest = slice(0, 1), slice(1, None)
    pieces = [case.with_inputs([one[rows] for one in case.inputs], case.upstream[rows]) for rows in (first, rest)]
    pieces[1] = replace(pieces[1], run=replace(case.run, bits=replace(BITS, row_offset=1)))
    outputs = np.concatenate([piece.forward().output for piece in pieces])
    if not case.layer.per_sample(training=case.run.training):
        assert not np.allclose(outputs, case.forward().output)
        return
    assert not case.forward().state  # of several pieces, none would be that of the whole
    assert_close(outputs, case.forward().output)
    one, other, whole = (part.gradients() for part in (*pieces, case))
    for index, gradient in enumerate(whole.inputs):
        if gradient is not None:
            assert_close(np.concatenate([one.inputs[index], other.inputs[index]]), gradient)
    for name, gradient in whole.weights.items():
        assert_close(one.weights[name] + other.weights[name], gradient)


def test_computes_only_what_is_wanted_and_that_the_same(case: LayerCase) -> None:
    step = case.forward()
    everything = case.backward(step.cache)
    only_inputs = case.backward(step.cache, Wanted(weights=False))
    assert only_inputs.weights == {}
    for one, other in zip(only_inputs.inputs, everything.inputs, strict=True):
        np.testing.assert_array_equal(one, other)
    if not case.weights:
        return  # the engine does not ask a layer for nothing
    only_weights = case.backward(step.cache, Wanted(inputs=False))
    assert [one is None for one in only_weights.inputs] == [True] * len(case.inputs)
    for name, one in everything.weights.items():
        np.testing.assert_array_equal(only_weights.weights[name], one)


def test_gradients_are_linear_in_the_upstream_gradient(case: LayerCase) -> None:
    other = frozen_normal(case.upstream.shape)
    mixed = replace(case, upstream=2 * case.upstream - 3 * other)
    first, second, both = case.gradients(), replace(case, upstream=other).gradients(), mixed.gradients()
    for one, two, sum_of_both in zip(first.inputs, second.inputs, both.inputs, strict=True):
        if one is not None and two is not None:
            assert_close(sum_of_both, 2 * one - 3 * two)
    for name, sum_of_both in both.weights.items():
        assert_close(sum_of_both, 2 * first.weights[name] - 3 * second.weights[name])


def test_an_upstream_gradient_of_zero_gives_exact_zeros(case: LayerCase) -> None:
    gradients = replace(case, upstream=np.zeros_like(case.upstream)).gradients()
    for one in (*gradients.inputs, *gradients.weights.values()):
        assert one is None or not one.any()


def test_training_makes_a_difference_only_if_it_says_so(case: LayerCase) -> None:
    same = outputs_with(case, training=True) == outputs_with(case, training=False)
    assert same or case.layer.trains_differently or case.layer.needs_seed()


def test_random_bits_make_a_difference_only_if_it_says_so(case: LayerCase) -> None:
    one, other = RandomBits(1, 0), RandomBits(2, 3)
    same = outputs_with(case, training=True, bits=one) == outputs_with(case, training=True, bits=other)
    assert same or case.layer.needs_seed()


def test_costs_are_counts(case: LayerCase) -> None:
    for count in (case.layer.flops(*case.shapes), case.layer.extra_numbers(*case.shapes)):
        assert type(count) is int
        assert count >= 0


def frozen_normal(shape: tuple[int, ...]) -> NDArray[np.float64]:
    array = np.random.default_rng(8).normal(size=shape)
    frozen(array)
    return array


def outputs_with(case: LayerCase, training: bool, bits: RandomBits = BITS) -> bytes:
    return replace(case, run=Run(training, case.run.state, bits)).forward().output.tobytes()


def assert_same_gradients(one: LayerCase, other: LayerCase) -> None:
    found, expected = one.gradients(), other.gradients()
    for gradient, wanted in zip(found.inputs, expected.inputs, strict=True):
        if wanted is not None:
            assert_close(gradient, wanted)
    assert found.weights.keys() == expected.weights.keys()
    for name, wanted in expected.weights.items():
        assert_close(found.weights[name], wanted)
