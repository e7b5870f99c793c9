"""The two calls that the service is for: ``forward`` and ``backward``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chainrule_client._calls.call import Call, checked_id
from chainrule_client._documents import (
    batch_of,
    listed,
    network_of,
    options_of,
    request_document,
    state_of,
    type_name,
    weights_of,
)
from chainrule_client._reading import read_backward, read_forward
from chainrule_client._results import Backward, Forward
from chainrule_client._types import (
    NOT_GIVEN,
    ArrayLike,
    BackwardInclude,
    FloatType,
    ForwardInclude,
    Named,
    NetworkLike,
    NotGiven,
    Timeout,
    Weights,
)


def forward(
    *,
    network: NetworkLike,
    weights: Weights | None = None,
    inputs: ArrayLike | Mapping[str, ArrayLike],
    targets: ArrayLike | None = None,
    sample_weights: ArrayLike | None = None,
    loss: Named | None = None,
    metrics: Sequence[Named] | None = None,
    state: Weights | None = None,
    dtype: FloatType | None = None,
    training: bool | None = None,
    seed: int | None = None,
    row_offset: int | None = None,
    include: Sequence[ForwardInclude] | None = None,
    fuse: bool | None = None,
    options: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
    request_id: str | None = None,
    timeout: Timeout | NotGiven = NOT_GIVEN,
) -> Call[Forward]:
    """Compute the outputs of a network and, if asked for, its loss.

    Whatever is None is not sent, and the service's default holds.

    Parameters
    ----------
    network
        A `Network` of `layers`, ``{"layers": [...]}`` as in the service's contract, or just the list of layers.
    weights
        ``{layer: {weight: array}}``: exactly the weights that the network needs. A layer without a name is called
        ``<type>_<index>``, as ``dense_0``.
    inputs
        The batch, one sample a row; ``{name: array}`` for a network with several inputs. Integer arrays (token ids)
        travel as integers.
    targets
        Integer labels of shape ``(N,)``, or an array of the output's shape.
    sample_weights
        How much each sample counts.
    loss
        One of `losses`, a name (``"categorical_crossentropy"``), or a mapping with a ``type`` and its parameters.
    metrics
        Names or `metrics`: ``["accuracy", metrics.TopKAccuracy(k=3)]``, or mappings.
    state
        What layers carry from step to step beside their weights, as the last answer's `state` had it.
    dtype
        ``"float64"`` (the default) or ``"float32"``: what everything is computed and returned in.
    training
        Whether dropout and batch normalization behave as in training; required where there is one of them.
    seed
        Of the dropout masks: the same seed gives the same masks.
    row_offset
        Where in the whole batch these rows begin, so that a batch sent in pieces gets the masks of the whole.
    include
        What else to return: ``"activations"``, ``"sample_losses"``, ``"statistics"``.
    fuse
        Whether softmax or sigmoid and their loss are taken as one exact step; False takes the textbook's two.
    options
        Further entries of the request's ``options``, for a service newer than this client.
    extra
        Further entries of the request itself, likewise.
    request_id
        1 to 128 printable ASCII characters for ``X-Request-ID``; otherwise one is made.
    timeout
        For this call, instead of the client's.

    Returns
    -------
    Forward
        Outputs, loss and whatever was included.

    Raises
    ------
    ChainruleError
        One of its kinds: see `ProblemError` for what the service refuses, `TransportError` for no answer.
    TypeError, ValueError
        An argument is not an array of numbers or not the mapping it should be; nothing was sent.

    Examples
    --------
    >>> neuron = [{"type": "dense", "name": "neuron", "units": 1, "activation": "relu"}]
    >>> weights = {"neuron": {"kernel": [[-3], [-1], [2]], "bias": [1]}}
    >>> client.forward(network=neuron, weights=weights, inputs=[[1, -2, 3]]).outputs
    array([[6.]])
    """
    return Call(
        "/forward",
        request_document(
            network=network_of(network),
            weights=weights_of(weights),
            state=state_of(state),
            batch=batch_of(inputs, targets, sample_weights),
            loss=loss,
            metrics=listed(metrics, "metrics"),
            extra=extra,
            options=options_of(
                options,
                dtype=type_name(dtype),
                training=training,
                seed=seed,
                row_offset=row_offset,
                include=listed(include, "include"),
                fuse=fuse,
            ),
        ),
        read_forward,
        checked_id(request_id),
        timeout,
    )


def backward(
    *,
    network: NetworkLike,
    weights: Weights | None = None,
    inputs: ArrayLike | Mapping[str, ArrayLike],
    targets: ArrayLike | None = None,
    sample_weights: ArrayLike | None = None,
    output_gradients: ArrayLike | None = None,
    loss: Named | None = None,
    metrics: Sequence[Named] | None = None,
    state: Weights | None = None,
    dtype: FloatType | None = None,
    training: bool | None = None,
    seed: int | None = None,
    row_offset: int | None = None,
    include: Sequence[BackwardInclude] | None = None,
    wrt: Sequence[str] | None = None,
    fuse: bool | None = None,
    options: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
    request_id: str | None = None,
    timeout: Timeout | NotGiven = NOT_GIVEN,
) -> Call[Backward]:
    """Compute the outputs of a network and the gradient with respect to every weight and input.

    The gradients are those of a `loss`, or of whatever comes after this network, of which `output_gradients` is what
    arrives: one of the two, never both. What is not described here is as in ``forward``.

    Parameters
    ----------
    network, weights, inputs, targets, sample_weights, metrics, state
        As in ``forward``.
    output_gradients
        An upstream gradient of the output's shape; with one axis more in front, K of them at once.
    loss
        As in ``forward``, with ``reduction`` ``"mean"`` (the default) or ``"sum"``.
    dtype, training, seed, row_offset, fuse
        As in ``forward``.
    include
        What else to return: what ``forward`` can, ``"activation_gradients"`` and ``"norms"``.
    wrt
        What to differentiate with respect to: any of ``"weights"``, ``"inputs"`` (both is the default) and names of
        layers. What is left out is not computed.
    options, extra, request_id, timeout
        As in ``forward``.

    Returns
    -------
    Backward
        What ``forward`` returns, and the gradients.

    Raises
    ------
    ChainruleError, TypeError, ValueError
        As in ``forward``.

    Examples
    --------
    >>> neuron = [{"type": "dense", "name": "neuron", "units": 1, "activation": "relu"}]
    >>> weights = {"neuron": {"kernel": [[-3], [-1], [2]], "bias": [1]}}
    >>> answer = client.backward(network=neuron, weights=weights, inputs=[[1, -2, 3]], output_gradients=[[1]])
    >>> answer.gradients.weights["neuron"]["kernel"]
    array([[ 1.],
           [-2.],
           [ 3.]])
    >>> answer.gradients.inputs
    array([[-3., -1.,  2.]])
    """
    return Call(
        "/backward",
        request_document(
            network=network_of(network),
            weights=weights_of(weights),
            state=state_of(state),
            batch=batch_of(inputs, targets, sample_weights, output_gradients),
            loss=loss,
            metrics=listed(metrics, "metrics"),
            extra=extra,
            options=options_of(
                options,
                dtype=type_name(dtype),
                training=training,
                seed=seed,
                row_offset=row_offset,
                include=listed(include, "include"),
                wrt=listed(wrt, "wrt"),
                fuse=fuse,
            ),
        ),
        read_backward,
        checked_id(request_id),
        timeout,
    )
