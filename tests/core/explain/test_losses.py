"""Losses where their scalar forms have a choice: saturated outputs, kinks, targets of 0, and positions left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from chainrule.core.examples import TargetExample
from chainrule.core.explain.graph import Graph, Place
from chainrule.core.explain.loss_form import count_loss, explain_loss, explain_position
from chainrule.core.loss import Loss, reduce
from chainrule.core.objective import Objective
from tests.core.discovery import definition_of, every_example, made
from tests.tolerances import assert_close

FLOAT64 = np.dtype(np.float64)


class Explained:
    """A loss on outputs that are leaves, beside what the loss itself says."""

    def __init__(self, loss: Any, outputs: Any, targets: Any, sample_weights: Any = None) -> None:
        x, t = np.array(outputs, float), np.array(targets, float)
        weights = None if sample_weights is None else np.array(sample_weights, float)
        objective = Objective(loss, loss.read_targets(t, x.shape, FLOAT64), weights, fused=False)
        evaluation = loss.forward(x, objective.targets)
        reduced, grad = reduce(loss, evaluation, objective.targets, weights)
        self.expected, self.slopes = float(reduced.loss), loss.backward(grad, evaluation.cache)
        self.graph = Graph(FLOAT64)
        leaves = np.array([self.graph.leaf("input", one, "x", Place()) for one in x.ravel()]).reshape(x.shape)
        self.loss = explain_loss(objective, self.graph, leaves, t, reduced.loss_weight)
        self.gradients = self.graph.differentiate({self.loss: np.float64(1)})[leaves]
        self.counted = count_loss(objective, x.shape)
        self.has_two_forms = loss.type == "huber"
        """Whether a square takes an operation less than what was counted, a line."""

    def assert_equal(self) -> None:
        assert_close(float(self.graph.nodes[self.loss].value), self.expected)
        assert_close(self.gradients, self.slopes)
        shorter = self.operations().count("square") if self.has_two_forms else 0
        assert len(self.operations()) == self.counted - shorter

    def operations(self) -> list[str]:
        return [node.operation for node in self.graph.nodes if node.operation not in ("input", "target", "constant")]

    def leaves(self, kind: str) -> list[Any]:
        return [node for node in self.graph.nodes if node.operation == kind]


def explained(name: str, outputs: Any, targets: Any, sample_weights: Any = None, **parameters: Any) -> Explained:
    return Explained(made("loss", name, **parameters), outputs, targets, sample_weights)


EXAMPLES = [
    one
    for one in every_example("loss")
    if explain_position.dispatch(one.values[0]) is not explain_position.dispatch(object)
]


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("sample_weights", [None, [0.5, 1.0, 2.0]])
@pytest.mark.parametrize(("cls", "example"), EXAMPLES)
def test_a_loss_is_explained_in_as_many_operations_as_are_counted(
    cls: type[Loss], example: TargetExample, sample_weights: Any, reduction: Any
) -> None:
    loss = definition_of(cls, example).model_copy(update={"reduction": reduction})
    one = Explained(loss, example.outputs, example.targets, sample_weights)
    one.assert_equal()


@pytest.mark.parametrize("targets", [[[1.0, -2.0]], [[1.5, -3.0]], [[1.0, -2.5]]])
@pytest.mark.parametrize(
    ("name", "parameters"),
    [("mse", {}), ("mae", {}), ("huber", {"delta": 0.5}), ("smooth_l1", {"beta": 0.5}), ("smooth_l1", {"beta": 0.0})],
)
def test_kinks_have_the_slopes_of_the_loss(name: str, parameters: Any, targets: Any) -> None:
    explained(name, [[1.0, -2.0]], targets, **parameters).assert_equal()


def test_a_small_difference_is_squared_and_a_large_one_is_not() -> None:
    assert explained("huber", [[0.25]], [[0.0]]).operations() == ["subtract", "square", "multiply", "mean", "mean"]
    far = ["subtract", "absolute", "subtract", "multiply", "mean", "mean"]
    assert explained("huber", [[4.0]], [[0.0]]).operations() == far


@pytest.mark.parametrize("difference", [0.0, 1e-9, 0.5, -3.0, 40.0, 800.0])
def test_log_cosh_neither_overflows_nor_cancels(difference: float) -> None:
    explained("log_cosh", [[difference, 0.25]], [[0.0, 0.0]]).assert_equal()


@pytest.mark.parametrize("scores", [[0.5, -1.0, 2.0], [900.0, 0.0, -900.0], [-1e5, 1e5, 0.0]])
@pytest.mark.parametrize("target", [[0.0], [2.0], [[0.25, 0.5, 0.25]], [[0.0, 0.0, 0.0]]])
def test_cross_entropy_is_exact_for_any_scores(scores: list[float], target: Any) -> None:
    explained("cross_entropy", [scores], target).assert_equal()


@pytest.mark.parametrize("score", [0.0, 7.0, -7.0, 40.0, -40.0, 900.0, -900.0])
@pytest.mark.parametrize("target", [0.0, 1.0, 0.25])
def test_binary_cross_entropy_is_exact_for_any_score(score: float, target: float) -> None:
    explained("binary_crossentropy", [[score, 0.5]], [[target, 1.0]], from_logits=True).assert_equal()


def test_a_clipped_probability_has_a_bounded_gradient_and_not_none() -> None:
    one = explained("categorical_crossentropy", [[0.0, 1.0]], [0])
    one.assert_equal()
    assert one.gradients[0, 0] == pytest.approx(-1e7)


def test_binary_probabilities_are_clipped_at_both_ends() -> None:
    explained("binary_crossentropy", [[0.0, 1.0]], [[1.0, 0.0]]).assert_equal()


def test_a_class_that_the_target_does_not_choose_is_not_read() -> None:
    one = explained("categorical_crossentropy", [[0.2, 0.3, 0.5]], [1])
    assert one.operations() == ["clip", "log", "negate", "mean"]
    assert one.gradients[0].tolist() == [0.0, pytest.approx(-1 / 0.3), 0.0]


def test_a_divergence_from_a_target_of_zero_adds_nothing() -> None:
    one = explained("kl_divergence", [[0.25, 0.75]], [[0.0, 1.0]])
    one.assert_equal()
    assert one.operations().count("log") == 1


def test_rates_may_be_zero() -> None:
    explained("poisson", [[0.0, 2.0]], [[0.0, 3.0]]).assert_equal()


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("sample_weights", [None, [0.5, 2.0], [0.0, 1.0]])
@pytest.mark.parametrize("normalization", ["weights", "batch"])
def test_ignored_positions_are_left_out(reduction: str, sample_weights: Any, normalization: str) -> None:
    outputs = [[[0.5, 1.0], [2.0, -1.0], [0.25, 0.0]], [[1.0, 1.5], [0.0, 0.5], [-0.5, 0.5]]]
    one = explained(
        "cross_entropy", outputs, [[0, -1, 1], [-1, 1, 0]], sample_weights,
        ignore_index=-1, class_weights=[0.5, 2.0], label_smoothing=0.25, reduction=reduction,
        weight_normalization=normalization,
    )  # fmt: skip
    one.assert_equal()
    assert not one.gradients[0, 1].any()
    assert len(one.operations()) == one.counted


def test_weights_of_positions_are_taken_one_by_one() -> None:
    one = explained("mse", [[[1.0], [2.0]]], [[[0.5], [3.0]]], [[0.25, 3.0]])
    one.assert_equal()
    pointers = [node.pointer for node in one.leaves("constant")]
    assert pointers == ["/batch/sample_weights/0/0", "/batch/sample_weights/0/1", None]


def test_everything_ignored_sums_to_zero() -> None:
    one = explained("cross_entropy", [[1.0, 2.0]], [-1], ignore_index=-1, reduction="sum")
    one.assert_equal()
    assert (one.operations(), one.graph.nodes[one.loss].operands) == (["sum"], ())


@pytest.mark.parametrize(
    ("name", "parameters", "targets", "pointers"),
    [
        ("mse", {}, [[0.5, 0.25]], ["/batch/targets/0/0", "/batch/targets/0/1"]),
        ("cross_entropy", {}, [[0.5, 0.25]], ["/batch/targets/0/0", "/batch/targets/0/1"]),
        ("cross_entropy", {"label_smoothing": 0.5}, [[0.75, 0.25]], [None, None]),
        ("cross_entropy", {"label_smoothing": 0.5}, [1], [None, None]),
    ],
)
def test_a_target_points_at_what_was_sent_if_it_is_used_as_it_was_sent(
    name: str, parameters: Any, targets: Any, pointers: Sequence[str | None]
) -> None:
    one = explained(name, [[0.5, 2.0]], targets, **parameters)
    assert [node.pointer for node in one.leaves("target")] == pointers


def test_the_steps_of_a_cross_entropy_on_scores_are_named() -> None:
    one = explained("cross_entropy", [[0.5, 2.0]], [[0.25, 0.75]])
    assert [node.label for node in one.graph.nodes][-9:] == [
        "log(Σ exp)", "-log p", "t[0]", "t[0]·-log p", "-log p", "t[1]", "t[1]·-log p", "L", "loss",
    ]  # fmt: skip


def test_losses_of_positions_are_called_l_and_their_mean_loss() -> None:
    one = explained("mae", [[1.0], [2.0]], [[0.0], [0.0]])
    named = [(node.label, node.place.sample) for node in one.graph.nodes if node.operation == "mean"]
    assert named == [("L", 0), ("L", 1), ("loss", None)]
    assert math.isclose(one.graph.nodes[one.loss].value, 1.5)


@pytest.mark.parametrize(
    ("name", "targets", "counts"),
    [
        # a logarithm, its sign and the mean; in two steps the clipping too
        ("categorical_crossentropy", [1.0], (3, 4)),
        # for each of two logarithms a weight; one minus; the sum, its sign, and two means
        ("binary_crossentropy", [[0.25]], (9, 11)),
    ],
)
def test_what_is_clipped_only_in_two_steps_is_counted_only_there(
    name: str, targets: Any, counts: tuple[int, int]
) -> None:
    loss, shape = made("loss", name), (1, 3) if name.startswith("categorical") else (1, 1)
    read = loss.read_targets(np.array(targets), shape, FLOAT64)
    assert tuple(count_loss(Objective(loss, read, None, fused=fused), shape) for fused in (True, False)) == counts


def test_a_target_without_any_weight_adds_nothing() -> None:
    explained("categorical_crossentropy", [[0.25, 0.75]], [[0.0, 0.0]]).assert_equal()
    one = explained("binary_crossentropy", [[0.25, 0.75]], [[1.0, 0.0]], pos_weight=0.0)
    one.assert_equal()
    assert one.operations().count("negate") == 1


def test_a_target_is_called_t() -> None:
    assert [node.label for node in explained("mse", [[1.0]], [[0.5]]).leaves("target")] == ["t"]


@pytest.mark.parametrize(("reduction", "labels"), [("mean", ["Σ L", "loss"]), ("sum", ["loss"])])
def test_the_sum_of_weighted_losses_is_the_loss_or_is_divided(reduction: str, labels: list[str]) -> None:
    one = explained("mae", [[1.0], [2.0]], [[0.0], [0.0]], [0.5, 2.0], reduction=reduction)
    assert [node.label for node in one.graph.nodes if node.operation in ("sum", "divide")] == labels


def test_weights_of_samples_are_named_and_belong_to_their_sample() -> None:
    one = explained("mae", [[1.0], [2.0]], [[0.0], [0.0]], [0.5, 2.0])
    assert [(node.label, node.place.sample) for node in one.leaves("constant")][:2] == [("weight", 0), ("weight", 1)]
    assert [node.place.sample for node in one.graph.nodes if node.operation == "multiply"] == [0, 1]


@pytest.mark.parametrize(("name", "parameters"), [("huber", {"delta": 0.5}), ("smooth_l1", {"beta": 0.5})])
def test_where_a_square_and_a_line_meet_it_is_a_square(name: str, parameters: Any) -> None:
    one = explained(name, [[0.5]], [[0.0]], **parameters)
    assert one.operations() == ["subtract", "square", "multiply", "mean", "mean"]


def test_a_divergence_of_a_vanished_probability_is_clipped() -> None:
    one = explained("kl_divergence", [[0.0, 1.0]], [[0.5, 0.5]])
    one.assert_equal()
    assert [node.label for node in one.leaves("constant")] == ["log t", "epsilon", "log t", "epsilon"]


def test_the_steps_of_log_cosh_are_named() -> None:
    labels = [node.label for node in explained("log_cosh", [[0.5]], [[0.0]]).graph.nodes if node.operation == "sum"]
    assert labels == ["1 + exp", "log cosh"]
