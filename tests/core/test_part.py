"""What a class gets by declaring a type: names, hints, and a place in the choice of a request."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from pydantic import TypeAdapter, ValidationError

from chainrule.core.losses import AnyLoss
from chainrule.core.part import Part, classes, known
from tests.core.discovery import made

loss: TypeAdapter[Any] = TypeAdapter(AnyLoss)


def test_an_alias_is_the_same_class() -> None:
    assert known("loss")["mse"] is known("loss")["mean_squared_error"]
    assert made("loss", "mse").names()[0] == "mean_squared_error"


def test_each_class_is_listed_once_and_in_order() -> None:
    found = classes("loss")
    assert len(set(found)) == len(found)
    assert classes("layer", "activation") == (*classes("layer"), *classes("activation"))


def test_names_of_two_families_are_known_together() -> None:
    assert {"dense", "relu"} <= known("layer", "activation").keys()
    assert "relu" not in known("layer")


def test_a_bare_name_is_the_object_with_its_defaults() -> None:
    assert loss.validate_python("mse") == loss.validate_python({"type": "mse"})
    assert loss.validate_python("cross_entropy").label_smoothing == 0.0


@pytest.mark.parametrize("value", [{"type": "nothing"}, {"type": None}, {"type": ["mse"]}, {}, 5, None, ["mse"], ""])
def test_what_names_no_class_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError) as error:
        loss.validate_python(value)
    assert [one["type"] for one in error.value.errors()] == ["unknown_loss"]


@pytest.mark.parametrize("value", ["0.1", True, None, float("nan"), float("inf"), -0.1, 1.1])
def test_parameters_are_strict(value: Any) -> None:
    with pytest.raises(ValidationError):
        made("loss", "cross_entropy", label_smoothing=value)


def test_a_definition_does_not_change() -> None:
    definition = made("loss", "mse")
    with pytest.raises(ValidationError):
        definition.reduction = "sum"


def test_a_description_is_the_first_paragraph_in_one_line() -> None:
    class Described(Part):
        """Says something
        in two lines.

        And more.
        """

        family: ClassVar[str] = "described"

        type: str = "described"

    assert Described.description() == "Says something in two lines."
