from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.core.layer import Misfit, Run, SeveralInputs
from chainrule.core.layers.merges import Add, Average, Concatenate, Maximum, Multiply, Subtract

A, B, C = np.array([[1.0, -2.0]]), np.array([[3.0, 4.0]]), np.array([[0.0, 5.0]])
GRAD = np.array([[10.0, 20.0]])


def passes(layer: SeveralInputs, *inputs: Any) -> tuple[Any, list[Any]]:
    step = layer.apply(inputs, {}, Run())
    return step.output.tolist(), [
        one.tolist() for one in layer.backward(GRAD, {}, step.cache).inputs if one is not None
    ]


def test_a_sum_passes_the_gradient_to_every_summand() -> None:
    assert passes(Add(), A, B, C) == ([[4.0, 7.0]], [[[10.0, 20.0]]] * 3)


def test_a_difference_turns_the_gradient_of_the_second() -> None:
    assert passes(Subtract(), A, B) == ([[-2.0, -6.0]], [[[10.0, 20.0]], [[-10.0, -20.0]]])


def test_a_factor_gets_the_product_of_the_others_even_beside_a_zero() -> None:
    output, gradients = passes(Multiply(), A, B, C)
    assert output == [[0.0, -40.0]]
    assert gradients == [[[0.0, 400.0]], [[0.0, -200.0]], [[30.0, -160.0]]]


def test_an_average_shares_the_gradient() -> None:
    assert passes(Average(), A, B) == ([[2.0, 1.0]], [[[5.0, 10.0]], [[5.0, 10.0]]])


def test_the_largest_gets_the_gradient() -> None:
    assert passes(Maximum(), A, B, C) == ([[3.0, 5.0]], [[[0.0, 0.0]], [[10.0, 0.0]], [[0.0, 20.0]]])


def test_equal_ones_share_as_in_pytorch() -> None:
    tie = np.array([[3.0, 3.0]])
    assert passes(Maximum(), tie, tie)[1] == [[[5.0, 10.0]], [[5.0, 10.0]]]
    # the first two are compared, then the result with the third: a quarter, a quarter and a half
    assert passes(Maximum(), tie, tie, tie)[1] == [[[2.5, 5.0]], [[2.5, 5.0]], [[5.0, 10.0]]]


@pytest.mark.parametrize("layer", [Add(), Multiply(), Average(), Maximum(), Concatenate()], ids=lambda one: one.type)
def test_one_input_alone_is_passed_on(layer: SeveralInputs) -> None:
    assert passes(layer, A) == (A.tolist(), [GRAD.tolist()])


def test_a_concatenation_cuts_the_gradient_again() -> None:
    layer, narrow = Concatenate(), np.array([[7.0]])
    step = layer.apply((A, narrow), {}, Run())
    assert step.output.tolist() == [[1.0, -2.0, 7.0]]
    left, right = layer.backward(np.array([[1.0, 2.0, 3.0]]), {}, step.cache).inputs
    assert left is not None
    assert right is not None
    assert (left.tolist(), right.tolist()) == ([[1.0, 2.0]], [[3.0]])


@pytest.mark.parametrize(
    ("layer", "shapes", "told"),
    [
        (Add(), ((2, 3), (2, 1)), r"inputs of one shape, got \(2, 3\), \(2, 1\)"),
        (Subtract(), ((2, 3),), "at least 2 inputs, got 1"),
        (Concatenate(), ((2, 3), (2, 3, 1)), r"differ in axis 1 alone, got \(2, 3\), \(2, 3, 1\)"),
        (Concatenate(), ((2, 3), (2,)), r"differ in axis 1 alone, got \(2, 3\), \(2,\)"),
        (Concatenate(), ((2, 3, 4), (2, 3)), r"differ in axis 2 alone, got \(2, 3, 4\), \(2, 3\)"),
        (Concatenate(), ((2, 3), *((2, 1, 1),) * 9), r"alone, got \(2, 3\)(, \(2, 1, 1\)){4}$"),
        (Concatenate(axis=1), ((2, 3, 4), (2, 3, 5)), r"differ in axis 1 alone, got \(2, 3, 4\), \(2, 3, 5\)"),
        (Concatenate(axis=-2), ((2, 3), (2, 3)), "axis -2 is no axis of a sample"),
        (Concatenate(axis=0), ((2, 3), (2, 3)), "axis 0 is no axis of a sample"),
        (Concatenate(axis=2), ((2, 3), (2, 3)), "axis 2 is no axis of a sample"),
    ],
)
def test_inputs_that_do_not_fit_are_told(layer: SeveralInputs, shapes: Any, told: str) -> None:
    with pytest.raises(Misfit, match=told):
        layer.output_shape(*shapes)
