"""The pages: an index, one for each layer, and one for each other family."""

from __future__ import annotations

from pathlib import Path

from chainrule.core import catalog as _catalog  # noqa: F401 (importing it registers every class)
from chainrule.core.part import Part, classes
from scripts.vocabulary.families import DOCS, FAMILIES, Family
from scripts.vocabulary.parts import cell, names_of, table, told

INDEX = DOCS / "vocabulary.md"

FOLDER = DOCS / "layers"

MADE = "<!-- Made by `make generate` from the classes in service/chainrule/core: edit those. -->\n\n"

HEAD = """# Vocabulary

Everything that a request can name. Names and weight layouts are Keras's, numbers are PyTorch's:
[PyTorch and Keras](pytorch-and-keras.md) says where they differ. `GET /catalog` tells the same to programs.

In formulas `x` is an input, `y` an output, `grad` the gradient that arrives at the output, and `dx` the gradient at the
input; an object's parameters stand beside its `type`. Shapes have the batch in front.
"""


def pages() -> dict[Path, str]:
    """Write every page."""
    found = {INDEX: index()}
    for family in FAMILIES:
        if family.name == "layer":
            found |= {FOLDER / f"{cls.names()[0]}.md": layer_page(cls) for cls in classes("layer")}
        else:
            found[DOCS / family.page] = family_page(family)
    return found


def index() -> str:
    """Write the index."""
    return "\n".join([MADE + HEAD, *(_section(family) for family in FAMILIES)])


def _section(family: Family) -> str:
    rows = [(f"[{names_of(cls)}]({_place(cls, family)})", cell(cls.description())) for cls in classes(family.name)]
    return f"## {family.title}\n\n{family.introduction}\n\n{table(('name', ''), rows)}\n"


def _place(cls: type[Part], family: Family) -> str:
    if family.name == "layer":
        return f"{family.page}/{cls.names()[0]}.md"
    return f"{family.page}#{'-or-'.join(cls.names())}"


def layer_page(cls: type[Part]) -> str:
    """Write the page of a layer."""
    way_back = "All layers are in [the vocabulary](../vocabulary.md#layers)."
    return f"{MADE}# {names_of(cls)}\n\n{told(cls, '../')}\n{way_back}\n"


def family_page(family: Family) -> str:
    """Write the page of a family."""
    sections = [f"## {names_of(cls)}\n\n{told(cls)}" for cls in classes(family.name)]
    return "\n".join([f"{MADE}# {family.title}\n\n{family.introduction}\n", *sections])
