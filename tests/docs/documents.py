"""Documents taken apart: their code blocks in order, each with what it should print, their links and headings.

What a fenced block is for is said by its first words (GitHub shows only the first, as colours):

* ``bash``, ``python``, ``javascript``, ``r``: runs. In Python, names live from block to block of a document.
* ``json /backward``: the body of a request, which is sent.
* ``json`` alone: must stand in what the block before it has answered. Keys may be left out, numbers rounded.
* ``text`` after a block that runs: what it prints, numbers rounded; ``text varies``: with other numbers each time.
* ``sh``, ``console``: typed by a person. It does not run; the chores in it must be in the Makefile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    # the pages of the error codes travel with the service, and are tested there
    *sorted(path for path in (ROOT / "docs").rglob("*.md") if "problems" not in path.parts),
]

RUNS = ("bash", "python", "javascript", "r")
EXPECTED = ("json", "text")


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    path: Path
    line: int
    """Line of the fence, from 1."""
    words: tuple[str, ...]
    """What follows the fence: a language, and perhaps more."""
    content: str

    @property
    def language(self) -> str:
        """The first word."""
        return self.words[0] if self.words else ""

    @property
    def is_request(self) -> bool:
        """Whether it is the body of a request."""
        return self.language == "json" and len(self.words) == 2

    @property
    def acts(self) -> bool:
        """Whether it is run, or sent."""
        return self.language in RUNS or self.is_request

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True)
class Example:
    """A block that acts, and the blocks that show what comes of it."""

    block: Block
    shown: tuple[Block, ...]


def name_of(path: Path) -> str:
    """A document's name in the list of tests."""
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path) -> list[Block]:
    """All fenced blocks of a document."""
    return [
        Block(path, token.map[0] + 1, tuple(token.info.split()), token.content)
        for token in _tokens(path)
        if token.type == "fence" and token.map is not None
    ]


def examples(path: Path) -> list[Example]:
    """Every block that acts, with what is shown of its answer."""
    found: list[Example] = []
    for block in blocks(path):
        if block.acts:
            found.append(Example(block, ()))
        elif block.language in EXPECTED and found:
            found[-1] = Example(found[-1].block, (*found[-1].shown, block))
    return found


def links(path: Path) -> Iterator[tuple[int, str]]:
    """Where a document leads, with the line of the paragraph."""
    for token in _tokens(path):
        for child in token.children or []:
            target = child.attrGet("href") or child.attrGet("src")
            if target is not None:
                yield (token.map or [0])[0] + 1, str(target)


def anchors(path: Path) -> set[str]:
    """The names under which GitHub's headings can be reached."""
    tokens = _tokens(path)
    headings = [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _tokens(path: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(path.read_text("utf-8"))
