"""The chapter's whole model on its spiral data: outputs, loss, accuracy, and every gradient that an optimizer needs.

With a service running (`make run`): python docs/examples/spiral.py
"""

from typing import Any

import numpy as np

from chainrule_client import Client

NETWORK: list[dict[str, Any]] = [
    {"type": "dense", "name": "hidden", "units": 3, "activation": "relu"},
    {"type": "dense", "name": "scores", "units": 3},
    {"type": "softmax", "name": "probabilities"},
]


def spiral(rng: np.random.Generator, points: int = 100, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Draw arms that wind around the origin: `points` for each class, and their labels."""
    labels = np.repeat(np.arange(classes), points)
    radius = np.tile(np.linspace(0, 1, points), classes)
    angle = np.concatenate([np.linspace(4 * arm, 4 * (arm + 1), points) for arm in range(classes)])
    angle += 0.2 * rng.normal(size=angle.shape)
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1), labels


def main() -> None:
    """Ask once, and print everything."""
    rng = np.random.default_rng(0)
    inputs, labels = spiral(rng)
    weights = {
        "hidden": {"kernel": 0.01 * rng.normal(size=(2, 3)), "bias": np.zeros((1, 3))},
        "scores": {"kernel": 0.01 * rng.normal(size=(3, 3)), "bias": np.zeros((1, 3))},
    }
    with Client() as client:
        answer = client.backward(
            network=NETWORK,
            weights=weights,
            inputs=inputs,
            targets=labels,
            loss="categorical_crossentropy",
            metrics=["accuracy"],
        )
    np.set_printoptions(precision=8, suppress=True)
    print("first five outputs")
    print(answer.outputs[:5])
    print(f"loss: {answer.loss:.6f}, and ln 3 is {np.log(3):.6f}")
    print(f"accuracy: {answer.metrics['accuracy']:.4f}")
    for layer, gradients in answer.gradients.weights.items():
        for name, gradient in gradients.items():
            print(f"gradient of {layer} {name}")
            print(gradient)


if __name__ == "__main__":
    main()
