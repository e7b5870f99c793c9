"""The same gradients asked of several servers, each in its own words, over one connection that is kept.

Bodies are written before and answers are not read while time is taken: what is compared are the servers.
"""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks._networks import Array, Perceptron
from benchmarks._peers.vector import arrays_of, cut
from chainrule.codec import JSON
from chainrule_client._encodings import MEDIA_TYPES, decode, encode  # the client as it sends, without its HTTP library
from chainrule_client._types import Encoding

ENCODINGS: dict[Encoding, str] = {"safetensors": "safetensors", "base64": "base64", "json": "JSON"}
"""As they are called in tables."""


@dataclass(frozen=True)
class Call:
    """A request that is sent again and again."""

    path: str
    body: bytes
    headers: Mapping[str, str]
    gradients: Callable[[bytes], list[Array]]
    """Finds them in an answer, in the order of ``arrays_of``."""

    def to(self, port: int) -> Callable[[], bytes]:
        """Connect to a server; each call of the function sends the request and waits for the whole answer."""
        connection = http.client.HTTPConnection("127.0.0.1", port)

        def post() -> bytes:
            connection.request("POST", self.path, self.body, dict(self.headers))
            response = connection.getresponse()
            answer = response.read()
            assert response.status == 200, answer[:500]
            return answer

        return post


def chainrule(asked: Perceptron, encoding: Encoding, **options: Any) -> Call:
    """Ask us, perhaps with some of the request's options."""
    media = MEDIA_TYPES[encoding]

    def gradients(answer: bytes) -> list[Array]:
        found = decode(answer, media)["gradients"]
        layers = found["weights"].values()
        return [found["inputs"], *(layer[name] for name in ("kernel", "bias") for layer in layers)]

    options |= {"encoding": "base64"} if encoding == "base64" else {}
    body = encode({**asked.document(), "options": options}, encoding)
    return Call("/backward", body, {"Content-Type": media}, gradients)


def bare(asked: Perceptron) -> Call:
    """Ask the bare server; before the gradients its answer has the outputs and the loss."""
    before = asked.labels.size * asked.biases[-1].size + 1
    numbers = [asked.labels.astype(np.float64), *arrays_of(asked)]
    return Call("/", b"".join(array.data for array in numbers), {}, lambda answer: cut(np.frombuffer(answer)[before:]))


def tesseract(asked: Perceptron, encoding: Encoding) -> Call:
    """Ask tesseract-core for a vector-Jacobian product; its runs share a folder, which saves making one for each."""
    write: Callable[[Array], dict[str, Any]] = _as_base64 if encoding == "base64" else _as_lists
    layers = range(len(asked.kernels))
    names = ["inputs", *(f"kernels.[{at}]" for at in layers), *(f"biases.[{at}]" for at in layers)]
    body = {
        "inputs": {
            "inputs": write(asked.inputs),
            "kernels": [write(kernel) for kernel in asked.kernels],
            "biases": [write(bias) for bias in asked.biases],
            "labels": write(asked.labels.astype(np.float64)),
        },
        "vjp_inputs": names,
        "vjp_outputs": ["loss"],
        "cotangent_vector": {"loss": write(np.array(1.0))},
    }
    accept = "application/json+base64" if encoding == "base64" else JSON

    def gradients(answer: bytes) -> list[Array]:
        found = json.loads(answer)
        return [_array_of(found[name]) for name in names]

    headers = {"Content-Type": JSON, "Accept": accept}
    return Call("/vector_jacobian_product?run_id=bench", _dumps(body), headers, gradients)


def um_bridge(asked: Perceptron) -> Call:
    """Ask UM-Bridge, which computes the gradient of one vector: all arrays are in it."""
    vector = np.concatenate([array.ravel() for array in arrays_of(asked)])
    body = {
        "name": "backward",
        "input": [asked.labels.tolist(), vector.tolist()],
        "outWrt": 0,
        "inWrt": 1,
        "sens": [1.0],
        "config": {},
    }
    headers = {"Content-Type": JSON}
    return Call("/Gradient", _dumps(body), headers, lambda answer: cut(json.loads(answer)["output"]))


def _dumps(body: dict[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


def _as_base64(array: Array) -> dict[str, Any]:
    return _as_array(array, base64.b64encode(array.data).decode(), "base64")


def _as_lists(array: Array) -> dict[str, Any]:
    return _as_array(array, array.tolist(), "json")


def _as_array(array: Array, buffer: Any, encoding: str) -> dict[str, Any]:
    data = {"buffer": buffer, "encoding": encoding}
    return {"object_type": "array", "shape": array.shape, "dtype": "float64", "data": data}


def _array_of(written: dict[str, Any]) -> Array:
    buffer, encoding = written["data"]["buffer"], written["data"]["encoding"]
    numbers = np.frombuffer(base64.b64decode(buffer)) if encoding == "base64" else np.array(buffer, np.float64)
    return numbers.reshape(written["shape"])
