"""Words that the modules of the client share."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import httpx
import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
"""An array of an answer: float64 or float32, as ``dtype`` asked for, and read-only."""

ArrayLike: TypeAlias = npt.ArrayLike
"""Whatever ``numpy.asarray`` makes numbers of: arrays, nested lists, scalars."""

Document: TypeAlias = dict[str, Any]
"""A message of the service as a JSON-like tree, with NumPy arrays where arrays stand."""

Encoding: TypeAlias = Literal["json", "base64", "safetensors"]
"""How arrays travel: as nested lists, as base64 in JSON, or as one safetensors file."""

FloatType: TypeAlias = Literal["float64", "float32"] | type[np.float64] | type[np.float32] | np.dtype[Any]

ForwardInclude: TypeAlias = Literal["activations", "sample_losses", "statistics"]
BackwardInclude: TypeAlias = ForwardInclude | Literal["activation_gradients", "norms"]

InputShape: TypeAlias = Sequence[int] | Mapping[str, Sequence[int]]
"""The shape of one sample, or of each input's by name where a network has several."""

Named: TypeAlias = str | Mapping[str, Any]
"""A loss or a metric: its name alone, a builder, or a mapping with a ``type`` and parameters."""

NetworkLike: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""A `Network`, a mapping as the contract writes it (``{"layers": [...]}``), or just the list of layers."""

Timeout: TypeAlias = float | httpx.Timeout | None
"""Seconds for each step of an exchange (connect, write, read), or None to wait without end."""

Weights: TypeAlias = Mapping[str, Mapping[str, ArrayLike]]
"""``{layer: {weight: array}}``; the ``state`` of a network has the same form."""


class NotGiven(enum.Enum):
    """The type of `NOT_GIVEN`, an argument that was left out, where None is a value of its own.

    ``timeout=None`` waits without end and ``api_key=None`` sends no key, while leaving them out means the client's
    default and ``CHAINRULE_API_KEY``.
    """

    NOT_GIVEN = "not given"

    def __repr__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN = NotGiven.NOT_GIVEN
