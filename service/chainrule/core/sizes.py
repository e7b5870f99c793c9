"""Parameters that say something for each axis of an image: one number for all of them, or a list with one for each."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, NonNegativeInt, PositiveInt, Tag

Sizes = int | list[int]
"""A number for every axis, or one for each."""

Margins = int | list[list[int]]
"""A number for both ends of every axis, or ``[before, after]`` for each."""

Rule = Literal["valid", "same"]
"""Padding by a rule: none, or so that a stride of 1 keeps the length."""

DataFormat = Literal["channels_last", "channels_first"]
"""Where an image has its channels."""

PADDINGS = {
    "same": 'it is "same" in small letters',
    "valid": 'it is "valid" in small letters',
    "same_upper": 'ONNX\'s SAME_UPPER is "same"',
    "notset": "ONNX's pads are counted here: [before, after] for each axis",
}
DATA_FORMATS = {
    **dict.fromkeys(("nhwc", "nwc", "last"), 'it is "channels_last"'),
    **dict.fromkeys(("nchw", "ncw", "first"), 'it is "channels_first"'),
}
"""What other frameworks write for both, in small letters."""


def _one_or(axes: int, example: str) -> Discriminator:
    """Tell one number from a list, so that a fault is told of the form that was meant."""

    def form(value: Any) -> str | None:
        return "each" if isinstance(value, list) and len(value) == axes else _number(value)

    expected = f"must be a whole number, or a list of {axes}, as in {example}"
    return Discriminator(form, custom_error_type="sizes", custom_error_message=expected)


def _one_or_pairs(axes: int, example: str, *names: str) -> Discriminator:
    """Tell one number from a name and from a list of pairs."""

    def form(value: Any) -> str | None:
        if isinstance(value, str):
            return "name" if value in names else None
        if isinstance(value, list):
            pairs = len(value) == axes and all(isinstance(one, list) and len(one) == 2 for one in value)
            return "each" if pairs else None
        return _number(value)

    listed = "".join(f'"{name}", ' for name in names)
    expected = f"must be {listed}a whole number, or [before, after] for each axis, as in {example}"
    return Discriminator(form, custom_error_type="margins", custom_error_message=expected)


def _number(value: Any) -> str | None:
    return "all" if isinstance(value, int) and not isinstance(value, bool) else None


_All = Annotated[PositiveInt, Tag("all")]
_AllOrNone = Annotated[NonNegativeInt, Tag("all")]
_Name = Annotated[Rule, Tag("name")]
_Pair = Annotated[list[NonNegativeInt], Field(min_length=2, max_length=2)]

Sizes1d = Annotated[
    _All | Annotated[list[PositiveInt], Field(min_length=1, max_length=1), Tag("each")],
    _one_or(1, "[3]"),
]
"""A size on a sequence."""

Sizes2d = Annotated[
    _All | Annotated[list[PositiveInt], Field(min_length=2, max_length=2), Tag("each")],
    _one_or(2, "[3, 5]"),
]
"""A size on an image: one for both axes, or one for each."""

Counts2d = Annotated[
    _AllOrNone | Annotated[list[NonNegativeInt], Field(min_length=2, max_length=2), Tag("each")],
    _one_or(2, "[1, 0]"),
]
"""A number of rows and columns, which may be none."""

Margins2d = Annotated[
    _AllOrNone | Annotated[list[_Pair], Field(min_length=2, max_length=2), Tag("each")],
    _one_or_pairs(2, "[[1, 0], [2, 2]]"),
]
"""What is put around an image: as much on all four sides, or so much on each."""

Padding1d = Annotated[
    _Name | _AllOrNone | Annotated[list[_Pair], Field(min_length=1, max_length=1), Tag("each")],
    _one_or_pairs(1, "[[1, 0]]", "valid", "same"),
]
"""What is put around a sequence before windows slide over it: a rule, as much at both ends, or so much at each."""

Padding2d = Annotated[
    _Name | _AllOrNone | Annotated[list[_Pair], Field(min_length=2, max_length=2), Tag("each")],
    _one_or_pairs(2, "[[1, 0], [2, 2]]", "valid", "same"),
]
"""What is put around an image before windows slide over it: a rule, as much on all four sides, or so much on each."""


def each_axis(value: Sizes, axes: int) -> tuple[int, ...]:
    """Give the number of each axis.

    >>> each_axis(3, 2), each_axis([3, 5], 2)
    ((3, 3), (3, 5))
    """
    return (value,) * axes if isinstance(value, int) else tuple(value)


def each_margin(value: Margins, axes: int) -> tuple[tuple[int, int], ...]:
    """Give what stands before and behind each axis.

    >>> each_margin(1, 2), each_margin([[1, 0], [2, 2]], 2)
    (((1, 1), (1, 1)), ((1, 0), (2, 2)))
    """
    return ((value, value),) * axes if isinstance(value, int) else tuple((before, after) for before, after in value)
