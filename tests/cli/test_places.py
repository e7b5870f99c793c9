"""A pointer leads to a line and a column, whatever stands before it."""

from __future__ import annotations

import pytest

from chainrule.cli.places import Spot, spot_of

TEXT = """{
  "network": {"layers": [{"type": "dense"}, {"type": "relu"}]},
  "weights": {"a/b": {"k~": [[1, -2.5e3], ["x", null]]}},
\t"é": {"ü": 7}, "deep": {"skipped": [[[1, 2], {"no": [true, "]"]}], {}, []], "here": "it \\"is\\""}
}
"""


@pytest.mark.parametrize(
    ("pointer", "shown"),
    [
        ("/network/layers/1/type", '"relu"'),
        ("/network/layers/1", "{"),
        ("/weights/a~1b/k~0/0/1", "-2.5e3"),
        ("/weights/a~1b/k~0/1/0", '"x"'),
        ("/weights/a~1b/k~0/1/1", "null"),
        ("/é/ü", "7"),
        ("/deep/here", '"it \\"is\\""'),
        ("", "{"),
    ],
)
def test_a_value_is_found(pointer: str, shown: str) -> None:
    spot = spot_of(TEXT.encode(), pointer)
    assert spot is not None
    line = TEXT.splitlines()[spot.line - 1]
    assert line[spot.column - 1 :][: spot.length] == shown


@pytest.mark.parametrize(
    ("pointer", "around"),
    [("/loss", ""), ("/network/layers/1/units", "/network/layers/1"), ("/network/layers/7/x", "/network/layers")],
)
def test_what_is_missing_is_shown_where_it_would_stand(pointer: str, around: str) -> None:
    assert spot_of(TEXT.encode(), pointer) == spot_of(TEXT.encode(), around)


def test_what_the_pointer_does_not_reach_is_not_looked_at() -> None:
    assert spot_of(b'{"a": 1, "b": [}', "/a") == Spot(1, 7, 1)


@pytest.mark.parametrize("text", [b"", b"[1, 2", b'{"a" 1}', b"\xff\xfe"])
def test_a_text_that_is_no_json_has_no_places(text: bytes) -> None:
    assert spot_of(text, "/b") is None


def test_many_values_before_it_are_stepped_over() -> None:
    text = b'{"many": [' + b"[1.5, 2.5, 3.5],\n" * 5_000 + b'[0]], "here": 1}'
    assert spot_of(text, "/here") == Spot(5_001, 15, 1)
    assert spot_of(text, "/many/4999/2") == Spot(5_000, 12, 3)
