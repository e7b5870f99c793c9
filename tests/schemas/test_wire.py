"""The JSON schemas of requests and answers: valid, and true to what is taken and given."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema_rs
import numpy as np
import orjson
import pytest

from chainrule import codec
from chainrule.calls import CALLS, Call, Document
from chainrule.core.limits import Limits
from chainrule.errors import go_on
from chainrule.schemas import BackwardRequest, BackwardResponse, ForwardResponse, Problem
from chainrule.schemas.examples import BACKWARD, FORWARD
from tests.documents import backward, decoded, forward
from tests.tolerances import assert_close

EXAMPLES = [
    pytest.param(call, one["value"], id=f"{call.name}-{name}") for call in CALLS for name, one in call.examples.items()
]
RESPONSES = {call.gives for call in CALLS}
MODELS = [*(model for call in CALLS for model in (call.takes, call.gives)), Problem]


@cache
def schema_of(model: Any) -> dict[str, Any]:
    mode = "serialization" if model in RESPONSES else "validation"
    schema: dict[str, Any] = model.model_json_schema(mode=mode)
    return schema


@cache
def checker(model: Any) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema_of(model))


def as_json(answer: Document, *, base64: bool = False) -> Any:
    return orjson.loads(codec.encode(answer, codec.JSON, base64=base64))


def answer_to(call: Call, example: Document) -> Document:
    return call.prepare(decoded(example), Limits()).compute(go_on)


@pytest.mark.parametrize("model", MODELS)
def test_a_schema_is_valid_and_describes_every_field(model: Any) -> None:
    schema = schema_of(model)
    jsonschema_rs.meta.validate(schema)
    objects = [schema, *schema.get("$defs", {}).values()]
    undocumented = [
        f"{one['title']}.{name}"
        for one in objects
        for name, field in one.get("properties", {}).items()
        if name != "type" and not {"description", "$ref"} & field.keys()  # what it refers to is described itself
    ]
    assert undocumented == []


@pytest.mark.parametrize(("call", "example"), EXAMPLES)
def test_every_example_is_a_request_of_its_schema_and_runs(call: Call, example: Document) -> None:
    checker(call.takes).validate(example)
    assert answer_to(call, example)


@pytest.mark.parametrize("base64", [False, True])
@pytest.mark.parametrize(("call", "example"), EXAMPLES)
def test_every_answer_is_one_of_its_schema(call: Call, example: Document, base64: bool) -> None:
    answer = as_json(answer_to(call, example), base64=base64)
    checker(call.gives).validate(answer)
    assert answer.keys() <= schema_of(call.gives)["properties"].keys()


EVERYTHING = {
    "network": {
        "layers": [
            {"type": "dense", "name": "a", "units": 2, "kernel_regularizer": "l2"},
            {"type": "softmax", "name": "b"},
        ],
        "inputs": ["x"],
    },
    "weights": {"a": {"kernel": [[1.0, 2.0]], "bias": [0.0, 0.0]}},
    "batch": {"inputs": {"x": [[1.0], [2.0]]}, "targets": [0, 1], "sample_weights": [1.0, 2.0]},
    "loss": "cross_entropy",
    "metrics": ["accuracy", "top_k_accuracy"],
}


def test_an_answer_with_everything_in_it_is_one_of_its_schema() -> None:
    ahead = as_json(forward(EVERYTHING | {"options": {"include": ["activations", "sample_losses", "statistics"]}}))
    checker(ForwardResponse).validate(ahead)
    assert ahead.keys() == schema_of(ForwardResponse)["properties"].keys()
    include = ["activations", "sample_losses", "activation_gradients", "norms", "statistics"]
    back = as_json(backward(EVERYTHING | {"options": {"include": include}}))
    checker(BackwardResponse).validate(back)
    assert back.keys() == schema_of(BackwardResponse)["properties"].keys()
    assert back["warnings"][0].keys() == {"code", "detail", "pointer"}


def test_an_answer_to_several_upstream_gradients_is_one_of_its_schema() -> None:
    document = {**EVERYTHING, "loss": None, "batch": {"inputs": {"x": [[1.0]]}, "output_gradients": [[[1.0, 0.0]]] * 2}}
    del document["metrics"]
    answer = as_json(backward({**document, "options": {"include": ["activation_gradients", "norms", "statistics"]}}))
    checker(BackwardResponse).validate(answer)
    assert len(answer["norms"]["global"]) == len(answer["gradients"]["inputs"]["x"]) == 2


def test_an_answer_of_nulls_is_one_of_its_schema() -> None:
    document = {**EVERYTHING, "loss": None, "batch": {"inputs": {"x": [[1.0]]}, "output_gradients": [[1.0, 0.0]]}}
    del document["metrics"]
    answer = as_json(backward({**document, "options": {"wrt": []}}))
    checker(BackwardResponse).validate(answer)
    assert (answer["loss"], answer["loss_weight"], answer["gradients"]["inputs"]) == (None, None, None)


@pytest.mark.parametrize(
    "broken",
    [{"outputs": "none"}, {"loss": "none"}, {"fused": None}, {"gradients": {}}, {"warnings": None}, {"state": []}],
)
def test_an_answer_that_is_broken_is_none_of_its_schema(broken: Any) -> None:
    answer = as_json(backward(EVERYTHING)) | broken
    assert not checker(BackwardResponse).is_valid(answer)


@pytest.mark.parametrize(
    "broken",
    [
        {"loss": "nothing"},
        {"loss": {"type": "nothing"}},
        {"loss": {"type": "mse", "label_smoothing": 0.1}},
        {"extra": 1},
        {"options": {"dtype": "float16"}},
        {"options": {"seed": -1}},
        {"network": {"layers": []}},
        {"network": {"layers": [{"type": "dense"}]}},
        {"network": {"layers": [{"type": "dense", "units": 0}]}},
        {"network": {"layers": [{"type": "dens", "units": 1}]}},
        {"batch": {}},
        {"batch": {"inputs": [[1.0]], "targets": None}},
        {"batch": {"inputs": [[1.0]], "targets": [0], "sample_weights": None}},
        {"batch": {"inputs": [[1.0]], "output_gradients": None}},
        {"weights": 5},
    ],
)
def test_a_request_that_would_be_refused_is_none_of_its_schema(broken: Any) -> None:
    assert checker(BackwardRequest).is_valid(EVERYTHING)
    assert not checker(BackwardRequest).is_valid(EVERYTHING | broken)


@pytest.mark.parametrize("loss", ["mse", "mean_squared_error", {"type": "mse"}, {"type": "mse", "reduction": "sum"}])
def test_a_name_and_an_alias_are_as_good_as_the_object(loss: Any) -> None:
    checker(BackwardRequest).validate(EVERYTHING | {"loss": loss})


def test_the_examples_are_the_chapters_numbers() -> None:
    np.testing.assert_array_equal(forward(FORWARD["neuron"]["value"])["outputs"], [[6.0]])
    gradients = backward(BACKWARD["neuron"]["value"])["gradients"]
    np.testing.assert_array_equal(gradients["inputs"], [[-3.0, -1.0, 2.0]])
    row = backward(BACKWARD["jacobian_row"]["value"])["gradients"]["inputs"]
    assert_close(row, [[0.21, -0.07, -0.14]])
