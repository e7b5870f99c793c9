"""Lets every mutant of the formulas live for as long as no test notices: ``make mutants``.

    python -m scripts.mutants [--jobs N] [core/layers/dense.py core/losses ...]

Ends with 1 if a mutant lives that is not in ``equivalent.toml``.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterable

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when NumPy is imported; threads do not survive a fork

import pytest
from hypothesis import HealthCheck, Phase, settings

from scripts.mutants.known import equivalents
from scripts.mutants.made import COPY, ROOT, Mutant, files, make
from scripts.mutants.played import Play

TESTS = ("tests/core", "tests/calls")
ARGUMENTS = ("--capture=no", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-W", "ignore::pytest.PytestAssertRewriteWarning")


def main() -> int:
    """Make the mutants, play the tests against them, and tell what became of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--jobs", type=int, default=1, help="how many mutants are played at the same time")
    parser.add_argument("selection", nargs="*", help="files or folders, as in core/layers/dense.py")
    asked = parser.parse_args()
    os.chdir(ROOT)
    try:
        chosen = files(asked.selection)
    except ValueError as error:
        parser.error(str(error))
    mutants = make(chosen)
    print(f"{len(mutants)} mutants in {len(chosen)} files; running the tests without them first", flush=True)
    fates = play(mutants, asked.jobs)
    return 1 if len(fates) < len(mutants) or report(chosen, fates) else 0


def play(mutants: list[Mutant], jobs: int) -> dict[Mutant, str | None]:
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
    playing = Play(mutants, jobs, tell(len(mutants)))
    pytest.main([*ARGUMENTS, *TESTS], plugins=[playing])
    return playing.fates


def tell(count: int):
    """Print a line for each survivor, and one in between."""

    def told(number: int, mutant: Mutant, killer: str | None) -> None:
        if number % 200 == 0:
            print(f"{number} of {count}", flush=True)

    return told


def report(chosen: Iterable[str], fates: dict[Mutant, str | None]) -> bool:
    """Print a line for each file and the survivors; say whether there are any."""
    known = {key for one in equivalents() for key in one.keys()}
    became = {
        mutant: "killed" if killer else "equivalent" if mutant.key in known else "survived"
        for mutant, killer in fates.items()
    }
    counts = Counter((mutant.file, fate) for mutant, fate in became.items())
    print(f"\n{'file':<44} {'mutants':>8} {'killed':>8} {'equivalent':>10} {'survived':>8}")
    for file in chosen:
        row = [counts[file, fate] for fate in ("killed", "equivalent", "survived")]
        print(f"{file:<44} {sum(row):>8} {row[0]:>8} {row[1]:>10} {row[2]:>8}")
    survivors = [mutant for mutant, fate in became.items() if fate == "survived"]
    for mutant in survivors:
        print(f"\n{mutant.file} {mutant.function}\n  - {mutant.was}\n  + {mutant.becomes}")
    stale = [mutant for mutant, killer in fates.items() if killer and mutant.key in known]
    for mutant in stale:
        print(f"\nlisted as equivalent, but killed by {fates[mutant]}: {mutant.file} {mutant.function}\n  + {mutant.becomes}")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())
