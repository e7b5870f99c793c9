"""Requests that cannot be answered: which fault, where, and in which order."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from chainrule.calls import prepare_backward, prepare_forward
from chainrule.core.limits import Limits
from chainrule.errors import InputError
from tests.documents import backward, failure, refusal

PLAIN = {"layers": [{"type": "identity", "name": "last"}]}


def asked(network: Any = PLAIN, inputs: Any = ((1.0, 2.0),), **more: Any) -> dict[str, Any]:
    batch = {"inputs": inputs, **more.pop("batch", {})}
    return {"network": network, "batch": batch, **more}


def with_loss(loss: Any = "mse", targets: Any = ((0.0, 0.0),), **more: Any) -> dict[str, Any]:
    return asked(loss=loss, batch={"targets": targets, **more.pop("batch", {})}, **more)


def first(document: Any, prepare: Any = prepare_backward) -> tuple[str, str]:
    fault = refusal(document, prepare)[0]
    return fault.code, fault.pointer


class TestWhereTheChainStarts:
    def test_backward_starts_at_a_loss_or_an_upstream_gradient(self) -> None:
        assert first(asked()) == ("missing_loss", "/loss")
        assert first(asked(loss=None)) == ("missing_loss", "/loss")

    def test_backward_starts_at_one_of_them_only(self) -> None:
        both = with_loss(batch={"output_gradients": [[1.0, 1.0]]})
        assert first(both) == ("conflicting_fields", "/batch/output_gradients")

    def test_a_loss_for_each_sample_has_no_gradient(self) -> None:
        assert first(with_loss({"type": "mse", "reduction": "none"})) == ("invalid_parameter", "/loss/reduction")

    def test_an_upstream_gradient_has_the_shape_of_the_outputs(self) -> None:
        for upstream in ([[1.0]], [1.0, 1.0]):
            document = asked(batch={"output_gradients": upstream})
            assert first(document) == ("shape_mismatch", "/batch/output_gradients")

    def test_forward_has_no_upstream_gradient_and_nothing_to_differentiate(self) -> None:
        document = asked(batch={"output_gradients": [[1.0, 1.0]]})
        assert first(document, prepare_forward) == ("unknown_field", "/batch/output_gradients")
        assert first(asked(options={"wrt": ["inputs"]}), prepare_forward) == ("unknown_field", "/options/wrt")
        for name in ("norms", "activation_gradients"):
            document = asked(options={"include": ["activations", name]})
            assert first(document, prepare_forward) == ("invalid_parameter", "/options/include/1")


class TestPenalties:
    def test_a_bias_that_is_left_out_has_no_penalty(self) -> None:
        layer = {"type": "dense", "units": 1, "use_bias": False, "bias_regularizer": "l2"}
        document = asked({"layers": [{"type": "tanh"}, layer]}, batch={"output_gradients": [[1.0]]})
        assert first(document) == ("invalid_parameter", "/network/layers/1/bias_regularizer")


class TestTargets:
    def test_a_target_that_overflows_by_its_weight_is_found_by_the_loss(self) -> None:
        loss = {"type": "cross_entropy", "class_weights": [1e300, 1]}
        fault = failure(with_loss(loss, [[1e300, 0.0]], inputs=[[0.25, 0.5]]))
        assert (fault.code, fault.pointer) == ("non_finite_result", "/loss")

    def test_a_loss_and_metrics_need_targets(self) -> None:
        assert first(asked(loss="mse")) == ("missing_field", "/batch/targets")
        assert first(asked(metrics=["accuracy"]), prepare_forward) == ("missing_field", "/batch/targets")

    @pytest.mark.parametrize("unread", ["targets", "sample_weights"])
    def test_what_neither_a_loss_nor_a_metric_reads_is_refused(self, unread: str) -> None:
        expected = ("invalid_parameter", f"/batch/{unread}")
        assert first(asked(batch={unread: [1.0]}), prepare_forward) == expected
        assert first(asked(batch={unread: [1.0], "output_gradients": [[1.0, 1.0]]})) == expected

    def test_metrics_read_targets_and_weights_beside_an_upstream_gradient(self) -> None:
        batch = {"targets": [1], "sample_weights": [2.0], "output_gradients": [[1.0, 1.0]]}
        assert backward(asked(batch=batch, metrics=["accuracy"]))["metrics"] == {"accuracy": 1.0}

    def test_losses_of_samples_need_a_loss(self) -> None:
        document = asked(options={"include": ["activations", "sample_losses"]})
        assert first(document, prepare_forward) == ("invalid_parameter", "/options/include/1")

    def test_targets_do_not_broadcast(self) -> None:
        assert first(with_loss(targets=[0.0, 0.0])) == ("shape_mismatch", "/batch/targets")
        assert first(with_loss(targets=[[0.0]])) == ("shape_mismatch", "/batch/targets")

    def test_sample_weights_fit_the_samples_or_the_positions(self) -> None:
        document = with_loss(batch={"sample_weights": [1.0, 1.0]})
        assert first(document) == ("shape_mismatch", "/batch/sample_weights")

    def test_an_output_without_features_has_no_loss_and_no_metric(self) -> None:
        document = asked(inputs=[1.0, 2.0], batch={"targets": [1.0, 0.0], "sample_weights": [1.0, 1.0]})
        assert first({**document, "loss": "mse"}) == ("shape_mismatch", "/loss")
        assert first({**document, "loss": "cross_entropy"}) == ("shape_mismatch", "/loss")
        assert first({**document, "metrics": ["accuracy"]}, prepare_forward) == ("shape_mismatch", "/metrics")

    def test_a_metric_that_cannot_read_the_targets_says_so_before_anything_is_computed(self) -> None:
        document = asked(batch={"targets": [7]}, metrics=["accuracy"])
        assert first(document, prepare_forward) == ("target_out_of_range", "/batch/targets")

    def test_no_metric_comes_twice(self) -> None:
        metrics: list[Any] = ["accuracy", {"type": "accuracy"}, {"type": "top_k_accuracy", "name": "accuracy"}]
        faults = refusal(asked(batch={"targets": [1]}, metrics=metrics), prepare_forward)
        assert [(one.code, one.pointer) for one in faults] == [
            ("duplicate_name", "/metrics/1"),
            ("duplicate_name", "/metrics/2"),
        ]


DROPOUT = {"layers": [{"type": "dropout", "rate": 0.5}]}


class TestTraining:
    @pytest.mark.parametrize(
        ("options", "missing"),
        [({}, "training"), ({"seed": 1}, "training"), ({"training": None}, "training"), ({"training": True}, "seed")],
    )
    def test_dropout_asks_for_what_makes_a_difference(self, options: Any, missing: str) -> None:
        document = asked(DROPOUT, options=options)
        assert first(document, prepare_forward) == ("missing_field", f"/options/{missing}")

    @pytest.mark.parametrize("options", [{"training": False}, {"training": True, "seed": 0}])
    def test_dropout_is_content_with_it(self, options: Any) -> None:
        prepare_forward({**asked(DROPOUT, inputs=np.ones((1, 2))), "options": options}, Limits())


class TestWithRespectTo:
    @pytest.mark.parametrize("name", ["bias", "Inputs", "last/kernel", ""])
    def test_what_is_no_layer_is_refused_at_its_place(self, name: str) -> None:
        document = asked(batch={"output_gradients": [[1.0, 1.0]]}, options={"wrt": ["last", name]})
        assert first(document) == ("invalid_parameter", "/options/wrt/1")

    def test_a_networks_input_is_no_layer(self) -> None:
        network = {"inputs": ["left"], "layers": [{"type": "identity"}]}
        document = asked(network, {"left": [[1.0]]}, batch={"output_gradients": [[1.0]]}, options={"wrt": ["left"]})
        assert first(document) == ("invalid_parameter", "/options/wrt/0")


class TestOrder:
    def test_a_network_that_is_too_large_is_refused_as_such_whatever_else_is_wrong(self) -> None:
        network = {"layers": [{"type": "dense", "units": 10**12}]}
        for more in ({"optimizer": "adam"}, {"loss": "nothing"}, {"weights": 5}):
            assert first(asked(network, **more)) == ("network_too_large", "/network/layers/0")

    def test_a_hundred_thousand_layers_are_refused_in_milliseconds(self) -> None:
        document = {"network": {"layers": [{"type": "nonsense"}] * 100_000}, "batch": 5}
        started = time.thread_time()
        with pytest.raises(InputError) as error:
            prepare_backward(document, Limits())
        assert time.thread_time() - started < 0.1
        assert [(one.code, one.pointer) for one in error.value.faults] == [("network_too_large", "/network/layers")]

    def test_fields_come_before_shapes_and_shapes_before_targets(self) -> None:
        network = {"layers": [{"type": "dense", "name": "d", "units": 1}]}
        wrong_weights = {"d": {"kernel": np.ones((1, 2)), "bias": np.ones(1)}}
        document = asked(network, weights=wrong_weights, loss="cross_entropy", batch={"targets": [7, 7]}, optimizer=1)
        assert first(document) == ("unknown_field", "/optimizer")
        del document["optimizer"]
        assert first(document) == ("shape_mismatch", "/weights/d/kernel")
        document["weights"] = {"d": {"kernel": np.ones((2, 1)), "bias": np.ones(1)}}
        assert first(document) == ("shape_mismatch", "/batch/targets")

    def test_an_empty_batch_is_refused_before_its_shapes(self) -> None:
        assert first(with_loss(targets=[])) == ("shape_mismatch", "/batch/targets")
        document = asked({"layers": [{"type": "dense", "units": 1}]}, inputs=[], loss="mse", batch={"targets": []})
        assert first(document) == ("empty_batch", "/batch/inputs")


class TestNumbers:
    @pytest.mark.parametrize(
        ("where", "document"),
        [
            ("/batch/inputs", asked(inputs=[[1e39, 0.0]], batch={"output_gradients": [[1.0, 1.0]]})),
            ("/batch/output_gradients", asked(batch={"output_gradients": [[1e39, 0.0]]})),
            ("/batch/targets", with_loss(targets=[[1e39, 0.0]])),
            ("/batch/targets", with_loss("cross_entropy", targets=[[1e39, 0.0]])),
            ("/batch/sample_weights", with_loss(batch={"sample_weights": [1e39]})),
            ("/loss/class_weights", with_loss({"type": "cross_entropy", "class_weights": [1e39, 1.0]}, [0])),
            (
                "/loss/pos_weight",
                with_loss({"type": "binary_crossentropy", "from_logits": True, "pos_weight": 1e39}),
            ),
        ],
    )
    def test_what_float32_cannot_hold_is_refused_where_it_stands(self, where: str, document: dict[str, Any]) -> None:
        assert first({**document, "options": {"dtype": "float32"}}) == ("non_finite_input", where)

    @pytest.mark.parametrize(
        ("pointer", "document"),
        [
            ("/loss", with_loss(targets=[[1e200, 0.0]])),
            ("/loss", with_loss(targets=[[0.0, 2.0]], batch={"sample_weights": [1e308]}, inputs=[[2e3, 0.0]])),
            ("/network/layers/0", asked({"layers": [{"type": "exponential"}]}, [[800.0]], loss="mse")),
        ],
    )
    def test_what_overflows_on_the_way_is_no_answer(self, pointer: str, document: dict[str, Any]) -> None:
        document["batch"].setdefault("targets", [[0.0]])
        fault = failure(document)
        assert (fault.code, fault.pointer) == ("non_finite_result", pointer)

    def test_weights_of_samples_whose_sum_overflows_are_no_answer(self) -> None:
        document = with_loss(targets=[[1.0, 2.0]] * 2, inputs=[[1.0, 2.0]] * 2)
        document["batch"]["sample_weights"] = [1e308, 1e308]
        assert failure(document).pointer == "/loss"

    def test_a_gradient_of_the_loss_that_overflows_is_no_answer(self) -> None:
        document = asked({"layers": [{"type": "softmax"}]}, [[0.0, 800.0]], batch={"targets": [[1e100, 0.0]]})
        document["loss"] = {"type": "categorical_crossentropy", "epsilon": 1e-300}
        document["options"] = {"fuse": False, "wrt": [], "include": ["activation_gradients"]}
        fault = failure(document)
        assert (fault.code, fault.pointer) == ("non_finite_result", "/loss")


MANY = [{"type": "identity", "name": f"layer_{index:04d}_of_the_network_with_long_names"} for index in range(1000)]
STRANGERS = [f"{layer['name'][:10]}_nobody_knows{layer['name'][10:]}" for layer in MANY]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"weights": {name: {} for name in STRANGERS}}, "unexpected_weight"),
        ({"options": {"wrt": STRANGERS}}, "invalid_parameter"),
        ({"network": {"layers": [*MANY[:-1], {"type": "add", "inputs": STRANGERS}]}}, "unknown_input"),
        (dict.fromkeys(STRANGERS, 1), "unknown_field"),
    ],
    ids=["weights", "wrt", "inputs", "fields"],
)
def test_thousands_of_unknown_names_are_refused_before_anybody_notices(more: Any, code: str) -> None:
    document = asked({"layers": MANY}, batch={"output_gradients": [[1.0, 1.0]]}) | more
    started = time.thread_time()
    faults = refusal(document)
    assert time.thread_time() - started < 2.0  # minutes, if each were compared with each
    assert [fault.code for fault in faults] == [code] * 10
