"""What calls give back: frozen dataclasses with NumPy arrays in them."""

from .answer import Answer, Envelope, NumberOrArray
from .checked import Gradcheck, Jacobian, TensorCheck
from .computed import (
    ArrayStatistics,
    Backward,
    Forward,
    Gradients,
    GradientStatistics,
    Norms,
    ServiceWarning,
    Statistics,
)
from .described import Catalog, CatalogEntry, Cost, Initialized, LayerSummary, ParameterCounts, Summary
from .explained import Explanation, Node, Operand

__all__ = [
    "Answer",
    "ArrayStatistics",
    "Backward",
    "Catalog",
    "CatalogEntry",
    "Cost",
    "Envelope",
    "Explanation",
    "Forward",
    "Gradcheck",
    "GradientStatistics",
    "Gradients",
    "Initialized",
    "Jacobian",
    "LayerSummary",
    "Node",
    "Norms",
    "NumberOrArray",
    "Operand",
    "ParameterCounts",
    "ServiceWarning",
    "Statistics",
    "Summary",
    "TensorCheck",
]
