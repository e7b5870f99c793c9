# Made by `make generate` from the classes in service/chainrule/core: edit those.
"""Losses: the ``loss`` of a request.

>>> CategoricalCrossentropy(label_smoothing=0.1)
CategoricalCrossentropy(label_smoothing=0.1)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from ._parts import Loss, refusing
from ._types import Array


class BinaryCrossentropy(Loss):
    """Compares each output with yes (1) or no (0): ``L = mean -(w · y · log p + (1 - y) · log(1 - p))``.

    The mean is over the last axis. On probabilities ``dp = (1 - y) / (1 - p) - w · y / p``, where each logarithm's
    argument and each divisor is at least ``epsilon``. On scores, or fused with a sigmoid,
    ``dz = (1 - y) · p - w · y · (1 - p)``, which is ``p - y`` for w = 1, exact and never clipped. ``w`` is
    ``pos_weight``, as in PyTorch. Both gradients are divided by the length of the last axis.

    Parameters
    ----------
    from_logits
        Whether the outputs are scores rather than probabilities.
    label_smoothing
        How far targets are drawn towards 1/2: ``y · (1 - s) + s / 2``.
    pos_weight
        A factor of what a 1 counts: one number, or one for each output.
    epsilon
        The least probability that a logarithm or a division sees.
    reduction
        ``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position.
    weight_normalization
        What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras).
    """

    __slots__ = ()
    type: ClassVar[str] = "binary_crossentropy"

    def __init__(
        self,
        *,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        pos_weight: float | Sequence[float] | Array | None = None,
        epsilon: float = 1e-07,
        reduction: Literal["mean", "sum", "none"] = "mean",
        weight_normalization: Literal["weights", "batch"] = "weights",
    ) -> None: ...


class CategoricalCrossentropy(Loss):
    """Compares probabilities with classes: ``L = -Σ q_c · log p_c``, ``dp = -q / p``.

    Each logarithm's argument and each divisor is at least ``epsilon``; nothing is renormalized. After a softmax the two
    are one step, ``p · Σ q - q``, exact and never clipped, unless ``options.fuse`` is false.

    Parameters
    ----------
    from_logits
        Whether the outputs are scores rather than probabilities.
    label_smoothing
        Share of each target that is spread evenly over all classes.
    epsilon
        The least probability that a logarithm or a division sees.
    reduction
        ``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position.
    weight_normalization
        What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras).
    """

    __slots__ = ()
    type: ClassVar[str] = "categorical_crossentropy"

    def __init__(
        self,
        *,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        epsilon: float = 1e-07,
        reduction: Literal["mean", "sum", "none"] = "mean",
        weight_normalization: Literal["weights", "batch"] = "weights",
    ) -> None: ...


class CategoricalFocalCrossentropy(Loss):
    """Weighs a cross-entropy by how wrong it is: ``L = -alpha · Σ t_c · (1 - p_c)^gamma · log p_c``.

    ``dp = alpha · t · (gamma · (1 - p)^(gamma - 1) · log p - (1 - p)^gamma / p)``. Each logarithm's argument and each
    divisor is at least ``epsilon``; nothing is renormalized. With ``gamma`` 0 it is ``alpha`` times
    ``categorical_crossentropy``.

    Parameters
    ----------
    alpha
        A factor of the whole.
    gamma
        How much less counts what is nearly right.
    epsilon
        The least probability that a logarithm or a division sees.
    reduction
        ``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position.
    weight_normalization
        What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras).
    """

    __slots__ = ()
    type: ClassVar[str] = "categorical_focal_crossentropy"

    def __init__(
        self,
        *,
        alpha: float = 0.25,
        gamma: float = 2.0,
        epsilon: float = 1e-07,
        reduction: Literal["mean", "sum", "none"] = "mean",
        weight_normalization: Literal["weights", "batch"] = "weights",
    ) -> None: ...


class CategoricalHinge(Loss):
    """Compares the score of the right class with the best of the others: ``L = max(0, 1 + max (1 - t) · x - Σ t · x)``.

    Where it is not 0, ``dx = -t``, and ``1 - t`` more at the best of the others, the first of equals. Targets are
    labels or rows of 0 and 1. Keras's formula: the right class takes part with 0, so that others below 0 do not count.

    Parameters
    ----------
    reduction
        ``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position.
    weight_normalization
        What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras).
    """

    __slots__ = ()
    type: ClassVar[str] = "categorical_hinge"

    def __init__(
        self,
        *,
        reduction: Literal["mean", "sum", "none"] = "mean",
        weight_normalization: Literal["weights", "batch"] = "weights",
    ) -> None: ...


class CosineSimilarity(Loss):
    """Takes the negated cosine of the angle between outputs and targets: ``L = -Σ x · t / (|x| · |t|)``.

    -1 where they point the same way, 1 where opposite; Keras's sign, while PyTorch's loss is ``1 - cosine``. Sum and
    lengths are over the last axis. ``dx = -(t/|t| - cosine · x/|x|) / |x|``. No divisor is below ``epsilon``: outputs
    shorter than that have ``dx = -(t/|t|) / epsilon``.

    Parameters
    ----------
    epsilon
        The least length that something is divided by.
    reduction
        ``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position.
    weight_normalization
        What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras).
    """

    __slots__ = ()
    type: ClassVar[str] = "cosine_similarity"

    def __init__(
        self,
        *,
        epsilon: float = 1e-07,
        reduction: Literal["mean", "sum", "none"] = "mean",
        weight_normalization: Literal["weights", "batch"] = "weights",
    ) -> None: ...


class CrossEntropy(Loss):
    """Compares scores with classes: ``L = -Σ q_c · log softmax(z)_c``, exact for any scores.

    The softmax is in the loss: the last layer gives plain scores. PyTorch's CrossEntropyLoss, with its formulas for
    class weights, label smoothing and ignored labels.

    Parameters
    ----------
    label_smoothing
        Share of each target that is spread evenly over all classes.
    ignore_index
        A label whose positions do not count.
    class_weights
        A factor for each class; a mean over labels is divided by the sum of their factors.
    reduction
        ``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position.
    weight_normalization
        What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras).
    """

    __slots__ = ()
    type: ClassVar[str] = "cross_entropy"

    def __init__(
        self,
        *,
        label_smoothing: float = 0.0,
        ignore_index: int | None = None,
        class_weights: Sequence[float] | Array | None = None,
        reduction: Literal["mean", "sum", "none"] = "mean",
        weight_normalization: Literal["weights", "batch"] = "weights",
    ) -> None: ...


class Hinge(Loss):
    """Averages how far outputs stay behind the margin on their side: ``L = mean max(0, 1 - t · x)``.

    Its gradient is ``dx = -t / C where t · x < 1, else 0``. Targets are -1 or 1; Keras reads 0 as -1 silently.

    Parameters
    ----------
    reduction
        ``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position.
    weight_normalization
        What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras).
    """

    __slots__ = ()
    type: ClassVar[str] = "hinge"

    def __init__(
        self,
        *,
        reduction: Literal["mean", "sum", "none"] = "mean",
        weight_normalization: Literal["weights", "batch"] = "weights",
    ) -> None: ...


class Huber(Loss):
    """Averages squares of small differences and lines beyond: ``d²/2`` up to ``delta``, or ``delta · (|d| - delta/2)``.

    ``d = x - t``, and the mean is over the last axis. Its gradient is ``dx = min(max(d, -delta), delta) / C``.
    PyTorch's HuberLoss; its SmoothL1Loss is this divided by ``delta``.

    Parameters
    ----------
    delta
        The difference from which on it is a line.
    reduction
        ``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position.
    weight_normalization
        What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras).
    """

    __slots__ = ()
    type: ClassVar[str] = "huber"

    def __init__(
        self,
        *,
        delta: float = 1.0,
        reduction: Literal["mean", "sum", "none"] = "mean",
        weight_normalization: Literal["weights", "batch"] = "weights",
    ) -> None: ...


class KLDivergence(Loss):
    """Measures how much is lost by taking the outputs for the targets' distribution: ``L = Σ t · log(t / p)``.

    The sum is over the last axis, and ``mean`` over the positions, which PyTorch calls ``batchmean``. ``dp = -t / p``.
    Outputs are probabilities, not PyTorch's logarithms of them. Each logarithm's argument and each divisor is at least
    ``epsilon``; a target of 0 adds nothing.

    Parameters
    ----------
    epsilon
        The least probability that a logarithm or a division sees.
    reduction
        ``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position.
    weight_normalization
        What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras).
    """

    __slots__ = ()
    type: ClassVar[str] = "kl_divergence"

    def __init__(
        self,
        *,
        epsilon: float = 1e-07,
        reduction: Literal["mean", "sum", "none"] = "mean",
        weight_normalization: Literal["weights", "batch"] = "weights",
    ) -> None: ...


class LogCosh(Loss):
    """Averages the logarithm of the hyperbolic cosine: ``L = mean log cosh(x - t)``.

    Close to ``d²/2`` for small differences and to ``|d| - log 2`` for large ones. Its gradient is
    ``dx = tanh(x - t) / C``.

    Parameters
    ----------
    reduction
        ``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position.
    weight_normalization
        What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras).
    """

    __slots__ = ()
    type: ClassVar[str] = "log_cosh"

    def __init__(
        self,
        *,
        reduction: Literal["mean", "sum", "none"] = "mean",
        weight_normalization: Literal["weights", "batch"] = "weights",
    ) -> None: ...


class MeanAbsoluteError(Loss):
    """Averages absolute differences over the last axis: ``L = mean |x - t|``.

    Its gradient is ``dx = sign(x - t) / C``, with the sign 0 where they are equal.

    Parameters
    ----------
    reduction
        ``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position.
    weight_normalization
        What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras).
    """

    __slots__ = ()
    type: ClassVar[str] = "mean_absolute_error"

    def __init__(
        self,
        *,
        reduction: Literal["mean", "sum", "none"] = "mean",
        weight_normalization: Literal["weights", "batch"] = "weights",
    ) -> None: ...


class MeanSquaredError(Loss):
    """Averages squared differences over the last axis: ``L = mean (x - t)²``.

    Its gradient is ``dx = 2 · (x - t) / C``. There is no factor 1/2, and with ``mean`` it is the mean over all entries.

    Parameters
    ----------
    reduction
        ``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position.
    weight_normalization
        What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras).
    """

    __slots__ = ()
    type: ClassVar[str] = "mean_squared_error"

    def __init__(
        self,
        *,
        reduction: Literal["mean", "sum", "none"] = "mean",
        weight_normalization: Literal["weights", "batch"] = "weights",
    ) -> None: ...


class NegativeLogLikelihood(Loss):
    """Picks the logarithm of the right class's probability: ``L = -Σ q_c · x_c``, ``dx = -q``.

    After ``log_softmax`` the two are ``cross_entropy``. PyTorch's NLLLoss, with its class weights and ignored labels;
    distributions are taken too.

    Parameters
    ----------
    ignore_index
        A label whose positions do not count.
    class_weights
        A factor for each class; a mean over labels is divided by the sum of their factors.
    reduction
        ``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position.
    weight_normalization
        What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras).
    """

    __slots__ = ()
    type: ClassVar[str] = "negative_log_likelihood"

    def __init__(
        self,
        *,
        ignore_index: int | None = None,
        class_weights: Sequence[float] | Array | None = None,
        reduction: Literal["mean", "sum", "none"] = "mean",
        weight_normalization: Literal["weights", "batch"] = "weights",
    ) -> None: ...


class Poisson(Loss):
    """Compares counts with the rates that they are drawn from: ``L = mean x - t · log(x + epsilon)``.

    The mean is over the last axis. Its gradient is ``dx = (1 - t / (x + epsilon)) / C``. Outputs are rates, as in
    Keras, not their logarithms as by default in PyTorch; what depends on the targets alone is left out.

    Parameters
    ----------
    epsilon
        What is added to each rate, so that 0 has a logarithm.
    reduction
        ``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position.
    weight_normalization
        What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras).
    """

    __slots__ = ()
    type: ClassVar[str] = "poisson"

    def __init__(
        self,
        *,
        epsilon: float = 1e-07,
        reduction: Literal["mean", "sum", "none"] = "mean",
        weight_normalization: Literal["weights", "batch"] = "weights",
    ) -> None: ...


class SmoothL1(Loss):
    """Averages absolute differences rounded off at 0: ``d² / (2 · beta)`` up to ``beta``, or ``|d| - beta/2``.

    ``d = x - t``, and the mean is over the last axis. Its gradient is ``dx = min(max(d/beta, -1), 1) / C``. With
    ``beta`` 0 it is ``mean_absolute_error``, as in PyTorch.

    Parameters
    ----------
    beta
        The difference from which on it is a line.
    reduction
        ``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position.
    weight_normalization
        What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras).
    """

    __slots__ = ()
    type: ClassVar[str] = "smooth_l1"

    def __init__(
        self,
        *,
        beta: float = 1.0,
        reduction: Literal["mean", "sum", "none"] = "mean",
        weight_normalization: Literal["weights", "batch"] = "weights",
    ) -> None: ...


class SparseCategoricalCrossentropy(Loss):
    """Compares probabilities with labels: ``categorical_crossentropy`` that takes whole numbers only.

    Parameters
    ----------
    from_logits
        Whether the outputs are scores rather than probabilities.
    label_smoothing
        Share of each target that is spread evenly over all classes.
    epsilon
        The least probability that a logarithm or a division sees.
    reduction
        ``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position.
    weight_normalization
        What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras).
    """

    __slots__ = ()
    type: ClassVar[str] = "sparse_categorical_crossentropy"

    def __init__(
        self,
        *,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        epsilon: float = 1e-07,
        reduction: Literal["mean", "sum", "none"] = "mean",
        weight_normalization: Literal["weights", "batch"] = "weights",
    ) -> None: ...


class SquaredHinge(Loss):
    """Averages squares of how far outputs stay behind the margin: ``L = mean max(0, 1 - t · x)²``.

    Its gradient is ``dx = -2 · t · max(0, 1 - t · x) / C``. Targets are -1 or 1; Keras reads 0 as -1 silently.

    Parameters
    ----------
    reduction
        ``mean`` over the positions, by the sum of their weights; ``sum``; or ``none``, one loss a position.
    weight_normalization
        What a mean is divided by: the sum of ``weights`` (PyTorch), or the number of positions (``batch``, Keras).
    """

    __slots__ = ()
    type: ClassVar[str] = "squared_hinge"

    def __init__(
        self,
        *,
        reduction: Literal["mean", "sum", "none"] = "mean",
        weight_normalization: Literal["weights", "batch"] = "weights",
    ) -> None: ...


if not TYPE_CHECKING:
    __getattr__ = refusing(
        __name__,
        {
            "bce": "it is BinaryCrossentropy",
            "bce_with_logits": "with from_logits, it is BinaryCrossentropy",
            "bceloss": "PyTorch's BCELoss is BinaryCrossentropy",
            "bcewithlogits": "with from_logits, it is BinaryCrossentropy",
            "bcewithlogitsloss": "with from_logits, PyTorch's BCEWithLogitsLoss is BinaryCrossentropy",
            "binary_cross_entropy_with_logits": "with from_logits, it is BinaryCrossentropy",
            "binarycrossentropywithlogits": "with from_logits, it is BinaryCrossentropy",
            "cross_entropy_loss": "PyTorch's CrossEntropyLoss is CrossEntropy",
            "crossentropyloss": "PyTorch's CrossEntropyLoss is CrossEntropy",
            "huber_loss": "PyTorch's huber_loss is Huber",
            "huberloss": "PyTorch's HuberLoss is Huber",
            "kl_div": "on probabilities, PyTorch's kl_div is KLDivergence",
            "kld": "Keras's KLD is KLDivergence",
            "kldiv": "on probabilities, PyTorch's kl_div is KLDivergence",
            "kldivloss": "on probabilities, PyTorch's KLDivLoss is KLDivergence",
            "l1_loss": "PyTorch's l1_loss is MeanAbsoluteError",
            "l1loss": "PyTorch's L1Loss is MeanAbsoluteError",
            "log_loss": "for yes and no, log_loss is BinaryCrossentropy",
            "logloss": "for yes and no, log_loss is BinaryCrossentropy",
            "mae": "it is MeanAbsoluteError",
            "mse": "it is MeanSquaredError",
            "mse_loss": "PyTorch's mse_loss is MeanSquaredError",
            "mseloss": "PyTorch's MSELoss is MeanSquaredError",
            "nll": "it is NegativeLogLikelihood",
            "nll_loss": "PyTorch's NLLLoss is NegativeLogLikelihood",
            "nllloss": "PyTorch's NLLLoss is NegativeLogLikelihood",
            "poisson_nll_loss": "with log_input=False, but for epsilon, PyTorch's poisson_nll_loss is Poisson",
            "poissonnllloss": "with log_input=False, but for epsilon, PyTorch's PoissonNLLLoss is Poisson",
            "smooth_l1_loss": "PyTorch's smooth_l1_loss is SmoothL1",
            "smoothl1loss": "PyTorch's SmoothL1Loss is SmoothL1",
            "softmax_cross_entropy_with_logits": "it is CrossEntropy",
            "softmaxcrossentropywithlogits": "it is CrossEntropy",
            "sparse_softmax_cross_entropy_with_logits": "it is CrossEntropy",
            "sparsesoftmaxcrossentropywithlogits": "it is CrossEntropy",
        },
    )


__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalHinge",
    "CosineSimilarity",
    "CrossEntropy",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "NegativeLogLikelihood",
    "Poisson",
    "SmoothL1",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
]
