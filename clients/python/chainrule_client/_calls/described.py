"""The calls about a network before there are weights, and about the service itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule_client._calls.call import Call, checked_id
from chainrule_client._documents import network_of, options_of, request_document, shape_of, type_name
from chainrule_client._reading import read_catalog, read_initialized, read_summary
from chainrule_client._results import Catalog, Initialized, Summary
from chainrule_client._types import NOT_GIVEN, FloatType, InputShape, NetworkLike, NotGiven, Timeout


def summary(
    *,
    network: NetworkLike,
    input_shape: InputShape,
    batch_size: int | None = None,
    dtype: FloatType | None = None,
    options: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
    request_id: str | None = None,
    timeout: Timeout | NotGiven = NOT_GIVEN,
) -> Call[Summary]:
    """Tell what a network is: each layer's output shape and weights, and what a batch would cost.

    No weights are needed. What is not described here is as in ``forward``.

    Parameters
    ----------
    network
        As in ``forward``.
    input_shape
        The shape of one sample, such as ``(28, 28, 1)``; ``{name: shape}`` for a network with several inputs.
    batch_size
        How many samples the shapes and the cost are for; 1 if not given.
    dtype
        What the bytes are counted in.
    options, extra, request_id, timeout
        As in ``forward``.

    Returns
    -------
    Summary
        Layers, counts and cost, and the definition with every default filled in. ``print`` makes a table of it.

    Raises
    ------
    ChainruleError, TypeError, ValueError
        As in ``forward``.

    Examples
    --------
    >>> neuron = [{"type": "dense", "name": "neuron", "units": 1, "activation": "relu"}]
    >>> print(client.summary(network=neuron, input_shape=(3,)))
    layer   type   output shape  parameters  reads
    neuron  dense  (1, 1)                 4  inputs
    <BLANKLINE>
    parameters: 4, of which 4 are trainable
    FLOPs: 6 forward, 12 backward
    bytes: 32 of weights and state, 8 of activations
    """
    return Call(
        "/summary",
        request_document(
            network=network_of(network),
            input_shape=shape_of(input_shape),
            batch_size=batch_size,
            extra=extra,
            options=options_of(options, dtype=type_name(dtype)),
        ),
        read_summary,
        checked_id(request_id),
        timeout,
        has_arrays=False,
    )


def initialize(
    *,
    network: NetworkLike,
    input_shape: InputShape,
    seed: int,
    dtype: FloatType | None = None,
    options: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
    request_id: str | None = None,
    timeout: Timeout | NotGiven = NOT_GIVEN,
) -> Call[Initialized]:
    """Draw the weights, and make the state, that a network starts with.

    Each weight is drawn as its layer's ``kernel_initializer``, ``bias_initializer`` and so on say; their defaults are
    Keras's. What is not described here is as in ``summary``.

    Parameters
    ----------
    network, input_shape
        As in ``summary``.
    seed
        The same seed gives the same weights, to the bit, on every machine.
    dtype
        ``"float64"`` (the default) or ``"float32"``.
    options, extra, request_id, timeout
        As in ``forward``.

    Returns
    -------
    Initialized
        ``weights`` and ``state``, for the arguments of these names of ``forward`` and ``backward``.

    Raises
    ------
    ChainruleError, TypeError, ValueError
        As in ``forward``.

    Examples
    --------
    >>> neuron = [{"type": "dense", "name": "neuron", "units": 1, "activation": "relu"}]
    >>> start = client.initialize(network=neuron, input_shape=(3,), seed=7)
    >>> start.weights["neuron"]["kernel"].shape
    (3, 1)
    >>> client.forward(network=neuron, weights=start.weights, state=start.state, inputs=[[1, -2, 3]]).outputs.shape
    (1, 1)
    """
    return Call(
        "/initialize",
        request_document(
            network=network_of(network),
            input_shape=shape_of(input_shape),
            seed=seed,
            extra=extra,
            options=options_of(options, dtype=type_name(dtype)),
        ),
        read_initialized,
        checked_id(request_id),
        timeout,
    )


def catalog(*, request_id: str | None = None, timeout: Timeout | NotGiven = NOT_GIVEN) -> Call[Catalog]:
    """List everything that this service can compute, with the parameters of each, and its limits.

    Parameters
    ----------
    request_id, timeout
        As in ``forward``.

    Returns
    -------
    Catalog
        Layers, activations, losses, metrics, initializers and regularizers by name; limits; the service's version.

    Raises
    ------
    ChainruleError
        As in ``forward``.

    Examples
    --------
    >>> dense = client.catalog().layers["dense"]
    >>> dense.weights["kernel"], dense.parameters["required"]
    ('(in, units)', ['units'])
    """
    return Call("/catalog", None, read_catalog, checked_id(request_id), timeout, has_arrays=False)
