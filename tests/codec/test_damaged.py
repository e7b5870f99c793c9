"""Damaged bodies: each is refused with a fault of the contract, or read as a second opinion reads it.

``DAMAGED_BODIES=1000000 pytest tests/codec/test_damaged.py`` makes it a longer run, with other bodies.
"""

from __future__ import annotations

import json
import os
import random
import struct
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import safetensors
import safetensors.numpy

from chainrule.codec import JSON, SAFETENSORS, decode, decompress, lifting
from chainrule.codec.compression import BodyTooLarge
from chainrule.errors import Fault, InputError, pointer
from tests.codec import reference
from tests.codec.comparison import same
from tests.codec.test_base64_form import form
from tests.codec.test_compression import COMPRESS

TOKENS = [
    *(bytes([byte]) for byte in b'[]{}",:.-+eE0123456789tfnNI \\/=\x00\xff\n'),
    *b"[[ ]] ],[ {} [] null true NaN -Infinity 1e999 -0 01 1. 1e5 0, ,0 \\u0000 \\ud800 18446744073709551616".split(),
    *b'"" "dtype":"int8", "base64":" "kernel":[1], \xc3\xa9 \xed\xa0\x80 \xef\xbb\xbf'.split(),
]

REQUESTS: list[dict[str, Any]] = [
    {
        "network": {"layers": [{"type": "dense", "units": 2, "name": "h", "activation": "relu"}]},
        "weights": {"h": {"kernel": [[0.5, -1], [2.25, 3e-5]], "bias": [0, 18446744073709551615]}},
        "batch": {"inputs": [[1.0, 2.0], [3.0, 4.0]], "targets": [0, 1]},
        "loss": "cross_entropy",
        "options": {"seed": 7, "training": False},
    },
    {
        "weights": {"a.b": {"query/kernel": form(np.array([[1, 2]], np.float32)), "é": [[[1.5], [2]], [[3], [4]]]}},
        "state": {"n": {"moving_mean": form(np.arange(3))}},
        "batch": {"inputs": {"left": [[1]], "right": form(np.zeros((1, 2)))}, "output_gradients": [[], []]},
    },
    {"batch": {"inputs": form(np.array([[1, 2], [3, 4]], np.int8)), "sample_weights": 1}, "note": '[{é"\\\n'},
]
JSON_BODIES = [json.dumps(one, ensure_ascii=ascii_only).encode() for one in REQUESTS for ascii_only in (True, False)]
SAFETENSORS_BODIES = [
    safetensors.numpy.save({"batch.inputs": np.eye(2)}, {"request": '{"loss": "mse"}'}),
    safetensors.numpy.save(
        {
            "weights.a.b/query/kernel": np.array([[1, 2]], np.float32),
            "batch.inputs.left": np.array([1, 2, 3], np.int8),
            "state.n/m": np.zeros(0),
        },
        {"request": '{"weights": {}, "batch": {"inputs": {}}}'},
    ),
]


def damaged(body: bytes, dice: random.Random) -> bytes:
    """A body with up to four places changed: cut out, doubled, flipped, or with something put in."""
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(body) + 1)
        length = dice.choice((1, 1, 2, 5, 20))
        put = dice.choice(TOKENS)
        elsewhere = dice.randrange(len(body) + 1)
        body = dice.choice(
            (
                body[:at] + body[at + length :],
                body[:at] + put + body[at:],
                body[:at] + put + body[at + len(put) :],
                body[:at] + body[elsewhere : elsewhere + length] + body[at:],
                body[: at + length] + body[at:],
                body[:at] + bytes([dice.randrange(256)]) + body[at + 1 :],
                body[:at] if dice.random() < 0.2 else body,
            )
        )
    return body


COUNT = int(os.environ.get("DAMAGED_BODIES", "3000"))


def accepted(body: bytes, media_type: str) -> Any:
    """The document of a body, or nothing if it is refused as the contract has it; anything else fails the test."""
    try:
        return decode(body, media_type)
    except InputError as error:
        check_faults(error.faults)
        return None


def check_faults(faults: tuple[Fault, ...]) -> None:
    """There are some, not many, and each can be sent."""
    assert 1 <= len(faults) <= 10
    for fault in faults:
        assert fault.pointer == "" or fault.pointer.startswith("/")
        json.dumps([fault.code, fault.pointer, fault.detail], ensure_ascii=False).encode()


@pytest.mark.parametrize("lifted", [False, True], ids=["whole", "without its texts in base64"])
def test_damaged_json_is_refused_or_read_as_the_standard_library_reads_it(
    monkeypatch: pytest.MonkeyPatch, *, lifted: bool
) -> None:
    if lifted:
        for limit in ("SMALLEST", "SHORTEST", "SHARE"):
            monkeypatch.setattr(lifting, limit, 0)
    dice = random.Random(COUNT + lifted)
    outcomes = {True: 0, False: 0}
    for _ in range(COUNT):
        body = damaged(dice.choice(JSON_BODIES), dice)
        document = accepted(body, JSON)
        assert same(document, reference.read(body)), body
        outcomes[document is None] += 1
    assert min(outcomes.values()) > COUNT / 20


def test_damaged_safetensors_are_refused_or_read_as_the_official_package_reads_them() -> None:
    dice = random.Random(COUNT)
    outcomes = {True: 0, False: 0}
    for _ in range(COUNT):
        body = damaged(dice.choice(SAFETENSORS_BODIES), dice)
        if dice.random() < 0.7:  # a length that fits again, so that what is behind it gets looked at
            end = body.find(b"}}", 8) + 2
            body = struct.pack("<Q", max(end - 8, 0)) + body[8:]
        document = accepted(body, SAFETENSORS)
        outcomes[document is None] += 1
        if document is not None:
            check_tensors(document, body)
    assert min(outcomes.values()) > COUNT / 100


def check_tensors(document: Any, body: bytes) -> None:
    """Each tensor of the official package is in the document, to the byte."""
    for name, tensor in safetensors.deserialize(body):
        part, _, rest = name.partition(".")
        keys = rest.split("/", 1) if part != "batch" else rest.split(".", 1)
        array = document[part]
        for key in keys:
            array = array[key]
        assert array.tobytes() == bytes(tensor["data"]), pointer(part, *keys)
        assert list(array.shape) == tensor["shape"]


@pytest.mark.parametrize("encoding", sorted(COMPRESS))
def test_damaged_compression_is_refused_or_within_the_limit(encoding: Any) -> None:
    dice = random.Random(COUNT)
    compressed = [COMPRESS[encoding](body) for body in JSON_BODIES]
    for _ in range(COUNT):
        with suppress(InputError, BodyTooLarge):
            assert len(decompress(damaged(dice.choice(compressed), dice), encoding, 2_000)) <= 2_000


def test_any_bytes_at_all_are_refused() -> None:
    dice = random.Random(COUNT)
    for _ in range(COUNT):
        body = dice.randbytes(dice.randrange(60))
        assert accepted(body, JSON) is None
        assert accepted(body, SAFETENSORS) is None
