from __future__ import annotations

import numpy as np
import pytest

from chainrule.core.layer import Layer, Misfit, Run
from chainrule.core.layers.reshaping import Flatten, Permute, Reshape

X = np.arange(12.0).reshape(2, 2, 3)


def test_a_sample_is_laid_out_row_by_row_and_its_gradient_back() -> None:
    step = Flatten().forward(X, {}, Run())
    (dx,) = Flatten().backward(step.output, {}, step.cache).inputs
    assert step.output.tolist() == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]
    np.testing.assert_array_equal(np.asarray(dx), X)


def test_axes_are_counted_from_one_without_the_batch() -> None:
    step = Permute(dims=[2, 1]).forward(X, {}, Run())
    assert step.output[0].tolist() == [[0, 3], [1, 4], [2, 5]]


@pytest.mark.parametrize(
    ("target", "shape"), [([6], (2, 6)), ([3, -1], (2, 3, 2)), ([-1], (2, 6)), ([1, 6, 1], (2, 1, 6, 1))]
)
def test_a_length_of_minus_one_is_what_is_left(target: list[int], shape: tuple[int, ...]) -> None:
    assert Reshape(target_shape=target).output_shape((2, 2, 3)) == shape


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        (Reshape(target_shape=[4]), "6 numbers a sample, which do not fit"),
        (Reshape(target_shape=[4, -1]), "do not fit"),
        (Reshape(target_shape=[-1, -1]), r"only one length of target_shape \[-1, -1\] may be -1"),
        (Reshape(target_shape=[0, -1]), "do not fit"),
        (Reshape(target_shape=[10**18, 10**18]), "do not fit"),
        (Permute(dims=[1]), "axes 1 to 2 in some order"),
        (Permute(dims=[1, 1]), "axes 1 to 2 in some order"),
        (Permute(dims=[0, 1]), "axes 1 to 2 in some order"),
    ],
)
def test_what_does_not_fit_is_told(layer: Layer, told: str) -> None:
    with pytest.raises(Misfit, match=told):
        layer.output_shape((2, 2, 3))
