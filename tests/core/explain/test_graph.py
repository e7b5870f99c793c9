"""The chain rule on graphs built by hand, and the derivatives in the table of operations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.core.explain.graph import Graph, Pen, Place
from chainrule.core.explain.operations import OPERATIONS
from tests.tolerances import DIFFERENCES, STEP

FLOAT64 = np.dtype(np.float64)
OPERANDS: dict[str, tuple[float, ...]] = {
    "multiply": (2.5, -0.75),
    "divide": (2.5, -0.75),
    "subtract": (2.5, -0.75),
    "sum": (2.5, -0.75, 1.25),
    "mean": (2.5, -0.75, 1.25),
    "maximum": (2.5, -0.75),
    "identity": (2.5,),
    "negate": (2.5,),
    "square": (-2.5,),
    "absolute": (-2.5,),
    "exp": (0.75,),
    "log": (0.75,),
}
"""Away from kinks."""


def pen_on_empty_graph() -> Pen:
    return Pen(Graph(FLOAT64), Place())


def leaf(pen: Pen, value: float, kind: str = "weight", label: str = "w") -> int:
    return pen.graph.leaf(kind, value, label, pen.place)


def gradients(pen: Pen, start: int) -> list[float]:
    return [float(one) for one in pen.graph.differentiate({start: np.float64(1)})]


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - {"clip"}))
def test_derivatives_are_central_differences(name: str) -> None:
    operation, operands = OPERATIONS[name], [np.float64(one) for one in OPERANDS[name]]
    slopes = operation.slopes(operation.value(*operands), *operands)
    assert len(slopes) == len(operands)
    for at, slope in enumerate(slopes):
        ahead, behind = list(operands), list(operands)
        ahead[at], behind[at] = operands[at] + STEP, operands[at] - STEP
        difference = (operation.value(*ahead) - operation.value(*behind)) / (2 * STEP)
        assert slope == pytest.approx(difference, rel=DIFFERENCES)


def test_every_operation_has_operands_to_be_tested_with() -> None:
    assert OPERANDS.keys() | {"clip"} == OPERATIONS.keys()


@pytest.mark.parametrize(
    ("name", "operands", "slopes"), [("absolute", (0.0,), (0.0,)), ("maximum", (1.5, 1.5), (0.5, 0.5))]
)
def test_at_a_kink_derivatives_are_those_of_the_rulings(name: str, operands: Any, slopes: Any) -> None:
    operation = OPERATIONS[name]
    assert tuple(operation.slopes(operation.value(*operands), *operands)) == slopes


def test_clipping_lets_the_gradient_pass_where_it_clips_too() -> None:
    pen = pen_on_empty_graph()
    p = leaf(pen, 1e-9)
    clipped = pen.apply("clip", p, pen.constant(1e-7))
    assert pen.graph.nodes[clipped].value == 1e-7
    assert gradients(pen, clipped)[p] == 1.0


def test_a_node_that_is_read_twice_gets_the_sum_of_what_both_readers_send() -> None:
    pen = pen_on_empty_graph()
    x = leaf(pen, 3.0)
    total = pen.apply("sum", pen.apply("square", x), pen.apply("negate", x))
    assert gradients(pen, total)[x] == 2 * 3.0 - 1


def test_an_operand_may_stand_on_both_sides() -> None:
    pen = pen_on_empty_graph()
    x = leaf(pen, 3.0)
    assert gradients(pen, pen.apply("multiply", x, x))[x] == 6.0


def test_nothing_is_sent_to_what_is_fixed() -> None:
    pen = pen_on_empty_graph()
    x, target = leaf(pen, 3.0), leaf(pen, 1.0, "target")
    difference = pen.apply("subtract", x, target)
    assert pen.graph.nodes[difference].slopes == (np.float64(1), None)
    assert gradients(pen, difference) == [1.0, 0.0, 1.0]


def test_what_leads_nowhere_has_no_gradient() -> None:
    pen = pen_on_empty_graph()
    x = leaf(pen, 3.0)
    aside, used = pen.apply("square", x), pen.apply("negate", x)
    found = gradients(pen, used)
    assert (found[aside], found[x]) == (0.0, -1.0)


def test_no_zero_is_negative() -> None:
    pen = pen_on_empty_graph()
    x, y = leaf(pen, 0.0), leaf(pen, -2.0)
    found = pen.graph.differentiate({pen.apply("multiply", x, y): np.float64(0)})
    assert not np.signbit(found).any()


def test_a_graph_computes_in_the_type_that_was_asked_for() -> None:
    pen = Pen(Graph(np.dtype(np.float32)), Place())
    third = pen.apply("divide", leaf(pen, 1.0), leaf(pen, 3.0))
    assert pen.graph.nodes[third].value == np.float32(1) / np.float32(3)
    assert pen.graph.differentiate({third: np.float32(1)}).dtype == np.float32


def test_an_operation_is_written_with_the_labels_of_its_operands() -> None:
    pen = pen_on_empty_graph()
    product = pen.apply("multiply", leaf(pen, 1.0, label="x[0]"), leaf(pen, 2.0, label="w[0]"))
    assert pen.graph.nodes[product].label == "x[0]·w[0]"


def test_a_constant_is_written_as_its_number_unless_it_has_a_name() -> None:
    pen = pen_on_empty_graph()
    labels = [pen.graph.nodes[one].label for one in (pen.constant(0.5), pen.constant(1 / 3), pen.constant(9.0, "max"))]
    assert labels == ["0.5", "0.333333", "max"]


def test_several_terms_are_a_sum_of_this_name() -> None:
    pen = pen_on_empty_graph()
    total = pen.graph.nodes[pen.total([leaf(pen, 3.0), leaf(pen, 4.0)], "all")]
    assert (total.operation, total.label, total.value) == ("sum", "all", np.float64(7))


def test_one_term_stands_for_itself_and_none_are_zero() -> None:
    pen = pen_on_empty_graph()
    one = leaf(pen, 3.0)
    assert pen.total([one], "alone") == one
    assert pen.graph.nodes[pen.total([], "nothing")].value == 0
