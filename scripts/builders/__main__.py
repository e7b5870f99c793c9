"""``python -m scripts.builders`` writes the modules."""

from __future__ import annotations

from scripts.builders.families import FAMILIES
from scripts.builders.modules import module, path_of

if __name__ == "__main__":
    for family in FAMILIES:
        path_of(family).write_text(module(family), "utf-8")
