"""What a request costs beside its network: the numbers in its answer, and the work of doing things several times.

Everything is worked out from shapes, before anything is allocated or computed.
"""

from __future__ import annotations

from chainrule.calls.starts import POINTER, count_upstreams
from chainrule.core.arrays import size_of
from chainrule.core.limits import Limits
from chainrule.core.network import Network
from chainrule.errors import InputError
from chainrule.schemas import BackwardRequest, PassRequest

SMALLER = "include less, or send a smaller batch"

WORK_OF_A_STEP = 100_000
"""Floating-point operations that take as long as the calls of NumPy in one step, however little these compute."""

PLAIN = 4
"""As many numbers of an array take the room of one in a list."""


def check_forward_cost(request: PassRequest, network: Network, limits: Limits) -> None:
    """Refuse a request whose answer would hold more numbers than the layers themselves may.

    Raises
    ------
    InputError
        ``network_too_large``.
    """
    check_answer(_numbers_of_forward(request, network), limits, _including(request), SMALLER)


def check_backward_cost(request: BackwardRequest, network: Network, limits: Limits) -> None:
    """Refuse gradients that would be too many numbers or too much work, each as often as there are upstream gradients.

    Raises
    ------
    InputError
        ``network_too_large``, or ``shape_mismatch`` where the upstream gradients do not fit the outputs.
    """
    count = count_upstreams(request, network) or 1
    weights, numbers = _weights_asked(request, network), _numbers_of_forward(request, network)
    check_answer(
        numbers + count * _numbers_of_gradients(request, network, weights), limits, _including(request), SMALLER
    )
    for what, found, most in (
        ("parameters", count * weights, limits.parameters),
        ("activations", count * network.activations, limits.activations),
        ("floating-point operations", network.forward_flops * (1 + 2 * count), limits.flops),
    ):
        if found > most:
            detail = (
                f"{count:,} upstream gradients make {found:,} {what}, at most {most:,} are allowed: send fewer at once"
            )
            raise InputError("network_too_large", POINTER, detail)


def check_answer(count: int, limits: Limits, where: str, way_out: str) -> None:
    """Refuse an answer of more numbers than the layers may hold.

    Raises
    ------
    InputError
        ``network_too_large``.
    """
    if count > limits.activations:
        most = f"at most {limits.activations:,} are allowed: {way_out}"
        raise InputError("network_too_large", where, f"the answer would hold {count:,} numbers, {most}")


def check_work(passes: int, network: Network, limits: Limits, where: str, way_out: str) -> None:
    """Refuse more forward passes, or backward passes of that length, than the limit of operations has room for.

    Beside the operations of matrix products, every number in the network counts as one in each pass, and every step as
    what could be computed while it is begun.

    Raises
    ------
    InputError
        ``network_too_large``.
    """
    work = passes * (network.forward_flops + network.activations + WORK_OF_A_STEP * network.steps)
    if work > limits.flops:
        most = f"at most {limits.flops:,} are allowed: {way_out}"
        detail = f"{passes:,} passes through the network are {work:,} floating-point operations, {most}"
        raise InputError("network_too_large", where, detail)


def _including(request: PassRequest) -> str:
    return "/options/include" if request.options.include else ""


def _numbers_of_forward(request: PassRequest, network: Network) -> int:
    """Count the numbers in the outputs, and in what was included of the forward pass."""
    include, count = request.options.include, size_of(network.output)
    if "activations" in include:
        count += _numbers_of_layers(network)
    if "sample_losses" in include:
        count += size_of(network.output[:-1])
    return count


def _numbers_of_layers(network: Network) -> int:
    """Count the numbers in the output of each layer."""
    return sum(size_of(network.shape_of(node)) for node in network.nodes)


def _weights_asked(request: BackwardRequest, network: Network) -> int:
    """Count the weights whose gradients were asked for."""
    wrt = request.options.wrt
    asked = [node for node in network.nodes if "weights" in wrt or node.name in wrt]
    return sum(size_of(shape) for node in asked for shape in node.weights.values())


def _numbers_of_gradients(request: BackwardRequest, network: Network, weights: int) -> int:
    """Count the numbers in the gradients that were asked for, of one upstream gradient."""
    inputs = request.batch.inputs
    arrays = list(inputs.values()) if isinstance(inputs, dict) else [inputs]
    of_layers = _numbers_of_layers(network) if "activation_gradients" in request.options.include else 0
    of_inputs = sum(array.size for array in arrays) if "inputs" in request.options.wrt else 0
    return weights + of_layers + of_inputs + PLAIN * _plain_numbers(request, network, len(arrays))


def _plain_numbers(request: BackwardRequest, network: Network, inputs: int) -> int:
    """Count the numbers that norms and statistics say of one upstream gradient: there are lists of them for several."""
    include, of_weights = request.options.include, sum(len(node.weights) for node in network.nodes)
    of_norms = of_weights + 1 if "norms" in include else 0
    return of_norms + (5 * (of_weights + len(network.nodes) + inputs) if "statistics" in include else 0)
