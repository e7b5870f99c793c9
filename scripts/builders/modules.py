"""The source of the modules."""

from __future__ import annotations

import inspect
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from chainrule.core.definition import Definition  # importing it registers every layer, activation and initializer
from chainrule.core.losses import AnyLoss  # and so for losses
from chainrule.core.metrics import AnyMetric  # and metrics
from chainrule.core.part import Part, classes
from scripts.builders.annotations import chosen_from
from scripts.builders.families import FAMILIES, Family
from scripts.builders.names import class_name
from scripts.builders.parameters import Parameter, parameters_of, positional_of

PACKAGE = Path(__file__).parents[2] / "clients" / "python" / "chainrule_client"
REGISTERED = (Definition, AnyLoss, AnyMetric)

HEAD = '''# Made by `make generate` from the classes in service/chainrule/core: edit those.
"""{introduction}"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from ._parts import Activation, Initializer, Layer, Loss, Metric, Regularizer, refusing
from ._types import Array
'''


def path_of(family: Family) -> Path:
    """Say where the module of a family is."""
    return PACKAGE / f"{family.module}.py"


def module(family: Family) -> str:
    """Write the module of a family, as ruff leaves it."""
    found = classes(family.name)
    head = HEAD.format(introduction=family.introduction) + "".join(_neighbours(family))
    parts = [head, *_aliases(family, found), *(builder(family, cls) for cls in found), *_elsewhere(family, found)]
    parts.append(_all(family, found))
    return _in_order("\n\n\n".join(parts), path_of(family))


def _neighbours(family: Family) -> Iterator[str]:
    """Import from the other modules; the activations are layers, and found in the module of the layers too."""
    for other in FAMILIES:
        if other is not family:
            also = _names(classes(other.name)) if _shows(family, other) else []
            yield f"from .{other.module} import {', '.join([f'Any{other.base}', *also])}\n"


def _shows(family: Family, other: Family) -> bool:
    return (family.name, other.name) == ("layer", "activation")


def _aliases(family: Family, found: Sequence[type[Part]]) -> Iterator[str]:
    """Write what a parameter that takes one of the family may be, if there is such a parameter."""
    fields = [field for one in FAMILIES for cls in classes(one.name) for field in cls.model_fields.values()]
    if any(chosen_from(field.annotation) == family.name for field in fields):
        base, names = family.base, sorted(name for cls in found for name in cls.names() if not _needs_more(cls))
        yield f"{base}Name: TypeAlias = Literal{names!r}\n" + '"""The names that may stand alone, for the defaults."""'
        yield f"Any{base}: TypeAlias = {base}Name | {base} | dict[str, Any]\n" + '"""A name, a builder or a dict."""'


def _needs_more(cls: type[Part]) -> bool:
    return any(field.is_required() for field in cls.model_fields.values())


def _names(found: Iterable[type[Part]]) -> list[str]:
    return [class_name(cls.names()[0]) for cls in found]


def _elsewhere(family: Family, found: Sequence[type[Part]]) -> Iterator[str]:
    """Say what is called otherwise here. A type checker is not told: it would take any name for one that exists."""
    shown = [*found, *(cls for other in FAMILIES if _shows(family, other) for cls in classes(other.name))]
    called = {_plain(class_name(cls.names()[0])) for cls in shown}
    known = {
        spelling: f"{whose} is {class_name(cls.names()[0])}"
        for plainly in (True, False)  # the very spelling counts, and without "_" what is left
        for cls in reversed(shown)  # a layer before an activation of the same name
        for word, whose in (*((name, "it") for name in cls.names()[1:]), *cls.elsewhere.items())
        if _plain(word) not in called
        for spelling in [_plain(word) if plainly else word]
    }
    if known:
        yield f"if not TYPE_CHECKING:\n    __getattr__ = refusing(__name__, {dict(sorted(known.items()))!r})"


def _plain(name: str) -> str:
    return name.lower().replace("_", "")


def _all(family: Family, found: Sequence[type[Part]]) -> str:
    shown = [cls for other in FAMILIES if _shows(family, other) for cls in classes(other.name)]
    return f"__all__ = {[family.base, *_names(found), *_names(shown)]!r}"


def _in_order(text: str, path: Path) -> str:
    """Leave out imports that nothing needs, sort, and format."""
    mended = _through_ruff(text, path, "check", "--select=F401,I,RUF022", "--fix-only", "--exit-zero")
    return _through_ruff(mended, path, "format")


def _through_ruff(text: str, path: Path, *command: str) -> str:
    ruff = str(Path(sys.executable).with_name("ruff"))
    arguments = [ruff, *command, "--quiet", f"--stdin-filename={path}", "-"]
    return subprocess.run(arguments, input=text, capture_output=True, text=True, check=True).stdout


def builder(family: Family, cls: type[Part]) -> str:
    """Write one class."""
    positional, parameters = positional_of(family, cls), parameters_of(family, cls)
    return "\n".join([
        f"class {class_name(cls.names()[0])}({family.base}):",
        textwrap.indent(f'"""{_documentation(cls, parameters)}"""', "    ", lambda line: bool(line.strip())),
        "",
        "    __slots__ = ()",
        f'    type: ClassVar[str] = "{cls.names()[0]}"',
        *([f"    _positional: ClassVar[tuple[str, ...]] = {positional!r}"] if positional else []),
        _signature(positional, parameters),
    ])  # fmt: skip


def _documentation(cls: type[Part], parameters: Sequence[Parameter]) -> str:
    text = inspect.cleandoc(cls.__doc__ or "")
    if parameters:
        text = "\n".join([text, "", "Parameters", "----------", *(one.documented for one in parameters)])
    return text + "\n" if "\n" in text else text


def _signature(positional: Sequence[str], parameters: Sequence[Parameter]) -> str:
    first = [str(one) for one in parameters if one.name in positional]
    named = [str(one) for one in parameters if one.name not in positional]
    arguments = ["self", *first, *(["*", *named] if named else [])]
    return f"\n    def __init__({', '.join(arguments)}) -> None: ..."
