"""Every class is explained or says that it is not; and what is counted before anything is built is what is built."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.core import explain
from chainrule.core.examples import LayerExample
from chainrule.core.explain.form import NotExplainable, count_layer, explain_layer
from chainrule.core.explain.loss_form import count_position, explain_position
from chainrule.core.explain.network import build
from chainrule.core.layer import Layer
from chainrule.core.network import with_activation
from chainrule.core.part import classes
from chainrule.errors import InputError, go_on
from tests.core.discovery import definition_of, every, every_example, made
from tests.core.layer_cases import layer_case
from tests.core.networks import placed, resolved
from tests.tolerances import assert_close

EXPLAINED = {
    "add", "average", "concatenate", "dense", "flatten", "maximum", "multiply", "permute", "reshape", "subtract"
}  # fmt: skip
"""Beside activations, which all are."""

LOSSES_EXPLAINED = {
    "binary_crossentropy", "categorical_crossentropy", "cross_entropy", "huber", "kl_divergence", "log_cosh",
    "mean_absolute_error", "mean_squared_error", "negative_log_likelihood", "poisson", "smooth_l1",
    "sparse_categorical_crossentropy",
}  # fmt: skip


def is_found(function: Any, cls: type[Any]) -> bool:
    return function.dispatch(cls) is not function.dispatch(object)


def test_the_layers_that_can_be_explained() -> None:
    assert {cls.names()[0] for cls in classes("layer") if is_found(explain_layer, cls)} == EXPLAINED


@pytest.mark.parametrize("cls", every("activation"))
def test_every_activation_can_be_explained(cls: type[Layer]) -> None:
    assert is_found(explain_layer, cls)


def test_the_losses_that_can_be_explained() -> None:
    assert {cls.names()[0] for cls in classes("loss") if is_found(explain_position, cls)} == LOSSES_EXPLAINED


def test_the_page_of_the_error_says_what_can_be_explained() -> None:
    page = (Path(chainrule.__file__).parent / "api" / "problem_pages" / "not_explainable.md").read_text("utf-8")
    (layers,) = re.findall(r"^\| layers \| (.*) \|$", page, re.MULTILINE)
    (losses,) = re.findall(r"^\| losses \| the cross-entropies, (.*) \|$", page, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", layers)) == EXPLAINED
    assert set(re.findall(r"`(\w+)`", losses)) == {name for name in LOSSES_EXPLAINED if "entropy" not in name}


@pytest.mark.parametrize("cls", every("layer", "activation"))
def test_what_is_explained_is_counted(cls: type[Layer]) -> None:
    assert is_found(explain_layer, cls) is is_found(count_layer, cls)


@pytest.mark.parametrize("cls", every("loss"))
def test_a_loss_that_is_explained_is_counted(cls: type[Any]) -> None:
    assert is_found(explain_position, cls) is is_found(count_position, cls)


def test_what_nobody_has_said_scalar_by_scalar_says_so() -> None:
    layer: Any = made("layer", "lstm", units=1)
    loss: Any = made("loss", "hinge")
    nothing: Any = None
    for function, unsaid in ((count_layer, layer), (explain_layer, layer), (explain_position, loss)):
        with pytest.raises(NotExplainable, match=unsaid.type):
            function(unsaid, nothing)
    with pytest.raises(NotExplainable, match="hinge"):
        count_position(loss, (), fused=False)


@pytest.mark.parametrize(("cls", "example"), every_example("layer", "activation"))
def test_a_layer_takes_as_many_operations_as_are_counted_and_gives_its_numbers(
    cls: type[Layer], example: LayerExample
) -> None:
    layer = definition_of(cls, example)
    case = layer_case(layer, example)
    names = {f"input{at}": shape for at, shape in enumerate(case.shapes)}
    network = resolved([placed(layer, "it", list(names))], **names)
    if not all(is_found(explain_layer, type(part)) for part in with_activation(layer)):
        with pytest.raises(InputError) as refused:
            explain.check_network(network, case.shapes)
        fault = refused.value.faults[0]
        assert (fault.code, fault.pointer) == ("not_explainable", "/network/layers/0")
        assert '"it"' in fault.detail
        return

    graph, outputs = build(network, case.inputs, [case.weights], go_on)

    assert sum(bool(node.operands) for node in graph.nodes) == count_layer(layer, *case.shapes)
    assert_close(graph.values(outputs), case.forward().output)
    found = graph.differentiate(dict(zip(outputs.ravel().tolist(), case.upstream.ravel(), strict=True)))
    expected = case.gradients()
    inputs = [one for one, node in zip(found, graph.nodes, strict=True) if node.operation == "input"]
    assert_close(inputs, np.concatenate([one.ravel() for one in expected.inputs if one is not None]))
    weights = [one for one, node in zip(found, graph.nodes, strict=True) if node.operation == "weight"]
    assert_close(weights, np.concatenate([[], *(np.ravel(expected.weights[name]) for name in case.weights)]))
