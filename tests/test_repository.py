"""What is committed must work on any machine, and say the same thing in each place."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCK_FILES = sorted((ROOT / "requirements").glob("*.txt"))

REGISTRIES = (
    r"pypi\.(org|io)|pythonhosted\.org|npmjs\.(org|com)|debian\.org|docker\.io|ghcr\.io|quay\.io|gcr\.io|mcr\.microsoft"
)
INDEXES = r"(?<!no-emit-)\bindex[-_]url|\bfind[-_]links"
MACHINES = r"(?<![\w.}])/(work|root|farm|Users|home/(?!<)\w+)/|/tmp/bash[_]jobs|/opt/(pypi|wheels)"
FORBIDDEN = {"a registry's host": REGISTRIES, "an index of packages": INDEXES, "a path of one machine": MACHINES}


def committed_files() -> list[Path]:
    """All files of the repository, new ones included, without what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]
    return [path for path in paths if path.is_file()]


def text_of(path: Path) -> str:
    """The text of a file, and nothing for one that has bytes of its own."""
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", errors="replace")


def pins(path: Path) -> dict[str, str]:
    """The packages of a lock file, each with all that belongs to it."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", path.read_text())
    return {entry.split("==")[0].lower(): entry for entry in entries if not entry.startswith("#")}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    files = committed_files()
    assert ROOT / "Makefile" in files

    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in files
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if pattern.search(line)
    ]

    assert not found, f"{what} is named in\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a registry's host", "https://files.python" + "hosted.org/packages/a.whl"),
        ("a registry's host", "image: docker" + ".io/library/python"),
        ("an index of packages", "pip install --extra-index" + "-url=file:///a"),
        ("an index of packages", "--find" + "-links wheels"),
        ("a path of one machine", "cd /wor" + "k/main"),
        ("a path of one machine", "see /home/" + "ada/notes"),
    ],
)
def test_the_patterns_find_what_they_are_for(what: str, line: str) -> None:
    assert re.search(FORBIDDEN[what], line)


def test_lock_files_are_there() -> None:
    assert [path.name for path in LOCK_FILES] == [
        "bench.txt",
        "build.txt",
        "dev.txt",
        "mutants.txt",
        "peers.txt",
        "pictures.txt",
        "run.txt",
    ]


@pytest.mark.parametrize("path", LOCK_FILES, ids=lambda path: path.name)
def test_every_package_of_a_lock_file_has_one_version_and_hashes(path: Path) -> None:
    entries = pins(path)

    assert entries
    for name, entry in entries.items():
        assert re.match(r"[a-z0-9.-]+==[\w.]+", entry), f"{name} is not pinned"
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), f"{name} has no hash"
    options = [line for line in path.read_text().splitlines() if line.startswith("-") or "@ " in line]
    assert options == []


@pytest.mark.parametrize("name", ["Makefile", "Dockerfile"])
def test_what_is_locked_is_installed_as_it_stands(name: str) -> None:
    """Without this, pip looks for a newer `coverage[toml]` than is locked, and then has no hash for what it found."""
    installs = re.findall(r"install\b[^\n]*--require-hashes[^\n]*", (ROOT / name).read_text())

    assert len(installs) >= 2
    assert all("--no-deps" in line for line in installs)


def test_the_service_runs_without_what_tests_need() -> None:
    run = pins(ROOT / "requirements" / "run.txt")

    assert {"fastapi", "numpy", "uvicorn"} <= run.keys()
    assert not {"hatchling", "httpx", "hypothesis", "mypy", "pytest", "ruff"} & run.keys()


def test_development_and_service_use_the_same_versions() -> None:
    def versions(name: str) -> set[str]:
        return {entry.split(" ")[0] for entry in pins(ROOT / "requirements" / name).values()}

    assert versions("run.txt") <= versions("dev.txt")
    assert versions("build.txt") <= versions("dev.txt")


def test_every_chore_is_explained() -> None:
    chores = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)) - {"help"}

    assert {"run", "test"} <= chores
    assert chores == set(
        re.findall(r"^\| `make ([a-z-]+)` \|", (ROOT / "CONTRIBUTING.md").read_text(), flags=re.MULTILINE)
    )
