"""The exponential, and rectifiers that follow it below zero."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError

from chainrule.core.activations.exponential import Celu
from tests.core.activations.passing import both, slopes
from tests.tolerances import DIFFERENCES, assert_close


def test_the_exponential_is_its_own_slope() -> None:
    y, dx = both("exponential", [[0.0, math.log(2), math.log(3)]], [[5.0, 5.0, 5.0]])
    assert_close(y, [[1.0, 2.0, 3.0]])
    assert_close(dx, [[5.0, 10.0, 15.0]])


def test_elu_bends_towards_minus_alpha() -> None:
    y, dx = both("elu", [[-math.log(4), -800.0, 3.0, 0.5]], [[8.0, 8.0, 8.0, 8.0]], alpha=2.0)
    assert_close(y, [[-1.5, -2.0, 3.0, 0.5]])
    assert_close(dx, [[4.0, 0.0, 8.0, 8.0]])


def test_celu_bends_towards_minus_alpha_without_a_kink() -> None:
    y, dx = both("celu", [[-2 * math.log(4), -800.0, 3.0, 0.0]], [[8.0, 8.0, 8.0, 8.0]], alpha=2.0)
    assert_close(y, [[-1.5, -2.0, 3.0, 0.0]])
    assert_close(dx, [[2.0, 0.0, 8.0, 8.0]])


@pytest.mark.parametrize(
    ("name", "parameters", "slope"),
    [
        ("elu", {}, 1.0),
        ("elu", {"alpha": 0.5}, 0.5),
        ("celu", {"alpha": 0.5}, 1.0),
        ("selu", {}, 1.6732632423543772 * 1.0507009873554805),
    ],
)
def test_the_slope_at_zero_is_that_of_the_side_below(name: str, parameters: dict[str, float], slope: float) -> None:
    assert slopes(name, [0.0, -0.0], **parameters).tolist() == [slope, slope]


def test_selu_has_the_constants_of_its_paper_in_all_digits() -> None:
    y, dx = both("selu", [[2.0, -math.log(2), -800.0]], [[1.0, 1.0, 1.0]])
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    np.testing.assert_allclose(y, [[2 * scale, -scale * alpha / 2, -scale * alpha]], rtol=4e-16)
    np.testing.assert_allclose(dx, [[scale, scale * alpha / 2, 0.0]], rtol=4e-16)


def test_small_numbers_below_zero_keep_their_digits() -> None:
    for name in ("elu", "celu"):
        y, _ = both(name, [[-1e-12, -1e-300]], [[1.0, 1.0]])
        np.testing.assert_allclose(y, [[-1e-12 + 5e-25, -1e-300]], rtol=4e-16)


@pytest.mark.parametrize("alpha", [1.7, 0.7])  # no numbers of float32
def test_celu_rounds_alpha_to_float32_in_its_slope_as_pytorch_does(alpha: float) -> None:
    width = float(np.float32(alpha))
    assert_close(slopes("celu", [-1.0], alpha=alpha), [alpha / width * math.exp(-1 / width)])
    assert_close(slopes("celu", [-1.0], alpha=alpha), [math.exp(-1 / alpha)], DIFFERENCES)
    assert both("celu", [-1.0], [1.0], alpha=alpha)[0] == alpha * np.expm1(-1 / alpha)


@pytest.mark.parametrize("alpha", [1e-300, 1e300])
@pytest.mark.filterwarnings("ignore:overflow")
def test_an_alpha_beyond_float32_still_has_slopes(alpha: float) -> None:
    assert slopes("celu", [0.0, 2.0], alpha=alpha).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("alpha", [0.0, -1.0])
def test_celu_divides_by_alpha_which_has_to_be_positive(alpha: float) -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        Celu(alpha=alpha)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ["elu", "celu", "selu"])
def test_nothing_overflows_far_above_zero(name: str) -> None:
    y, dx = both(name, [[800.0, 1e300]], [[1.0, 1.0]])
    assert np.isfinite(y).all()
    assert (dx >= 1).all()
