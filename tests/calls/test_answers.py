"""What both calls answer: losses, penalties, state, metrics, and what ``include`` and ``wrt`` ask for."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from chainrule.calls import prepare_backward, prepare_forward
from chainrule.core.limits import Limits
from chainrule.errors import Abandoned, DeadlineExceeded, go_on
from tests.documents import backward, decoded, failure, forward
from tests.tolerances import assert_close

LAYERS: list[dict[str, Any]] = [
    {"type": "dense", "name": "hidden", "units": 2, "activation": "relu"},
    {"type": "dense", "name": "scores", "units": 2},
    {"type": "softmax", "name": "last"},
]
WEIGHTS: dict[str, Any] = {
    "hidden": {"kernel": [[1.0, -1.0], [2.0, 1.0]], "bias": [0.5, 0.25]},
    "scores": {"kernel": [[1.0, 0.0], [-1.0, 2.0]], "bias": [0.0, 1.0]},
}
INPUTS = [[1.0, 0.5], [-1.0, 1.0], [0.25, -2.0]]


def asked(loss: Any = "categorical_crossentropy", layers: Any = LAYERS, **more: Any) -> dict[str, Any]:
    batch = {"inputs": INPUTS, "targets": [0, 1, 1], **more.pop("batch", {})}
    return {"network": {"layers": layers}, "weights": WEIGHTS, "batch": batch, "loss": loss, **more}


def without_loss(**more: Any) -> dict[str, Any]:
    document = asked(None, **more)
    del document["batch"]["targets"]
    return document


def including(*names: str, **options: Any) -> dict[str, Any]:
    return {"options": {"include": list(names), **options}}


class TestLosses:
    def test_without_a_loss_there_is_none(self) -> None:
        answer = forward(without_loss())
        assert (answer["loss"], answer["loss_weight"], answer["fused"]) == (None, None, False)
        assert "data_loss" not in answer

    def test_none_gives_a_loss_for_each_sample(self) -> None:
        mean, each = (
            forward(asked({"type": "categorical_crossentropy", "reduction": reduction}))
            for reduction in ("mean", "none")
        )
        assert each["loss"].shape == (3,)
        assert_close(each["loss"].mean(), mean["loss"])
        assert each["loss_weight"] == mean["loss_weight"] == 3.0

    def test_losses_of_samples_come_beside_times_their_weights(self) -> None:
        weights = [1.0, 0.0, 2.0]
        answer = forward(asked(batch={"sample_weights": weights}, **including("sample_losses")))
        plain = forward(asked(**including("sample_losses")))
        assert_close(answer["sample_losses"], plain["sample_losses"] * weights)
        assert_close(answer["loss"], answer["sample_losses"].sum() / 3.0)

    @pytest.mark.parametrize("call", [forward, backward])
    def test_in_float32_everything_is_float32(self, call: Any) -> None:
        include = ["activations", "sample_losses"] + (["activation_gradients"] if call is backward else [])
        answer = call(asked(**including(*include, dtype="float32")))
        arrays = [answer["outputs"], answer["loss"], answer["sample_losses"], *answer["activations"].values()]
        if call is backward:
            arrays += [answer["gradients"]["inputs"], *answer["activation_gradients"].values()]
            arrays += [one for named in answer["gradients"]["weights"].values() for one in named.values()]
        assert {one.dtype.name for one in arrays} == {"float32"}


class TestFusing:
    def test_an_activation_inside_the_last_layer_is_fused_too(self) -> None:
        layers = [LAYERS[0], {**LAYERS[1], "activation": "softmax"}]
        inside, outside = backward(asked(layers=layers)), backward(asked())
        assert inside["fused"] is outside["fused"] is True
        np.testing.assert_array_equal(inside["gradients"]["inputs"], outside["gradients"]["inputs"])

    def test_a_softmax_alone_is_fused_down_to_the_inputs(self) -> None:
        document = {"network": {"layers": [{"type": "softmax"}]}, "batch": {"inputs": [[0.0, 0.0]], "targets": [0]}}
        answer = backward({**document, "loss": "categorical_crossentropy"})
        np.testing.assert_array_equal(answer["gradients"]["inputs"], [[-0.5, 0.5]])

    def test_scores_that_something_else_reads_too_are_fused_all_the_same(self) -> None:
        layers = [
            {"type": "dense", "name": "scores", "units": 2, "inputs": ["inputs"]},
            {"type": "tanh", "name": "aside", "inputs": ["scores"]},
            {"type": "softmax", "name": "last", "inputs": ["scores"]},
        ]
        document = asked(layers=layers, weights={"scores": WEIGHTS["hidden"]})
        fused, unfused = (backward({**document, "options": {"fuse": fuse}}) for fuse in (True, False))
        assert (fused["fused"], unfused["fused"]) == (True, False)
        assert_close(fused["gradients"]["inputs"], unfused["gradients"]["inputs"])

    def test_saturated_scores_are_exact_when_fused_and_clipped_with_a_warning_when_not(self) -> None:
        document = {
            "network": {"layers": [{"type": "softmax"}]},
            "batch": {"inputs": [[40.0, 0.0]], "targets": [1]},
            "loss": "categorical_crossentropy",
        }
        fused, unfused = (backward({**document, "options": {"fuse": fuse}}) for fuse in (True, False))
        assert_close(fused["loss"], 40.0)
        assert_close(fused["gradients"]["inputs"], [[1.0, -1.0]])
        assert fused["warnings"] == []
        assert_close(unfused["loss"], -math.log(1e-7))
        assert [one["code"] for one in unfused["warnings"]] == ["clipped_probabilities"]
        assert unfused["warnings"][0].keys() == {"code", "detail", "pointer"}

    def test_two_softmaxes_are_computed_as_asked_with_a_warning(self) -> None:
        answer = backward(asked("cross_entropy"))
        assert answer["fused"] is False
        assert [one["code"] for one in answer["warnings"]] == ["double_softmax"]


class TestPenalties:
    regularized = (
        {**LAYERS[0], "kernel_regularizer": {"type": "l2", "l2": 0.5}, "bias_regularizer": {"type": "l1", "l1": 2.0}},
        *LAYERS[1:],
    )
    penalty = 0.5 * 7.0 + 2.0 * 0.75

    def test_the_loss_is_the_total_and_its_parts_stand_beside_it(self) -> None:
        plain, answer = forward(asked()), forward(asked(layers=self.regularized))
        assert_close(answer["data_loss"], plain["loss"])
        assert_close(answer["regularization_loss"], self.penalty)
        assert_close(answer["loss"], plain["loss"] + self.penalty)

    def test_gradients_include_the_penalty_once(self) -> None:
        plain, answer = (backward(asked(layers=layers))["gradients"] for layers in (LAYERS, self.regularized))
        found, expected = answer["weights"]["hidden"], plain["weights"]["hidden"]
        assert_close(found["kernel"], expected["kernel"] + WEIGHTS["hidden"]["kernel"])
        assert_close(found["bias"], expected["bias"] + 2.0)
        np.testing.assert_array_equal(answer["inputs"], plain["inputs"])
        np.testing.assert_array_equal(answer["weights"]["scores"]["kernel"], plain["weights"]["scores"]["kernel"])

    def test_without_a_loss_only_the_penalty_is_told(self) -> None:
        answer = forward(without_loss(layers=self.regularized))
        assert (answer["loss"], answer["data_loss"]) == (None, None)
        assert_close(answer["regularization_loss"], self.penalty)

    def test_with_a_loss_for_each_sample_the_penalty_belongs_to_none_of_them(self) -> None:
        loss = {"type": "categorical_crossentropy", "reduction": "none"}
        answer = forward(asked(loss, layers=self.regularized))
        np.testing.assert_array_equal(answer["loss"], answer["data_loss"])
        assert_close(answer["regularization_loss"], self.penalty)

    def test_weights_on_a_branch_that_leads_nowhere_are_penalized_too(self) -> None:
        layers = [{**self.regularized[0], "inputs": ["inputs"]}, {**LAYERS[1], "inputs": ["inputs"]}]
        answer = backward(asked("cross_entropy", layers=layers))
        assert_close(answer["gradients"]["weights"]["hidden"]["kernel"], WEIGHTS["hidden"]["kernel"])

    @pytest.mark.parametrize(
        ("kernel", "strength", "pointer"),
        [(1e200, 0.5, "/network/layers/0"), (1e20, 1e300, "/network/layers/0"), (1e154, 1.0, "/loss")],
    )
    def test_a_penalty_that_is_not_finite_is_no_answer(self, kernel: float, strength: float, pointer: str) -> None:
        penalty = {"type": "l2", "l2": strength}
        layer = {"type": "dense", "name": "a", "units": 1, "use_bias": False, "kernel_regularizer": penalty}
        document = {
            "network": {"layers": [layer]},
            "weights": {"a": {"kernel": [[kernel]]}},
            "batch": {"inputs": [[0.0]], "targets": [[1e154]]},
            "loss": "mse",
            "options": {"wrt": ["weights"]},
        }
        fault = failure(document)
        assert (fault.code, fault.pointer) == ("non_finite_result", pointer)


class TestMetrics:
    def test_they_go_by_their_names(self) -> None:
        metrics = ["accuracy", {"type": "top_k_accuracy", "k": 1, "name": "first"}, {"type": "top_k_accuracy", "k": 2}]
        answer = forward(asked(metrics=metrics))
        assert answer["metrics"].keys() == {"accuracy", "first", "top_k_accuracy"}
        assert answer["metrics"]["first"] == answer["metrics"]["accuracy"]
        assert answer["metrics"]["top_k_accuracy"] == 1.0

    def test_they_need_no_loss(self) -> None:
        assert forward({**asked(metrics=["accuracy"]), "loss": None})["metrics"].keys() == {"accuracy"}
        assert "metrics" not in forward(asked())

    def test_they_are_weighted_as_the_loss_is_and_ignore_what_it_ignores(self) -> None:
        document = {
            "network": {"layers": [{"type": "identity"}]},
            "batch": {
                "inputs": [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]],
                "targets": [0, -1, 0],
                "sample_weights": [3.0, 7.0, 1.0],
            },
            "loss": {"type": "cross_entropy", "ignore_index": -1},
            "metrics": ["accuracy"],
        }
        assert forward(document)["metrics"] == {"accuracy": 0.75}

    def test_a_classifier_of_one_output_is_measured_by_its_threshold(self) -> None:
        document = {
            "network": {"layers": [{"type": "sigmoid"}]},
            "batch": {"inputs": [[1.0], [-1.0], [2.0]], "targets": [[1.0], [0.0], [0.0]]},
            "loss": "binary_crossentropy",
            "metrics": ["accuracy", {"type": "accuracy", "threshold": 0.8, "name": "strict"}],
        }
        assert forward(document)["metrics"] == {"accuracy": 2 / 3, "strict": 1 / 3}


class TestIncludes:
    def test_activations_are_each_layers_output_after_its_activation(self) -> None:
        answer = forward(asked(**including("activations")))
        assert answer["activations"].keys() == {"hidden", "scores", "last"}
        hidden = np.maximum(np.array(INPUTS) @ WEIGHTS["hidden"]["kernel"] + WEIGHTS["hidden"]["bias"], 0)
        assert_close(answer["activations"]["hidden"], hidden)
        np.testing.assert_array_equal(answer["activations"]["last"], answer["outputs"])

    def test_a_layer_that_was_fused_with_the_loss_has_no_gradient_of_its_own(self) -> None:
        fused, unfused = (
            backward(asked(**including("activation_gradients", fuse=fuse)))["activation_gradients"]
            for fuse in (True, False)
        )
        assert fused.keys() == {"hidden", "scores"}
        assert unfused.keys() == {"hidden", "scores", "last"}
        for name, one in fused.items():
            assert_close(one, unfused[name])

    def test_the_gradient_at_the_output_is_the_upstream_gradient(self) -> None:
        upstream = np.arange(6.0).reshape(3, 2)
        document = without_loss(**including("activation_gradients"))
        answer = backward({**document, "batch": {"inputs": INPUTS, "output_gradients": upstream}})
        np.testing.assert_array_equal(answer["activation_gradients"]["last"], upstream)

    def test_norms_are_those_of_the_gradients(self) -> None:
        answer = backward(asked(**including("norms")))
        gradients = answer["gradients"]["weights"]
        flat = np.concatenate([one.ravel() for named in gradients.values() for one in named.values()])
        assert_close(answer["norms"]["global"], np.linalg.norm(flat))
        assert_close(answer["norms"]["layers"]["hidden"]["kernel"], np.linalg.norm(gradients["hidden"]["kernel"]))
        assert answer["norms"]["layers"].keys() == gradients.keys()

    def test_the_norm_of_no_gradient_is_zero(self) -> None:
        answer = backward(asked(**including("norms", wrt=["inputs"])))
        assert answer["norms"] == {"layers": {}, "global": 0.0}

    def test_norms_beyond_a_number_are_no_answer(self) -> None:
        document = {
            "network": {"layers": [{"type": "dense", "units": 1}]},
            "weights": {"dense_0": {"kernel": [[0.0], [0.0]], "bias": [0.0]}},
            "batch": {"inputs": [[1.5e308, 1.5e308]], "output_gradients": [[1.0]]},
            **including("norms"),
        }
        assert failure(document).code == "non_finite_result"


class TestWithRespectTo:
    @pytest.mark.parametrize(
        ("wrt", "layers", "inputs"),
        [
            (["weights", "inputs"], ["hidden", "scores"], True),
            (["weights"], ["hidden", "scores"], False),
            (["inputs"], [], True),
            ([], [], False),
            (["scores"], ["scores"], False),
            (["scores", "inputs", "scores"], ["scores"], True),
            (["last"], [], False),
            (["scores", "weights"], ["hidden", "scores"], False),
        ],
    )
    def test_what_was_asked_for_is_given_and_nothing_else(self, wrt: Any, layers: list[str], inputs: bool) -> None:
        whole, answer = backward(asked()), backward(asked(options={"wrt": wrt}))
        assert list(answer["gradients"]["weights"]) == layers
        assert (answer["gradients"]["inputs"] is not None) is inputs
        assert answer["outputs"].tobytes() == whole["outputs"].tobytes()
        for layer in layers:
            for name, one in answer["gradients"]["weights"][layer].items():
                assert one.tobytes() == whole["gradients"]["weights"][layer][name].tobytes()

    def test_gradients_at_activations_are_whole_whatever_was_asked_for(self) -> None:
        whole, nothing = (
            backward(asked(**including("activation_gradients", wrt=wrt)))["activation_gradients"]
            for wrt in (["weights", "inputs"], [])
        )
        assert whole.keys() == nothing.keys()
        for name, one in whole.items():
            np.testing.assert_array_equal(nothing[name], one)

    def test_branches_that_lead_nowhere_have_gradients_of_zeros(self) -> None:
        layers = [{**LAYERS[0], "inputs": ["inputs"]}, {**LAYERS[1], "inputs": ["inputs"]}]
        answer = backward(asked("cross_entropy", layers=layers, **including("activation_gradients")))
        dead = answer["gradients"]["weights"]["hidden"]
        assert {name: one.shape for name, one in dead.items()} == {"kernel": (2, 2), "bias": (2,)}
        assert not any(one.any() for one in (*dead.values(), answer["activation_gradients"]["hidden"]))

    def test_an_input_that_nothing_reads_has_a_gradient_of_zeros(self) -> None:
        document = {
            "network": {"inputs": ["used", "unused"], "layers": [{"type": "tanh", "inputs": ["used"]}]},
            "batch": {"inputs": {"used": [[1.0]], "unused": [[1.0, 2.0]]}, "output_gradients": [[1.0]]},
        }
        gradients = backward(document)["gradients"]["inputs"]
        assert list(gradients) == ["used", "unused"]
        np.testing.assert_array_equal(gradients["unused"], [[0.0, 0.0]])

    def test_an_empty_object_of_weights_comes_back_as_it_was_sent(self) -> None:
        document = asked(weights={**WEIGHTS, "last": {}})
        assert backward(document)["gradients"]["weights"]["last"] == {}


class TestJobs:
    @pytest.mark.parametrize("stop", [DeadlineExceeded, Abandoned])
    def test_a_computation_stops_when_it_may_not_proceed(self, stop: type[Exception]) -> None:
        def proceed() -> None:
            raise stop

        for prepare in (prepare_forward, prepare_backward):
            with pytest.raises(stop):
                prepare(decoded(asked()), Limits()).compute(proceed)

    def test_a_job_knows_how_to_answer(self) -> None:
        assert prepare_backward(decoded(asked(options={"encoding": "base64"})), Limits()).base64
        assert not prepare_forward(decoded(asked()), Limits()).base64

    def test_a_job_may_be_computed_again(self) -> None:
        job = prepare_backward(decoded(asked()), Limits())
        first, second = job.compute(go_on), job.compute(go_on)
        np.testing.assert_array_equal(first["gradients"]["inputs"], second["gradients"]["inputs"])
