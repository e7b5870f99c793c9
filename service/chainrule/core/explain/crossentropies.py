"""Cross-entropies said scalar by scalar: on probabilities, on scores, and fused with the layer before them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from chainrule.core.activations.sigmoid import LogSigmoid, Sigmoid
from chainrule.core.arrays import Array
from chainrule.core.explain.activations import count_exponentials, exponentials
from chainrule.core.explain.loss_form import Position, Rows, count_position, count_weighted, explain_position
from chainrule.core.explain.losses import clipped
from chainrule.core.layer import Elementwise
from chainrule.core.losses.binary import BinaryCrossentropy
from chainrule.core.losses.crossentropy import CrossEntropy, OnProbabilities
from chainrule.core.losses.likelihood import NegativeLogLikelihood

EXACT_REST = 1e-3
"""From here on ``1 - p`` has all digits that a logarithm needs."""


@count_position.register
def _count_on_probabilities(loss: OnProbabilities, targets: Rows, *, fused: bool) -> int:
    if loss.from_logits:
        return _count_on_scores(targets[0])
    return _count_negated(targets[0], 1 if fused else 2)


@explain_position.register
def _explain_on_probabilities(loss: OnProbabilities, position: Position) -> int:
    pen, outputs = position.pen, position.outputs
    if loss.from_logits:
        return _on_scores(position)
    if not position.fused:
        return _negated(position, lambda at: pen.apply("log", clipped(position, outputs[at], loss.epsilon)))
    used = np.flatnonzero(position.targets[0]).tolist()
    if all(_has_digits(position, outputs[at]) for at in used):
        return _negated(position, lambda at: pen.apply("log", outputs[at]))
    # a probability has vanished, but the scores that the softmax has divided still say how small it was
    shifted = [position.operand(position.operand(one, 0), 0) for one in outputs]
    return _from_shifted(position, shifted, position.operand(outputs[0], 1))


@count_position.register
def _count_cross_entropy(_loss: CrossEntropy, targets: Rows, *, fused: bool) -> int:
    return _count_on_scores(targets[0])


@explain_position.register
def _explain_cross_entropy(loss: CrossEntropy, position: Position) -> int:
    return _on_scores(position)


@count_position.register
def _count_likelihood(_loss: NegativeLogLikelihood, targets: Rows, *, fused: bool) -> int:
    return _count_negated(targets[0], 0)


@explain_position.register
def _explain_likelihood(loss: NegativeLogLikelihood, position: Position) -> int:
    return _negated(position, lambda at: position.outputs[at])


def _count_negated(row: Array, each: int) -> int:
    return count_weighted(row, each) + bool(row.any())


def _negated(position: Position, log: Callable[[int], int]) -> int:
    """Write ``-Σ t · log p`` over the targets that are not 0."""
    used = np.flatnonzero(position.targets[0]).tolist()
    terms = [position.weighted(log(at), at) for at in used]
    total = position.pen.total(terms, "Σ t·log p")
    return position.pen.apply("negate", total) if terms else total


def _count_on_scores(row: Array) -> int:
    return count_exponentials(len(row)) + 1 + count_weighted(row, 1) if row.any() else 0


def _on_scores(position: Position) -> int:
    """Write ``Σ t · (log Σ exp z - z)``: the softmax's logarithm, exact for any scores."""
    if not position.targets[0].any():
        return position.pen.constant(0)
    shifted, _, total = exponentials(position.pen, position.outputs)
    return _from_shifted(position, shifted, total)


def _from_shifted(position: Position, shifted: list[int], total: int) -> int:
    pen = position.pen
    log_total = pen.apply("log", total)
    used = np.flatnonzero(position.targets[0]).tolist()
    terms = [position.weighted(pen.apply("subtract", log_total, shifted[at], label="-log p"), at) for at in used]
    return pen.total(terms, "-Σ t·log p")


def _has_digits(position: Position, node: int) -> bool:
    """Whether a probability is no denormal number, whose logarithm would be rough, and not 0."""
    info = np.finfo(position.pen.graph.dtype)
    return position.value(node) > float(info.smallest_normal / info.eps)


@count_position.register
def _count_binary(loss: BinaryCrossentropy, targets: Rows, *, fused: bool) -> int:
    log, log_of_rest = (1, 2) if fused or loss.from_logits else (2, 3)
    weights = [(float(yes), float(no)) for yes, no in zip(*targets, strict=True)]
    count = 1 + len(weights) * loss.from_logits
    for yes, no in weights:
        terms = (yes != 0) + (no != 0)
        count += log * (yes != 0) + log_of_rest * (no != 0) + (yes not in (0, 1)) + (no not in (0, 1))
        count += (terms > 1) + (terms > 0)
    return count


@explain_position.register
def _explain_binary(loss: BinaryCrossentropy, position: Position) -> int:
    """Write ``-(yes · log p + no · log(1 - p))`` for each output, and their mean."""
    return position.pen.apply("mean", *(_binary(loss, position, at) for at in range(len(position.outputs))))


def _binary(loss: BinaryCrossentropy, position: Position, at: int) -> int:
    pen, (yes, no) = position.pen, position.targets
    p, score = position.outputs[at], None
    if loss.from_logits:
        score, p = p, _activated(position, Sigmoid(), p)
    elif position.fused:
        score = position.operand(p, 0)
    terms = []
    if yes[at]:
        terms.append(position.weighted(_log(loss, position, p, score), at))
    if no[at]:
        terms.append(position.weighted(_log_of_rest(loss, position, p, score), at, 1, "(1 - t)"))
    total = pen.total(terms, "Σ t·log p")
    return pen.apply("negate", total) if terms else total


def _log(loss: BinaryCrossentropy, position: Position, p: int, score: int | None) -> int:
    """Write ``log p``; where p has vanished, of the score."""
    if score is None:
        return position.pen.apply("log", clipped(position, p, loss.epsilon))
    return position.pen.apply("log", p) if _has_digits(position, p) else _activated(position, LogSigmoid(), score)


def _log_of_rest(loss: BinaryCrossentropy, position: Position, p: int, score: int | None) -> int:
    """Write ``log(1 - p)``; where ``1 - p`` has lost digits, as ``log_sigmoid(-z)`` of the score."""
    pen = position.pen
    if score is not None and 1 - position.value(p) < EXACT_REST:
        return _activated(position, LogSigmoid(), pen.apply("negate", score))
    rest = pen.apply("subtract", pen.constant(1), p)
    return pen.apply("log", rest if score is not None else clipped(position, rest, loss.epsilon))


def _activated(position: Position, activation: Elementwise, node: int) -> int:
    """Write an activation of one node."""
    graph, name = position.pen.graph, activation.names()[0]
    x = np.array([graph.nodes[node].value], graph.dtype)
    y = activation.value(x)
    label = f"{name}({graph.nodes[node].label})"
    return graph.add(name, (node,), y[0], [activation.slope(x, y)[0]], label, position.pen.place)
