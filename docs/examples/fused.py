"""Softmax and cross-entropy differentiated as one step, (p - y) / N, and as the textbook's two: equal, and timed.

With a service running (`make run`): python docs/examples/fused.py
"""

from statistics import median
from time import perf_counter

import numpy as np

from chainrule_client import Backward, Client

P = np.array([[0.7, 0.1, 0.2], [0.1, 0.5, 0.4], [0.02, 0.9, 0.08]])
LABELS = np.array([0, 1, 1])
NETWORK = [{"type": "softmax", "name": "probabilities"}]
LOSS = "categorical_crossentropy"

SAMPLES, CLASSES, REPEATS = 10_000, 10, 15


def ask(client: Client, scores: np.ndarray, labels: np.ndarray, *, fuse: bool) -> Backward:
    """Differentiate the loss by the scores."""
    return client.backward(network=NETWORK, inputs=scores, targets=labels, loss=LOSS, fuse=fuse)


def compare(client: Client) -> None:
    """Print the gradient of the chapter's three samples both ways."""
    fused = ask(client, np.log(P), LABELS, fuse=True)
    two_steps = ask(client, np.log(P), LABELS, fuse=False)
    for name, answer in (("one step", fused), ("two steps", two_steps)):
        print(f"{name}, fused: {answer.fused}")
        print(np.array2string(np.asarray(answer.gradients.inputs), precision=4, suppress_small=True))
    difference = np.abs(np.asarray(fused.gradients.inputs) - np.asarray(two_steps.gradients.inputs)).max()
    print(f"largest difference: {difference:.1e}")


def measure(client: Client) -> None:
    """Print how long a larger batch takes each way, in the service alone and from end to end."""
    rng = np.random.default_rng(0)
    scores, labels = rng.normal(size=(SAMPLES, CLASSES)), rng.integers(CLASSES, size=SAMPLES)
    computing: dict[bool, list[float]] = {True: [], False: []}
    waiting: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(REPEATS):
        for fuse in (True, False):  # in turns, so that both meet the same machine
            start = perf_counter()
            answer = ask(client, scores, labels, fuse=fuse)
            waiting[fuse].append(1000 * (perf_counter() - start))
            computing[fuse].append(answer.server_timing["compute"])
    print(f"\n{SAMPLES:,} samples, {CLASSES} classes, median of {REPEATS}")
    for name, times in (("computing in the service", computing), ("from end to end", waiting)):
        one, two = median(times[True]), median(times[False])
        print(f"{name}: one step {one:.2f} ms, two steps {two:.2f} ms, {two / one:.1f} times as long")


if __name__ == "__main__":
    with Client() as client:
        compare(client)
        measure(client)
