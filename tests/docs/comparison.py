"""Whether an answer holds what a document shows of it: a number is right if it rounds to the digits that are shown."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

NOISE = 1e-12
"""What arithmetic may differ by from machine to machine."""

NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d*)?(?:e[+-]?\d+)?", re.IGNORECASE)


def parse_shown(text: str) -> Any:
    """Read JSON so that numbers keep the digits that they are shown with."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def rounds_to(real: float, shown: Decimal) -> bool:
    """Whether a number is the one shown, as far as it is shown.

    >>> rounds_to(0.03333, Decimal("0.0333")), rounds_to(0.03333, Decimal("0.0334"))
    (True, False)
    >>> rounds_to(6.4, Decimal("6")), rounds_to(6.0, Decimal("6"))
    (False, True)
    """
    exponent = shown.as_tuple().exponent
    assert isinstance(exponent, int)
    half = 0.5 * 10.0**exponent if exponent < 0 else 0.0  # a whole number is shown whole
    return abs(real - float(shown)) <= max(half * (1 + 1e-9), NOISE * max(1.0, abs(real)))


def difference(real: Any, shown: Any, where: str = "") -> str | None:
    """Say what in an answer is not as shown; None if all of it is. Keys that are not shown do not matter.

    >>> difference({"outputs": [[6.0]], "loss": None}, {"outputs": [[Decimal("6")]]})
    >>> difference({"outputs": [[6.0]]}, {"outputs": [[Decimal("7")]]})
    'outputs/0/0 is 6.0, shown is 7'
    """
    if isinstance(shown, dict) and isinstance(real, dict):
        missing = [key for key in shown if key not in real]
        if missing:
            return f"{where or 'the answer'} has no {missing[0]}"
        return _first(difference(real[key], value, f"{where}{key}/") for key, value in shown.items())
    if isinstance(shown, list) and isinstance(real, list):
        if len(real) != len(shown):
            return f"{where.rstrip('/')} has {len(real)} entries, shown are {len(shown)}"
        pairs = enumerate(zip(real, shown, strict=True))
        return _first(difference(one, other, f"{where}{at}/") for at, (one, other) in pairs)
    if isinstance(shown, Decimal) and isinstance(real, int | float) and not isinstance(real, bool):
        same = rounds_to(real, shown)
    else:
        same = type(real) is type(shown) and real == shown
    return None if same else f"{where.rstrip('/')} is {real!r}, shown is {shown}"


def text_difference(real: str, shown: str, *, varies: bool = False) -> str | None:
    """Say in what a printed text is not as shown: words exactly, spaces not, numbers as far as they are shown.

    >>> text_difference("loss: 1.098607", "loss: 1.0986")
    >>> text_difference("took 3.1 ms", "took 9.9 ms", varies=True)
    """
    if _words(real) != _words(shown):
        return f"printed is\n{real}\nshown is\n{shown}"
    pairs = zip(NUMBER.findall(real), NUMBER.findall(shown), strict=True)
    wrong = [(one, other) for one, other in pairs if not rounds_to(_float(one), Decimal(other.replace(",", "")))]
    return f"printed is {wrong[0][0]}, shown is {wrong[0][1]}" if wrong and not varies else None


def _words(text: str) -> list[str]:
    return NUMBER.sub(" # ", text).split()


def _float(text: str) -> float:
    return float(text.replace(",", ""))


def _first(differences: Any) -> str | None:
    return next((one for one in differences if one is not None), None)
