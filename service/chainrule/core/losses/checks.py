"""Targets that a loss cannot compute with, refused with the first of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError

POINTER = "/batch/targets"


def check_targets(targets: NDArray[Any], fitting: NDArray[np.bool_], rule: str) -> None:
    """Refuse targets that are not all fitting.

    Parameters
    ----------
    targets
        The targets.
    fitting
        Which of them fit.
    rule
        What a target has to be.

    Raises
    ------
    InputError
        ``invalid_targets``, with the rule and the first target that breaks it.
    """
    if not fitting.all():
        where = np.unravel_index(int(fitting.argmin()), fitting.shape)
        detail = f"{rule}, got {targets[where]:.16g} at {[int(index) for index in where]}"
        raise InputError("invalid_targets", POINTER, detail)
