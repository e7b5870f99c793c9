"""``/jacobian``: the derivative of every output of a sample by every one of its inputs."""

from __future__ import annotations

from chainrule.calls.costs import check_answer, check_work
from chainrule.calls.job import Document, Job
from chainrule.calls.prepare import prepare
from chainrule.core import engine
from chainrule.core.arrays import size_of
from chainrule.core.jacobian import jacobian_shape, jacobians
from chainrule.core.limits import Limits
from chainrule.core.network import Network, with_activation
from chainrule.core.tensors import read_inputs
from chainrule.errors import InputError, Proceed
from chainrule.schemas.jacobian import JacobianRequest

SMALLER = "send fewer samples, or ask /backward for some of the rows"


def prepare_jacobian(document: Document, limits: Limits) -> Job:
    """Check a ``/jacobian`` request, and say what is left to do.

    Raises
    ------
    InputError
        With everything that is wrong with it, as far as it could be looked at.
    """
    prepared = prepare(JacobianRequest, document, limits, _check_independent, _check_cost)
    network, names = prepared.network, prepared.request.network.inputs

    def compute(proceed: Proceed) -> Document:
        with engine.arithmetic():
            passed = engine.forward(network, prepared.inputs, prepared.weights, prepared.runs, proceed)
            found = jacobians(network, passed, prepared.weights, proceed)
        jacobian = found[0] if names is None else dict(zip(names, found, strict=True))
        return {"outputs": passed.values[-1], "jacobian": jacobian}

    return prepared.job(compute)


def _check_independent(request: JacobianRequest) -> None:
    """Refuse a layer in which a sample's output depends on other samples: their derivatives would have no place."""
    training = request.options.training or False
    for part in (part for layer in request.network.layers for part in with_activation(layer)):
        if not part.per_sample(training=training):
            detail = (
                f"in training, the samples of {part.type} depend on each other: a sample has no Jacobian of its own"
            )
            raise InputError("invalid_parameter", "/options/training", detail)


def _check_cost(request: JacobianRequest, network: Network, limits: Limits) -> None:
    """Count the numbers of the answer, and the work: a backward pass for every output of a sample."""
    inputs = read_inputs(request.batch.inputs, request.network.inputs).values()
    asked = [one.shape for index, one in enumerate(inputs) if index not in network.integer_inputs]
    count = size_of(network.output) + sum(size_of(jacobian_shape(network.output, shape)) for shape in asked)
    check_answer(count, limits, "", SMALLER)
    check_work(1 + size_of(network.output[1:]), network, limits, "", SMALLER)
