"""Functions between layers: as a layer of their own, or as the ``activation`` of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainrule.core.layer import Activation
from chainrule.core.part import any_of, classes, discover

discover(__name__)

if TYPE_CHECKING:
    AnyActivation = Activation
else:  # the choice among the classes that were found is known only when it runs
    AnyActivation = any_of(classes("activation"), unknown="unknown_activation")
