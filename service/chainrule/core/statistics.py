"""Five numbers for an array, so that nobody has to send all of it to know whether it is dead, exploding or skewed."""

from __future__ import annotations

import math

import numpy as np

from chainrule.core.arrays import Array

Statistics = dict[str, float | int]
"""``minimum``, ``maximum``, ``mean``, ``standard_deviation`` and ``zeros`` of an array."""


def statistics(array: Array) -> Statistics:
    """Summarize an array over all of its entries.

    Mean and deviation are computed in float64, of the array divided by a power of two: that is exact, and no sum or
    square of it overflows or vanishes, however large or small the entries are.

    Parameters
    ----------
    array
        At least one number.

    Returns
    -------
    Statistics
        The standard deviation divides by the number of entries; ``zeros`` counts those that are exactly 0.

    Examples
    --------
    >>> statistics(np.array([[1.0, 0.0], [3.0, 4.0]]))
    {'minimum': 0.0, 'maximum': 4.0, 'mean': 2.0, 'standard_deviation': 1.5811, 'zeros': 1}
    >>> statistics(np.array([1e300, -1e300]))["standard_deviation"]
    1e+300
    """
    least, most = float(array.min()), float(array.max())
    mean, deviation = (least, 0.0) if least == most else _moments(array, max(-least, most))
    return {
        "minimum": least,
        "maximum": most,
        "mean": mean,
        "standard_deviation": deviation,
        "zeros": array.size - int(np.count_nonzero(array)),
    }


def _moments(array: Array, size: float) -> tuple[float, float]:
    """Compute mean and standard deviation, given the size of the largest entry."""
    exponent = math.frexp(size)[1]
    small = np.ldexp(array.astype(np.float64), -exponent)  # within -1 and 1
    return math.ldexp(float(small.mean()), exponent), math.ldexp(float(small.std()), exponent)
