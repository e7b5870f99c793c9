"""What windows see, put together: the largest number, or the sum.

Arrays are contiguous, and windows slide along some of their axes, one window for each. Along an axis with few windows
or small ones, the numbers at the first place of all windows meet those at the second, and so on: as many passes over
memory as places, and no copies. Otherwise windows are made of narrower ones, twice as wide each time, so that the
passes are as many as the binary digits of the size.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from chainrule.core.arrays import Array, Shape, size_of
from chainrule.core.windows import Window

MOST_VISITS = 8
"""How often each place of an axis may be seen by windows that meet it place by place."""
MOST_COMPARISONS = 64
"""How often each number may be compared in search of the largest."""
MOST_PLACES = 1_000
"""In how many steps places may be walked through."""

Sliding: TypeAlias = Mapping[int, Window]
"""The windows that slide over an array, by axis."""

Slices: TypeAlias = tuple[slice, ...]


def largest(x: Array, sliding: Sliding) -> Array:
    """Find the largest number that each window sees; padding is none."""
    for axis, window in sliding.items():
        x = _slide(np.maximum, x, axis, window, -np.inf)
    return x


def sums(x: Array, sliding: Sliding) -> Array:
    """Add up the numbers that each window sees; padding adds 0."""
    for axis, window in sliding.items():
        x = _slide(np.add, x, axis, window, 0.0)
    return x


def spread(grad: Array, sliding: Sliding) -> Array:
    """Send a number from each window to all places that it sees: the adjoint of ``sums``."""
    for axis, window in reversed([*sliding.items()]):
        grad = _spread_along(grad, axis, window)
    return grad


def send_to_largest(grad: Array, x: Array, y: Array, sliding: Sliding) -> Array:
    """Send a number from each window to the place of its largest, the first in row-major order if there are several."""
    dx = np.zeros(x.size, grad.dtype)
    places = _places_of_largest(x, y, sliding).ravel()
    if all(window.stride >= window.size for window in sliding.values()):
        dx[places] = grad.ravel()
    else:
        np.add.at(dx, places, grad.ravel())
    return dx.reshape(x.shape)


def seen(window: Window) -> NDArray[np.intp]:
    """Count the places that each window sees, padding left out."""
    starts = np.arange(window.count) * window.stride - window.before
    return np.minimum(starts + window.size, window.length) - np.maximum(starts, 0)


def memory_needed(images: int, windows: Sequence[Window]) -> int:
    """Count the numbers that are held for a while beside the output, for so many images of one channel."""
    lengths = [window.length for window in windows]
    most = 0 if _compares(windows) else 4 * size_of(tuple(lengths))
    for axis, window in enumerate(windows):
        if not _is_quick(window):
            lengths[axis] = window.padded
            most = max(most, 12 * size_of(tuple(lengths)))  # three of complex numbers, each as large as four of float32
        lengths[axis] = window.count
        most = max(most, size_of(tuple(lengths)))
    return images * (most + 4 * size_of(tuple(lengths)))


def _is_quick(window: Window) -> bool:
    """Whether it takes few steps and passes to meet the places one by one."""
    return window.size <= MOST_PLACES and window.size * window.count <= MOST_VISITS * window.length


def _compares(windows: Iterable[Window]) -> bool:
    """Whether it takes few steps and passes to compare what each place holds with the largest number."""
    places, visits, numbers = 1, 1, 1
    for window in windows:
        places, visits, numbers = places * window.size, visits * window.size * window.count, numbers * window.length
    return places <= MOST_PLACES and visits <= MOST_COMPARISONS * numbers


def _meet(window: Window, place: int) -> tuple[slice, slice]:
    """Give the windows whose ``place`` is no padding, and the places of the axis that these are."""
    first = max(0, -(-(window.before - place) // window.stride))
    stop = min(window.count, (window.length - 1 + window.before - place) // window.stride + 1)
    if stop <= first:
        return slice(0), slice(0)
    start = first * window.stride + place - window.before
    return slice(first, stop), slice(start, start + (stop - first - 1) * window.stride + 1, window.stride)


def _at(axis: int, places: slice) -> Slices:
    return (*(slice(None),) * axis, places)


def _slide(combine: np.ufunc, x: NDArray[Any], axis: int, window: Window, nothing: float) -> NDArray[Any]:
    """Combine what windows see along an axis."""
    if not _is_quick(window):
        return _slide_doubling(combine, x, axis, window, nothing)
    met = [_meet(window, place) for place in range(window.size)]
    everyone = slice(0, window.count)
    met.sort(key=lambda one: one[0] != everyone)  # first the places that all windows see
    (windows, places), *others = met
    if windows != everyone:
        y = np.full(_with_length(x.shape, axis, window.count), nothing, x.dtype)
        others = met
    elif others and others[0][0] == everyone:
        y = combine(x[_at(axis, places)], x[_at(axis, others.pop(0)[1])])
    else:
        y = x[_at(axis, places)].copy()
    for windows, places in others:
        part = y[_at(axis, windows)]
        combine(part, x[_at(axis, places)], out=part)
    return y


def _slide_doubling(combine: np.ufunc, x: NDArray[Any], axis: int, window: Window, nothing: float) -> NDArray[Any]:
    """Combine windows of 1, 2, 4, ... places to those of the size's binary digits, and these to whole ones."""
    blocks = np.full(_with_length(x.shape, axis, window.padded), nothing, x.dtype)
    blocks[_at(axis, slice(window.before, window.before + window.length))] = x
    y = np.full(_with_length(x.shape, axis, window.count), nothing, x.dtype)
    width, start = 1, 0
    while True:
        if window.size & width:
            places = slice(start, start + (window.count - 1) * window.stride + 1, window.stride)
            combine(y, blocks[_at(axis, places)], out=y)
            start += width
        if start == window.size:
            return y
        blocks = combine(blocks[_at(axis, slice(None, -width))], blocks[_at(axis, slice(width, None))])
        width *= 2


def _spread_along(grad: Array, axis: int, window: Window) -> Array:
    if _is_quick(window):
        dx = np.zeros(_with_length(grad.shape, axis, window.length), grad.dtype)
        for place in range(window.size):
            windows, places = _meet(window, place)
            dx[_at(axis, places)] += grad[_at(axis, windows)]
        return dx
    # a place gets what stands at the windows that begin up to size - 1 places before it: a sum over a window again
    apart = np.zeros(_with_length(grad.shape, axis, window.padded), grad.dtype)
    apart[_at(axis, slice(0, (window.count - 1) * window.stride + 1, window.stride))] = grad
    backwards = Window(window.padded, window.size, before=window.size - 1)
    inside = _at(axis, slice(window.before, window.before + window.length))
    return np.ascontiguousarray(_slide_doubling(np.add, apart, axis, backwards, 0.0)[inside])


def _with_length(shape: Shape, axis: int, length: int) -> Shape:
    return (*shape[:axis], length, *shape[axis + 1 :])


def _places_of_largest(x: Array, y: Array, sliding: Sliding) -> NDArray[np.intp]:
    """Say where in ``x``, laid out in one row, the largest number of each window stands."""
    if not _compares(sliding.values()):
        return _with_places(x, sliding)
    steps = [size_of(x.shape[axis + 1 :]) for axis in range(x.ndim)]
    corners: NDArray[np.intp] = np.zeros((1,) * x.ndim, np.intp)
    for axis in reversed(range(x.ndim)):
        window = sliding.get(axis, Window(x.shape[axis], 1))
        starts = np.arange(window.count) * window.stride - window.before
        corners = corners + (starts * steps[axis]).reshape(-1, *(1,) * (x.ndim - 1 - axis))
    ways = [sum(place * steps[axis] for axis, place in each.items()) for each in _walk(sliding)]
    return corners + np.array(ways).take(_first_equal(x, y, sliding))


def _walk(sliding: Sliding) -> list[dict[int, int]]:
    """List the places of a window in row-major order, by axis."""
    each = product(*(range(window.size) for window in sliding.values()))
    return [dict(zip(sliding, places, strict=True)) for places in each]


def _first_equal(x: Array, y: Array, sliding: Sliding) -> NDArray[np.unsignedinteger[Any]]:
    """Count the places of each window before the first one that holds ``y``."""
    walk = _walk(sliding)
    missed = np.ones(y.shape, np.bool_)
    count = np.zeros(y.shape, np.min_scalar_type(len(walk)))
    for each in walk[:-1]:  # what has been missed so far stands at the last place
        of_windows, of_x = [slice(None)] * x.ndim, [slice(None)] * x.ndim
        for axis, place in each.items():
            of_windows[axis], of_x[axis] = _meet(sliding[axis], place)
        missed[tuple(of_windows)] &= x[tuple(of_x)] != y[tuple(of_windows)]
        count += missed.view(np.uint8)
    return count


def _with_places(x: Array, sliding: Sliding) -> NDArray[np.intp]:
    """Find the places of the largest numbers together with these.

    Complex numbers are compared by their real parts, and if these are equal, by their imaginary parts: the largest one
    with minus the place as its imaginary part is the first.
    """
    pairs = np.empty(x.shape, np.complex128)
    pairs.real, pairs.imag = x, -np.arange(x.size).reshape(x.shape)
    for axis, window in sliding.items():
        pairs = _slide(np.maximum, pairs, axis, window, -np.inf)
    return (-pairs.imag).astype(np.intp)
