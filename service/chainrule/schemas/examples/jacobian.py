"""Examples of ``POST /jacobian``."""

from __future__ import annotations

from typing import Any

from chainrule.schemas.examples.networks import SPIRAL, SPIRAL_BATCH, SPIRAL_WEIGHTS

SCORES = [
    [-0.35667494393873245, -2.302585092994046, -1.6094379124341003],
    [-2.302585092994046, -0.6931471805599453, -0.916290731874155],
    [-3.912023005428146, -0.10536051565782628, -2.5257286443082556],
]

JACOBIAN: dict[str, dict[str, Any]] = {
    "softmax": {
        "summary": "The softmax of three samples",
        "description": "A matrix for each sample, diag(s) - s sᵀ: the chapter's array of three dimensions.",
        "value": {"network": {"layers": [{"type": "softmax"}]}, "batch": {"inputs": SCORES}},
    },
    "classifier": {
        "summary": "A classifier: which input moves which probability",
        "description": "Three probabilities by two inputs, for each of three samples.",
        "value": {"network": SPIRAL, "weights": SPIRAL_WEIGHTS, "batch": {"inputs": SPIRAL_BATCH["inputs"]}},
    },
}
"""Examples of ``POST /jacobian``, as OpenAPI has them."""
