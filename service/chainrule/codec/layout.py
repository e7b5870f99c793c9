"""Where arrays stand in a request, and what they are called as tensors: said here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chainrule.errors import did_you_mean

Keys = tuple[str, ...]
"""The keys that lead from the top of a document to an array."""


@dataclass(frozen=True, slots=True)
class Place:
    """What may stand at a place of a request: an array, or an object whose members have places of their own.

    Examples
    --------
    >>> REQUEST.under("weights").under("hidden").under("kernel").array
    True
    >>> REQUEST.under("network").array
    False
    """

    array: bool = False
    named: Mapping[str, Place] = field(default_factory=dict)
    others: Place | None = None
    """The place of members that `named` does not know."""

    def under(self, key: str) -> Place:
        """The place of an object's member."""
        return self.named.get(key) or self.others or PLAIN


PLAIN = Place()
"""No arrays here or below."""

ARRAY = Place(array=True)

_BY_LAYER = Place(others=Place(others=ARRAY))

REQUEST = Place(
    named={
        "weights": _BY_LAYER,
        "state": _BY_LAYER,
        "batch": Place(
            named={
                "inputs": Place(array=True, others=ARRAY),
                "targets": ARRAY,
                "sample_weights": ARRAY,
                "output_gradients": ARRAY,
            }
        ),
    }
)

_BATCH = tuple(REQUEST.under("batch").named)
_TENSORS = (*(f"batch.{name}" for name in _BATCH), "weights.<layer>/<weight>", "state.<layer>/<weight>")


class UnknownTensorError(ValueError):
    """A tensor whose name is none of a request's, with the path where it would stand."""

    def __init__(self, path: Keys, detail: str) -> None:
        super().__init__(detail)
        self.path = path


def request_path(name: str) -> Keys:
    """Where a tensor of a request stands in the document.

    Raises
    ------
    UnknownTensorError
        The name means nothing in a request.

    Examples
    --------
    >>> request_path("weights.block.1/query/kernel")  # layers may have dots, weights may have slashes
    ('weights', 'block.1', 'query/kernel')
    >>> request_path("batch.inputs.left")
    ('batch', 'inputs', 'left')
    """
    part, dot, rest = name.partition(".")
    if part in ("weights", "state") and dot:
        layer, slash, weight = rest.partition("/")
        if slash:
            return part, layer, weight
        raise UnknownTensorError((part, rest), f'expected "{part}.<layer>/<weight>", which has a slash')
    if part == "batch" and dot:
        first, dot, below = rest.partition(".")
        if rest in _BATCH:
            return part, rest
        if first == "inputs" and dot:
            return part, first, below
        raise UnknownTensorError((part, rest), f"unknown tensor{did_you_mean(name, _TENSORS)}")
    raise UnknownTensorError((name,), f"unknown tensor{did_you_mean(name, _TENSORS)}")


def response_name(path: Keys) -> str:
    """What an array of an answer is called as a tensor.

    Examples
    --------
    >>> response_name(("gradients", "weights", "hidden", "query/kernel"))
    'gradients.weights.hidden/query/kernel'
    >>> response_name(("state", "block.1", "moving_mean")), response_name(("activations", "block.1"))
    ('state.block.1/moving_mean', 'activations.block.1')
    """
    match path:
        case ("weights" | "state", _, _) | ("gradients", "weights", _, _):
            *parts, layer, weight = path
            return f"{'.'.join(parts)}.{layer}/{weight}"
        case _:
            return ".".join(path)
