"""The losses built on squares, absolute values and logarithms of single outputs, said scalar by scalar."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from chainrule.core.explain.loss_form import Position, Rows, count_position, explain_position
from chainrule.core.losses.differences import Huber, LogCosh, MeanAbsoluteError, MeanSquaredError, SmoothL1
from chainrule.core.losses.divergences import KlDivergence, Poisson


def _averaged(position: Position, entry: Callable[[int], int]) -> int:
    """Average over the last axis what each output gives."""
    return position.pen.apply("mean", *(entry(at) for at in range(len(position.outputs))))


def _of_difference(position: Position, function: Callable[[int], int]) -> int:
    """Average a function of each difference between output and target."""
    outputs, pen = position.outputs, position.pen
    return _averaged(position, lambda at: function(pen.apply("subtract", outputs[at], position.target(at))))


@count_position.register(MeanSquaredError)
@count_position.register(MeanAbsoluteError)
def _count_simple(_loss: MeanSquaredError | MeanAbsoluteError, targets: Rows, *, fused: bool) -> int:
    return 2 * len(targets[0]) + 1


@explain_position.register
def _explain_squared(loss: MeanSquaredError, position: Position) -> int:
    return _of_difference(position, lambda difference: position.pen.apply("square", difference))


@explain_position.register
def _explain_absolute(loss: MeanAbsoluteError, position: Position) -> int:
    return _of_difference(position, lambda difference: position.pen.apply("absolute", difference))


@count_position.register
def _count_huber(_loss: Huber, targets: Rows, *, fused: bool) -> int:
    return 4 * len(targets[0]) + 1


@explain_position.register
def _explain_huber(loss: Huber, position: Position) -> int:
    """Write a square for each small difference, and a line for each large one."""
    pen = position.pen

    def value(difference: int) -> int:
        if abs(position.value(difference)) <= loss.delta:
            return pen.apply("multiply", pen.constant(0.5), pen.apply("square", difference))
        beyond = pen.apply("subtract", pen.apply("absolute", difference), pen.constant(loss.delta / 2))
        return pen.apply("multiply", pen.constant(loss.delta), beyond)

    return _of_difference(position, value)


@count_position.register
def _count_smooth_l1(_loss: SmoothL1, targets: Rows, *, fused: bool) -> int:
    return 3 * len(targets[0]) + 1


@explain_position.register
def _explain_smooth_l1(loss: SmoothL1, position: Position) -> int:
    """Write a square for each small difference, and a line for each large one."""
    pen = position.pen

    def value(difference: int) -> int:
        if loss.beta and abs(position.value(difference)) <= loss.beta:
            return pen.apply("multiply", pen.constant(0.5 / loss.beta), pen.apply("square", difference))
        return pen.apply("subtract", pen.apply("absolute", difference), pen.constant(loss.beta / 2))

    return _of_difference(position, value)


@count_position.register
def _count_log_cosh(_loss: LogCosh, targets: Rows, *, fused: bool) -> int:
    return 7 * len(targets[0]) + 1


@explain_position.register
def _explain_log_cosh(loss: LogCosh, position: Position) -> int:
    """Write ``|d| + log(1 + exp(-2|d|)) - log 2``, in which nothing overflows."""
    pen = position.pen

    def value(difference: int) -> int:
        size = pen.apply("absolute", difference)
        power = pen.apply("exp", pen.apply("multiply", pen.constant(-2), size))
        tail = pen.apply("log", pen.apply("sum", pen.constant(1), power, label="1 + exp"))
        return pen.apply("sum", size, tail, pen.constant(-math.log(2), "-log 2"), label="log cosh")

    return _of_difference(position, value)


@count_position.register
def _count_poisson(_loss: Poisson, targets: Rows, *, fused: bool) -> int:
    return 4 * len(targets[0]) + 1


@explain_position.register
def _explain_poisson(loss: Poisson, position: Position) -> int:
    """Write ``x - t · log(x + epsilon)`` for each output."""
    pen, outputs = position.pen, position.outputs

    def value(at: int) -> int:
        log = pen.apply("log", pen.apply("sum", outputs[at], pen.constant(loss.epsilon), label="rate"))
        return pen.apply("subtract", outputs[at], pen.apply("multiply", position.target(at), log))

    return _averaged(position, value)


@count_position.register
def _count_kl(_loss: KlDivergence, targets: Rows, *, fused: bool) -> int:
    used = int(np.count_nonzero(targets[0]))
    return 4 * used + (used > 1)


@explain_position.register
def _explain_kl(loss: KlDivergence, position: Position) -> int:
    """Write ``t · (log t - log p)`` for each target that is not 0, and their sum."""
    pen, (targets,) = position.pen, position.targets
    terms = []
    for at in np.flatnonzero(targets).tolist():
        own = pen.constant(np.log(max(targets[at], loss.epsilon)), "log t")
        log = pen.apply("log", clipped(position, position.outputs[at], loss.epsilon))
        terms.append(pen.apply("multiply", position.target(at), pen.apply("subtract", own, log)))
    return pen.total(terms, "Σ t·(log t - log p)")


def clipped(position: Position, probability: int, epsilon: float) -> int:
    """Write the textbook's clipping: no logarithm sees less than ``epsilon``."""
    return position.pen.apply("clip", probability, position.pen.constant(epsilon, "epsilon"))
