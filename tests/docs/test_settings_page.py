"""The page about settings says what the settings class says."""

from __future__ import annotations

from pydantic.fields import FieldInfo

from chainrule.settings import PREFIX, Settings
from tests.docs.documents import ROOT

PAGE = ROOT / "docs" / "settings.md"


def row(name: str, field: FieldInfo) -> str:
    """A setting as the page's table has it."""
    description = " ".join((field.description or "").replace("``", "`").split())
    return f"| `{PREFIX}{name.upper()}` | {_default(field.default)} | {description} |"


def _default(value: object) -> str:
    if value is None or value == ():
        return "not set"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"`{value}`" if value < 10_000 else f"`{value}` ({value:,})"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def test_the_page_has_every_setting_with_its_default_and_its_meaning() -> None:
    expected = [row(name, field) for name, field in Settings.model_fields.items()]
    found = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith(f"| `{PREFIX}")]
    of_the_service = [line for line in found if "`CHAINRULE_URL`" not in line and "`CHAINRULE_API_KEY`" not in line]

    assert of_the_service == expected, "the table should be\n" + "\n".join(expected)
