"""What ``gradcheck`` and ``jacobian`` give back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chainrule_client._results.answer import Answer
from chainrule_client._tables import table
from chainrule_client._types import Array


@dataclass(frozen=True, slots=True)
class TensorCheck:
    """How the gradient of one tensor compares with the numerical one."""

    tensor: str
    """Its JSON pointer in the request, for example ``/weights/hidden/kernel``."""
    checked: int
    """How many of its entries were compared."""
    largest_difference: float
    """Between the two gradients, over these entries."""
    largest_gradient: float
    """The largest absolute value of the gradient, over these entries."""
    at: tuple[int, ...]
    """The entry with the largest difference."""
    passed: bool
    """Whether that is at most ``tolerance``, or ``tolerance`` times the largest gradient where it is above 1."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Gradcheck(Answer):
    """The answer of ``gradcheck``. Printed it is a table, a line a tensor."""

    passed: bool
    """Whether every tensor passed."""
    tensors: Mapping[str, TensorCheck]
    """By their JSON pointers: ``tensors["/weights/hidden/kernel"]``."""

    @property
    def failed(self) -> tuple[TensorCheck, ...]:
        """The tensors that did not pass, the one that is furthest off first."""
        failed = [one for one in self.tensors.values() if not one.passed]
        return tuple(sorted(failed, key=lambda one: -one.largest_difference))

    def __str__(self) -> str:
        return "\n".join(table(_HEADINGS, map(_cells, self.tensors.values())))


_HEADINGS = {"tensor": "<", "checked": ">", "largest difference": ">", "at": "<", "": "<"}


def _cells(one: TensorCheck) -> tuple[str, ...]:
    verdict = "passed" if one.passed else "FAILED"
    return one.tensor, f"{one.checked:,}", f"{one.largest_difference:.2g}", str(one.at), verdict


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Jacobian(Answer):
    """The answer of ``jacobian``."""

    outputs: Array
    """What the last layer gives, one row a sample."""
    jacobian: Array | Mapping[str, Array | None] | None
    """Of the shape ``(N, *output shape, *input shape)``: ``jacobian[n, j, i]`` says how output j of sample n changes
    with its input i. A mapping for a network with several inputs; None for integer inputs."""
