"""What holds for every registered loss, metric and regularizer, on each of its examples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chainrule.core.examples import Example, TargetExample
from chainrule.core.layer import Activation, Run
from chainrule.core.loss import Evaluation, Loss
from chainrule.core.metrics import Metric
from chainrule.core.part import classes
from chainrule.core.regularizers import Regularizer
from tests.core.differences import differences
from tests.core.discovery import definition_of, every_example
from tests.core.numbers import frozen, scattered
from tests.tolerances import ACROSS_TYPES, DIFFERENCES, assert_close

LOSSES = every_example("loss")


@dataclass(frozen=True)
class LossCase:
    """A loss with all that its functions read, in one type."""

    loss: Loss
    outputs: NDArray[Any]
    targets: NDArray[np.float64]
    upstream: NDArray[Any]

    def read(self) -> Any:
        return self.loss.read_targets(self.targets, self.outputs.shape, self.outputs.dtype)

    def forward(self) -> Evaluation:
        return self.loss.forward(self.outputs, self.read())

    def gradient(self) -> NDArray[Any]:
        return self.loss.backward(self.upstream, self.forward().cache)

    def rows(self, rows: Any) -> LossCase:
        """The same loss of some samples."""
        return replace(self, outputs=self.outputs[rows], targets=self.targets[rows], upstream=self.upstream[rows])


def loss_case(cls: type[Loss], example: TargetExample, dtype: str = "float64") -> LossCase:
    outputs, targets = np.array(example.outputs, dtype), np.array(example.targets, float)
    upstream = np.random.default_rng(5).normal(size=outputs.shape[:-1]).astype(dtype)
    for array in (outputs, targets, upstream):
        frozen(array)
    return LossCase(definition_of(cls, example), outputs, targets, upstream)


@pytest.mark.parametrize(("cls", "example"), LOSSES)
def test_a_loss_has_a_value_for_each_position_and_a_gradient_for_each_output(
    cls: type[Loss], example: TargetExample
) -> None:
    case = loss_case(cls, example)
    assert case.forward().values.shape == case.outputs.shape[:-1]
    assert case.gradient().shape == case.outputs.shape


@pytest.mark.parametrize(("cls", "example"), LOSSES)
def test_a_loss_has_the_gradient_of_central_differences(cls: type[Loss], example: TargetExample) -> None:
    case = loss_case(cls, example)

    def number(moved: NDArray[np.float64]) -> float:
        return float((replace(case, outputs=moved).forward().values * case.upstream).sum())

    assert_close(case.gradient(), differences(number, case.outputs), DIFFERENCES)


@pytest.mark.parametrize(("cls", "example"), LOSSES)
def test_a_loss_in_float32_stays_float32_and_gives_the_same_numbers(cls: type[Loss], example: TargetExample) -> None:
    single, double = (loss_case(cls, example, dtype) for dtype in ("float32", "float64"))
    for found, expected in (
        (single.forward().values, double.forward().values),
        (single.gradient(), double.gradient()),
    ):
        assert found.dtype == np.float32
        assert expected.dtype == np.float64
        assert_close(found, expected, ACROSS_TYPES)


@pytest.mark.parametrize(("cls", "example"), LOSSES)
def test_a_loss_gives_the_same_bytes_twice_and_writes_into_nothing(cls: type[Loss], example: TargetExample) -> None:
    case = loss_case(cls, example)  # its arrays are frozen
    evaluation = case.forward()
    gradients = [case.loss.backward(case.upstream, one.cache) for one in (evaluation, evaluation, case.forward())]
    assert evaluation.values.tobytes() == case.forward().values.tobytes()
    assert len({one.tobytes() for one in gradients}) == 1


@pytest.mark.parametrize(("cls", "example"), LOSSES)
def test_a_loss_of_a_sample_depends_on_that_sample_alone(cls: type[Loss], example: TargetExample) -> None:
    case = loss_case(cls, example)
    for index in range(len(case.outputs)):
        alone = case.rows([index])
        assert_close(alone.forward().values, case.forward().values[[index]])
        assert_close(alone.gradient(), case.gradient()[[index]])


@pytest.mark.parametrize(("cls", "example"), LOSSES)
def test_some_of_the_targets_are_the_targets_of_some_samples(cls: type[Loss], example: TargetExample) -> None:
    case, rows = loss_case(cls, example), slice(1, None)
    read = case.read()
    some, alone = case.loss.some_targets(read, rows), case.rows(rows)
    evaluation = case.loss.forward(alone.outputs, some)
    assert evaluation.values.tobytes() == alone.forward().values.tobytes()
    assert case.loss.backward(alone.upstream, evaluation.cache).tobytes() == alone.gradient().tobytes()
    for whole, part in (
        (case.loss.kept(read), case.loss.kept(some)),
        (case.loss.class_factors(read), case.loss.class_factors(some)),
    ):
        np.testing.assert_array_equal(part, None if whole is None else whole[rows])


@pytest.mark.parametrize(("cls", "example"), LOSSES)
def test_a_loss_has_a_gradient_linear_in_that_of_its_positions(cls: type[Loss], example: TargetExample) -> None:
    case = loss_case(cls, example)
    other = replace(case, upstream=case.upstream[::-1])
    both = replace(case, upstream=2 * case.upstream - 3 * other.upstream)
    assert_close(both.gradient(), 2 * case.gradient() - 3 * other.gradient())
    assert not replace(case, upstream=np.zeros_like(case.upstream)).gradient().any()


def fused_pairs() -> list[Any]:
    """Each loss's examples with each activation that it has a shorter way with."""
    found: list[Any] = []
    for cls, example in (one.values for one in LOSSES):
        for activation in classes("activation"):
            if definition_of(cls, example).fuses(definition_of(activation, activation.examples[0]), (2, 3)):
                names = f"{cls.names()[0]}-{len(found)}-{activation.names()[0]}"
                found.append(pytest.param(cls, example, activation, id=names))
    return found


def test_the_known_shorter_ways_are_found() -> None:
    pairs = {(one.values[0].names()[0], one.values[2].names()[0]) for one in fused_pairs()}
    assert pairs >= {
        ("categorical_crossentropy", "softmax"),
        ("sparse_categorical_crossentropy", "softmax"),
        ("binary_crossentropy", "sigmoid"),
    }


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("cls", "example", "activation"), fused_pairs())
def test_the_shorter_way_gives_what_the_two_steps_give(
    cls: type[Loss], example: TargetExample, activation: type[Activation], dtype: str
) -> None:
    case = loss_case(cls, example, dtype)
    last = definition_of(activation, activation.examples[0])
    scores = scattered([case.outputs.shape], (-2.0, 2.0), np.random.default_rng(6))[0].astype(dtype)
    step = last.apply([scores], {}, Run())
    two = replace(case, outputs=step.output)
    fused = case.loss.fused_forward(scores, step.output, two.read())
    assert fused.values.dtype == dtype
    assert_close(fused.values, two.forward().values)
    gradient = case.loss.fused_backward(case.upstream, fused.cache)
    assert gradient.dtype == dtype
    (expected,) = last.backward(two.gradient(), {}, step.cache).inputs
    assert expected is not None
    assert_close(gradient, expected)


METRICS = every_example("metric")
WEIGHTS = np.array([1.0, 2.0, 0.5])


def figure(cls: type[Metric], example: TargetExample, rows: Any = slice(None), weights: Any = WEIGHTS) -> float:
    outputs, targets = np.array(example.outputs)[rows], np.array(example.targets, float)[rows]
    frozen(outputs)
    frozen(targets)
    metric = definition_of(cls, example)
    return metric.mean(outputs, metric.read_targets(targets, outputs.shape, None), weights[rows])


@pytest.mark.parametrize(("cls", "example"), METRICS)
def test_a_metric_is_the_mean_of_its_rows_by_their_weights(cls: type[Metric], example: TargetExample) -> None:
    whole = figure(cls, example)
    rows = [figure(cls, example, [index]) for index in range(3)]
    assert type(whole) is float
    assert_close(whole, np.dot(rows, WEIGHTS) / WEIGHTS.sum())
    assert_close(figure(cls, example, [2, 0, 1]), whole)
    assert_close(figure(cls, example, weights=4 * WEIGHTS), whole)


@pytest.mark.parametrize(("cls", "example"), METRICS)
def test_a_metric_leaves_out_rows_of_weight_zero(cls: type[Metric], example: TargetExample) -> None:
    assert_close(figure(cls, example, weights=np.array([1.0, 0.0, 1.0])), figure(cls, example, [0, 2], np.ones(3)))
    assert figure(cls, example, weights=np.zeros(3)) == 0.0


WEIGHT = np.array([[0.5, -1.25], [2.0, -0.75]])


@pytest.mark.parametrize(("cls", "example"), every_example("regularizer"))
def test_a_penalty_has_the_slope_of_central_differences(cls: type[Regularizer], example: Example) -> None:
    regularizer = definition_of(cls, example)
    assert regularizer.penalty(WEIGHT) > 0
    assert_close(regularizer.slope(WEIGHT), differences(lambda moved: float(regularizer.penalty(moved)), WEIGHT), 1e-7)


@pytest.mark.parametrize(("cls", "example"), every_example("regularizer"))
def test_a_penalty_of_zeros_is_zero_and_flat(cls: type[Regularizer], example: Example) -> None:
    regularizer = definition_of(cls, example)
    assert regularizer.penalty(np.zeros(3)) == 0
    np.testing.assert_array_equal(regularizer.slope(np.zeros(3)), np.zeros(3))


@pytest.mark.parametrize(("cls", "example"), every_example("regularizer"))
def test_a_penalty_in_float32_stays_float32(cls: type[Regularizer], example: Example) -> None:
    regularizer, weight = definition_of(cls, example), WEIGHT.astype(np.float32)
    frozen(weight)
    assert regularizer.penalty(weight).dtype == regularizer.slope(weight).dtype == np.float32
