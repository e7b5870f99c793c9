"""The calls that look at derivatives from another side: ``gradcheck`` and ``jacobian``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chainrule_client._calls.call import Call, checked_id
from chainrule_client._documents import (
    batch_of,
    given,
    listed,
    network_of,
    options_of,
    request_document,
    state_of,
    type_name,
    weights_of,
)
from chainrule_client._reading import read_gradcheck, read_jacobian
from chainrule_client._results import Gradcheck, Jacobian
from chainrule_client._types import NOT_GIVEN, ArrayLike, FloatType, Named, NetworkLike, NotGiven, Timeout, Weights


def gradcheck(
    *,
    network: NetworkLike,
    weights: Weights | None = None,
    inputs: ArrayLike | Mapping[str, ArrayLike],
    targets: ArrayLike | None = None,
    sample_weights: ArrayLike | None = None,
    output_gradients: ArrayLike | None = None,
    loss: Named | None = None,
    state: Weights | None = None,
    epsilon: float | None = None,
    samples: int | None = None,
    sampling_seed: int | None = None,
    tolerance: float | None = None,
    dtype: FloatType | None = None,
    training: bool | None = None,
    seed: int | None = None,
    row_offset: int | None = None,
    wrt: Sequence[str] | None = None,
    fuse: bool | None = None,
    options: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
    request_id: str | None = None,
    timeout: Timeout | NotGiven = NOT_GIVEN,
) -> Call[Gradcheck]:
    """Compare the gradients of ``backward`` with numerical ones, by central differences.

    Takes what ``backward`` takes, and how to compare. There are two seeds: `seed` is that of the dropout masks, as in
    ``backward``, and `sampling_seed` chooses the entries that are compared. Near a kink (that of relu at 0) the two
    gradients differ without anything being wrong.

    Parameters
    ----------
    network, weights, inputs, targets, sample_weights, output_gradients, loss, state
        As in ``backward``.
    epsilon
        How far an entry is moved to either side; 1e-5 if not given.
    samples
        How many entries of each tensor are compared at most; 100 if not given.
    sampling_seed
        Chooses them, where a tensor has more; 0 if not given.
    tolerance
        What the two gradients may differ by, or this times the largest gradient where that is above 1; 1e-6 if not
        given.
    dtype, training, seed, row_offset, wrt, fuse
        As in ``backward``; `wrt` chooses the tensors.
    options, extra, request_id, timeout
        As in ``forward``.

    Returns
    -------
    Gradcheck
        Whether all passed, and for each tensor the largest difference and where it is. ``print`` makes a table of it.

    Raises
    ------
    ChainruleError, TypeError, ValueError
        As in ``forward``.

    Examples
    --------
    >>> neuron = [{"type": "dense", "name": "neuron", "units": 1, "activation": "relu"}]
    >>> weights = {"neuron": {"kernel": [[-3], [-1], [2]], "bias": [1]}}
    >>> check = client.gradcheck(network=neuron, weights=weights, inputs=[[1, -2, 3]], output_gradients=[[1]])
    >>> check.passed, check.tensors["/weights/neuron/kernel"].checked
    (True, 3)
    """
    comparison = given(epsilon=epsilon, samples=samples, seed=sampling_seed, tolerance=tolerance)
    return Call(
        "/gradcheck",
        request_document(
            network=network_of(network),
            weights=weights_of(weights),
            state=state_of(state),
            batch=batch_of(inputs, targets, sample_weights, output_gradients),
            loss=loss,
            gradcheck=comparison or None,
            extra=extra,
            options=options_of(
                options,
                dtype=type_name(dtype),
                training=training,
                seed=seed,
                row_offset=row_offset,
                wrt=listed(wrt, "wrt"),
                fuse=fuse,
            ),
        ),
        read_gradcheck,
        checked_id(request_id),
        timeout,
    )


def jacobian(
    *,
    network: NetworkLike,
    weights: Weights | None = None,
    inputs: ArrayLike | Mapping[str, ArrayLike],
    state: Weights | None = None,
    dtype: FloatType | None = None,
    training: bool | None = None,
    seed: int | None = None,
    row_offset: int | None = None,
    options: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
    request_id: str | None = None,
    timeout: Timeout | NotGiven = NOT_GIVEN,
) -> Call[Jacobian]:
    """Compute how every output of each sample changes with every one of its inputs.

    Parameters
    ----------
    network, weights, inputs, state, dtype, training, seed, row_offset
        As in ``forward``. Samples must not depend on each other, as they do in a batch normalization in training.
    options, extra, request_id, timeout
        As in ``forward``.

    Returns
    -------
    Jacobian
        Outputs, and ``jacobian`` of the shape ``(N, *output shape, *input shape)``.

    Raises
    ------
    ChainruleError, TypeError, ValueError
        As in ``forward``.

    Examples
    --------
    >>> neuron = [{"type": "dense", "name": "neuron", "units": 1, "activation": "relu"}]
    >>> weights = {"neuron": {"kernel": [[-3], [-1], [2]], "bias": [1]}}
    >>> client.jacobian(network=neuron, weights=weights, inputs=[[1, -2, 3]]).jacobian
    array([[[-3., -1.,  2.]]])
    """
    return Call(
        "/jacobian",
        request_document(
            network=network_of(network),
            weights=weights_of(weights),
            state=state_of(state),
            batch=batch_of(inputs),
            extra=extra,
            options=options_of(options, dtype=type_name(dtype), training=training, seed=seed, row_offset=row_offset),
        ),
        read_jacobian,
        checked_id(request_id),
        timeout,
    )
