"""What the documents show is what the service does: every block is run, sent or compared."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chainrule_client import Client
from tests.docs.comparison import difference, parse_shown, text_difference
from tests.docs.documents import DOCUMENTS, EXPECTED, ROOT, RUNS, Block, Example, blocks, examples, name_of
from tests.server import Server

SHOWN_URL = "http://127.0.0.1:8000"
LANGUAGES = RUNS + EXPECTED + ("sh", "console")
KNOWN_UNCHECKED = ("jsonc", "dockerfile", "yaml", "")
"""Outlines with gaps in them, and files of others."""

COMMANDS = {
    "bash": ["bash", "-euo", "pipefail", "-s"],
    "javascript": ["node", "--input-type=module", "-"],
    "r": ["Rscript", "-"],
}
PROBES = {
    "javascript": ["node", "--eval", "fetch"],
    "r": ["Rscript", "-e", "library(httr2); library(jsonlite)"],
}
"""Whether a machine has a language, and what the examples need of it."""

WITH_EXAMPLES = [path for path in DOCUMENTS if examples(path)]


class Stage:
    """Where the examples of one document act: on a real service, with names that live as long as the document."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._names: dict[str, Any] = {"__name__": "__main__"}

    def close(self) -> None:
        """Close the clients that the document left open, as the end of a reader's script would."""
        for one in self._names.values():
            if isinstance(one, Client):
                one.close()

    def check(self, example: Example) -> None:
        """Let a block act, and hold what comes of it against what is shown."""
        answer = self.act(example.block)
        for shown in example.shown:
            if shown.language == "json":
                found = difference(json.loads(answer), parse_shown(shown.content))
            else:
                found = text_difference(answer, shown.content, varies="varies" in shown.words)
            if found is not None:
                pytest.fail(f"{shown}: {found}", pytrace=False)

    def act(self, block: Block) -> str:
        """What comes of a block: the body of an answer, or what is printed."""
        if block.is_request:
            return self._send(block)
        if block.language == "python":
            return self._run_python(block)
        return self._run_command(block)

    def _send(self, block: Block) -> str:
        with self._server.client() as client:
            headers = {"Content-Type": "application/json"}
            return client.post(block.words[1], content=block.content, headers=headers).text

    def _run_python(self, block: Block) -> str:
        padded = "\n" * block.line + block.content.replace(SHOWN_URL, self._server.url)  # tracebacks name the line
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(padded, str(block.path), "exec", dont_inherit=True), self._names)  # noqa: S102  # our own documents
        return printed.getvalue()

    def _run_command(self, block: Block) -> str:
        done = subprocess.run(
            COMMANDS[block.language],
            input=block.content.replace(SHOWN_URL, self._server.url),
            env=self._environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if done.returncode:
            pytest.fail(f"{block} ended with {done.returncode}:\n{done.stdout}{done.stderr}", pytrace=False)
        return done.stdout

    def _environment(self) -> Mapping[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return os.environ | {"CHAINRULE_URL": self._server.url, "PATH": path, "NO_PROXY": "127.0.0.1"}


@pytest.fixture
def stage(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The shared service, found by the client through ``CHAINRULE_URL``."""
    monkeypatch.setenv("CHAINRULE_URL", server.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.chdir(ROOT)
    stage = Stage(server)
    yield stage
    stage.close()


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=name_of)
def test_every_example_of_a_document_does_what_it_shows(path: Path, stage: Stage) -> None:
    for example in examples(path):
        if example.block.language not in PROBES:
            stage.check(example)


@pytest.mark.parametrize("language", PROBES)
def test_examples_in_other_languages_do_what_they_show(language: str, stage: Stage) -> None:
    found = [example for path in DOCUMENTS for example in examples(path) if example.block.language == language]
    assert found
    if not _is_here(language):
        pytest.skip(f"this machine has no {language}")

    for example in found:
        stage.check(example)


def _is_here(language: str) -> bool:
    probe = PROBES[language]
    return shutil.which(probe[0]) is not None and not subprocess.run(probe, capture_output=True, check=False).returncode


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_block_of_a_document_is_of_a_kind_that_is_looked_at(path: Path) -> None:
    strangers = [str(block) for block in blocks(path) if block.language not in LANGUAGES + KNOWN_UNCHECKED]
    assert strangers == []
    shown = {block for example in examples(path) for block in example.shown}
    loose = [str(block) for block in blocks(path) if block.language == "json" and not block.acts and block not in shown]
    assert loose == [], "JSON that answers nothing"


def test_the_first_request_of_the_readme_is_the_neuron(stage: Stage) -> None:
    first = examples(ROOT / "README.md")[0].block
    assert first.language == "bash"

    answer = json.loads(stage.act(first))

    assert answer["outputs"] == [[6.0]]
    assert answer["gradients"]["weights"]["neuron"] == {"kernel": [[1.0], [-2.0], [3.0]], "bias": [1.0]}
    assert answer["gradients"]["inputs"] == [[-3.0, -1.0, 2.0]]


def test_every_chore_that_documents_name_is_in_the_makefile() -> None:
    chores = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = {
        (name_of(path), chore)
        for path in DOCUMENTS
        for chore in re.findall(r"(?:^|`)make ([a-z-]+)", path.read_text(), flags=re.MULTILINE)
    }

    assert ("README.md", "run") in named
    assert {chore for _, chore in named} <= chores
