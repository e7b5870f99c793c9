"""Requests without HTTP: a document as JSON has it goes through the codec, and the answer comes as arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from chainrule import codec
from chainrule.calls import Document, Job, prepare_backward, prepare_forward
from chainrule.core.limits import Limits
from chainrule.errors import Abandoned, Fault, InputError, Proceed, go_on

Prepare = Callable[[Document, Limits], Job]


def decoded(document: Any) -> Any:
    """A document as the service has it once it is decoded."""
    return codec.decode(orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY), codec.JSON)


def patient(times: int) -> Proceed:
    """Lets work go on so many times, and then stops it, as if its caller had gone."""
    left = iter(range(times))

    def proceed() -> None:
        if next(left, None) is None:
            raise Abandoned

    return proceed


def forward(document: Document) -> Document:
    """What ``/forward`` answers."""
    return prepare_forward(decoded(document), Limits()).compute(go_on)


def backward(document: Document) -> Document:
    """What ``/backward`` answers."""
    return prepare_backward(decoded(document), Limits()).compute(go_on)


def refusal(document: Document, prepare: Prepare = prepare_backward, limits: Limits | None = None) -> tuple[Fault, ...]:
    """The faults for which a request is refused before anything is computed."""
    with pytest.raises(InputError) as refused:
        prepare(decoded(document), limits or Limits())
    assert all(isinstance(fault.detail, str) for fault in refused.value.faults)
    return refused.value.faults


def failure(document: Document, prepare: Prepare = prepare_backward) -> Fault:
    """The one fault of a request that is refused only when it is computed."""
    job = prepare(decoded(document), Limits())
    with pytest.raises(InputError) as refused:
        job.compute(go_on)
    (fault,) = refused.value.faults
    assert isinstance(fault.detail, str)
    return fault
