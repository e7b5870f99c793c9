"""The calls of the service, as functions that turn their arguments into a `Call` and send nothing.

Signature and documentation of each stand here once; `_client` makes methods of both clients of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from ._arrays import as_floats, as_numbers, as_tree
from ._reading import read_backward, read_forward
from ._results import Backward, Envelope, Forward
from ._types import (
    NOT_GIVEN,
    Array,
    ArrayLike,
    BackwardInclude,
    Document,
    FloatType,
    ForwardInclude,
    Named,
    Network,
    NotGiven,
    Timeout,
    Weights,
)

Result = TypeVar("Result")

_LONGEST_REQUEST_ID = 128


@dataclass(frozen=True, slots=True)
class Call(Generic[Result]):
    """One call: what to send, and how to read what comes back."""

    endpoint: str
    document: Document
    read: Callable[[Document, Envelope], Result]
    request_id: str
    timeout: Timeout | NotGiven = NOT_GIVEN

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type that the answer's arrays have: the contract computes in float64 unless asked."""
        name = self.document.get("options", {}).get("dtype")
        return np.dtype("float32" if name == "float32" else "float64")


def forward(
    *,
    network: Network,
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
        ``{"layers": [...]}`` as in the service's contract, or just the list of layers.
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
        A name (``"categorical_crossentropy"``) or an object with a ``type`` and its parameters.
    metrics
        Names or objects: ``["accuracy", {"type": "top_k_accuracy", "k": 3}]``.
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
    return _call(
        "/forward",
        read_forward,
        network=network,
        weights=weights,
        state=state,
        batch=_batch(inputs, targets, sample_weights),
        parts={"loss": loss, "metrics": _listed(metrics, "metrics")},
        extra=extra,
        options=_options(
            options,
            dtype=_type_name(dtype),
            training=training,
            seed=seed,
            row_offset=row_offset,
            include=_listed(include, "include"),
            fuse=fuse,
        ),
        request_id=request_id,
        timeout=timeout,
    )


def backward(
    *,
    network: Network,
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
        A name or an object, with ``reduction`` ``"mean"`` (the default) or ``"sum"``.
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
    return _call(
        "/backward",
        read_backward,
        network=network,
        weights=weights,
        state=state,
        batch=_batch(inputs, targets, sample_weights, output_gradients),
        parts={"loss": loss, "metrics": _listed(metrics, "metrics")},
        extra=extra,
        options=_options(
            options,
            dtype=_type_name(dtype),
            training=training,
            seed=seed,
            row_offset=row_offset,
            include=_listed(include, "include"),
            wrt=_listed(wrt, "wrt"),
            fuse=fuse,
        ),
        request_id=request_id,
        timeout=timeout,
    )


def _call(
    endpoint: str,
    read: Callable[[Document, Envelope], Result],
    *,
    network: Network,
    weights: Weights | None,
    state: Weights | None,
    batch: dict[str, Any],
    parts: dict[str, Any],
    extra: Mapping[str, Any] | None,
    options: dict[str, Any],
    request_id: str | None,
    timeout: Timeout | NotGiven,
) -> Call[Result]:
    document: Document = {
        "network": dict(network) if isinstance(network, Mapping) else {"layers": list(network)},
        "weights": as_tree(weights or {}, "weights"),
        "batch": batch,
        **_given(parts),
    }
    if state is not None:
        document["state"] = as_tree(state, "state")
    if options:
        document["options"] = options
    return Call(endpoint, _joined(document, extra, "extra"), read, _request_id(request_id), timeout)


def _batch(
    inputs: ArrayLike | Mapping[str, ArrayLike],
    targets: ArrayLike | None,
    sample_weights: ArrayLike | None,
    output_gradients: ArrayLike | None = None,
) -> dict[str, Any]:
    batch: dict[str, Any] = {"inputs": _inputs(inputs)}
    if targets is not None:
        batch["targets"] = as_numbers(targets, "targets")
    if sample_weights is not None:
        batch["sample_weights"] = as_floats(sample_weights, "sample_weights")
    if output_gradients is not None:
        batch["output_gradients"] = as_floats(output_gradients, "output_gradients")
    return batch


def _inputs(inputs: ArrayLike | Mapping[str, ArrayLike]) -> Array | dict[str, Array]:
    if isinstance(inputs, Mapping):
        return {name: as_numbers(value, f"inputs[{name!r}]") for name, value in inputs.items()}
    return as_numbers(inputs, "inputs")


def _options(further: Mapping[str, Any] | None, **named: Any) -> dict[str, Any]:
    return _joined(_given(named), further, "options")


def _given(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _joined(named: dict[str, Any], further: Mapping[str, Any] | None, place: str) -> dict[str, Any]:
    if twice := named.keys() & (further or {}).keys():
        raise TypeError(f"{min(twice)!r} is given twice, by its own argument and in {place}")
    return {**named, **(further or {})}


def _listed(names: Sequence[Any] | None, place: str) -> list[Any] | None:
    """A list of what was given; a lone text is a sequence too, of its letters, and never meant."""
    if isinstance(names, str):
        raise TypeError(f"{place} must be a list, such as [{names!r}], got the text {names!r}")
    return None if names is None else list(names)


def _type_name(dtype: FloatType | None) -> str | None:
    return dtype if dtype is None or isinstance(dtype, str) else np.dtype(dtype).name


def _request_id(given: str | None) -> str:
    if given is None:
        return uuid.uuid4().hex
    if not (0 < len(given) <= _LONGEST_REQUEST_ID and given.isascii() and given.isprintable()):
        raise ValueError(f"request_id must be 1 to {_LONGEST_REQUEST_ID} printable ASCII characters, got {given!r:.80}")
    return given
