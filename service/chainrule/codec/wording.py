"""How faults speak of values that came."""

from __future__ import annotations

from chainrule.errors import excerpt

Path = tuple[str | int, ...]
"""The keys and indices that lead from the top of a document to a value."""


def described(value: object) -> str:
    """A value from the wire in a few words, as the sender would call it.

    >>> described(True), described(None), described("1.5"), described([1]), described({})
    ('true', 'null', '"1.5"', 'a list', 'an object')
    """
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return excerpt(value)
