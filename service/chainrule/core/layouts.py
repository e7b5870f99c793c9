"""How PyTorch lays out the weights that a layer has here, and what is to be sent for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from chainrule.core.arrays import Shape

MATRIX = (1, 0)
"""The order of axes that is called a transpose."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A weight as PyTorch has it: what is to be sent is one expression of NumPy."""

    here: str
    """What it is called here."""
    there: str = ""
    """What stands along its axes there, as in ``(out, in)``; nothing where that is the same."""
    order: tuple[int, ...] = ()
    """For each axis here, which one it is there."""
    joined: bool = False
    """Whether the last two axes here are one there, beside one of length 1."""
    value: str = ""
    """The expression, where it is more than another order of axes: of ``{name}``, ``{shape}`` and its first length."""
    also: str = ""
    """What is to be sent beside it."""

    def hint(self, name: str, wanted: Shape, got: Shape) -> str:
        """Say what is to be sent for a weight that came under PyTorch's name."""
        if not self.there or (got == wanted and self._shape_there(wanted) not in (None, wanted)):
            return called(self.here, wanted, got)
        return f"PyTorch's {name} is {self.there}: {self._send(name, wanted)}"

    def question(self, wanted: Shape, got: Shape) -> str:
        """Ask of a weight that came under its name here whether it still has PyTorch's layout, if it may have it."""
        if (self.order == MATRIX and not self.value) or got != self._shape_there(wanted):
            return ""
        return f": is it PyTorch's, {self.there}? then send {self.expression(self.here, wanted)}"

    def expression(self, name: str, shape: Shape) -> str:
        """Write what makes a weight of this shape here of one that is called so there."""
        if self.value:
            return self.value.format(shape[0], name=name, shape=shape)
        return f"np.transpose({name}, {self.order})" + (f".reshape{shape}" if self.joined else "")

    def _send(self, name: str, wanted: Shape) -> str:
        plain = self.order == MATRIX and not self.value
        what = "its transpose" if plain else self.expression(name, wanted)
        return f'send {what} as "{self.here}", {wanted}{self.also}'

    def _shape_there(self, here: Shape) -> Shape | None:
        """Give the shape that it has there, if that follows from the order of axes."""
        lengths = (*here[:-2], here[-2] * here[-1], 1) if self.joined else here
        if len(lengths) != len(self.order):
            return None
        return tuple(lengths[self.order.index(axis)] for axis in range(len(lengths)))


Layouts = Mapping[str, Layout]
"""By the names that they have in PyTorch."""

NONE: Layouts = MappingProxyType({})

FACTOR_AND_SHIFT: Layouts = {"weight": Layout("gamma"), "bias": Layout("beta")}
"""Those of a normalization."""


def called(here: str, wanted: Shape, got: Shape) -> str:
    """Say what a weight is called here, and its shape if another came.

    >>> called("kernel", (3, 2), (2, 3))
    'it is called "kernel" here: expected (3, 2), got (2, 3): is it transposed?'
    """
    return f'it is called "{here}" here' + ("" if got == wanted else f": {mismatch(wanted, got)}")


def mismatch(wanted: Shape, got: Shape) -> str:
    """Say what shape was expected and what came, and guess at a transposed matrix.

    >>> mismatch((2, 64), (64, 2))
    'expected (2, 64), got (64, 2): is it transposed?'
    """
    hint = ": is it transposed?" if len(wanted) == 2 and got == wanted[::-1] else ""
    return f"expected {wanted}, got {got}{hint}"


def recurrent(kernels: Layout, bias: str) -> Layouts:
    """Give those of a recurrent layer, whose two kernels have one layout and whose two biases make one here."""
    both = Layout("bias", "one of two biases", value=bias)
    return {
        "weight_ih_l0": kernels,
        "weight_hh_l0": replace(kernels, here="recurrent_kernel", there=kernels.there.replace("in)", "units)")),
        "bias_ih_l0": both,
        "bias_hh_l0": both,
    }


def of_side(layouts: Layouts, side: str, ending: str) -> dict[str, Layout]:
    """Give those of one direction of a recurrent layer, whose names end differently there."""
    return {
        name + ending: replace(one, here=side + one.here, value=one.value.replace("_l0", "_l0" + ending))
        for name, one in layouts.items()
    }
