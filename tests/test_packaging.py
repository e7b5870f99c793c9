"""Both distributions as a user gets them: built, and imported where nothing else is installed.

The clean environments hold a wheel and what it requires, linked from this environment: no network is needed, and
a package that is missing among the requirements is missing there too.
"""

import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {"chainrule": ROOT, "chainrule_client": ROOT / "clients" / "python"}

IMPORT_EVERYTHING = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
names = [module.name for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(len(names), package.__file__, *sorted({name.partition(".")[0] for name in sys.modules}), sep="\\n")
"""


def run(*command: str | Path) -> str:
    """What a command prints; its errors are shown if it fails."""
    done = subprocess.run(command, cwd=ROOT.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{Path(command[0]).name} ended with {done.returncode}:\n{done.stdout}{done.stderr}", pytrace=False)
    return done.stdout


def needed(requirements: list[str] | None) -> Iterator[Distribution]:
    """What is required here, and what that requires in turn."""
    for text in requirements or []:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            found = distribution(requirement.name)
            yield found
            yield from needed(found.requires)


def link(found: Distribution, site_packages: Path) -> None:
    """Make an installed distribution importable in another environment."""
    tops = {file.parts[0] for file in found.files or []} - {"..", "__pycache__"}
    assert tops, f"{found.name} does not say which files it has"
    for top in tops:
        target = site_packages / top
        if not target.exists():
            target.symlink_to(Path(str(found.locate_file(top))))


class Clean:
    """An environment with one wheel of ours and its requirements."""

    def __init__(self, wheel: Path, folder: Path) -> None:
        venv.create(folder, with_pip=False)
        self.python = folder / "bin" / "python"
        run(sys.executable, "-m", "pip", "--python", self.python, "install", "-qq", "--no-deps", "--no-index", wheel)
        site_packages = next(folder.glob("lib/python*/site-packages"))
        (metadata,) = Distribution.discover(name=wheel.name.split("-")[0], path=[str(site_packages)])
        for found in needed(metadata.requires):
            link(found, site_packages)

    def import_everything(self, package: str) -> tuple[int, set[str]]:
        """Import each module; give their number, and the top names of all that was loaded for it."""
        count, file, *loaded = run(self.python, "-I", "-W", "error", "-c", IMPORT_EVERYTHING, package).splitlines()
        assert not Path(file).is_relative_to(ROOT), "this is the checkout, not the wheel"
        return int(count), set(loaded)

    def has(self, module: str) -> bool:
        """Whether a module could be imported."""
        code = "import sys, importlib.util; print(importlib.util.find_spec(sys.argv[1]) is not None)"
        return run(self.python, "-I", "-c", code, module).strip() == "True"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both wheels, each built from its source distribution."""
    target = tmp_path_factory.mktemp("dist")
    for folder in FOLDERS.values():
        run(sys.executable, "-m", "build", "--no-isolation", "--outdir", target, folder)
    return {package: next(target.glob(f"{package}-*.whl")) for package in FOLDERS}


@pytest.fixture(scope="module")
def environments(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Clean]:
    """A clean environment for each wheel."""
    return {package: Clean(wheel, tmp_path_factory.mktemp(package) / "env") for package, wheel in wheels.items()}


@pytest.mark.parametrize("package", FOLDERS)
def test_a_wheel_holds_all_of_its_package_and_nothing_else(package: str, wheels: dict[str, Path]) -> None:
    with zipfile.ZipFile(wheels[package]) as archive:
        names = set(archive.namelist())

    source = next(FOLDERS[package].glob(f"**/{package}/__init__.py")).parent
    expected = {path.relative_to(source.parent).as_posix() for path in source.rglob("*.py")}
    assert expected <= names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {package}


@pytest.mark.parametrize("package", FOLDERS)
def test_a_wheel_brings_its_types_and_its_license(package: str, wheels: dict[str, Path]) -> None:
    with zipfile.ZipFile(wheels[package]) as archive:
        names = archive.namelist()

    assert f"{package}/py.typed" in names
    assert any(name.endswith("/LICENSE") for name in names)


@pytest.mark.parametrize("package", FOLDERS)
def test_the_changelog_tells_of_the_version(package: str, wheels: dict[str, Path]) -> None:
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)

    version = wheels[package].name.split("-")[1]
    assert headings[:2] == ["Unreleased", version]


def test_the_service_needs_neither_sdk_nor_test_tools(environments: dict[str, Clean]) -> None:
    count, loaded = environments["chainrule"].import_everything("chainrule")

    assert count > 10
    assert {"fastapi", "numpy", "uvicorn"} <= loaded
    for module in ("chainrule_client", "httpx", "pytest"):
        assert not environments["chainrule"].has(module)


def test_the_client_installs_no_web_server(environments: dict[str, Clean]) -> None:
    count, loaded = environments["chainrule_client"].import_everything("chainrule_client")

    assert count > 1
    assert {"httpx", "numpy"} <= loaded
    for module in ("chainrule", "fastapi", "pydantic", "scipy", "uvicorn"):
        assert not environments["chainrule_client"].has(module)


def test_the_command_works_from_the_wheel(environments: dict[str, Clean]) -> None:
    assert "serve" in run(environments["chainrule"].python.with_name("chainrule"), "--help")
