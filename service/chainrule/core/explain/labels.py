"""What the chapter calls things: ``x[0]``, ``w[0]``, ``b``, ``z``; with several units ``w[0][2]``, ``z[2]``."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.core.arrays import Shape
from chainrule.core.definition import INPUTS

LETTERS = {"kernel": "w", "bias": "b"}


def indexed(letter: str, index: Sequence[int]) -> str:
    """Write an entry.

    >>> indexed("w", (0, 2)), indexed("b", ())
    ('w[0][2]', 'b')
    """
    return letter + "".join(f"[{at}]" for at in index)


def of_input(name: str, index: Sequence[int]) -> str:
    """Write an entry of an input, whose sample stands beside it; of several inputs, each goes by its name.

    >>> of_input("inputs", (4, 0)), of_input("left", (4, 0))
    ('x[0]', 'left[0]')
    """
    return indexed("x" if name == INPUTS else name, index[1:])


def of_weight(name: str, index: Sequence[int], shape: Shape) -> str:
    """Write an entry of a weight; a single unit needs no number.

    >>> of_weight("kernel", (0, 2), (3, 4)), of_weight("kernel", (0, 0), (3, 1))
    ('w[0][2]', 'w[0]')
    >>> of_weight("bias", (0, 2), (1, 4)), of_weight("bias", (2,), (4,)), of_weight("bias", (0,), (1,))
    ('b[2]', 'b[2]', 'b')
    """
    row = name == "bias" and len(shape) > 1  # the chapter's bias is a matrix of one row
    return _of_unit(LETTERS.get(name, name), index[1:] if row else index, shape)


def of_output(letter: str, index: Sequence[int], shape: Shape) -> str:
    """Write an entry of a layer's output, whose sample stands beside it; a single unit needs no number.

    >>> of_output("z", (4, 2), (5, 3)), of_output("z", (4, 0), (5, 1))
    ('z[2]', 'z')
    """
    return _of_unit(letter, index[1:], shape)


def _of_unit(letter: str, index: Sequence[int], shape: Shape) -> str:
    return indexed(letter, index[:-1] if shape[-1] == 1 else index)
