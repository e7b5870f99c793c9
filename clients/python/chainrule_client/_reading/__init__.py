"""Answers as trees turned into the results of `_results`, for every encoding alike.

Each function takes the answer and its envelope, and raises KeyError, TypeError, ValueError or AttributeError where the
answer is not what it should be.
"""

from .checked import read_gradcheck, read_jacobian
from .computed import read_backward, read_forward
from .described import read_catalog, read_initialized, read_summary
from .explained import read_explanation

__all__ = [
    "read_backward",
    "read_catalog",
    "read_explanation",
    "read_forward",
    "read_gradcheck",
    "read_initialized",
    "read_jacobian",
    "read_summary",
]
