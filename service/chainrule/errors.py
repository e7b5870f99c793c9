"""What can be wrong with a request, said once for every room of the house.

``InputError`` is raised wherever a fault is found (codec, schemas, core) and knows nothing of HTTP; ``api/problems.py``
alone turns codes into statuses. ``DeadlineExceeded`` and ``Abandoned`` stop what takes too long, or is for nobody.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Literal, TypeVar

T = TypeVar("T")

ErrorCode = Literal[
    "all_targets_ignored",
    "body_too_large",
    "conflicting_fields",
    "deadline_exceeded",
    "duplicate_name",
    "empty_batch",
    "invalid_parameter",
    "invalid_targets",
    "malformed_encoding",
    "malformed_json",
    "malformed_safetensors",
    "method_not_allowed",
    "missing_field",
    "missing_loss",
    "missing_weight",
    "network_too_large",
    "non_finite_input",
    "non_finite_result",
    "not_a_number",
    "not_acceptable",
    "not_explainable",
    "not_found",
    "overloaded",
    "ragged_array",
    "shape_mismatch",
    "target_out_of_range",
    "unauthorized",
    "unexpected_weight",
    "unknown_activation",
    "unknown_field",
    "unknown_input",
    "unknown_layer",
    "unknown_loss",
    "unknown_metric",
    "unsupported_media_type",
]
"""Every code of the contract: a closed list, with a page for each under ``docs/problems``."""

MOST_FAULTS = 10
"""How many faults a problem tells at the most."""

MOST_COMPARED = 100
"""With how many known words an unknown one is compared whole."""

LONGEST_ECHO = 80
"""Characters of the caller's own value that a detail repeats at the most."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: what kind it is, where it stands, and what would be right."""

    code: ErrorCode
    pointer: str
    """RFC 6901 pointer into the request; ``""`` is the whole of it."""
    detail: str


class InputError(Exception):
    """A request that cannot be answered, with every fault that was found in it."""

    def __init__(self, code: ErrorCode, pointer: str, detail: str) -> None:
        super().__init__(f"{code} at {pointer or 'the request'}: {detail}")
        self.faults: tuple[Fault, ...] = (Fault(code, pointer, detail),)

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> InputError:
        """Join several faults; the first one names the problem, and those that nobody is told are not looked for."""
        kept = tuple(islice(faults, MOST_FAULTS))
        error = cls(kept[0].code, kept[0].pointer, kept[0].detail)
        error.faults = kept
        return error


class DeadlineExceeded(Exception):  # noqa: N818 (named as the contract's code)
    """The time for computing an answer is over."""


class Abandoned(Exception):  # noqa: N818 (nothing went wrong: nobody waits any more)
    """The caller has gone; the rest of the computation is for nobody."""


Proceed = Callable[[], None]
"""Called by whatever may take long wherever it may stop: raises ``DeadlineExceeded`` or ``Abandoned`` to stop it."""


def go_on() -> None:
    """Stop nothing: the ``Proceed`` of whoever has all the time."""


def going_on(items: Iterable[T], proceed: Proceed) -> Iterator[T]:
    """Give the items one after the other, and ask before each of them whether to go on."""
    for item in items:
        proceed()
        yield item


def refuse(faults: Iterable[Fault]) -> None:
    """Raise an ``InputError`` if there are faults; of a generator, no more are made than are told."""
    if found := tuple(islice(faults, MOST_FAULTS)):
        raise InputError.of(found)


def pointer(*keys: str | int) -> str:
    """The RFC 6901 pointer of a path of keys; it ends above a key that is too long to be repeated.

    >>> pointer("weights", "mix", "query/kernel")
    '/weights/mix/query~1kernel'
    """
    told = takewhile(lambda key: len(key) <= LONGEST_ECHO, map(str, keys))
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in told)


def excerpt(value: object) -> str:
    """A value of the caller's, short enough to be repeated.

    >>> excerpt("relu")
    '"relu"'
    """
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_ECHO else text[: LONGEST_ECHO - 1] + "…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or lists what is known.

    >>> did_you_mean("dens", ["dense", "relu"])
    ': did you mean "dense"?'
    """
    names = sorted(known)
    near = nearest(word[:LONGEST_ECHO], names)
    if near is not None:
        return f': did you mean "{near}"?'
    listed = ", ".join(names)
    return f": known are {listed}" if names and len(listed) <= 4 * LONGEST_ECHO else ""


def nearest(word: str, names: Sequence[str]) -> str | None:
    """Find the name that a word is a misspelling of, if it is one: not merely the most similar name.

    >>> nearest("activaton", ["activation", "units"])
    'activation'
    >>> nearest("minimum", ["maximum", "multiply"]) is None
    True
    """
    likely = names if len(names) <= MOST_COMPARED else _beginning_alike(word, names)
    letters = _letters(word)
    found = [(slips, name) for name in likely if (slips := _slips(letters, _letters(name))) is not None]
    return min(found)[1] if found else None


def _letters(word: str) -> str:
    """Leave out what people write differently without misspelling it."""
    return word.lower().translate(dict.fromkeys(map(ord, "_- ")))


def _slips(word: str, name: str) -> int | None:
    """Count letters that are wrong, missing, too many, or swapped with the next one: None beyond what is a misspelling.

    A long name may have two such slips, a shorter one one, and of three letters none: another word is as near. The
    first letter is hardly ever wrong, and numbers are meant: ``conv3d`` is no misspelling of ``conv2d``.
    """
    shorter = min(len(word), len(name))
    most = 0 if shorter < 4 else 1 if shorter < 9 else 2
    if abs(len(word) - len(name)) > most or word[:1] not in name[:2] or name[:1] not in word[:2]:
        return None
    numbers = _numbers(word)
    if numbers and numbers != _numbers(name):
        return None
    slips = _slips_within(most, word, name)
    return slips if slips <= most else None


def _numbers(word: str) -> list[str]:
    return [one for one in word if one.isdigit()]


def _slips_within(most: int, word: str, name: str) -> int:
    """Walk along both words while they agree, and try each slip where they do not; beyond ``most`` it matters not."""
    same = next((at for at, (one, other) in enumerate(zip(word, name, strict=False)) if one != other), None)
    if same is None:
        return abs(len(word) - len(name))
    if most == 0:
        return 1
    word, name = word[same:], name[same:]
    tails = [(word[1:], name[1:]), (word[1:], name), (word, name[1:])]
    if word[:2] == name[1::-1]:
        tails.append((word[2:], name[2:]))
    return 1 + min(_slips_within(most - 1, *tail) for tail in tails)


def _beginning_alike(word: str, names: Iterable[str]) -> list[str]:
    """Choose the names that share the longest beginning with a word: that takes no time beside comparing them whole."""
    letters = _letters(word)

    def shared(name: str) -> int:
        pairs = enumerate(zip(letters, _letters(name), strict=False))
        return next((at for at, (one, other) in pairs if one != other), len(name))

    return heapq.nlargest(MOST_COMPARED, names, key=shared)
