"""Reading the answers of ``gradcheck`` and ``jacobian``."""

from __future__ import annotations

from chainrule_client._reading.trees import Tree, array_reader, common, one_or_each
from chainrule_client._results import Envelope, Gradcheck, Jacobian, TensorCheck
from chainrule_client._types import Document


def read_gradcheck(answer: Document, envelope: Envelope) -> Gradcheck:
    """Make a `Gradcheck` of an answer."""
    return Gradcheck(
        passed=answer["passed"],
        tensors={entry["tensor"]: _tensor(entry) for entry in answer["tensors"]},
        **common(answer, envelope, Gradcheck),
    )


def _tensor(entry: Tree) -> TensorCheck:
    return TensorCheck(
        tensor=entry["tensor"],
        checked=entry["checked"],
        largest_difference=entry["largest_difference"],
        largest_gradient=entry["largest_gradient"],
        at=tuple(entry["at"]),
        passed=entry["passed"],
    )


def read_jacobian(answer: Document, envelope: Envelope) -> Jacobian:
    """Make a `Jacobian` of an answer."""
    array = array_reader(envelope.dtype)
    return Jacobian(
        outputs=array(answer["outputs"]),
        jacobian=one_or_each(array, answer["jacobian"]),
        **common(answer, envelope, Jacobian),
    )
