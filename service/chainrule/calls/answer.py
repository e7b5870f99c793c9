"""How large an answer will be, before anything is computed for it."""

from __future__ import annotations

from chainrule.core.arrays import size_of
from chainrule.core.limits import Limits
from chainrule.core.network import Network
from chainrule.errors import InputError
from chainrule.schemas import BackwardRequest, PassRequest


def check_answer(request: PassRequest, network: Network, limits: Limits) -> None:
    """Refuse a request whose answer would hold more numbers than the layers themselves may.

    Raises
    ------
    InputError
        ``network_too_large``.
    """
    count = numbers_in_answer(request, network)
    if count > limits.activations:
        most = f"at most {limits.activations:,} are allowed: include less, or send a smaller batch"
        detail = f"the answer would hold {count:,} numbers, {most}"
        raise InputError("network_too_large", "/options/include" if request.options.include else "", detail)


def numbers_in_answer(request: PassRequest, network: Network) -> int:
    """Count the numbers in the outputs, in what was included, and in the gradients that were asked for."""
    include = request.options.include
    of_layers = sum(size_of(network.operations[node.value - len(network.inputs)].output) for node in network.nodes)
    count = size_of(network.output) + of_layers * sum(
        name in include for name in ("activations", "activation_gradients")
    )
    if "sample_losses" in include:
        count += size_of(network.output[:-1])
    return count + (_numbers_in_gradients(request, network) if isinstance(request, BackwardRequest) else 0)


def _numbers_in_gradients(request: BackwardRequest, network: Network) -> int:
    wrt, inputs = request.options.wrt, request.batch.inputs
    arrays = list(inputs.values()) if isinstance(inputs, dict) else [inputs]
    asked = [node for node in network.nodes if "weights" in wrt or node.name in wrt]
    weights = sum(size_of(shape) for node in asked for shape in node.weights.values())
    return weights + (sum(array.size for array in arrays) if "inputs" in wrt else 0)
