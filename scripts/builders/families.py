"""The kinds of parts, and the modules that their builders are written to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """One kind of parts, and the module that its builders are written to."""

    name: str
    module: str
    introduction: str
    positional: bool = True
    """Whether a class without required parameters takes its first size or number without its name."""

    @property
    def base(self) -> str:
        """The class that its builders have in common."""
        return self.name.capitalize()


FAMILIES = (
    Family(
        "activation",
        "activations",
        """Activations, each a layer of its own, or the ``activation`` of another.

>>> LeakyReLU(0.2)
LeakyReLU(negative_slope=0.2)
""",
    ),
    Family(
        "initializer",
        "initializers",
        """What weights start as: a layer's ``kernel_initializer``, ``bias_initializer`` and so on.

`Client.initialize` draws the weights.
""",
    ),
    Family(
        "regularizer",
        "regularizers",
        """Penalties on weights: a layer's ``kernel_regularizer`` or ``bias_regularizer``.

>>> L2(1e-4)
L2(l2=0.0001)
""",
    ),
    Family(
        "layer",
        "layers",
        """Layers, the activations among them. What is not given is not sent, and the service's default holds.

>>> Dense(64, activation="relu")
Dense(units=64, activation='relu')
>>> dict(Conv2D(8, (3, 5), padding="same"))
{'type': 'conv2d', 'filters': 8, 'kernel_size': (3, 5), 'padding': 'same'}
""",
    ),
    Family(
        "loss",
        "losses",
        """Losses: the ``loss`` of a request.

>>> CategoricalCrossentropy(label_smoothing=0.1)
CategoricalCrossentropy(label_smoothing=0.1)
""",
        positional=False,
    ),
    Family(
        "metric",
        "metrics",
        """Metrics: entries of a request's ``metrics``.

>>> TopKAccuracy(k=3)
TopKAccuracy(k=3)
""",
        positional=False,
    ),
)
