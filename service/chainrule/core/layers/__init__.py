"""Layers, a module each. Whatever stands here is found, and needs no other mention."""

from __future__ import annotations

from chainrule.core.part import discover

discover(__name__)
