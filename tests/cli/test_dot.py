"""The graph in Graphviz's language can be read, and says what the answer says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.calls import prepare_explain
from chainrule.cli.dot import dot, quoted
from chainrule.core.limits import Limits
from chainrule.errors import go_on
from chainrule.schemas.examples import EXPLAIN
from tests.cli.dot_language import Drawing, Reader
from tests.documents import decoded


def nodes_of(example: str) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = prepare_explain(decoded(EXPLAIN[example]["value"]), Limits()).compute(go_on)["nodes"]
    return nodes


def drawn(nodes: list[dict[str, Any]]) -> Drawing:
    return Reader(dot(nodes)).read()


@pytest.mark.parametrize("example", EXPLAIN)
def test_every_number_is_a_box_and_every_operand_an_arrow(example: str) -> None:
    nodes = nodes_of(example)
    drawing = drawn(nodes)
    assert drawing.nodes.keys() == {f"n{node['id']}" for node in nodes}
    arrows = [(f"n{operand['id']}", f"n{node['id']}") for node in nodes for operand in node["operands"]]
    assert [(one, other) for one, other, _ in drawing.arrows] == arrows


def test_a_box_says_label_operation_value_and_gradient() -> None:
    drawing = drawn(nodes_of("neuron"))
    assert drawing.nodes["n0"]["label"] == "x[0]\nvalue 1\ngradient -3"
    assert drawing.nodes["n7"]["label"] == "x[0]·w[0]\nmultiply\nvalue -3\ngradient 1"


def test_an_arrow_says_the_local_derivative() -> None:
    assert ("n0", "n7", "-3") in drawn(nodes_of("neuron")).arrows


def test_a_layer_is_a_cluster() -> None:
    nodes = nodes_of("classifier")
    clusters = drawn(nodes).clusters.values()
    expected = [
        [f"n{node['id']}" for node in nodes if node["layer"] == layer]
        for layer in ("hidden", "scores", "probabilities")
    ]
    assert list(clusters) == expected


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from('"\\\n')))
def test_any_label_is_escaped(text: str) -> None:
    reader = Reader(f"digraph g {{ n [label={quoted(text)}]; }}")
    assert reader.read().nodes["n"]["label"] == text
