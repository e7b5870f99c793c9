"""A reader who follows a link arrives, and every document can be found from the first one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.documents import DOCUMENTS, ROOT, anchors, links, name_of

LINKED = [*DOCUMENTS, ROOT / "CONTRIBUTING.md", ROOT / "clients" / "python" / "README.md"]


def targets(path: Path) -> list[tuple[int, Path, str]]:
    """The places inside the repository that a document leads to: line, file, anchor."""
    found = []
    for line, target in links(path):
        if "://" not in target and not target.startswith("mailto:"):
            file, _, anchor = target.partition("#")
            found.append((line, (path.parent / file).resolve() if file else path, anchor))
    return found


@pytest.mark.parametrize("path", LINKED, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    broken = [
        f"line {line}: {target}#{anchor}"
        for line, target, anchor in targets(path)
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target))
    ]
    assert broken == []


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting += [target for _, target, _ in targets(path) if target.suffix == ".md" and target.exists()]

    assert set(DOCUMENTS) - reached == set()
