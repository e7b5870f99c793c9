"""Functions that NumPy lacks or is slow at, written so that no digit is lost."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from scipy.special import ndtr

from chainrule.core.arrays import Array
from chainrule.core.in_cache import in_pieces

STEPS = 2048
"""Places of the table of ``normal_cdf`` between two whole numbers."""

LOWEST, HIGHEST = -16, 9
"""Outside of them ``normal_cdf`` is 0 (6e-58 at most) and 1 (but for 1e-19)."""


def softplus(x: Array) -> Array:
    """Compute ``log(1 + exp(x))``, exact to the last digits for every ``x``.

    It is ``max(x, 0) + log(1 + e)`` with ``e = exp(-|x|)``, which cannot overflow. What ``1 + e`` loses by rounding is
    put back by the first term of the logarithm's series: as exact as ``np.log1p``, in half of its time.
    """
    e = np.exp(-np.abs(x))
    total = e + 1
    result = np.log(total)
    lost = total - 1
    lost -= e
    lost /= total
    result -= lost
    result += np.maximum(x, 0)
    return result


def normal_cdf(x: Array) -> Array:
    """Compute the standard normal distribution function, ``Φ(x) = (1 + erf(x / √2)) / 2``.

    A table has its value and its slope ``φ`` at 2,048 places between two whole numbers. From the nearest of them,
    ``a``, the Taylor series leads to ``x = a + r``:

    ``Φ(a) + φ(a) · (r - a r² / 2 + (a² - 1) r³ / 6)``, which is ``Φ(a) + φ(a) / 6 · r · ((a r - 3/2)² + 15/4 - r²)``.

    What is left out is below 1e-16. It takes a third of the time of ``scipy.special.erf``.
    """
    return in_pieces(_normal_cdf, x)


def _normal_cdf(x: Array) -> Array:
    values, sixths = _normal_table(x.dtype)
    rest = np.clip(x, LOWEST, HIGHEST)
    place = rest * STEPS
    np.rint(place, out=place)
    index = place.astype(np.intp)
    index -= LOWEST * STEPS
    place *= 1 / STEPS  # a power of 2: exact
    rest -= place
    series = place * rest
    series -= 1.5
    series *= series
    series += 3.75
    series -= rest * rest
    series *= rest
    series *= sixths.take(index)
    series += values.take(index)
    return series


@cache
def _normal_table(dtype: np.dtype[Any]) -> tuple[Array, Array]:
    """Give ``Φ`` and ``φ / 6`` at the places."""
    places = np.arange(LOWEST * STEPS, HIGHEST * STEPS + 1) / STEPS
    values, sixths = ndtr(places), np.exp(-places * places / 2) / (6 * np.sqrt(2 * np.pi))
    values[0] = 0.0  # everything below ends here: a huge number times a tiny one would not be 0
    return values.astype(dtype), sixths.astype(dtype)
