"""Real handwritten digits, learned by gradient descent: the service differentiates, the optimizer is ours.

1,797 images of 8 x 8 pixels come with scikit-learn; a quarter of them is held out. The service keeps nothing between
two requests: weights go out with every batch, gradients come back, and ten lines here are the optimizer.

Needs `pip install scikit-learn tqdm`. With a service running (`make run`): python docs/examples/digits.py
"""

from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tqdm import tqdm

from chainrule_client import Client

EPOCHS, BATCH, RATE, MOMENTUM = 15, 64, 0.05, 0.9

NETWORK: list[dict[str, Any]] = [
    {"type": "dense", "name": "hidden", "units": 64, "activation": "relu"},
    {"type": "dense", "name": "scores", "units": 10},
]
LOSS = "cross_entropy"  # on scores: the softmax is in the loss

Tree = dict[str, dict[str, np.ndarray]]


def starting_weights(rng: np.random.Generator, sizes: dict[str, tuple[int, int]]) -> Tree:
    """Draw small random kernels (He's spread, made for relu) and biases of 0."""
    return {
        layer: {"kernel": rng.normal(scale=np.sqrt(2 / inputs), size=(inputs, units)), "bias": np.zeros(units)}
        for layer, (inputs, units) in sizes.items()
    }


class Momentum:
    """Gradient descent with momentum: a step follows its gradient and, fading, those before it."""

    def __init__(self, weights: Tree) -> None:
        self.weights = weights
        self.velocity = {
            layer: {name: np.zeros_like(weight) for name, weight in named.items()} for layer, named in weights.items()
        }

    def step(self, gradients: Mapping[str, Mapping[str, np.ndarray]]) -> None:
        """Move every weight against its gradient; the trees have the same names and shapes."""
        for layer, named in gradients.items():
            for name, gradient in named.items():
                velocity = MOMENTUM * self.velocity[layer][name] - RATE * gradient
                self.velocity[layer][name] = velocity
                self.weights[layer][name] = self.weights[layer][name] + velocity


def batches(
    rng: np.random.Generator, inputs: np.ndarray, labels: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Walk through all samples once, in another order each time."""
    order = rng.permutation(len(inputs))
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        yield inputs[chosen], labels[chosen]


def main() -> None:
    """Train, with the held-out accuracy on the bar after each epoch."""
    rng = np.random.default_rng(0)
    images, digits = load_digits(return_X_y=True)
    inputs, held_out, labels, held_out_labels = train_test_split(
        images / 16, digits, test_size=0.25, stratify=digits, random_state=0
    )
    optimizer = Momentum(starting_weights(rng, {"hidden": (64, 64), "scores": (64, 10)}))
    start, accuracy = perf_counter(), 0.0
    with Client() as client, tqdm(total=EPOCHS * -(-len(inputs) // BATCH), unit="batch") as bar:
        for _ in range(EPOCHS):
            for some, their_labels in batches(rng, inputs, labels):
                answer = client.backward(
                    network=NETWORK, weights=optimizer.weights, inputs=some, targets=their_labels, loss=LOSS,
                    wrt=["weights"],
                )  # fmt: skip
                optimizer.step(answer.gradients.weights)
                bar.update()
            test = client.forward(
                network=NETWORK, weights=optimizer.weights, inputs=held_out, targets=held_out_labels,
                loss=LOSS, metrics=["accuracy"],
            )  # fmt: skip
            accuracy = test.metrics["accuracy"]
            bar.set_postfix(loss=f"{test.loss:.3f}", accuracy=f"{accuracy:.3f}")
    print(f"{bar.n} batches in {perf_counter() - start:.1f} s")
    print(f"accuracy on {len(held_out)} images that it never saw: {100 * accuracy:.1f} %")


if __name__ == "__main__":
    main()
