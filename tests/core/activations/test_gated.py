"""Activations that let a number pass by a gate that the number itself opens."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import erf, expit

from chainrule.core.activations.gated import Mish, gate_of
from tests.core.activations.passing import both, slopes
from tests.core.discovery import made
from tests.tolerances import assert_close

X = np.linspace(-12, 12, 97)


def test_silu_is_the_number_times_its_sigmoid() -> None:
    y, dx = both("silu", [[math.log(3), -math.log(3), 0.0]], [[4.0, 4.0, 4.0]])
    assert_close(y, [[0.75 * math.log(3), -0.25 * math.log(3), 0.0]])
    assert_close(dx, [[3 + 0.75 * math.log(3), 1 - 0.75 * math.log(3), 2.0]])


def test_gelu_at_one_is_that_of_the_error_function_unless_approximated() -> None:
    (exact,), (approximate,) = both("gelu", [1.0], [1.0])[0], both("gelu", [1.0], [1.0], approximate=True)[0]
    assert f"{exact:.6f}" == "0.841345"
    assert f"{approximate:.6f}" == "0.841192"


def test_gelu_is_the_number_times_the_normal_distribution() -> None:
    density = np.exp(-X * X / 2) / math.sqrt(2 * math.pi)
    distribution = (1 + erf(X / math.sqrt(2))) / 2
    assert_close(both("gelu", X, X)[0], X * distribution)
    assert_close(slopes("gelu", X), distribution + X * density)


def test_approximated_gelu_is_the_formula_with_the_hyperbolic_tangent() -> None:
    u = math.sqrt(2 / math.pi) * (X + 0.044715 * X**3)
    du = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * X**2)
    assert_close(both("gelu", X, X, approximate=True)[0], X * (1 + np.tanh(u)) / 2)
    slope = (1 + np.tanh(u)) / 2 + X * (1 - np.tanh(u) ** 2) * du / 2
    assert_close(slopes("gelu", X, approximate=True), slope)


def test_mish_is_the_number_times_the_tangent_of_its_softplus() -> None:
    softplus = np.logaddexp(0, X)
    assert_close(both("mish", X, X)[0], X * np.tanh(softplus))
    assert_close(slopes("mish", X), np.tanh(softplus) + X * (1 - np.tanh(softplus) ** 2) * expit(X))


@pytest.mark.parametrize(("name", "gate"), [("silu", 0.5), ("gelu", 0.5), ("mish", 0.6)])
@pytest.mark.parametrize("x", [0.0, -0.0, 5e-324, -5e-324, 1e-310])
def test_around_zero_the_slope_is_the_gate(name: str, gate: float, x: float) -> None:
    np.testing.assert_allclose(slopes(name, [x]), [gate], rtol=1e-15)


@pytest.mark.parametrize("x", [0.0, 1e-45, -1e-40])
def test_around_zero_the_gate_of_float32_is_found_again_too(x: float) -> None:
    tiny = np.array([x, 2.0], np.float32)
    np.testing.assert_array_equal(gate_of(tiny, tiny / 2), np.array([0.5, 0.5], np.float32))


@pytest.mark.filterwarnings("error:divide", "error:invalid")
@pytest.mark.parametrize("approximate", [False, True])
@pytest.mark.parametrize("large", [40.0, 800.0, 1e6])
def test_far_out_gelu_is_the_number_or_nothing(large: float, approximate: bool) -> None:
    y, dx = both("gelu", [[-large, large]], [[1.0, 1.0]], approximate=approximate)
    np.testing.assert_array_equal(y, [[0.0, large]])
    np.testing.assert_array_equal(dx, [[0.0, 1.0]])


@pytest.mark.parametrize("name", ["silu", "gelu", "mish"])
@pytest.mark.parametrize("parameters", [{}, {"approximate": True}])
def test_the_largest_numbers_have_finite_slopes(name: str, parameters: dict[str, bool]) -> None:
    parameters = parameters if name == "gelu" else {}
    with np.errstate(over="ignore", under="ignore"):
        y, dx = both(name, [[-1e300, 1e300]], [[1.0, 1.0]], **parameters)
    np.testing.assert_array_equal(y, [[0.0, 1e300]])
    np.testing.assert_array_equal(dx, [[0.0, 1.0]])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_mish_is_the_number_itself_from_where_its_gate_is_one(dtype: type[np.floating]) -> None:
    x = np.array([Mish.LARGE, 23.0, 800.0, 1e30], dtype)
    y = Mish().value(x)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(Mish().slope(x, y), np.ones(4, dtype))


def test_swish_is_another_name_of_silu() -> None:
    assert type(made("activation", "swish")) is type(made("activation", "silu"))
