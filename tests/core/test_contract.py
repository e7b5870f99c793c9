"""What holds for every registered class, whatever it computes."""

from __future__ import annotations

from typing import Annotated, ClassVar

import jsonschema_rs
import numpy as np
import pytest
from pydantic import Field

from chainrule.core.examples import LayerExample
from chainrule.core.layer import Elementwise, Layer
from chainrule.core.part import Part, classes, known
from chainrule.schemas import ForwardRequest, parse
from tests.core.discovery import FAMILIES, definition_of, every, what_is_missing


def test_every_family_is_discovered() -> None:
    found = {family: {cls.names()[0] for cls in classes(family)} for family in FAMILIES}
    assert found["layer"] >= {"dense", "dropout"}
    assert found["activation"] >= {"identity", "relu", "sigmoid", "softmax", "tanh"}
    assert found["loss"] >= {"binary_crossentropy", "categorical_crossentropy", "cross_entropy", "mean_squared_error"}
    assert found["metric"] >= {"accuracy", "top_k_accuracy"}
    assert found["regularizer"] >= {"l1", "l2", "l1_l2"}
    assert found["initializer"] >= {"zeros", "glorot_uniform", "he_normal", "orthogonal"}


@pytest.mark.parametrize("cls", every(*FAMILIES))
def test_examples_reach_every_parameter(cls: type[Part]) -> None:
    missing = what_is_missing(cls)
    assert missing is None, missing


@pytest.mark.parametrize("cls", every(*FAMILIES))
def test_says_what_it_does(cls: type[Part]) -> None:
    description = cls.description()
    assert description.endswith((".", "``"))
    assert description != (Part.__doc__ or "").strip()
    assert len(description) > 20


@pytest.mark.parametrize("cls", every(*FAMILIES))
def test_every_parameter_is_documented(cls: type[Part]) -> None:
    undocumented = [name for name, field in cls.model_fields.items() if name != "type" and not field.description]
    assert undocumented == []


@pytest.mark.parametrize("cls", every(*FAMILIES))
def test_has_a_json_schema_with_its_parameters_and_their_defaults(cls: type[Part]) -> None:
    schema = cls.model_json_schema()
    jsonschema_rs.meta.validate(schema)
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert schema["properties"].keys() == cls.model_fields.keys()
    required = {"type", *(name for name, field in cls.model_fields.items() if field.is_required())}
    assert set(schema["required"]) == required
    assert all("default" in one for name, one in schema["properties"].items() if name not in required)


@pytest.mark.parametrize("cls", every(*FAMILIES))
def test_every_name_leads_to_it(cls: type[Part]) -> None:
    assert {known(cls.family)[name] for name in cls.names()} == {cls}


@pytest.mark.parametrize("cls", every("layer", "activation"))
def test_a_request_can_name_it(cls: type[Part]) -> None:
    layers = [
        {"type": name, **example.parameters, "name": f"{name}.{index}"}
        for name in cls.names()
        for index, example in enumerate(cls.examples)
    ]
    request = parse(ForwardRequest, {"network": {"layers": layers}, "batch": {"inputs": np.ones((1, 1))}})
    assert [layer.name for layer in request.network.layers] == [layer["name"] for layer in layers]
    assert all(isinstance(layer, cls) for layer in request.network.layers)


@pytest.mark.parametrize("cls", every("layer", "activation"))
def test_a_regularizer_is_named_like_the_weight_that_it_is_on(cls: type[Layer]) -> None:
    penalized = {name.removesuffix("_regularizer") for name in cls.model_fields if name.endswith("_regularizer")}
    examples = [(definition_of(cls, example), example.inputs) for example in cls.examples]
    weights = {name for layer, shapes in examples for name in layer.weight_shapes(*shapes)}
    assert penalized <= weights


class Thresholded(Elementwise):
    """Passes what is above a threshold, which has no default: ``y = x if x > threshold else 0``."""

    type: str = "thresholded"
    threshold: float


class Shapeless(Layer):
    """Does something with shapes that nobody has said."""

    type: str = "shapeless"


class Halved(Elementwise):
    """Takes a share of its input, always the same one in its examples: ``y = share · x``."""

    examples: ClassVar[tuple[LayerExample, ...]] = (LayerExample({"share": 0.5}),)

    type: str = "halved"
    share: Annotated[float, Field(gt=0)] = 0.5


@pytest.mark.parametrize(
    ("cls", "told"),
    [
        (Thresholded, ["Thresholded", "makes no definition", "threshold: Field required", "LayerExample({parameter"]),
        (Shapeless, ["Shapeless has no examples", "examples: ClassVar[tuple[LayerExample, ...]]"]),
        (Halved, ["no example has another share than its default"]),
    ],
)
def test_a_class_that_its_examples_do_not_test_is_told_what_is_missing(cls: type[Part], told: list[str]) -> None:
    missing = what_is_missing(cls) or ""
    assert [piece for piece in told if piece not in missing] == []
