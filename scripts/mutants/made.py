"""Makes the mutants: a copy of the service in which a variable of the environment chooses which one is alive.

mutmut thinks up the mutants and writes each of them beside its function. What it skips because of a decorator is
undecorated first, so that the formulas of properties are mutated too.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from mutmut.mutation.file_mutation import MutatedFile, mutate_file_contents
from mutmut.utils.format_utils import get_mutant_name, orig_function_and_class_names_from_key

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "service"
WORK = ROOT / ".mutants"
"""What git does not see."""
COPY = WORK / "service"
"""Where the copy stands."""

NO_FORMULAS = ("catalog.py", "definition.py", "examples.py", "limits.py", "part.py", "resolved.py", "variables.py")
"""How classes register, what they say of themselves, and what limits there are."""

FORGETTING = {"cache"}
"""A decorator that would answer for a mutant with what its original has found."""
UNDECORATED = {"property", "contextmanager"} | FORGETTING
REGISTERING = "register"
"""Of a function that has another one for each class: both are given back as they are."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One small change."""

    name: str
    """What mutmut calls it."""
    file: str
    """Where it stands, as in ``core/layers/dense.py``."""
    function: str
    """In which function, as in ``Dense.forward``."""
    was: str
    """The lines that it changes, without indentation."""
    becomes: str
    """What it makes of them."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is, wherever its lines have moved to."""
        return self.file, self.function, self.was, self.becomes


def files(selection: list[str]) -> list[str]:
    """Name the files with formulas, or those of them that are selected by their path or that of their folder.

    Raises
    ------
    ValueError
        If nothing is selected.
    """
    package = SOURCE / "chainrule"
    every = sorted(path.relative_to(package).as_posix() for path in (package / "core").rglob("*.py"))
    formulas = [file for file in every if not file.removeprefix("core/").startswith(NO_FORMULAS)]
    if not selection:
        return formulas
    wanted = [name.removeprefix("service/chainrule/").rstrip("/") for name in selection]
    chosen = [file for one in wanted for file in formulas if file == one or file.startswith(one + "/")]
    if not chosen:
        raise ValueError(f"no formulas in {', '.join(selection)}: expected something like core/layers/dense.py")
    return list(dict.fromkeys(chosen))


def make(chosen: list[str]) -> list[Mutant]:
    """Write the copy of the service with the mutants of the chosen files in it, and list them."""
    shutil.rmtree(COPY, ignore_errors=True)
    shutil.copytree(SOURCE / "chainrule", COPY / "chainrule", ignore=shutil.ignore_patterns("__pycache__"))
    return [mutant for file in chosen for mutant in _mutants_of(file)]


def _mutants_of(file: str) -> list[Mutant]:
    """Write a file with its mutants, and list them; those of a source that has been seen before are remembered."""
    path = Path("chainrule", file)
    source = (SOURCE / path).read_text()
    maker = Path(__file__).read_text()
    seen = WORK / "made" / f"{hashlib.sha256((maker + file + source).encode()).hexdigest()}.json"
    if not seen.exists():
        seen.parent.mkdir(parents=True, exist_ok=True)
        seen.write_text(json.dumps(_mutated(path, source)))
    code, mutants = json.loads(seen.read_text())
    (COPY / path).write_text(code)
    return [Mutant(*one) for one in mutants]


def _mutated(path: Path, source: str) -> tuple[str, list[tuple[str, ...]]]:
    """Give the code with all mutants beside their functions, and what ``Mutant`` says of each."""
    mutated = mutate_file_contents(str(path), cst.parse_module(source).visit(_Undecorate()).code)
    lines = mutated.code.splitlines()
    mutants: list[tuple[str, ...]] = []
    for name in mutated.mutant_names:
        before, after = _changed(_body(mutated, lines, f"{name.rpartition('_')[0]}_orig"), _body(mutated, lines, name))
        full_name = get_mutant_name(path, name)
        function, class_name = orig_function_and_class_names_from_key(full_name)
        where = f"{class_name}.{function}" if class_name else function
        mutants.append((full_name, path.relative_to("chainrule").as_posix(), where, before, after))
    return mutated.code, mutants


def _body(mutated: MutatedFile, lines: list[str], name: str) -> list[str]:
    """The lines of a function, which all of its mutants have but for the changed ones, without its name."""
    span = mutated.line_span_by_function_name[name]
    text = [line.strip() for line in lines[span.start - 1 : span.end]]
    return [line.replace(f"def {name}(", "def (") for line in text]


def _changed(before: list[str], after: list[str]) -> tuple[str, str]:
    """The lines that differ, each as one text."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return " ".join(before[start : len(before) - end]), " ".join(after[start : len(after) - end])


class _Undecorate(cst.CSTTransformer):  # type: ignore[misc]  # as far as mypy sees, libcst has no types
    """Turns ``@property`` above a function into ``name = property(name)`` below it, and leaves caches out."""

    def leave_FunctionDef(  # noqa: N802 (libcst finds it by this name)
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.FlattenSentinel[cst.BaseStatement]:
        decorators = [one.decorator for one in updated_node.decorators]
        if not all(map(_may_stand_below, decorators)):
            return updated_node
        name = updated_node.name
        below = [
            cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(name)], cst.Call(one, [cst.Arg(name)]))])
            for one in reversed(decorators)
            if not (isinstance(one, cst.Name) and one.value in FORGETTING)
        ]
        return cst.FlattenSentinel([updated_node.with_changes(decorators=[]), *below])


def _may_stand_below(decorator: cst.BaseExpression) -> bool:
    """Whether a decorator does the same below its function: a known one, or ``register`` for a class."""
    if isinstance(decorator, cst.Call):
        decorator = decorator.func
    if isinstance(decorator, cst.Attribute):
        return bool(decorator.attr.value == REGISTERING)
    return isinstance(decorator, cst.Name) and decorator.value in UNDECORATED
