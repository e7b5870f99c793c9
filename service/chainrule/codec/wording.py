"""How faults speak of values that came."""

from __future__ import annotations

from chainrule.errors import LONGEST_ECHO, excerpt

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


def not_finite(text: str) -> str:
    """What to say of a number that is none, or that float64 cannot hold.

    >>> not_finite("NaN"), not_finite("1e999")
    ('expected a finite number, got NaN', 'expected a finite number, got 1e999, which is beyond float64')
    """
    shown = text if len(text) <= LONGEST_ECHO else text[: LONGEST_ECHO - 1] + "…"
    beyond = ", which is beyond float64" if text[-1].isdigit() else ""
    return f"expected a finite number, got {shown}{beyond}"


def quotes_hint(value: object) -> str:
    """A hint for a number that was sent as a text.

    >>> quotes_hint("1.5"), quotes_hint("one"), quotes_hint(None)
    (': numbers have no quotes', '', '')
    """
    try:
        float(value if isinstance(value, str) else "")
    except ValueError:
        return ""
    return ": numbers have no quotes"
