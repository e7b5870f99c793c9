"""The chain rule scalar by scalar: a network as a graph of single operations, differentiated node by node.

It is built from the same resolved network as the engine runs, and shares none of its backward passes: a second way to
every gradient.
"""

from __future__ import annotations

# importing them registers what can be explained
from chainrule.core.explain import activations as _activations  # noqa: F401
from chainrule.core.explain import crossentropies as _crossentropies  # noqa: F401
from chainrule.core.explain import layers as _layers  # noqa: F401
from chainrule.core.explain import losses as _losses  # noqa: F401
from chainrule.core.explain.chain import Chain, Measured, from_loss, from_outputs
from chainrule.core.explain.graph import Node
from chainrule.core.explain.limits import MOST_OPERATIONS, check_loss, check_network

__all__ = ["MOST_OPERATIONS", "Chain", "Measured", "Node", "check_loss", "check_network", "from_loss", "from_outputs"]
