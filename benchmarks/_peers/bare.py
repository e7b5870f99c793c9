"""A bare ASGI server, which takes and gives the bytes of float64 numbers: the least that this can cost over HTTP.

In come the labels and the vector, out go outputs, loss and the vector of the gradients. It checks nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks._peers.vector import SAMPLES, from_vector, gradients_of


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer one request."""
    numbers = np.frombuffer(await body_of(receive))
    outputs, loss, gradients = gradients_of(from_vector(numbers[:SAMPLES], numbers[SAMPLES:]))
    answer = b"".join(array.data for array in (outputs, np.array([loss]), *gradients))
    headers = [(b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


async def body_of(receive: Any) -> bytes:
    """Wait for the whole body."""
    pieces, more = [], True
    while more:
        message = await receive()
        pieces.append(message["body"])
        more = message["more_body"]
    return b"".join(pieces)
