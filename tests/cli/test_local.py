"""The commands without a server, as a person or a pipe runs them."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from safetensors.numpy import save
from typer.testing import CliRunner

from chainrule.cli import app
from tests.server import environment

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
NEURON = EXAMPLES / "neuron.json"
ESCAPE = "\x1b["


@dataclass(frozen=True)
class Ended:
    """What a command left."""

    returncode: int
    stdout: bytes
    stderr: bytes


def run(*arguments: str | Path, stdin: bytes = b"", **settings: object) -> Ended:
    """Run a command as from a pipe into pipes, in this process: to start one takes longer than all that it does."""
    variables = {f"CHAINRULE_{name}": str(value) for name, value in settings.items()}
    result = CliRunner().invoke(app, [*map(str, arguments)], input=stdin, env=variables)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Ended(result.exit_code, result.stdout_bytes, result.stderr_bytes)


def really_run(*arguments: str | Path, stdin: bytes = b"", **variables: str) -> Ended:
    """Run a command in a process of its own."""
    command = [sys.executable, "-m", "chainrule", *map(str, arguments)]
    environ = {**environment({}), **variables}
    done = subprocess.run(command, input=stdin, env=environ, capture_output=True, timeout=120, check=False)
    return Ended(done.returncode, done.stdout, done.stderr)


def shown(ended: Ended) -> str:
    assert ended.returncode == 0, ended.stderr.decode()
    assert ended.stderr == b""
    return ended.stdout.decode()


def on_a_terminal(*arguments: str | Path, **variables: str) -> str:
    """What a command prints to a terminal."""
    ours, theirs = pty.openpty()
    environ = {**environment({}), "TERM": "xterm-256color", "COLUMNS": "100", **variables}
    command = [sys.executable, "-m", "chainrule", *map(str, arguments)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ) as process:
        os.close(theirs)
        printed = b""
        while piece := _read(ours):
            printed += piece
        process.wait(60)
    os.close(ours)
    return printed.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other end is closed, which Linux tells so
        return b""


def changed(path: Path, **changes: Any) -> bytes:
    return json.dumps({**json.loads(path.read_text()), **changes}).encode()


class TestJson:
    @pytest.mark.parametrize(
        ("call", "file"),
        [
            ("forward", "classifier.json"), ("backward", "classifier.json"), ("backward", "neuron.json"),
            ("gradcheck", "classifier.json"), ("explain", "neuron.json"), ("summary", "summary.json"),
        ],
    )  # fmt: skip
    def test_is_what_the_service_answers(self, call: str, file: str, client: httpx.Client) -> None:
        body = (EXAMPLES / file).read_bytes()
        answer = client.post(f"/{call}", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 200
        assert run(call, EXAMPLES / file, "--json").stdout == answer.content + b"\n"

    def test_may_hold_arrays_as_base64(self) -> None:
        printed = shown(run("backward", "-", "--json", stdin=changed(NEURON, options={"encoding": "base64"})))
        assert json.loads(printed)["outputs"]["base64"]

    def test_a_request_may_come_as_safetensors_from_a_file_or_a_pipe(self, tmp_path: Path) -> None:
        request = {"network": json.loads(NEURON.read_text())["network"]}
        arrays = {
            "weights.neuron/kernel": np.array([[-3.0], [-1.0], [2.0]]),
            "weights.neuron/bias": np.array([1.0]),
            "batch.inputs": np.array([[1.0, -2.0, 3.0]]),
            "batch.output_gradients": np.array([[1.0]]),
        }
        body = save(arrays, metadata={"request": json.dumps(request)})
        (path := tmp_path / "neuron.safetensors").write_bytes(body)
        expected = run("backward", NEURON, "--json").stdout
        assert run("backward", path, "--json").stdout == expected
        assert run("backward", "-", "--json", stdin=body).stdout == expected


class TestTables:
    def test_backward_shows_every_gradient(self) -> None:
        printed = shown(run("backward", NEURON))
        assert re.search(r"^outputs +\(1, 1\) +\[\[6\.\]\]", printed, re.MULTILINE)
        assert re.search(r"^neuron/bias +\(1,\) +\[1\.\]", printed, re.MULTILINE)
        assert re.search(r"^inputs +\(1, 3\) +\[\[-3\. -1\.  2\.\]\]", printed, re.MULTILINE)

    def test_forward_shows_what_was_asked_for(self) -> None:
        asked = changed(EXAMPLES / "classifier.json", options={"include": ["activations", "sample_losses"]})
        printed = shown(run("forward", "-", stdin=asked))
        for word in ("outputs", "loss ", "sample_losses", "accuracy", "output of", "hidden", "scores"):
            assert word in printed

    @pytest.mark.parametrize("several", [False, True])
    def test_backward_shows_norms_and_statistics_that_were_asked_for(self, several: bool) -> None:
        batch = {"inputs": [[1, -2, 3]], "output_gradients": [[[1]], [[2]]] if several else [[1]]}
        asked = changed(NEURON, batch=batch, options={"include": ["norms", "statistics"]})
        printed = shown(run("backward", "-", stdin=asked))
        length = r"\[3\.741657 7\.483315\]" if several else r"3\.74166"
        assert re.search(rf"^neuron/kernel +{length} *$", printed, re.MULTILINE)
        assert re.search(r"^all weights +\S", printed, re.MULTILINE)
        assert re.search(r"^statistics +minimum +maximum +mean +standard deviation +zeros *$", printed, re.MULTILINE)
        for name in ("activations/neuron", "gradients/weights/neuron/bias", "gradients/inputs"):
            assert re.search(rf"^{name}  ", printed, re.MULTILINE), name
        assert re.search(r"^weights/neuron/kernel +-3 +2 +-0\.666667 +2\.0548 +0 *$", printed, re.MULTILINE)

    def test_statistics_of_several_inputs_leave_out_what_has_no_gradient(self) -> None:
        request = {
            "network": {
                "inputs": ["minimum", "word"],
                "layers": [
                    {"type": "embedding", "name": "vector", "input_dim": 2, "output_dim": 1, "inputs": ["word"]},
                    {"type": "add", "name": "both", "inputs": ["minimum", "vector"]},
                ],
            },
            "weights": {"vector": {"embeddings": [[1], [2]]}},
            "batch": {"inputs": {"minimum": [[5]], "word": [1]}, "output_gradients": [[1]]},
            "options": {"include": ["statistics"]},
        }
        printed = shown(run("backward", "-", stdin=json.dumps(request).encode()))
        assert re.search(r"^gradients/inputs/minimum +1 +1 +1 +0 +0 *$", printed, re.MULTILINE)
        assert "gradients/inputs/word" not in printed

    def test_forward_shows_statistics_that_were_asked_for(self) -> None:
        asked = changed(EXAMPLES / "classifier.json", options={"include": ["statistics"]})
        assert re.search(r"^activations/hidden +0 +0\.98", shown(run("forward", "-", stdin=asked)), re.MULTILINE)

    def test_warnings_are_shown(self) -> None:
        assert "double_softmax at /loss" in shown(
            run("forward", "-", stdin=changed(EXAMPLES / "classifier.json", loss="cross_entropy"))
        )

    def test_summary_shows_layers_parameters_and_cost(self) -> None:
        printed = shown(run("summary", EXAMPLES / "summary.json"))
        assert re.search(
            r"^hidden +dense +inputs +\(64, 128\) +kernel \(784, 128\), bias \(128,\) +100,480$", printed, re.MULTILINE
        )
        assert re.search(r"^total parameters +102,282", printed, re.MULTILINE)
        assert re.search(r"^forward FLOPs +[\d,]+$", printed, re.MULTILINE)

    def test_gradcheck_says_that_all_gradients_passed(self) -> None:
        printed = shown(run("gradcheck", EXAMPLES / "classifier.json"))
        assert re.search(r"^/weights/hidden/kernel +4 .* passed$", printed, re.MULTILINE)
        assert printed.rstrip().endswith("passed")

    def test_gradcheck_ends_with_1_where_a_gradient_differs(self) -> None:
        kink = changed(NEURON, network={"layers": [{"type": "relu"}]}, weights={})
        kink = json.dumps({**json.loads(kink), "batch": {"inputs": [[0.0]], "output_gradients": [[1.0]]}}).encode()
        ended = run("gradcheck", "-", stdin=kink)
        assert ended.returncode == 1
        assert b"differs" in ended.stdout

    def test_a_large_array_is_abridged(self) -> None:
        inputs = [[float(at) for at in range(2_000)]]
        body = {"network": {"layers": [{"type": "relu"}]}, "batch": {"inputs": inputs}}
        assert len(shown(run("forward", "-", stdin=json.dumps(body).encode()))) < 1_000


class TestTree:
    def test_the_neuron_is_its_chain_rule(self) -> None:
        lines = shown(run("explain", NEURON)).splitlines()
        assert lines[:5] == [
            "y = 6  relu in neuron  gradient 1",
            "└── z = 6  sum  1 · 1 = 1",
            "    ├── x[0]·w[0] = -3  multiply  1 · 1 = 1",
            "    │   ├── x[0] = 1  1 · -3 = -3",
            "    │   └── w[0] = -3  1 · 1 = 1",
        ]
        assert "    └── b = 1  1 · 1 = 1" in lines

    def test_what_several_steps_read_is_opened_once_where_it_is_read_first(self) -> None:
        lines = shown(run("explain", EXAMPLES / "classifier.json")).splitlines()
        assert lines[0].startswith("loss = ")
        sums = [at for at, line in enumerate(lines) if "Σ exp = " in line and "opened above" not in line]
        assert len(sums) == 2  # one a sample
        for at, line in enumerate(lines):
            if "(opened above)" in line:
                named = line.strip("│├└─ ").split("  ")[0]
                first = next(one for one in lines if one.strip("│├└─ ").startswith(named + "  "))
                assert "(opened above)" not in first
                assert lines.index(first) < at

    def test_a_chain_longer_than_the_stack_of_python_is_drawn(self) -> None:
        layers = [{"type": "tanh", "name": f"t{at}"} for at in range(999)]
        body = {"network": {"layers": layers}, "batch": {"inputs": [[0.5]], "output_gradients": [[1]]}}
        lines = shown(run("explain", "-", stdin=json.dumps(body).encode())).splitlines()
        assert sum("tanh in t" in line for line in lines) == 999

    def test_graphviz_is_printed_to_be_piped(self) -> None:
        printed = shown(run("explain", NEURON, "--graphviz"))
        assert printed.startswith("digraph chain {\n")
        assert printed.endswith("}\n")

    def test_an_answer_has_one_form(self) -> None:
        ended = run("explain", NEURON, "--graphviz", "--json")
        assert ended.returncode == 2
        assert b"two forms" in ended.stderr


class TestColour:
    def test_a_terminal_has_it(self) -> None:
        assert ESCAPE in on_a_terminal("backward", NEURON)

    def test_no_color_is_respected(self) -> None:
        printed = on_a_terminal("backward", NEURON, NO_COLOR="1")
        assert not re.search(r"\x1b\[[\d;]*3[1-7]m", printed)
        assert "outputs" in printed

    def test_a_pipe_has_none(self) -> None:
        assert ESCAPE not in shown(run("explain", NEURON))

    def test_a_terminal_that_knows_ascii_only_gets_what_it_can_write(self) -> None:
        ended = really_run("explain", NEURON, PYTHONIOENCODING="ascii")
        assert ended.returncode == 0, ended.stderr
        assert b"x[0]?w[0] = -3" in ended.stdout


class TestFaults:
    def fault(self, *arguments: str | Path, stdin: bytes = b"", **settings: object) -> str:
        ended = run(*arguments, stdin=stdin, **settings)
        assert (ended.returncode, ended.stdout) == (2, b"")
        return ended.stderr.decode()

    def test_stand_under_their_place_in_the_file(self, tmp_path: Path) -> None:
        (path := tmp_path / "typo.json").write_text(NEURON.read_text().replace('"relu"', '"rely"'))
        assert self.fault("backward", path).splitlines() == [
            'unknown_activation: unknown activation "rely": did you mean "relu"?',
            f"  --> {path}:2:88  /network/layers/0/activation",
            '  2 |   "network": {"layers": [{"type": "dense", "name": "neuron", "units": 1, "activation": "rely"}]},',
            "    | " + " " * 87 + "^^^^^^",
        ]

    def test_are_all_told(self) -> None:
        said = self.fault("backward", "-", stdin=changed(NEURON, loss="msee", options={"dtype": "float16"}))
        assert "unknown_loss" in said
        assert "/options/dtype" in said

    def test_of_a_text_that_is_no_json_stand_where_it_stops(self) -> None:
        said = self.fault("forward", "-", stdin=b'{\n  "network": {"layers": [}\n')
        assert "malformed_json" in said
        assert "  --> <stdin>:2:26\n" in said
        assert said.splitlines()[-1] == "    | " + " " * 25 + "^"

    def test_of_a_long_line_show_a_piece_of_it(self) -> None:
        said = self.fault("forward", "-", stdin=changed(NEURON, lss=["x" * 500], weights={"neuron": {"k": [0] * 500}}))
        assert max(map(len, said.splitlines())) < 200

    def test_of_what_is_found_while_computing_are_told_too(self) -> None:
        large = changed(NEURON, weights={"neuron": {"kernel": [[1e308], [-1e308], [1e308]], "bias": [0]}})
        assert self.fault("backward", "-", stdin=large).startswith("non_finite_result")

    def test_of_safetensors_have_a_pointer(self, tmp_path: Path) -> None:
        request = {"network": {"layers": [{"type": "dens", "units": 1}]}}
        body = save({"batch.inputs": np.ones((1, 2))}, metadata={"request": json.dumps(request)})
        (path := tmp_path / "request").write_bytes(body)
        assert f"  --> {path}: /network/layers/0/type" in self.fault("forward", path)

    def test_colour_and_control_characters_of_a_file_do_not_reach_the_terminal(self) -> None:
        body = NEURON.read_bytes().replace(b'"relu"', '"\x1b[31mred\x9b"'.encode())
        assert "\x1b" not in self.fault("backward", "-", stdin=body)
        assert "\x9b" not in self.fault("backward", "-", stdin=body)

    def test_the_limits_of_the_service_hold(self) -> None:
        assert "network_too_large" in self.fault("forward", EXAMPLES / "classifier.json", MAX_LAYERS=1)
        assert "CHAINRULE_MAX_BODY_BYTES" in self.fault("forward", NEURON, MAX_BODY_BYTES=10, MAX_INTAKE_BYTES=10)

    def test_bad_settings_are_a_sentence(self) -> None:
        assert "CHAINRULE_MAX_LAYERS" in self.fault("forward", NEURON, MAX_LAYERS="many")

    def test_a_file_that_is_not_there_is_a_sentence(self, tmp_path: Path) -> None:
        said = self.fault("forward", tmp_path / "nothing.json")
        assert "nothing.json" in re.sub(r"[\s│]", "", said)  # the path is long, and may be broken anywhere
        assert "Traceback" not in said


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("forward", "classifier.json"), ("backward", "neuron.json"), ("summary", "summary.json"),
        ("gradcheck", "classifier.json"), ("explain", "neuron.json"),
    ],
)  # fmt: skip
def test_a_real_command_reads_its_input_from_a_pipe(command: str, file: str) -> None:
    ended = really_run(command, "-", stdin=(EXAMPLES / file).read_bytes())
    assert ended.returncode == 0, ended.stderr.decode()
    assert ended == run(command, EXAMPLES / file)


def test_a_real_command_ends_with_2_and_the_place_of_a_fault() -> None:
    ended = really_run("backward", "-", stdin=changed(NEURON, loss="msee"))
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert b"<stdin>:1:" in ended.stderr
    assert b"Traceback" not in ended.stderr


def test_serving_does_not_wait_for_numpy() -> None:
    code = "import sys, chainrule.cli; print([name for name in ('numpy', 'scipy', 'rich.tree') if name in sys.modules])"
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert printed == "[]\n"
