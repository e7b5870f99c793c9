"""The kit's runner, which knows the contract and nothing of this service, as a module; it stays as it came."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType


def _kit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("conformance_kit", Path(__file__).parent / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


KIT = _kit()
