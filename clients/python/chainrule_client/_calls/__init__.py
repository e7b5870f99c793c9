"""The calls of the service, as functions that turn their arguments into a `Call` and send nothing.

Signature and documentation of each stand here once; `_client` makes methods of both clients of them.
"""

from .call import Call
from .checked import gradcheck, jacobian
from .computed import backward, forward
from .described import catalog, initialize, summary
from .explained import explain

__all__ = ["Call", "backward", "catalog", "explain", "forward", "gradcheck", "initialize", "jacobian", "summary"]
