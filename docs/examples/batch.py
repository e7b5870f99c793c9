"""A batch of 3 samples with 4 features through 3 neurons: the gradients are matrix products, and relu is a mask.

With a service running (`make run`): python docs/examples/batch.py
"""

from typing import Any

import numpy as np

from chainrule_client import Client

X = np.array([[1.0, 2.0, -1.0, 3.0], [0.5, -1.0, 2.0, 1.0], [-2.0, 1.5, 0.0, 2.0]])  # (3 samples, 4 features)
W = np.array([[0.5, -1.0, 0.25], [1.0, 0.5, -0.5], [-0.5, 0.75, 1.0], [0.25, -0.25, 0.5]])  # (4 features, 3 neurons)
B = np.array([[0.5, -0.5, 0.25]])  # (1, 3 neurons), the chapter's shape; (3,) is as good
UPSTREAM = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0], [3.0, 3.0, 3.0]])
RATE = 0.01

DENSE: list[dict[str, Any]] = [{"type": "dense", "name": "layer", "units": 3}]
DENSE_RELU: list[dict[str, Any]] = [*DENSE, {"type": "relu", "name": "relu"}]
WEIGHTS = {"layer": {"kernel": W, "bias": B}}


def show(name: str, array: np.ndarray) -> None:
    """Print an array under its name and shape."""
    print(f"{name} {array.shape}")
    print(np.array2string(array, precision=4, suppress_small=True))


def differentiate_a_layer(client: Client) -> None:
    """Print the gradients of a dense layer, and hold them against the chapter's three formulas."""
    answer = client.backward(network=DENSE, weights=WEIGHTS, inputs=X, output_gradients=UPSTREAM)
    gradients = answer.gradients.weights["layer"]
    print("a dense layer")
    show("dinputs = upstream @ W.T", np.asarray(answer.gradients.inputs))
    show("dweights = X.T @ upstream", gradients["kernel"])
    show("dbiases = the sum over the samples", gradients["bias"])
    np.testing.assert_allclose(np.asarray(answer.gradients.inputs), UPSTREAM @ W.T, rtol=1e-12)
    np.testing.assert_allclose(gradients["kernel"], X.T @ UPSTREAM, rtol=1e-12)
    np.testing.assert_allclose(gradients["bias"], UPSTREAM.sum(axis=0, keepdims=True), rtol=1e-12)


def differentiate_through_relu(client: Client) -> None:
    """Print what relu lets through, and lower its output by one step against the gradients."""
    answer = client.backward(
        network=DENSE_RELU,
        weights=WEIGHTS,
        inputs=X,
        output_gradients=UPSTREAM,
        include=["activations", "activation_gradients"],
    )
    print("\nrelu after it")
    show("z", answer.activations["layer"])
    show("dz: the upstream gradient where z > 0", answer.activation_gradients["layer"])

    gradients = answer.gradients.weights["layer"]
    stepped = {"kernel": W - RATE * gradients["kernel"], "bias": B - RATE * gradients["bias"]}
    after = client.forward(network=DENSE_RELU, weights={"layer": stepped}, inputs=X)
    print(f"\none step of descent by {RATE}")
    show("output before", answer.outputs)
    show("output after", after.outputs)
    before, now = (UPSTREAM * answer.outputs).sum(), (UPSTREAM * after.outputs).sum()
    print(f"weighed by the upstream rows: {before:.4f} -> {now:.4f}")


if __name__ == "__main__":
    with Client() as client:
        differentiate_a_layer(client)
        differentiate_through_relu(client)
