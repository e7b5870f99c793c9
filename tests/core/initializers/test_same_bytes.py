"""The same seed gives the same bytes: on every machine, with every version of NumPy and every BLAS."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from scipy.special import ndtri

from chainrule.core.draws import draw, normal, truncated_normal
from chainrule.core.examples import Example
from chainrule.core.initializers import Initializer
from chainrule.core.part import classes
from chainrule.core.random_bits import WeightBits
from tests.core.discovery import definition_of, every, made

SHAPE = (24, 70)

GOLDEN = {
    "constant": "e11542a953c6e31c",
    "glorot_normal": "6c53aa7076cf5823",
    "glorot_uniform": "c62f95e23b1424b6",
    "he_normal": "657fd105c7063c0c",
    "he_uniform": "064ee688d220c62f",
    "lecun_normal": "ebb989690e90c042",
    "lecun_uniform": "457e98777708bd69",
    "normal": "6162034eecb8cfdf",
    "ones": "1e0b7871f526f9e1",
    "orthogonal": "39aa76f3a626808c",
    "truncated_normal": "77457dc2b76206ba",
    "uniform": "b5bf40f0e4a5a612",
    "zeros": "9e8e4d1848b6146e",
}


def digest(initializer: Initializer, bits: WeightBits) -> str:
    return hashlib.sha256(initializer.values(SHAPE, bits).astype("<f8").tobytes()).hexdigest()[:16]


def test_every_initializer_has_its_golden_bytes() -> None:
    assert GOLDEN.keys() == {cls.names()[0] for cls in classes("initializer")}


@pytest.mark.parametrize("cls", every("initializer"))
def test_bytes_are_those_of_all_machines_before(cls: type[Initializer]) -> None:
    example: Example = cls.examples[0]
    found = digest(definition_of(cls, example), WeightBits(seed=2**64 - 1, layer=5, name="query/kernel"))
    assert found == GOLDEN[cls.names()[0]]


def test_a_square_matrix_is_not_turned_around() -> None:
    matrix = made("initializer", "orthogonal").values((9, 9), WeightBits(7, 3, "kernel"))
    assert hashlib.sha256(matrix.astype("<f8").tobytes()).hexdigest()[:16] == "28158a8e43d4b915"


@pytest.mark.parametrize("name", ["normal", "glorot_uniform", "orthogonal"])
@pytest.mark.parametrize("other", [WeightBits(8, 3, "kernel"), WeightBits(7, 4, "kernel"), WeightBits(7, 3, "bias")])
def test_every_seed_layer_and_weight_draws_its_own_numbers(name: str, other: WeightBits) -> None:
    initializer = definition_of(next(cls for cls in classes("initializer") if name in cls.names()), Example())
    assert isinstance(initializer, Initializer)
    one, another = (initializer.values(SHAPE, bits) for bits in (WeightBits(7, 3, "kernel"), other))
    assert not np.isin(one, another).any()


def test_a_larger_weight_begins_with_the_numbers_of_a_smaller_one() -> None:
    bits = WeightBits(7, 3, "kernel")
    many = draw((3 * 2**15 + 5,), bits, normal)
    np.testing.assert_array_equal(draw((2**15 + 3,), bits, normal), many[: 2**15 + 3])


def test_normal_numbers_are_exact_however_far_out() -> None:
    u = np.concatenate([np.linspace(0, 1, 10_001)[1:-1], 2.0 ** -np.arange(1, 54), 1 - 2.0 ** -np.arange(1, 53)])
    np.testing.assert_allclose(normal(u), ndtri(u), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(
    ("u", "bits"),
    [
        pytest.param(0.075, "-0x1.7085226d3e523p+0", id="the middle and the tails"),
        pytest.param(float.fromhex("0x1.e8a37a45fc306p-37"), "-0x1.aa1b1c13ee525p+2", id="the tails and what is far"),
        pytest.param(0.7071067811865476 * 2.0**-23, "-0x1.4ec8d98ade074p+2", id="powers of two of the logarithm"),
    ],
)
def test_where_two_ways_meet_it_is_always_the_same_one(u: float, bits: str) -> None:
    assert float(normal(np.array([u]))[0]).hex() == bits


def test_a_truncated_normal_number_is_within_two_deviations_however_far_out() -> None:
    least, largest = truncated_normal(np.array([2.0**-53, 1 - 2.0**-53]))
    assert -2 < least < -2 * (1 - 1e-14)
    assert 2 * (1 - 1e-14) < largest < 2
