"""The examples as a reader runs them: a process each, against a real service, and what they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.docs.comparison import NUMBER
from tests.server import Server

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
TESTED = ("batch", "decoder_block", "digits", "fused", "neuron", "softmax_jacobian", "spiral")


def printed_by(name: str, server: Server) -> str:
    """What an example prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / f"{name}.py"],
        env=os.environ | {"CHAINRULE_URL": server.url, "NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode:
        pytest.fail(f"{name} ended with {done.returncode}:\n{done.stdout}{done.stderr}", pytrace=False)
    return done.stdout


def numbers_after(label: str, text: str) -> list[float]:
    """The numbers between a label and the next line that has a word in it."""
    _, _, rest = text.partition(label)
    assert rest, f"{label!r} was not printed:\n{text}"
    lines = []
    for at, line in enumerate(rest.splitlines()):
        if at and re.search(r"[A-Za-z]", line.replace("e-", "")):
            break
        lines.append(line)
    return [float(one.replace(",", "")) for one in NUMBER.findall("\n".join(lines))]


def test_every_example_is_tested() -> None:
    assert sorted(path.stem for path in EXAMPLES.glob("*.py")) == sorted(TESTED)


def test_the_neuron_goes_from_products_to_one_step_of_descent(server: Server) -> None:
    text = printed_by("neuron", server)

    assert numbers_after("  products", text) == [-3, 2, 6]
    assert numbers_after("  sum", text) == numbers_after("  relu", text) == [6]
    assert numbers_after("  at relu", text) == numbers_after("  at sum", text) == [1]
    assert numbers_after("  at products", text) == [1, 1, 1]
    assert numbers_after("  dw", text)[:3] == [1, -2, 3]
    assert numbers_after("  db", text) == [1]
    assert numbers_after("  dx", text)[:3] == [-3, -1, 2]
    assert numbers_after("  w ", text) == [-3.001, -0.998, 1.997]
    assert numbers_after("  b ", text) == [0.999]
    assert "output 6.000 -> 5.985" in text


def test_a_batch_follows_the_formulas_and_one_step_lowers_its_output(server: Server) -> None:
    text = printed_by("batch", server)

    assert numbers_after("samples (1, 3)", text) == [6, 6, 6]
    before, after = numbers_after("output before (3, 3)", text), numbers_after("output after (3, 3)", text)
    assert len(before) == len(after) == 9
    assert all(then <= now for now, then in zip(before, after, strict=True))
    start, end = numbers_after("weighed by the upstream rows:", text)
    assert end < start


def test_unit_vectors_give_the_rows_of_the_softmax_jacobian(server: Server) -> None:
    text = printed_by("softmax_jacobian", server)

    s = np.array([0.7, 0.1, 0.2])
    rows = [numbers_after(f"row {at}:", text) for at in range(3)]
    np.testing.assert_allclose(rows, np.diag(s) - np.outer(s, s), atol=1e-12)
    assert numbers_after("diag(s) - s sT:", text)[0] < 1e-15
    assert numbers_after("upstream @ matrix:", text)[0] < 1e-12


def test_the_fused_step_equals_the_two_steps_and_both_are_timed(server: Server) -> None:
    text = printed_by("fused", server)

    fused, two_steps = numbers_after("fused: True", text), numbers_after("fused: False", text)
    np.testing.assert_allclose(fused[:3], [-0.1, 0.0333, 0.0667], atol=1e-12)
    assert fused == two_steps
    assert numbers_after("largest difference:", text)[0] <= 1e-12
    one, two, ratio = numbers_after("computing in the service: one step", text)
    assert ratio == pytest.approx(two / one, abs=0.06)
    assert len(numbers_after("from end to end: one step", text)) == 3


def test_the_whole_model_starts_at_a_third_everywhere(server: Server) -> None:
    text = printed_by("spiral", server)

    outputs = numbers_after("first five outputs", text)
    assert len(outputs) == 15
    np.testing.assert_allclose(outputs, 1 / 3, atol=1e-4)
    loss, _, ln_3 = numbers_after("loss:", text)
    assert loss == pytest.approx(ln_3, abs=1e-4)
    assert ln_3 == pytest.approx(np.log(3), abs=1e-6)
    assert 0.2 < numbers_after("accuracy:", text)[0] < 0.5
    sizes = {"hidden kernel": 6, "hidden bias": 3, "scores kernel": 9, "scores bias": 3}
    for name, size in sizes.items():
        gradient = numbers_after(f"gradient of {name}", text)
        assert len(gradient) == size
        assert any(gradient)


def test_digits_are_learned_to_95_percent(server: Server) -> None:
    text = printed_by("digits", server)

    images, accuracy = numbers_after("accuracy on", text)
    assert images == 450
    assert accuracy >= 95


def test_the_decoder_block_learns_a_sentence(server: Server) -> None:
    text = printed_by("decoder_block", server)

    assert numbers_after("loss at first", text)[0] > 3
    assert numbers_after("loss at last", text)[0] < 0.3
    assert numbers_after("accuracy", text)[0] > 0.9
