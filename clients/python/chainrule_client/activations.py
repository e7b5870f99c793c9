# Made by `make generate` from the classes in service/chainrule/core: edit those.
"""Activations, each a layer of its own, or the ``activation`` of another.

>>> LeakyReLU(0.2)
LeakyReLU(negative_slope=0.2)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from ._parts import Activation, Layer, refusing

ActivationName: TypeAlias = Literal[
    "celu",
    "elu",
    "exponential",
    "gelu",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "identity",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "prelu",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "swish",
    "tanh",
]
"""The names that may stand alone, for the defaults."""


AnyActivation: TypeAlias = ActivationName | Activation | dict[str, Any]
"""A name, a builder or a dict."""


class CELU(Activation):
    """Bends smoothly towards ``-alpha`` below zero, without a kink: ``y = x if x > 0 else alpha · (exp(x/alpha) - 1)``.

    The slope is 1, or ``exp(x/alpha)``, in which PyTorch rounds ``alpha`` to float32 also when it computes in float64;
    so does this, to give the same numbers: up to 6e-8 off, and exact where ``alpha`` is a number of float32.

    Parameters
    ----------
    alpha
        How far below zero it goes, and how slowly.
    name
        Its name, unique in the network; ``celu_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "celu"
    _positional: ClassVar[tuple[str, ...]] = ("alpha",)

    def __init__(
        self, alpha: float = 1.0, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None
    ) -> None: ...


class ELU(Activation):
    """Bends smoothly towards ``-alpha`` below zero: ``y = x if x > 0 else alpha · (exp(x) - 1)``.

    The slope is 1, or ``alpha · exp(x)``; at 0 it is ``alpha``, as in PyTorch.

    Parameters
    ----------
    alpha
        How far below zero it goes.
    name
        Its name, unique in the network; ``elu_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "elu"
    _positional: ClassVar[tuple[str, ...]] = ("alpha",)

    def __init__(
        self, alpha: float = 1.0, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None
    ) -> None: ...


class Exponential(Activation):
    """Makes every number positive: ``y = exp(x)``, which is its own slope.

    Above 709 (in float32 above 88) the result is no number any more, and is refused.

    Parameters
    ----------
    name
        Its name, unique in the network; ``exponential_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "exponential"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class GELU(Activation):
    """Multiplies every number by the normal distribution below it: ``y = x · Φ(x)``, with slope ``Φ(x) + x · φ(x)``.

    ``Φ(x) = (1 + erf(x / √2)) / 2``, and ``φ`` is its derivative. With ``approximate``, ``Φ`` is replaced by
    ``(1 + tanh u) / 2``, ``u = √(2/π) · (x + 0.044715 x³)``, which is the sigmoid of ``2u``. PyTorch, Keras and ONNX do
    not approximate by default, JAX does: at 1 it has 0.841192 instead of 0.841345.

    Parameters
    ----------
    approximate
        Whether the distribution is approximated by a hyperbolic tangent.
    name
        Its name, unique in the network; ``gelu_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "gelu"

    def __init__(
        self, *, approximate: bool = False, name: str | None = None, inputs: Sequence[str | Layer] | None = None
    ) -> None: ...


class HardSigmoid(Activation):
    """Squeezes every number between 0 and 1 by three lines: ``y = min(max(x / 6 + 1/2, 0), 1)``.

    The slope is 1/6 between -3 and 3, else 0, as at -3 and 3. It is 1/6 rounded to float32, in float64 too: PyTorch's
    number, 3e-8 off. ONNX's default is another function, with ``0.2 · x + 0.5``.

    Parameters
    ----------
    name
        Its name, unique in the network; ``hard_sigmoid_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "hard_sigmoid"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class HardSiLU(Activation):
    """Multiplies every number by its hard sigmoid: ``y = x · min(max(x / 6 + 1/2, 0), 1)``.

    The slope is ``x / 3 + 1/2`` between -3 and 3, 0 below and at -3, 1 above and at 3.

    Parameters
    ----------
    name
        Its name, unique in the network; ``hard_silu_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "hard_silu"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class HardTanh(Activation):
    """Cuts off what is below -1 and above 1: ``y = min(max(x, -1), 1)``, with the slope 1 between them, else 0.

    The slope at -1 and at 1 is 0 as in PyTorch; in JAX it is 1.

    Parameters
    ----------
    name
        Its name, unique in the network; ``hard_tanh_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "hard_tanh"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class Identity(Activation):
    """Passes its input on: ``y = x``, with the slope 1.

    Parameters
    ----------
    name
        Its name, unique in the network; ``identity_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "identity"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class LeakyReLU(Activation):
    """Flattens what is below zero: ``y = x if x > 0 else negative_slope · x``.

    The slope at 0 is ``negative_slope``, as in PyTorch. Its default is PyTorch's; Keras has 0.3 in the layer and 0.2 in
    the function.

    Parameters
    ----------
    negative_slope
        The slope below zero.
    name
        Its name, unique in the network; ``leaky_relu_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "leaky_relu"
    _positional: ClassVar[tuple[str, ...]] = ("negative_slope",)

    def __init__(
        self, negative_slope: float = 0.01, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None
    ) -> None: ...


class LogSigmoid(Activation):
    """Takes the logarithm of the sigmoid: ``y = -log(1 + exp(-x))``, with the slope ``1 / (1 + exp(x))``.

    Exact where the sigmoid itself is 0 or 1 already.

    Parameters
    ----------
    name
        Its name, unique in the network; ``log_sigmoid_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "log_sigmoid"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class LogSoftmax(Activation):
    """Turns scores along an axis into logarithms of probabilities: ``y = x - log Σ exp(x)``.

    ``dx = grad - exp(y) · Σ grad``. No probability is rounded to 0 on the way, so that no logarithm is lost.

    Parameters
    ----------
    axis
        The axis along which the probabilities sum to 1; not 0, which would mix the samples.
    name
        Its name, unique in the network; ``log_softmax_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "log_softmax"
    _positional: ClassVar[tuple[str, ...]] = ("axis",)

    def __init__(
        self, axis: int = -1, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None
    ) -> None: ...


class Mish(Activation):
    """Multiplies every number by the tanh of its softplus: ``y = x · tanh(log(1 + exp(x)))``.

    With ``e = exp(x)`` and ``n = e · (e + 2)`` the gate is ``n / (n + 2)``, and the slope
    ``n / (n + 2) + x · 4 e (e + 1) / (n + 2)²``: one exponential, and no digit lost.

    Parameters
    ----------
    name
        Its name, unique in the network; ``mish_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "mish"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class PReLU(Activation):
    """Learns the slope below zero: ``y = x if x > 0 else alpha · x``.

    ``dx = grad where x > 0, else alpha · grad``, and ``dalpha = Σ grad · min(x, 0)``. There is one ``alpha`` for each
    entry of the last axis, or a single one that all share; the slope at 0 is ``alpha``, as in PyTorch. PyTorch's layer
    shares one, and starts with 0.25; Keras has one for each entry of a sample, unless ``shared_axes`` names all axes
    but the last.

    Parameters
    ----------
    name
        Its name, unique in the network; ``prelu_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "prelu"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class ReLU(Activation):
    """Cuts off what is below zero: ``y = max(x, 0)``, ``dx = grad where x > 0, else 0``.

    The slope at 0 is 0, as in PyTorch and in the chapter.

    Parameters
    ----------
    name
        Its name, unique in the network; ``relu_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "relu"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class ReLU6(Activation):
    """Cuts off what is below 0 and above 6: ``y = min(max(x, 0), 6)``, with the slope 1 between them, else 0.

    The slope at 0 and at 6 is 0.

    Parameters
    ----------
    name
        Its name, unique in the network; ``relu6_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "relu6"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class SELU(Activation):
    """Keeps mean 0 and variance 1 through many layers: ``y = 1.0507 · (x if x > 0 else 1.6733 · (exp(x) - 1))``.

    The slope is 1.0507, or ``1.7581 · exp(x)`` below and at 0. The constants have all digits of float64; ONNX stores
    them in float32.

    Parameters
    ----------
    name
        Its name, unique in the network; ``selu_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "selu"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class Sigmoid(Activation):
    """Squeezes every number between 0 and 1: ``y = 1 / (1 + exp(-x))``, with the slope ``y · (1 - y)``.

    Computed in the form that cannot overflow (``scipy.special.expit``).

    Parameters
    ----------
    name
        Its name, unique in the network; ``sigmoid_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "sigmoid"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class SiLU(Activation):
    """Multiplies every number by its sigmoid: ``y = x · s``, with the slope ``s + y · (1 - s)``.

    Parameters
    ----------
    name
        Its name, unique in the network; ``silu_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "silu"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class Softmax(Activation):
    """Turns scores along an axis into probabilities: ``y = exp(x) / Σ exp(x)``.

    Each sample has a Jacobian ``S_j · (δ_jk - S_k) = diag(s) - s sᵀ``. Multiplied with the upstream row it collapses to
    ``dx = y · (grad - Σ grad · y)``: no matrix is built. The largest score is subtracted before ``exp``, which changes
    nothing in exact arithmetic and keeps ``exp`` from overflowing.

    Parameters
    ----------
    axis
        The axis along which the probabilities sum to 1; not 0, which would mix the samples.
    name
        Its name, unique in the network; ``softmax_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "softmax"
    _positional: ClassVar[tuple[str, ...]] = ("axis",)

    def __init__(
        self, axis: int = -1, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None
    ) -> None: ...


class Softplus(Activation):
    """Rounds off the rectifier's kink: ``y = log(1 + exp(x))``, with the slope ``1 / (1 + exp(-x))``.

    Exact everywhere; PyTorch takes ``x`` itself above 20, which is up to 2e-9 off.

    Parameters
    ----------
    name
        Its name, unique in the network; ``softplus_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "softplus"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class Softsign(Activation):
    """Squeezes every number between -1 and 1, slowly: ``y = x / (1 + |x|)``, with the slope ``1 / (1 + |x|)²``.

    Parameters
    ----------
    name
        Its name, unique in the network; ``softsign_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "softsign"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


class Tanh(Activation):
    """Squeezes every number between -1 and 1: ``y = tanh(x)``, with the slope ``1 - y²``.

    Parameters
    ----------
    name
        Its name, unique in the network; ``tanh_<index>`` if not given.
    inputs
        The earlier layers that it reads, by name or as they are, or ``"inputs"``, the batch; the layer before it if
        not given.
    """

    __slots__ = ()
    type: ClassVar[str] = "tanh"

    def __init__(self, *, name: str | None = None, inputs: Sequence[str | Layer] | None = None) -> None: ...


if not TYPE_CHECKING:
    __getattr__ = refusing(
        __name__,
        {
            "activation": 'Keras\'s Activation("relu") is ReLU',
            "gelu_new": "with approximate, it is GELU",
            "gelu_tanh": "with approximate, it is GELU",
            "gelunew": "with approximate, it is GELU",
            "gelutanh": "with approximate, it is GELU",
            "hard_swish": "it is HardSiLU",
            "hardswish": "it is HardSiLU",
            "input": "a network reads its batch without one; what only passes numbers on is Identity",
            "input_layer": "a network reads its batch without one; what only passes numbers on is Identity",
            "inputlayer": "a network reads its batch without one; what only passes numbers on is Identity",
            "linear": "Keras's linear activation is Identity",
            "lrelu": "it is LeakyReLU",
            "parametric_relu": "a rectifier with a learned slope is PReLU",
            "parametricrelu": "a rectifier with a learned slope is PReLU",
            "swish": "it is SiLU",
        },
    )


__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "SELU",
    "Activation",
    "Exponential",
    "HardSiLU",
    "HardSigmoid",
    "HardTanh",
    "Identity",
    "LeakyReLU",
    "LogSigmoid",
    "LogSoftmax",
    "Mish",
    "PReLU",
    "ReLU",
    "ReLU6",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Softsign",
    "Tanh",
]
