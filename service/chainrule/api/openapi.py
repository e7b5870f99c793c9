"""What /openapi.json says: FastAPI's description of the routes, with the bodies that our own codec reads and writes.

The routes take bytes and give bytes, so FastAPI cannot see what is in them; the schemas say it here, for both forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chainrule.api.catalog import shortened
from chainrule.api.problems import KINDS, PROBLEM_JSON
from chainrule.calls import CALLS, Call
from chainrule.codec import JSON, SAFETENSORS
from chainrule.schemas import Problem

SUMMARY = "Gradients over HTTP: send a network, its weights and a batch; get outputs, loss and every gradient."

TAGS = [
    {"name": "compute", "description": "What a network answers, and how every number in it would change the answer."},
    {"name": "catalog", "description": "What a request can name, from the service's own classes."},
    {"name": "operation", "description": "For orchestrators and monitors."},
]

REFERENCE = "#/components/schemas/{model}"

SAFETENSORS_REQUEST = (
    "One safetensors file. Tensors: `batch.inputs`, `batch.targets`, `batch.sample_weights`, `batch.output_gradients`, "
    "`weights.<layer>/<weight>`, `state.<layer>/<weight>`; the rest of the request as JSON under the key `request` of "
    "`__metadata__`."
)
SAFETENSORS_RESPONSE = (
    "One safetensors file. Tensors: `outputs`, `gradients.weights.<layer>/<weight>`, `gradients.inputs`, "
    "`weights.<layer>/<weight>`, `state.<layer>/<weight>`, `activations.<layer>`, `activation_gradients.<layer>`, "
    "`jacobian`, and `loss`, `data_loss`, `sample_losses` where they are arrays; where inputs have names, "
    "`gradients.inputs.<name>` and `jacobian.<name>`; the rest of the answer as JSON under the key `response` of "
    "`__metadata__`."
)

HEADERS = {
    "X-Request-ID": {"description": "The caller's id of this request, or one made here.", "schema": {"type": "string"}},
    "Server-Timing": {
        "description": "Milliseconds spent reading, waiting, decoding, resolving, computing and encoding.",
        "schema": {"type": "string"},
    },
}

NOT_FROM_A_CALL = frozenset({"not_found", "method_not_allowed"})


def describe(app: FastAPI, *, locked: bool) -> dict[str, Any]:
    """The description of the application; `locked` if its calls want an API key."""
    if app.openapi_schema is None:
        description = get_openapi(title=app.title, version=app.version, summary=SUMMARY, routes=app.routes, tags=TAGS)
        models: list[type[BaseModel]] = [Problem]
        models += [model for call in CALLS for model in (call.takes, call.gives)]
        _, definitions = models_json_schema([(one, "validation") for one in models], ref_template=REFERENCE)
        components = description.setdefault("components", {})
        components["schemas"] = components.get("schemas", {}) | definitions["$defs"]
        if locked:
            components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        for call in CALLS:
            description["paths"][call.path]["post"].update(_operation(call, locked=locked))
        shown = description["paths"]["/catalog"]["get"]["responses"]["200"]["content"][JSON]
        shown["example"] = shortened(app.state.service.settings)
        app.openapi_schema = description
    return app.openapi_schema


def _operation(call: Call, *, locked: bool) -> dict[str, Any]:
    operation = {
        "requestBody": {"required": True, "content": _content(call, call.takes, SAFETENSORS_REQUEST, call.examples)},
        "responses": {
            "200": {
                "description": "The answer, in the form that `Accept` asks for, or else in that of the request.",
                "headers": HEADERS,
                "content": _content(call, call.gives, SAFETENSORS_RESPONSE, {}),
            },
            **_problems(locked=locked),
        },
    }
    return operation | ({"security": [{"key": []}]} if locked else {})


def _content(call: Call, model: type[BaseModel], safetensors: str, examples: Mapping[str, Any]) -> dict[str, Any]:
    as_json: dict[str, Any] = {"schema": _reference(model)}
    if examples:
        as_json["examples"] = dict(examples)
    if not call.has_arrays:
        return {JSON: as_json}
    return {JSON: as_json, SAFETENSORS: {"schema": {"type": "string", "format": "binary", "description": safetensors}}}


def _problems(*, locked: bool) -> dict[str, Any]:
    """A response for each status, with the codes that it may carry."""
    by_status: dict[int, list[str]] = {}
    for code, kind in KINDS.items():
        if code not in NOT_FROM_A_CALL and (locked or code != "unauthorized"):
            by_status.setdefault(kind.status, []).append(f"[`{code}`](problems/{code})")
    return {
        str(status): {
            "description": ", ".join(links),
            "headers": HEADERS,
            "content": {PROBLEM_JSON: {"schema": _reference(Problem)}},
        }
        for status, links in by_status.items()
    }


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=model.__name__)}
