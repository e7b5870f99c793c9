"""What there is to name in a request, told by the service itself."""

from __future__ import annotations

from typing import Any

import httpx
import jsonschema_rs
import pytest

from chainrule.core.catalog import GROUPS, catalog
from chainrule.core.limits import Limits
from chainrule.core.part import Part, classes, known
from tests.conftest import Serve
from tests.core.discovery import every
from tests.server import Server


@pytest.fixture(scope="module")
def told(server: Server) -> Any:
    with server.client() as client:
        return client.get("/catalog").json()


def entry_of(cls: type[Part], told: Any) -> Any:
    group = next(group for group, family in GROUPS.items() if family == cls.family)
    return told[group][cls.names()[0]]


@pytest.mark.parametrize("cls", every(*GROUPS.values()))
class TestEveryEntry:
    def test_has_a_description_and_its_aliases(self, cls: type[Part], told: Any) -> None:
        entry = entry_of(cls, told)
        assert entry["description"] == cls.description()
        assert [cls.names()[0], *entry["aliases"]] == list(cls.names())

    def test_has_the_schema_of_its_parameters_which_stands_alone(self, cls: type[Part], told: Any) -> None:
        schema = entry_of(cls, told)["parameters"]
        jsonschema_rs.meta.validate(schema)
        assert schema["type"] == "object"
        assert schema["properties"].keys() == cls.model_fields.keys() - {"type"}
        required = {name for name, field in cls.model_fields.items() if field.is_required()}
        assert set(schema["required"]) == required
        assert all("default" in one for name, one in schema["properties"].items() if name not in required)
        assert all(one["description"] for one in schema["properties"].values())
        assert "$ref" not in str(schema)

    def test_its_examples_are_of_the_schema_and_so_are_its_defaults(self, cls: type[Part], told: Any) -> None:
        schema = entry_of(cls, told)["parameters"]
        for example in cls.examples:
            jsonschema_rs.validate(schema, dict(example.parameters))
        for one in schema["properties"].values():
            if "default" in one:
                jsonschema_rs.validate(one, one["default"])

    def test_its_defaults_are_those_of_the_class(self, cls: type[Part], told: Any) -> None:
        properties = entry_of(cls, told)["parameters"]["properties"]
        defaults = {name: one["default"] for name, one in properties.items() if "default" in one}
        parameters = dict(cls.examples[0].parameters)
        assert cls.model_validate({**defaults, **parameters}) == cls.model_validate(parameters)


def test_a_schema_refuses_what_the_service_refuses(told: Any) -> None:
    schema = told["layers"]["dense"]["parameters"]
    for wrong in ({}, {"units": 0}, {"units": 1, "unit": 2}, {"units": 1, "activation": "rleu"}):
        with pytest.raises(jsonschema_rs.ValidationError):
            jsonschema_rs.validate(schema, wrong)


def test_it_tells_everything_that_is_registered(told: Any) -> None:
    for group, family in GROUPS.items():
        assert told[group].keys() == {cls.names()[0] for cls in classes(family)}
        names = {name for own, entry in told[group].items() for name in (own, *entry["aliases"])}
        assert names == known(family).keys()


def test_a_layer_tells_its_weights_its_state_and_how_much_it_reads(told: Any) -> None:
    dense, normalization = (told["layers"][name] for name in ("dense", "batch_normalization"))
    assert dense["weights"] == {"kernel": "(in, units)", "bias": "(units,)"}
    assert dense["inputs"] == 1
    assert set(normalization["weights"]) == {"gamma", "beta"}
    assert set(normalization["state"]) == {"moving_mean", "moving_variance"}
    assert told["layers"]["multi_head_attention"]["inputs"] == 3
    assert told["activations"]["prelu"]["weights"] == {"alpha": "(channels,), or (1,)"}


def test_a_default_that_is_a_part_is_its_name(told: Any) -> None:
    properties = told["layers"]["lstm"]["parameters"]["properties"]
    assert properties["recurrent_activation"]["default"] == "sigmoid"
    assert properties["recurrent_initializer"]["default"] == "orthogonal"


def test_limits_are_those_of_this_service(serve: Serve, told: Any) -> None:
    assert told["limits"]["max_parameters"] == Limits().parameters
    with serve(MAX_LAYERS=17, MAX_BODY_BYTES=12_345).client() as client:
        limits = client.get("/catalog").json()["limits"]
    assert (limits["max_layers"], limits["max_body_bytes"]) == (17, 12_345)
    assert limits.keys() == told["limits"].keys()


def test_it_is_open_to_everyone(serve: Serve) -> None:
    with serve(API_KEYS="a-key").client() as client:
        assert client.get("/catalog").status_code == 200


def test_what_a_caller_has_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get("/catalog")
    again = client.get("/catalog", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/catalog", headers={"If-None-Match": '"something else"'})
    assert other.content == first.content
    assert client.head("/catalog").headers["ETag"] == first.headers["ETag"]


def test_its_description_is_true(client: httpx.Client, told: Any) -> None:
    described = client.get("/openapi.json").json()
    answer = described["paths"]["/catalog"]["get"]["responses"]["200"]["content"]["application/json"]
    checker = jsonschema_rs.Draft202012Validator({**answer["schema"], "components": described["components"]})
    checker.validate(told)
    checker.validate(answer["example"])
    for group in GROUPS:
        ((name, entry),) = answer["example"][group].items()
        assert told[group][name] == entry


def test_it_is_told_alike_each_time() -> None:
    assert catalog() == catalog()
