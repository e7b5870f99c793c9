"""Cross-entropies over classes: the chapter's numbers, PyTorch's formulas, and what is clipped."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from chainrule.core.activations.softmax import Softmax
from chainrule.core.layer import Run
from chainrule.core.losses.crossentropy import CategoricalCrossentropy, CrossEntropy, SparseCategoricalCrossentropy
from chainrule.core.losses.probabilities import TOLERANCE
from tests.core.losses.evaluating import evaluated, refused
from tests.core.losses.reference import cross_entropy
from tests.tolerances import assert_close

CHAPTER = np.array([[0.7, 0.1, 0.2], [0.1, 0.5, 0.4], [0.02, 0.9, 0.08]])
LABELS = np.array([0, 1, 1])
ONE_HOT = np.eye(3)[LABELS]
SCORES = np.array([[1.5, -0.5, 0.25], [-1.25, 2.0, 0.75], [0.5, 3.5, -2.25], [0.0, 1.0, -1.0]])


class TestOnProbabilities:
    @pytest.mark.parametrize("targets", [LABELS, ONE_HOT], ids=["labels", "one-hot"])
    def test_the_loss_is_the_mean_of_negative_logarithms(self, targets: Any) -> None:
        result = evaluated(CategoricalCrossentropy(), CHAPTER, targets)
        assert_close(result.rows, -np.log([0.7, 0.5, 0.9]))
        assert_close(result.loss, -(math.log(0.7) + math.log(0.5) + math.log(0.9)) / 3)
        assert result.weight == 3.0

    @pytest.mark.parametrize("targets", [LABELS, ONE_HOT], ids=["labels", "one-hot"])
    def test_the_gradient_is_minus_target_over_probability_over_the_number_of_samples(self, targets: Any) -> None:
        expected = [[-1 / 0.7 / 3, 0, 0], [0, -1 / 0.5 / 3, 0], [0, -1 / 0.9 / 3, 0]]
        assert_close(evaluated(CategoricalCrossentropy(), CHAPTER, targets).gradient, expected)

    @pytest.mark.parametrize("targets", [LABELS, ONE_HOT], ids=["labels", "one-hot"])
    def test_a_class_that_is_not_the_target_has_no_gradient_and_that_without_a_sign(self, targets: Any) -> None:
        gradient = evaluated(CategoricalCrossentropy(), CHAPTER, targets).gradient
        assert not np.signbit(gradient[ONE_HOT == 0]).any()

    def test_labels_and_one_hot_rows_are_the_same_targets(self) -> None:
        loss = CategoricalCrossentropy(label_smoothing=0.3)
        one, other = (evaluated(loss, CHAPTER, targets) for targets in (LABELS, ONE_HOT))
        assert_close(one.rows, other.rows)
        assert_close(one.gradient, other.gradient)

    def test_fused_with_softmax_the_gradient_is_the_chapters_first_row(self) -> None:
        loss = CategoricalCrossentropy()
        read = loss.read_targets(LABELS, CHAPTER.shape, CHAPTER.dtype)
        fused = loss.fused_forward(np.log(CHAPTER), CHAPTER, read)
        gradient = loss.fused_backward(np.full(3, 1 / 3), fused.cache)
        assert_close(gradient[0], [-0.1, 0.1 / 3, 0.2 / 3])
        assert_close(gradient, (CHAPTER - ONE_HOT) / 3)

    def test_fused_gradient_of_targets_that_do_not_sum_to_one_is_not_renormalized(self) -> None:
        loss, targets = CategoricalCrossentropy(), np.array([[0.5, 0.25, 1.0]])
        read = loss.read_targets(targets, (1, 3), CHAPTER.dtype)
        fused = loss.fused_forward(np.log(CHAPTER[:1]), CHAPTER[:1], read)
        assert_close(loss.fused_backward(np.ones(1), fused.cache), CHAPTER[:1] * 1.75 - targets)

    def test_it_is_fused_with_a_softmax_over_the_last_axis_only(self) -> None:
        loss = CategoricalCrossentropy()
        assert loss.fuses(Softmax(), (2, 3))
        assert loss.fuses(Softmax(axis=2), (2, 3, 4))
        assert not loss.fuses(Softmax(axis=1), (2, 3, 4))
        assert not CategoricalCrossentropy(from_logits=True).fuses(Softmax(), (2, 3))

    def test_an_impossible_truth_is_clipped_in_loss_and_gradient_and_counted(self) -> None:
        result = evaluated(CategoricalCrossentropy(), [[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]], [0, 1, 1])
        assert_close(result.rows, [-math.log(1e-7), -math.log(1e-7), math.log(2)])
        assert_close(result.gradient, [[-1e7 / 3, 0.0], [0.0, -1e7 / 3], [0.0, -2 / 3]])
        (warned,) = result.warnings
        assert (warned.code, warned.pointer) == ("clipped_probabilities", "/loss/epsilon")
        assert "2 probabilities were below epsilon 1e-07" in warned.detail
        assert warned.detail.endswith("a fused loss is exact")

    def test_only_probabilities_that_a_target_reads_are_counted_as_clipped(self) -> None:
        assert evaluated(CategoricalCrossentropy(), [[1.0, 0.0]], [0]).warnings == ()
        assert evaluated(CategoricalCrossentropy(), [[1.0, 0.0]], [[1.0, 0.0]]).warnings == ()
        (warned,) = evaluated(CategoricalCrossentropy(label_smoothing=0.1), [[1.0, 0.0]], [0]).warnings
        assert warned.detail.startswith("1 probability was below")

    def test_nothing_is_clipped_from_above(self) -> None:
        result = evaluated(CategoricalCrossentropy(), [[1.0, 0.0]], [0])
        assert result.loss == 0.0
        assert_close(result.gradient, [[-1.0, 0.0]])

    def test_epsilon_says_where_clipping_begins(self) -> None:
        result = evaluated(CategoricalCrossentropy(epsilon=0.25), [[0.1, 0.9]], [0])
        assert_close(result.loss, math.log(4))
        assert_close(result.gradient, [[-4.0, 0.0]])
        assert evaluated(CategoricalCrossentropy(epsilon=0.25), [[0.25, 0.75]], [0]).warnings == ()

    @pytest.mark.parametrize(
        ("outputs", "fact"),
        [
            ([[0.5, 0.6]], "a row sums to 1.1"),
            ([[0.2, 0.3]], "a row sums to 0.5"),
            ([[0.5, 0.5], [0.2, 0.3]], "a row sums to 0.5"),
            ([[0.5, 0.5], [0.5, 0.6]], "a row sums to 1.1"),
            ([[-0.1, 1.1]], "-0.1 is no probability"),
            ([[0.5, 0.5], [3.0, -2.0]], "-2 is no probability"),
        ],
    )
    def test_outputs_that_are_no_probabilities_are_refused_with_the_way_out(self, outputs: Any, fact: str) -> None:
        fault = refused(CategoricalCrossentropy(), outputs, np.zeros(len(outputs)))
        assert (fault.code, fault.pointer) == ("invalid_parameter", "/loss")
        assert fact in fault.detail
        assert "from_logits" in fault.detail

    def test_what_just_may_be_a_probability_is_taken(self) -> None:
        assert evaluated(CategoricalCrossentropy(), [[-TOLERANCE, 1 + TOLERANCE]], [1]).loss == -math.log(1 + TOLERANCE)

    def test_clipped_probabilities_of_sequences_are_counted_too(self) -> None:
        outputs = np.tile([0.0, 1.0], (3, 2, 1))
        (warned,) = evaluated(CategoricalCrossentropy(), outputs, [[0, 1], [1, 0], [0, 0]]).warnings
        assert warned.detail.startswith("4 probabilities were below")

    def test_rounding_of_probabilities_is_forgiven(self) -> None:
        assert evaluated(CategoricalCrossentropy(), [[0.5, 0.5009]], [0]).loss == pytest.approx(math.log(2))

    def test_the_sparse_one_takes_labels_only(self) -> None:
        assert_close(
            evaluated(SparseCategoricalCrossentropy(), CHAPTER, LABELS).gradient,
            evaluated(CategoricalCrossentropy(), CHAPTER, LABELS).gradient,
        )
        fault = refused(SparseCategoricalCrossentropy(), CHAPTER, ONE_HOT)
        assert (fault.code, fault.pointer) == ("invalid_targets", "/batch/targets")
        assert "categorical_crossentropy takes one-hot targets" in fault.detail


class TestOnScores:
    def test_even_scores_cost_the_logarithm_of_the_number_of_classes(self) -> None:
        result = evaluated(CrossEntropy(), np.zeros((2, 3)), [0, 2])
        assert_close(result.loss, math.log(3))
        assert_close(result.gradient, np.array([[-2.0, 1.0, 1.0], [1.0, 1.0, -2.0]]) / 6)

    @pytest.mark.parametrize("large", [40.0, 800.0])
    def test_saturated_scores_cost_their_difference_and_are_never_clipped(self, large: float) -> None:
        for loss in (CrossEntropy(), CategoricalCrossentropy(from_logits=True)):
            result = evaluated(loss, [[large, 0.0], [0.0, large]], [1, 1])
            assert_close(result.rows, [large, math.log1p(math.exp(-large))])
            assert_close(result.gradient, [[0.5, -0.5], [0.0, 0.0]])
            assert result.warnings == ()

    def test_each_row_is_held_against_its_own_largest_score(self) -> None:
        for loss in (CrossEntropy(), CategoricalCrossentropy(from_logits=True)):
            result = evaluated(loss, [[1000.0, 1001.0], [-1001.0, -1000.0], [0.0, 1.0]], [1, 1, 1])
            assert_close(result.rows, np.full(3, math.log1p(math.exp(-1))))

    def test_fused_with_softmax_each_position_of_a_sequence_has_its_own_sum(self) -> None:
        loss, scores = CategoricalCrossentropy(), SCORES.reshape(2, 2, 3)
        probabilities = Softmax().forward(scores, {}, Run()).output
        read = loss.read_targets(np.array([[0, 2], [1, 1]]), scores.shape, scores.dtype)
        plain = evaluated(CrossEntropy(), SCORES, [0, 2, 1, 1]).rows
        assert_close(loss.fused_forward(scores, probabilities, read).values, plain.reshape(2, 2))

    @pytest.mark.parametrize("large", [40.0, 800.0])
    def test_fused_with_softmax_saturated_scores_are_as_exact(self, large: float) -> None:
        loss, scores = CategoricalCrossentropy(), np.array([[large, 0.0], [0.0, large]])
        probabilities = Softmax().forward(scores, {}, Run()).output
        read = loss.read_targets(np.array([1, 1]), scores.shape, scores.dtype)
        assert_close(loss.fused_forward(scores, probabilities, read).values, [large, 0.0])

    @pytest.mark.parametrize("sample_weights", [None, [1.0, 0.5, 2.0, 0.25]], ids=["", "sample-weights"])
    @pytest.mark.parametrize("class_weights", [None, [1.0, 0.5, 3.0]], ids=["", "class-weights"])
    @pytest.mark.parametrize("smoothing", [0.0, 0.3, 1.0])
    @pytest.mark.parametrize("targets", ["labels", "ignored", "soft"])
    def test_weights_smoothing_and_ignored_labels_follow_pytorchs_formulas(
        self, targets: str, smoothing: float, class_weights: Any, sample_weights: Any
    ) -> None:
        given = {
            "labels": np.array([0, 2, 1, 1]),
            "ignored": np.array([0, -100, 2, -100]),
            "soft": np.array([[0.5, 0.25, 0.25], [1.0, 0.0, 0.0], [0.25, 0.5, 1.0], [0.0, 0.125, 0.5]]),
        }[targets]
        ignored = None if targets == "soft" else -100
        loss = CrossEntropy(label_smoothing=smoothing, class_weights=class_weights, ignore_index=ignored)
        result = evaluated(loss, SCORES, given, sample_weights)
        rows, divisor = cross_entropy(
            SCORES,
            given.astype(float),
            smoothing=smoothing,
            class_weights=class_weights,
            ignore_index=-100,
            sample_weights=sample_weights,
        )
        assert_close(result.rows, rows)
        assert_close(result.weight, divisor)
        assert_close(result.loss, math.fsum(rows) / divisor)

    def test_a_distribution_has_no_label_that_could_be_ignored(self) -> None:
        fault = refused(CrossEntropy(ignore_index=1), np.zeros((1, 2)), [[0.5, 0.5]])
        assert (fault.code, fault.pointer) == ("invalid_parameter", "/loss/ignore_index")

    def test_an_ignored_label_may_be_a_class(self) -> None:
        result = evaluated(CrossEntropy(ignore_index=1), np.zeros((3, 2)), [0, 1, 1])
        assert_close(result.rows, [math.log(2), 0.0, 0.0])
        assert result.weight == 1.0
        assert_close(result.gradient, [[-0.5, 0.5], [0.0, 0.0], [0.0, 0.0]])

    def test_ignored_labels_need_no_class(self) -> None:
        result = evaluated(CrossEntropy(ignore_index=-1), np.zeros((2, 1)), [0, -1])
        assert (result.loss, result.weight) == (0.0, 1.0)

    def test_a_mean_of_ignored_labels_only_is_refused(self) -> None:
        fault = refused(CrossEntropy(ignore_index=1), np.zeros((2, 2)), [1, 1])
        assert (fault.code, fault.pointer) == ("all_targets_ignored", "/batch/targets")

    def test_a_sum_of_ignored_labels_only_is_zero(self) -> None:
        result = evaluated(CrossEntropy(ignore_index=1, reduction="sum"), np.zeros((2, 2)), [1, 1])
        assert (result.loss, result.weight) == (0.0, 0.0)
        assert not result.gradient.any()

    def test_class_weights_that_leave_nothing_to_average_are_refused_by_name(self) -> None:
        fault = refused(CrossEntropy(class_weights=[0.0, 1.0]), np.zeros((1, 2)), [0])
        assert (fault.code, fault.pointer) == ("all_targets_ignored", "/loss/class_weights")

    def test_there_is_a_weight_for_each_class(self) -> None:
        fault = refused(CrossEntropy(class_weights=[1.0, 2.0]), np.zeros((1, 3)), [0])
        assert (fault.code, fault.pointer) == ("shape_mismatch", "/loss/class_weights")

    def test_a_softmax_before_it_is_hardly_meant(self) -> None:
        (warned,) = CrossEntropy().advice(Softmax())
        assert (warned.code, warned.pointer) == ("double_softmax", "/loss")
        assert warned.detail.startswith("cross_entropy applies a softmax of its own")
        (warned,) = CategoricalCrossentropy(from_logits=True).advice(Softmax())
        assert warned.code == "double_softmax"
        assert CrossEntropy().advice(None) == CategoricalCrossentropy().advice(Softmax()) == ()


class TestTargets:
    @pytest.mark.parametrize(
        ("targets", "code", "told"),
        [
            ([0, 3], "target_out_of_range", "label 3 at [1] is none of the classes 0 to 2"),
            ([-1, 0], "target_out_of_range", "label -1 at [0] is none of the classes 0 to 2"),
            ([0, 1e300], "target_out_of_range", "label 1e+300 at [1]"),
            ([0, 2.5], "invalid_targets", "a label is a whole number, got 2.5 at [1]"),
            ([0, 1, 2], "shape_mismatch", "expected labels (2,) or the output's shape (2, 3), got (3,)"),
            ([[0], [1]], "shape_mismatch", "got (2, 1)"),
        ],
    )
    def test_what_are_no_labels_is_refused_with_the_place(self, targets: Any, code: str, told: str) -> None:
        fault = refused(CrossEntropy(), np.zeros((2, 3)), targets)
        assert (fault.code, fault.pointer) == (code, "/batch/targets")
        assert told in fault.detail

    @pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int32", "int16", "int8", "uint8"])
    def test_labels_may_come_in_every_type(self, dtype: str) -> None:
        loss = CrossEntropy(ignore_index=-100)
        labels = np.array([0, 2, 1], dtype)
        read = loss.read_targets(labels, (3, 3), np.dtype("float32"))
        assert_close(loss.forward(np.zeros((3, 3), "float32"), read).values, np.full(3, math.log(3)))

    def test_positions_may_have_several_axes(self) -> None:
        scores, labels = SCORES.reshape(2, 2, 3), np.array([[0, 2], [1, 1]])
        loss = CrossEntropy(class_weights=[1.0, 0.5, 3.0], label_smoothing=0.1)
        whole, flat = evaluated(loss, scores, labels), evaluated(loss, SCORES, labels.ravel())
        assert_close(whole.loss, flat.loss)
        assert_close(whole.gradient, flat.gradient.reshape(2, 2, 3))
