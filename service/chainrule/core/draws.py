"""Random numbers of a given law, made of random bits by operations that every machine rounds alike.

IEEE 754 says how ``+``, ``-``, ``·``, ``/`` and ``√`` are rounded, and NumPy does them one by one, so that results are
the same bits everywhere. It says nothing of logarithms and of the order in which sums and matrix products add, which
differ between versions, processors and BLAS libraries: there are none here but those that are spelled out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from chainrule.core.arrays import Shape, size_of
from chainrule.core.random_bits import WeightBits

Numbers = NDArray[np.float64]

BLOCK = 2**15
"""How many numbers are drawn at once, so that intermediate results stay in the cache; whole counters of Philox."""

BELOW_MINUS_TWO = 0.0227501319481792072
"""The share of the normal distribution below -2."""

LN2 = 0.6931471805599453

CENTER = 0.425
"""How far from the median the first of the three approximations reaches."""

FAR = 5.0
"""Where the last one begins."""

Ratio = tuple[tuple[float, ...], tuple[float, ...]]
"""A rational function: coefficients of numerator and denominator, the highest first."""

MIDDLE: Ratio = (
    (
        2509.0809287301226727,
        33430.575583588128105,
        67265.770927008700853,
        45921.953931549871457,
        13731.693765509461125,
        1971.5909503065514427,
        133.14166789178437745,
        3.387132872796366608,
    ),
    (
        5226.495278852854561,
        28729.085735721942674,
        39307.89580009271061,
        21213.794301586595867,
        5394.1960214247511077,
        687.1870074920579083,
        42.313330701600911252,
        1.0,
    ),
)
TAIL: Ratio = (
    (
        7.7454501427834140764e-4,
        0.0227238449892691845833,
        0.24178072517745061177,
        1.27045825245236838258,
        3.64784832476320460504,
        5.7694972214606914055,
        4.6303378461565452959,
        1.42343711074968357734,
    ),
    (
        1.05075007164441684324e-9,
        5.475938084995344946e-4,
        0.0151986665636164571966,
        0.14810397642748007459,
        0.68976733498510000455,
        1.6763848301838038494,
        2.05319162663775882187,
        1.0,
    ),
)
FAR_TAIL: Ratio = (
    (
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        0.0012426609473880784386,
        0.026532189526576123093,
        0.29656057182850489123,
        1.7848265399172913358,
        5.4637849111641143699,
        6.6579046435011037772,
    ),
    (
        2.04426310338993978564e-15,
        1.4215117583164458887e-7,
        1.8463183175100546818e-5,
        7.868691311456132591e-4,
        0.0148753612908506148525,
        0.13692988092273580531,
        0.59983220655588793769,
        1.0,
    ),
)
"""Wichura's approximations (Applied Statistics, 1988, algorithm AS 241), exact to about 1e-16."""


def draw(shape: Shape, bits: WeightBits, law: Callable[[Numbers], Numbers]) -> Numbers:
    """Draw an array of independent numbers.

    Parameters
    ----------
    shape
        The array's shape.
    bits
        Where the numbers come from.
    law
        Turns numbers that are uniform between 0 and 1 into those of the law: the inverse of its distribution function.
    """
    generator, numbers = bits.generator(), np.empty(size_of(shape))
    for start in range(0, numbers.size, BLOCK):
        block = numbers[start : start + BLOCK]
        block[:] = law(_uniform(generator.random_raw(block.size)))
    return numbers.reshape(shape)


def _uniform(words: NDArray[np.uint64]) -> Numbers:
    """Spread random words between 0 and 1, both excluded: the middles of 2**52 equal pieces, which are all exact."""
    numbers = (words >> np.uint64(12)).astype(np.float64)
    numbers += 0.5
    numbers *= 2.0**-52
    return numbers


def normal(u: Numbers) -> Numbers:
    """Invert the distribution function of the standard normal distribution, for ``u`` between 0 and 1."""
    q = u - 0.5
    z = q * _ratio(MIDDLE, CENTER * CENTER - q * q)
    outside = np.flatnonzero(np.abs(q) > CENTER)
    if outside.size:
        z[outside] = _tails(q[outside], u[outside])
    return z


def truncated_normal(u: Numbers) -> Numbers:
    """Invert that of a normal number that is drawn again whenever it lies beyond two standard deviations."""
    return normal(u * (1 - 2 * BELOW_MINUS_TWO) + BELOW_MINUS_TWO)


def _tails(q: Numbers, u: Numbers) -> Numbers:
    """Compute ``normal`` far from the median, from the smaller of the two shares that ``u`` cuts off."""
    r = np.sqrt(-_log(np.minimum(u, 1 - u)))
    z = np.where(r <= FAR, _ratio(TAIL, r - 1.6), _ratio(FAR_TAIL, r - FAR))
    return np.where(q < 0, -z, z)


def _ratio(ratio: Ratio, x: Numbers) -> Numbers:
    above, below = ratio
    return _polynomial(above, x) / _polynomial(below, x)


def _polynomial(coefficients: Sequence[float], x: Numbers) -> Numbers:
    """Evaluate a polynomial, the highest power first, by Horner's rule."""
    result = np.full_like(x, coefficients[0])
    for one in coefficients[1:]:
        result *= x
        result += one
    return result


ODD_RECIPROCALS = tuple(1 / (2 * power + 1) for power in range(11, -1, -1))


def _log(x: Numbers) -> Numbers:
    """Compute the natural logarithm by its series: that of NumPy has other last bits on other processors.

    With ``x = m · 2**e`` and ``m`` around 1, ``log(m) = 2 · (s + s³/3 + s⁵/5 + …)`` for ``s = (m - 1) / (m + 1)``. As
    ``|s|`` is at most 0.172, twelve terms leave less than 1e-19 of it out.
    """
    mantissa, exponent = np.frexp(x)
    small = mantissa < 0.7071067811865476
    mantissa = np.where(small, 2 * mantissa, mantissa)
    s = (mantissa - 1) / (mantissa + 1)
    return (exponent - small) * LN2 + 2 * s * _polynomial(ODD_RECIPROCALS, s * s)
