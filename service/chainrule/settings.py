"""What an operator may set: one frozen model, read once at the start from ``CHAINRULE_*`` variables.

The string under a field is its documentation. A value that cannot be right stops the start with a sentence; a name
that nobody reads is a warning, since a misspelt limit would otherwise hold nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretBytes, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from chainrule.core.limits import Limits
from chainrule.cores import part_threads
from chainrule.errors import excerpt, nearest

PREFIX = "CHAINRULE_"

OF_THE_CLIENT = frozenset({"CHAINRULE_URL", "CHAINRULE_API_KEY"})
"""Variables that ``chainrule_client`` reads, and that often stand in the same environment."""

Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]


_HASHED = "sha256:"
_SHA256 = re.compile(_HASHED + "[0-9a-fA-F]{64}")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#@]+")


class SettingsError(Exception):
    """Settings that the service cannot start with, in sentences for the operator."""


class Settings(BaseSettings):
    """Everything that can be set about a running service."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", use_attribute_docstrings=True)

    host: str = "127.0.0.1"
    """The address to listen on. ``0.0.0.0`` (or ``::``) is every address of the machine."""

    port: int = Field(default=8000, ge=0, le=65_535)
    """The port to listen on. 0 lets the system choose a free one."""

    admin_port: int | None = Field(default=None, ge=0, le=65_535)
    """A second port, for ``/metrics`` alone, which is then not to be found at the first; ``/health`` is at both."""

    workers: int = Field(default=1, ge=1, le=256)
    """Processes that answer requests. With several, each computes with one BLAS thread: as many as cores is right."""

    threads: int = Field(default=2, ge=1, le=256)
    """Requests that one worker computes at the same time. More than cores only makes each of them slower."""

    queue_size: int = Field(default=32, ge=0, le=100_000)
    """Requests that may wait for a thread of one worker; whatever comes past that is answered 503 `overloaded`."""

    max_body_bytes: Count = 64 * 2**20
    """The largest body of a request, counted after decompression; past it 413 `body_too_large`."""

    max_intake_bytes: Count | None = None
    """Bytes of bodies that one worker holds at once, arriving, waiting or in work; past it 503 `overloaded`.
    If it is not set: four bodies of the largest size."""

    max_unsent_bytes: Count = 512 * 2**20
    """Bytes of answers that one worker holds until their callers have read them; past it 503 `overloaded`."""

    max_layers: Count = Limits().layers
    """Layers of a network; past it 413 `network_too_large`, as for the next three."""

    max_parameters: Count = Limits().parameters
    """Numbers in all weights and all state of a network."""

    max_activations: Count = Limits().activations
    """Numbers in the outputs of all layers and in all gradients that are returned."""

    max_flops: Count = Limits().flops
    """Floating-point operations of a request, forward and backward together."""

    header_timeout_seconds: Seconds = 10.0
    """How long the head of a request may take, from its first byte (or from connecting) to its last."""

    read_timeout_seconds: Seconds = 30.0
    """How long the body of a request may take to arrive; past it 504 `deadline_exceeded`."""

    send_timeout_seconds: Seconds = 30.0
    """How long a caller may read next to nothing of its answer (16 KiB a second is enough); past it, it is cut off."""

    compute_timeout_seconds: Seconds = 30.0
    """How long an answer may take once the body is here, waiting included; past it 504 `deadline_exceeded`."""

    keep_alive_seconds: Seconds = 75.0
    """How long an idle connection is kept open. Longer than a load balancer keeps it, or it meets closed ones."""

    drain_seconds: float = Field(default=0.0, ge=0, le=3_600, allow_inf_nan=False)
    """How long requests are still served after SIGTERM while ``/health/ready`` says 503, before the listener closes."""

    api_keys: Annotated[tuple[SecretBytes, ...], NoDecode] = ()
    """Keys, separated by commas, one of which a caller must send as ``Authorization: Bearer <key>``. Not set: no need.
    ``sha256:`` and 64 hexadecimal digits stand for the key with this hash, so that the key itself is written nowhere;
    of the others, too, only hashes are kept."""

    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins, separated by commas, whose pages may call from a browser, such as ``https://example.org``; ``*`` is any.
    """

    traces: bool = False
    """Whether every request is traced by OpenTelemetry, whose own ``OTEL_EXPORTER_OTLP_ENDPOINT`` says where the traces
    go. Needs the extra: ``chainrule[otel]``."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least important message that is logged. A request that ended well is `info`."""

    log_format: Literal["console", "json"] = "console"
    """``json`` writes one JSON object a line, ``console`` is for eyes."""

    @field_validator("port", mode="before")
    @classmethod
    def _explain_kubernetes(cls, value: object) -> object:
        if isinstance(value, str) and value.startswith("tcp://"):
            raise ValueError(
                "a port is a number. Kubernetes writes such a value into every pod beside a Service that is called "
                "chainrule: set `enableServiceLinks: false` in the pod's spec, or give the Service another name"
            )
        return value

    @field_validator("traces")
    @classmethod
    def _can_trace(cls, value: bool) -> bool:  # noqa: FBT001  # pydantic calls it
        if value and find_spec("opentelemetry.sdk") is None:
            raise ValueError("tracing needs an extra: pip install 'chainrule[otel]'")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("api_keys", mode="before")
    @classmethod
    def _hash_keys(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        keys = _split(value)
        if not keys:  # an empty secret must not open the service to everyone
            raise ValueError("names no key: leave it out if callers need none")
        return [_hash_of(key, number) for number, key in enumerate(keys, start=1)]

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: object) -> object:
        return _split(value) if isinstance(value, str) else value

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{excerpt(origin)} is no origin: expected a scheme, a host, and a port if it has one")
        return value

    @model_validator(mode="after")
    def _one_body_fits(self) -> Self:
        if self.intake_bytes < self.max_body_bytes:
            raise ValueError(
                f"CHAINRULE_MAX_INTAKE_BYTES is {self.max_intake_bytes}, and must be at least "
                f"CHAINRULE_MAX_BODY_BYTES, which is {self.max_body_bytes}"
            )
        return self

    @property
    def intake_bytes(self) -> int:
        """``max_intake_bytes``, or what it is when nobody sets it."""
        return self.max_intake_bytes or 4 * self.max_body_bytes

    @cached_property
    def limits(self) -> Limits:
        """What a network may cost, as the core wants to know it."""
        threads = part_threads(self.workers, self.threads)
        return Limits(self.max_layers, self.max_parameters, self.max_activations, self.max_flops, threads)


def load_settings(**given: Any) -> Settings:
    """Read the settings from the environment; what is given (and is not None) goes before it.

    Raises
    ------
    SettingsError
        If a value cannot be right, with a sentence for each.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise SettingsError("\n".join(map(_sentence, error.errors()))) from None


def _split(value: str) -> list[str]:
    return [item.strip() for item in value.split(",") if item.strip()]


def _hash_of(key: str, number: int) -> bytes:
    """The SHA-256 of a key, or what it says itself about its hash."""
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ValueError(f"key {number} has characters that cannot stand in a header")
    if not key.startswith(_HASHED):
        return sha256(key.encode()).digest()
    if not _SHA256.fullmatch(key):
        raise ValueError(f"key {number} is {_HASHED} without 64 hexadecimal digits")
    return bytes.fromhex(key.removeprefix(_HASHED))


def _sentence(fault: Mapping[str, Any]) -> str:
    message = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        return str(message)
    field = str(fault["loc"][0])
    name, message = PREFIX + field.upper(), message.replace("Input should be", "must be")
    if field == "api_keys":  # a key is never repeated, not even a wrong one
        return f"{name}: {message}"
    return f"{name} is {excerpt(fault['input'])}: {message}"


def unread_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """A warning for every ``CHAINRULE_`` variable that nothing reads, with the nearest one that is read."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    strangers = sorted(
        name
        for name in environment
        if name.upper().startswith(PREFIX) and name.upper() not in known and name not in OF_THE_CLIENT
    )
    return [f"{name} is not a setting of chainrule{_nearest(name, known)}" for name in strangers]


def _nearest(name: str, known: set[str]) -> str:
    near = nearest(name, sorted(known))
    return f": did you mean {near}?" if near else ""
