# Made by `make generate` from the classes in service/chainrule/core: edit those.
"""Penalties on weights: a layer's ``kernel_regularizer`` or ``bias_regularizer``.

>>> L2(1e-4)
L2(l2=0.0001)
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, TypeAlias

from ._parts import Regularizer

RegularizerName: TypeAlias = Literal["l1", "l1_l2", "l2"]
"""The names that may stand alone, for the defaults."""


AnyRegularizer: TypeAlias = RegularizerName | Regularizer | dict[str, Any]
"""A name, a builder or a dict."""


class L1(Regularizer):
    """Penalizes absolute values: ``l1 · Σ|w|``, with the gradient ``l1 · sign(w)``; the sign of 0 is 0.

    Parameters
    ----------
    l1
        Factor of the absolute values.
    """

    __slots__ = ()
    type: ClassVar[str] = "l1"
    _positional: ClassVar[tuple[str, ...]] = ("l1",)

    def __init__(self, l1: float = 0.01) -> None: ...


class L1L2(Regularizer):
    """Penalizes absolute values and squares: ``l1 · Σ|w| + l2 · Σw²``.

    Its gradient is ``l1 · sign(w) + 2 · l2 · w``; the sign of 0 is 0. PyTorch's weight decay ``d`` is ``l2 = d / 2``.

    Parameters
    ----------
    l1
        Factor of the absolute values.
    l2
        Factor of the squares, without the 1/2 that some frameworks put before it.
    """

    __slots__ = ()
    type: ClassVar[str] = "l1_l2"
    _positional: ClassVar[tuple[str, ...]] = ("l1",)

    def __init__(self, l1: float = 0.01, *, l2: float = 0.01) -> None: ...


class L2(Regularizer):
    """Penalizes squares: ``l2 · Σw²``, with the gradient ``2 · l2 · w``.

    Parameters
    ----------
    l2
        Factor of the squares, without the 1/2 that some frameworks put before it.
    """

    __slots__ = ()
    type: ClassVar[str] = "l2"
    _positional: ClassVar[tuple[str, ...]] = ("l2",)

    def __init__(self, l2: float = 0.01) -> None: ...


__all__ = ["L1", "L1L2", "L2", "Regularizer"]
