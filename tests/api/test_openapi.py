"""The description of the API is true: its examples run, and answers have the form that it gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chainrule.calls import CALLS
from chainrule.schemas.examples import BACKWARD
from tests.server import Server

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = [
    pytest.param(call.path, example["value"], id=f"{call.name}-{name}")
    for call in CALLS
    for name, example in call.examples.items()
]


@pytest.fixture(scope="module")
def description(server: Server) -> Any:
    """What ``/openapi.json`` says."""
    with server.client() as client:
        return client.get("/openapi.json").json()


def checker(description: Any, schema: Any) -> jsonschema_rs.Draft202012Validator:
    """Checks a value against a schema of the description."""
    return jsonschema_rs.Draft202012Validator({**schema, "components": description["components"]})


@pytest.mark.parametrize(("path", "example"), EXAMPLES)
def test_an_example_is_a_request_of_its_schema_and_its_answer_is_one_of_the_schema_too(
    client: httpx.Client, description: Any, path: str, example: Any
) -> None:
    operation = description["paths"][path]["post"]
    response = client.post(path, json=example)

    assert response.status_code == 200, response.text
    checker(description, operation["requestBody"]["content"]["application/json"]["schema"]).validate(example)
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    checker(description, schema).validate(response.json())


def test_an_answer_with_a_field_of_another_kind_is_not_of_the_schema(client: httpx.Client, description: Any) -> None:
    answer = client.post("/backward", json=BACKWARD["neuron"]["value"]).json()
    schema = description["paths"]["/backward"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]

    with pytest.raises(jsonschema_rs.ValidationError):
        checker(description, schema).validate({**answer, "fused": "yes"})


TWO_INPUTS: dict[str, Any] = {
    "network": {
        "inputs": ["numbers", "words"],
        "layers": [
            {"type": "dense", "name": "a", "units": 2, "inputs": ["numbers"]},
            {"type": "embedding", "name": "b", "input_dim": 2, "output_dim": 2, "inputs": ["words"]},
            {"type": "add", "inputs": ["a", "b"]},
        ],
    },
    "weights": {"a": {"kernel": [[1, 2]], "bias": [0, 1]}, "b": {"embeddings": [[1, 2], [3, 4]]}},
    "batch": {"inputs": {"numbers": [[1]], "words": [1]}},
}


@pytest.mark.parametrize(
    ("path", "request_of", "place"),
    [
        ("/jacobian", TWO_INPUTS, ("jacobian",)),
        (
            "/backward",
            {**TWO_INPUTS, "batch": {**TWO_INPUTS["batch"], "output_gradients": [[1, 1]]}},
            ("gradients", "inputs"),
        ),
    ],
)
def test_the_null_of_one_integer_input_among_several_is_of_the_schema(
    client: httpx.Client, description: Any, path: str, request_of: Any, place: tuple[str, ...]
) -> None:
    operation = description["paths"][path]["post"]
    answer = client.post(path, json=request_of).json()

    derivatives = answer
    for key in place:
        derivatives = derivatives[key]
    assert derivatives["words"] is None
    checker(description, operation["responses"]["200"]["content"]["application/json"]["schema"]).validate(answer)


@pytest.mark.parametrize("path", [call.path for call in CALLS])
def test_whatever_the_description_allows_is_answered_as_it_says(server: Server, path: str) -> None:
    operation = schemathesis.openapi.from_url(f"{server.url}/openapi.json")[path]["POST"]

    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def answered(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(checks=CHECKS)

    answered()


def schemas_in(value: Any, *path: str | int) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Everything that may be a schema: each object in the description's schemas, with its place."""
    if isinstance(value, dict):
        yield path, value
        for name, below in value.items():
            yield from schemas_in(below, *path, name)
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from schemas_in(below, *path, index)


def test_every_default_is_one_that_its_own_schema_allows(description: Any) -> None:
    with_default = [(path, one) for path, one in schemas_in(description["components"]["schemas"]) if "default" in one]
    assert len(with_default) > 300
    wrong = [path for path, one in with_default if not checker(description, one).is_valid(one["default"])]
    assert wrong == []


def test_every_part_has_to_say_its_type(description: Any) -> None:
    schemas = description["components"]["schemas"]
    parts = {name: one for name, one in schemas.items() if {"const", "enum"} & set(one["properties"].get("type", {}))}
    assert {"DenseLayer", "Relu", "MeanSquaredError", "Accuracy", "GlorotUniform", "L2"} <= set(parts)
    assert [name for name, one in parts.items() if "type" not in one["required"]] == []
    request = {"network": {"layers": [{"units": 3}]}, "batch": {"inputs": [[1]]}}
    assert not checker(description, {"$ref": "#/components/schemas/ForwardRequest"}).is_valid(request)


def test_no_schema_is_called_by_a_place_in_the_code(description: Any) -> None:
    assert [name for name in description["components"]["schemas"] if "__" in name] == []
