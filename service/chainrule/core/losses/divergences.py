"""Losses between distributions, and between counts and the rates that they are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from chainrule.core.arrays import Array, Shape, plain_zeros
from chainrule.core.examples import PROBABILITIES, SOFT, TargetExample
from chainrule.core.loss import Evaluation, Loss, Warned
from chainrule.core.losses.checks import check_targets
from chainrule.core.losses.probabilities import check_probabilities, clip_warning
from chainrule.errors import InputError

RATES = ((0.5, 2.0, 1.25), (3.0, 0.125, 0.75), (1.5, 4.0, 0.25))
"""Positive outputs."""

COUNTS = ((0, 2, 1), (4, 0, 1), (1, 3, 0))


class KlDivergence(Loss):
    """Measures how much is lost by taking the outputs for the targets' distribution: ``L = Σ t · log(t / p)``.

    The sum is over the last axis, and ``mean`` over the positions, which PyTorch calls ``batchmean``. ``dp = -t / p``.
    Outputs are probabilities, not PyTorch's logarithms of them. Each logarithm's argument and each divisor is at least
    ``epsilon``; a target of 0 adds nothing.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "kld": "Keras's KLD",
        "kl_div": "on probabilities, PyTorch's kl_div",
        "kldivloss": "on probabilities, PyTorch's KLDivLoss",
    }

    examples: ClassVar[tuple[TargetExample, ...]] = (
        TargetExample(outputs=PROBABILITIES, targets=SOFT),
        TargetExample({"epsilon": 1e-3}, PROBABILITIES, SOFT),
    )
    values_elsewhere: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "reduction": {"batchmean": 'of outputs (samples, classes) it is "mean"'}
    }
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "log_target": "leave it out: targets are probabilities",
    }

    type: Literal["kl_divergence"] = "kl_divergence"
    epsilon: Annotated[float, Field(gt=0, lt=1)] = 1e-7
    """The least probability that a logarithm or a division sees."""

    def read_targets(self, targets: NDArray[Any], outputs: Shape, dtype: np.dtype[Any]) -> Array:
        shares: Array = super().read_targets(targets, outputs, dtype)
        check_targets(shares, shares >= 0, "a target is a probability")
        return shares

    def forward(self, outputs: Array, targets: Any) -> Evaluation:
        check_probabilities(outputs, sum_to_one=True, way_out="end with softmax")
        p = np.maximum(outputs, self.epsilon)
        values = (targets * (np.log(np.maximum(targets, self.epsilon)) - np.log(p))).sum(axis=-1)
        clipped = int(((outputs < self.epsilon) & (targets != 0)).sum())
        return Evaluation(values, (p, targets), clipped)

    def backward(self, grad: Array, cache: Any) -> Array:
        p, targets = cache
        return plain_zeros(targets / p * -grad[..., None])

    def warning(self, noticed: int) -> Warned:
        return clip_warning(noticed, self.epsilon)


class Poisson(Loss):
    """Compares counts with the rates that they are drawn from: ``L = mean x - t · log(x + epsilon)``.

    The mean is over the last axis. Its gradient is ``dx = (1 - t / (x + epsilon)) / C``. Outputs are rates, as in
    Keras, not their logarithms as by default in PyTorch; what depends on the targets alone is left out.
    """

    examples: ClassVar[tuple[TargetExample, ...]] = (
        TargetExample(outputs=RATES, targets=COUNTS),
        TargetExample({"epsilon": 0.5}, RATES, COUNTS),
    )
    elsewhere: ClassVar[Mapping[str, str]] = {
        "poissonnllloss": "with log_input=False, but for epsilon, PyTorch's PoissonNLLLoss",
        "poisson_nll_loss": "with log_input=False, but for epsilon, PyTorch's poisson_nll_loss",
    }
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "log_input": "leave it out: the outputs are rates",
        "eps": "epsilon",
    }

    type: Literal["poisson"] = "poisson"
    epsilon: Annotated[float, Field(gt=0, lt=1)] = 1e-7
    """What is added to each rate, so that 0 has a logarithm."""

    def forward(self, outputs: Array, targets: Any) -> Evaluation:
        rates = outputs + self.epsilon
        lowest = outputs.min()
        if lowest <= -self.epsilon:
            detail = f"the outputs are no rates ({lowest:.6g} is below 0): end with softplus, exponential or relu"
            raise InputError("invalid_parameter", "/loss", detail)
        return Evaluation((outputs - targets * np.log(rates)).mean(axis=-1), (rates, targets))

    def backward(self, grad: Array, cache: Any) -> Array:
        rates, targets = cache
        return (1 - targets / rates) * (grad / rates.shape[-1])[..., None]
