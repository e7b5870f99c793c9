"""One neuron, all the way: products, sum, relu, every gradient, and one step of descent.

With a service running (`make run`): python docs/examples/neuron.py
"""

from typing import Any

import numpy as np

from chainrule_client import Client

X = np.array([[1.0, -2.0, 3.0]])
W = np.array([[-3.0], [-1.0], [2.0]])
B = np.array([1.0])
RATE = 0.001

NEURON: list[dict[str, Any]] = [{"type": "dense", "name": "neuron", "units": 1, "activation": "relu"}]

# The same neuron with every step a layer of its own, so that the service shows what stands between them: a diagonal
# kernel makes the three products, a kernel of ones adds them up.
STEPS: list[dict[str, Any]] = [
    {"type": "dense", "name": "products", "units": 3, "use_bias": False},
    {"type": "dense", "name": "sum", "units": 1},
    {"type": "relu", "name": "relu"},
]
STEP_WEIGHTS = {"products": {"kernel": np.diag(W[:, 0])}, "sum": {"kernel": np.ones((3, 1)), "bias": B}}


def numbers(array: np.ndarray, digits: int = 0) -> str:
    """Write an array in one line."""
    return "  ".join(f"{number:.{digits}f}" for number in array.ravel())


def show_every_step(client: Client) -> None:
    """Print the value of each step on the way up, and the gradient at each step on the way down."""
    answer = client.backward(
        network=STEPS,
        weights=STEP_WEIGHTS,
        inputs=X,
        output_gradients=[[1.0]],
        include=["activations", "activation_gradients"],
    )
    print("forward")
    for layer, value in answer.activations.items():
        print(f"  {layer:<10}{numbers(value)}")
    print("backward: the next layer sends 1")
    for layer, gradient in reversed(list(answer.activation_gradients.items())):
        print(f"  at {layer:<10}{numbers(gradient)}")


def descend(client: Client) -> None:
    """Print the gradients of the neuron in one layer, take one step against them, and print what it gives then."""
    before = client.backward(
        network=NEURON, weights={"neuron": {"kernel": W, "bias": B}}, inputs=X, output_gradients=[[1.0]]
    )
    gradients = before.gradients.weights["neuron"]
    print("gradients")
    print(f"  dw  {numbers(gradients['kernel'])}   what the inputs were")
    print(f"  db  {numbers(gradients['bias'])}")
    print(f"  dx  {numbers(np.asarray(before.gradients.inputs))}   what the weights were")

    stepped = {"kernel": W - RATE * gradients["kernel"], "bias": B - RATE * gradients["bias"]}
    after = client.forward(network=NEURON, weights={"neuron": stepped}, inputs=X)
    print(f"one step of descent by {RATE}")
    print(f"  w  {numbers(stepped['kernel'], 3)}")
    print(f"  b  {numbers(stepped['bias'], 3)}")
    print(f"  output {before.outputs[0, 0]:.3f} -> {after.outputs[0, 0]:.3f}")


if __name__ == "__main__":
    with Client() as client:
        show_every_step(client)
        descend(client)
