"""Losses, a module a family. Whatever stands here is found, and needs no other mention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainrule.core.loss import Loss
from chainrule.core.part import any_of, classes, discover

discover(__name__)

if TYPE_CHECKING:
    AnyLoss = Loss
else:  # the choice among the classes that were found is known only when it runs
    AnyLoss = any_of(classes("loss"), unknown="unknown_loss")
