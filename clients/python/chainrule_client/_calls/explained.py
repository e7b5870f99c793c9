"""The call that shows the chain rule itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule_client._calls.call import Call, checked_id
from chainrule_client._documents import (
    batch_of,
    network_of,
    options_of,
    request_document,
    state_of,
    type_name,
    weights_of,
)
from chainrule_client._reading import read_explanation
from chainrule_client._results import Explanation
from chainrule_client._types import NOT_GIVEN, ArrayLike, FloatType, Named, NetworkLike, NotGiven, Timeout, Weights


def explain(
    *,
    network: NetworkLike,
    weights: Weights | None = None,
    inputs: ArrayLike | Mapping[str, ArrayLike],
    targets: ArrayLike | None = None,
    sample_weights: ArrayLike | None = None,
    output_gradients: ArrayLike | None = None,
    loss: Named | None = None,
    state: Weights | None = None,
    dtype: FloatType | None = None,
    training: bool | None = None,
    fuse: bool | None = None,
    options: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
    request_id: str | None = None,
    timeout: Timeout | NotGiven = NOT_GIVEN,
) -> Call[Explanation]:
    """Show the chain rule, scalar by scalar: every operation with its value, its gradient and its local derivatives.

    For small networks of dense layers, activations, merges and changes of shape, up to 5,000 operations. The chain
    starts at the loss with gradient 1, or at the outputs with `output_gradients`.

    Parameters
    ----------
    network, weights, inputs, targets, sample_weights, output_gradients, loss, state
        As in ``backward``.
    dtype, training, fuse
        As in ``forward``.
    options, extra, request_id, timeout
        As in ``forward``.

    Returns
    -------
    Explanation
        The nodes in the order of computation, to be found by label or pointer. ``print`` makes a table of them.

    Raises
    ------
    ChainruleError, TypeError, ValueError
        As in ``forward``. What cannot be explained is an `InputError` with the code ``not_explainable``.

    Examples
    --------
    >>> neuron = [{"type": "dense", "name": "neuron", "units": 1, "activation": "relu"}]
    >>> weights = {"neuron": {"kernel": [[-3], [-1], [2]], "bias": [1]}}
    >>> chain = client.explain(network=neuron, weights=weights, inputs=[[1, -2, 3]], output_gradients=[[1]])
    >>> product = chain.labelled("x[0]·w[0]")
    >>> product.value, product.gradient
    (-3.0, 1.0)
    >>> for operand, node in zip(product.operands, chain.operands(product)):
    ...     print(node.label, operand.local_derivative, operand.contribution, node.gradient)
    x[0] -3.0 -3.0 -3.0
    w[0] 1.0 1.0 1.0
    """
    return Call(
        "/explain",
        request_document(
            network=network_of(network),
            weights=weights_of(weights),
            state=state_of(state),
            batch=batch_of(inputs, targets, sample_weights, output_gradients),
            loss=loss,
            extra=extra,
            options=options_of(options, dtype=type_name(dtype), training=training, fuse=fuse),
        ),
        read_explanation,
        checked_id(request_id),
        timeout,
    )
