"""An activation without a network: its output, and the gradient at its input."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chainrule.core.layer import Run
from tests.core.discovery import made


def both(name: str, x: ArrayLike, upstream: ArrayLike, **parameters: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """The output of an activation, and the gradient at its input."""
    layer = made("activation", name, **parameters)
    step = layer.forward(np.asarray(x, float), {}, Run())
    (dx,) = layer.backward(np.asarray(upstream, float), {}, step.cache).inputs
    return step.output, dx


def slopes(name: str, x: ArrayLike, **parameters: Any) -> NDArray[Any]:
    """The slope of an activation at each number."""
    return both(name, x, np.ones_like(np.asarray(x, float)), **parameters)[1]
