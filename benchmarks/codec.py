"""Asks what it costs to turn bytes into arrays and arrays into bytes, in each encoding.

The body is a `/backward` request with all its weights, and the answer to it with all its gradients. Beside it stand
what one would reach for first: orjson with ``np.asarray``, and copying the arrays' bytes, which nothing can undercut.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from benchmarks._networks import Perceptron, perceptron
from benchmarks._timing import print_table, side_by_side, time_of
from chainrule.codec import JSON, SAFETENSORS, decode, encode, json_exact
from chainrule.codec.layout import REQUEST
from chainrule.serving.process import keep_heap
from chainrule_client._encodings import encode as encode_request  # the client as it sends

NETWORKS = {"784-256-128-10, 64 samples": ((784, 256, 128, 10), 64), "2-64-3, 300 samples": ((2, 64, 3), 300)}


def arrays_of(tree: Any) -> list[NDArray[Any]]:
    """All arrays of a document."""
    if isinstance(tree, np.ndarray):
        return [tree]
    return [array for below in tree.values() for array in arrays_of(below)] if isinstance(tree, dict) else []


def orjson_and_asarray(body: bytes) -> dict[str, Any]:
    """Read a request without looking what is in it."""
    document: dict[str, Any] = orjson.loads(body)
    for layer in document["weights"].values():
        layer.update({name: np.asarray(lists) for name, lists in layer.items()})
    document["batch"].update({name: np.asarray(lists) for name, lists in document["batch"].items()})
    return document


def answer_to(network: Perceptron) -> dict[str, Any]:
    """What `/backward` answers."""
    outputs, loss, gradients, inputs = network.by_hand()
    weights = {f"dense_{index}": {"kernel": kernel, "bias": bias} for index, (kernel, bias) in enumerate(gradients)}
    return {"outputs": outputs, "loss": loss, "gradients": {"weights": weights, "inputs": inputs}}


def reading(network: Perceptron) -> tuple[dict[str, Callable[[], Any]], list[int]]:
    """The ways to read the request, and how many bytes each reads."""
    document = network.document()
    plain, base64 = encode_request(document, "json"), encode_request(document, "base64")
    binary = encode_request(document, "safetensors")
    arrays = arrays_of(document)
    ways: dict[str, Callable[[], Any]] = {
        "orjson, asarray": lambda: orjson_and_asarray(plain),
        "JSON": lambda: decode(plain, JSON),
        "JSON, the exact way": lambda: json_exact.read(plain, REQUEST),
        "base64": lambda: decode(base64, JSON),
        "safetensors": lambda: decode(binary, SAFETENSORS),
        "copy": lambda: [array.copy() for array in arrays],
    }
    sizes = [len(plain)] * 3 + [len(base64), len(binary), sum(array.nbytes for array in arrays)]
    return ways, sizes


def writing(network: Perceptron) -> tuple[dict[str, Callable[[], Any]], list[int]]:
    """The ways to write the answer, and how many bytes each writes."""
    answer = answer_to(network)
    arrays = arrays_of(answer)
    ways: dict[str, Callable[[], Any]] = {
        "orjson, tolist": lambda: orjson.dumps(answer, default=lambda array: array.tolist()),
        "JSON": lambda: encode(answer, JSON, base64=False),
        "base64": lambda: encode(answer, JSON, base64=True),
        "safetensors": lambda: encode(answer, SAFETENSORS, base64=False),
        "copy": lambda: [array.copy() for array in arrays],
    }
    sizes = [len(way()) for name, way in ways.items() if name != "copy"]
    return ways, [*sizes, sum(array.nbytes for array in arrays)]


def main() -> None:
    """Print the tables."""
    keep_heap()
    for name, (sizes, samples) in NETWORKS.items():
        network = perceptron(sizes, samples)
        for what, (ways, counts) in (("Reading", reading(network)), ("Writing", writing(network))):
            found = side_by_side(ways)
            first = next(iter(found))
            rows = [
                [way, f"{count / 1e6:.2f} MB", time_of(seconds), f"{seconds / found[first]:.2f}"]
                for (way, seconds), count in zip(found.items(), counts, strict=True)
            ]
            print_table(f"{what}: {name}", ["way", "size", "time", f"over {first}"], rows)


if __name__ == "__main__":
    main()
