"""Lets every mutant of the formulas live for as long as no test notices: ``make mutants``.

    python -m scripts.mutants [--jobs N] [--survivors] [core/layers/dense.py core/losses ...]

Ends with 1 if a mutant lives that is not in ``equivalent.toml``. What became of each is kept, so that after writing a
test, or an interruption, ``--survivors`` plays only those that no test has killed so far and nobody has listed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Callable

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when NumPy is imported; threads do not survive a fork

import pytest
from hypothesis import HealthCheck, Phase, settings

from scripts.mutants.known import Key, equivalents
from scripts.mutants.made import COPY, ROOT, WORK, Mutant, files, make
from scripts.mutants.played import Play

TESTS = ("tests/core", "tests/calls")
ALREADY_IMPORTED = "ignore::pytest.PytestAssertRewriteWarning"
ARGUMENTS = ("--capture=no", "-qq", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-W", ALREADY_IMPORTED)

FATES = WORK / "fates.jsonl"
"""What killed each mutant, or null; a line for each that was played."""


def main() -> int:
    """Make the mutants, play the tests against them, and tell what became of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--jobs", type=int, default=1, help="how many mutants are played at the same time")
    parser.add_argument(
        "--survivors",
        action="store_true",
        help="play only those that nothing has killed before, and that are not known to be equivalent",
    )
    parser.add_argument("--seconds", type=float, default=20.0, help="of the fastest tests that reach a mutant")
    parser.add_argument("selection", nargs="*", help="files or folders, as in core/layers/dense.py")
    asked = parser.parse_args()
    os.chdir(ROOT)
    try:
        chosen = files(asked.selection)
    except ValueError as error:
        parser.error(str(error))
    mutants = make(chosen)
    before = fates_so_far() if asked.survivors else {}
    done = {key for key, killer in before.items() if killer} | (known_keys() if asked.survivors else set())
    played = [mutant for mutant in mutants if mutant.key not in done]
    print(f"{len(played)} mutants in {len(chosen)} files; running the tests without them first", flush=True)
    fates = {mutant: before.get(mutant.key) for mutant in mutants} | play(played, asked.jobs, asked.seconds)
    return 1 if report(chosen, fates) else 0


def fates_so_far() -> dict[Key, str | None]:
    """Read what killed each mutant in the runs before; of several fates the last one counts."""
    lines = FATES.read_text().splitlines() if FATES.exists() else []
    return {tuple(key): killer for key, killer in map(json.loads, lines)}


def play(mutants: list[Mutant], jobs: int, seconds: float) -> dict[Mutant, str | None]:
    """Run the tests against each mutant; give what killed it, or nothing for those that live."""
    settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),  # that an example fails is enough; it need not be a small one
        suppress_health_check=[HealthCheck.differing_executors],  # each mutant's process runs a test once more
    )
    settings.load_profile("mutants")
    sys.path.insert(0, str(COPY))
    playing = Play(mutants, jobs, seconds, tell(len(mutants)))
    pytest.main([*ARGUMENTS, *TESTS], plugins=[playing])
    return playing.fates


def tell(count: int) -> Callable[[int, Mutant, str | None], None]:
    """Make what is called with the number of mutants so far, the latest of them and what killed it."""
    known = known_keys()
    fates = FATES.open("a", buffering=1)

    def told(number: int, mutant: Mutant, killer: str | None) -> None:
        print(json.dumps([mutant.key, killer]), file=fates)
        if number % 500 == 0 or number == count:
            print(f"{number} of {count}", flush=True)
        if not killer and mutant.key not in known:
            print(described(mutant), flush=True)

    return told


def described(mutant: Mutant) -> str:
    """Write a mutant as a difference."""
    return f"\n{mutant.file} {mutant.function}\n  - {mutant.was}\n  + {mutant.becomes}\n"


def known_keys() -> set[Key]:
    """Every mutant on the list of equivalents."""
    return {key for one in equivalents() for key in one.mutants()}


def report(chosen: list[str], fates: dict[Mutant, str | None]) -> bool:
    """Print a line for each file; say whether one of its mutants lives that nobody knows to be equivalent."""
    known = known_keys()
    became = {
        mutant: "killed" if killer else "equivalent" if mutant.key in known else "survived"
        for mutant, killer in fates.items()
    }
    counts = Counter((file, fate) for mutant, fate in became.items() for file in (mutant.file, "all"))
    print("\n| file | mutants | killed | equivalent | survived |\n| --- | ---: | ---: | ---: | ---: |")
    for file in [*chosen, "all"]:
        row = [counts[file, fate] for fate in ("killed", "equivalent", "survived")]
        print(f"| {file} | {sum(row):,} | {row[0]:,} | {row[1]:,} | {row[2]:,} |")
    for mutant, killer in fates.items():
        if killer and mutant.key in known:
            print(f"\nlisted as equivalent, but killed by {killer}: {described(mutant)}")
    keys = {mutant.key for mutant in fates}
    for file, function, was, _ in sorted(key for key in known - keys if key[0] in chosen):
        print(f"\nlisted as equivalent, but there is no such mutant any more: {file} {function}\n  - {was}")
    return "survived" in became.values()


if __name__ == "__main__":
    sys.exit(main())
