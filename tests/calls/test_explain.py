"""/explain: the chapter's figures, and every gradient a second time."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from numpy.typing import NDArray

from chainrule.calls.explain import prepare_explain
from chainrule.core.explain import MOST_OPERATIONS
from chainrule.core.explain.limits import MOST_LEAVES
from chainrule.core.limits import Limits
from chainrule.errors import InputError, go_on
from tests import explainable
from tests.documents import backward, decoded, failure, refusal
from tests.tolerances import assert_close

NEURON: dict[str, Any] = {
    "network": {"layers": [{"type": "dense", "name": "neuron", "units": 1, "activation": "relu"}]},
    "weights": {"neuron": {"kernel": [[-3.0], [-1.0], [2.0]], "bias": [1.0]}},
    "batch": {"inputs": [[1.0, -2.0, 3.0]], "output_gradients": [[1.0]]},
}
CLASSIFIER: dict[str, Any] = {
    "network": {"layers": [{"type": "dense", "name": "scores", "units": 3}, {"type": "softmax", "name": "p"}]},
    "weights": {"scores": {"kernel": [[0.5, -1.0, 0.25], [1.0, 0.5, -0.5]], "bias": [0.0, 0.5, 0.25]}},
    "batch": {"inputs": [[1.0, 2.0], [-1.0, 0.5]], "targets": [2, 0]},
    "loss": "categorical_crossentropy",
}

Node = dict[str, Any]


def explained(document: Any) -> list[Node]:
    nodes: list[Node] = prepare_explain(decoded(document), Limits()).compute(go_on)["nodes"]
    return nodes


def labelled(nodes: list[Node], label: str, **where: Any) -> Node:
    """The one node of this label, among those that have these members."""
    (found,) = (one for one in nodes if one["label"] == label and where.items() <= one.items())
    return found


def derivatives(nodes: list[Node], label: str) -> list[float]:
    return [one["local_derivative"] for one in labelled(nodes, label)["operands"]]


class TestTheNeuron:
    @pytest.mark.parametrize(
        ("label", "value", "gradient"),
        [
            ("x[0]·w[0]", -3.0, 1.0), ("x[1]·w[1]", 2.0, 1.0), ("x[2]·w[2]", 6.0, 1.0), ("z", 6.0, 1.0),
            ("y", 6.0, 1.0), ("x[0]", 1.0, -3.0), ("x[1]", -2.0, -1.0), ("x[2]", 3.0, 2.0), ("w[0]", -3.0, 1.0),
            ("w[1]", -1.0, -2.0), ("w[2]", 2.0, 3.0), ("b", 1.0, 1.0),
        ],
    )  # fmt: skip
    def test_has_the_values_and_gradients_of_the_chapter(self, label: str, value: float, gradient: float) -> None:
        node = labelled(explained(NEURON), label)
        assert (node["value"], node["gradient"]) == (value, gradient)

    @pytest.mark.parametrize(
        ("label", "local"),
        [
            ("y", [1.0]), ("z", [1.0, 1.0, 1.0, 1.0]), ("x[0]·w[0]", [-3.0, 1.0]), ("x[1]·w[1]", [-1.0, -2.0]),
            ("x[2]·w[2]", [2.0, 3.0]),
        ],
    )  # fmt: skip
    def test_has_the_local_derivatives_of_the_chapter(self, label: str, local: list[float]) -> None:
        assert derivatives(explained(NEURON), label) == local

    def test_is_read_in_the_order_of_computation(self) -> None:
        operations = [one["operation"] for one in explained(NEURON)]
        assert operations == ["input"] * 3 + ["weight"] * 4 + ["multiply"] * 3 + ["sum", "relu"]

    def test_that_is_silent_sends_nothing_down(self) -> None:
        nodes = explained({**NEURON, "weights": {"neuron": {"kernel": [[-3.0], [-1.0], [2.0]], "bias": [-5.0]}}})
        assert (labelled(nodes, "z")["value"], derivatives(nodes, "y")) == (0.0, [0.0])
        assert {one["gradient"] for one in nodes if not one["operands"]} == {0.0}

    def test_points_at_every_number_that_was_sent(self) -> None:
        nodes = explained(NEURON)
        assert labelled(nodes, "w[1]")["pointer"] == "/weights/neuron/kernel/1/0"
        assert labelled(nodes, "b")["pointer"] == "/weights/neuron/bias/0"
        assert labelled(nodes, "x[2]")["pointer"] == "/batch/inputs/0/2"
        assert [one for one in nodes if one["operands"] and "pointer" in one] == []

    def test_belongs_to_its_layer_and_its_sample(self) -> None:
        nodes = explained(NEURON)
        assert [(one["layer"], one["sample"]) for one in nodes] == [(None, 0)] * 3 + [("neuron", None)] * 4 + [
            ("neuron", 0)
        ] * 5


class TestLabels:
    def test_name_each_of_several_units(self) -> None:
        layer = {"type": "dense", "units": 2, "activation": "tanh"}
        nodes = explained(
            {
                "network": {"layers": [layer]},
                "weights": {"dense_0": {"kernel": [[1.0, 2.0]], "bias": [[0.0, 0.5]]}},
                "batch": {"inputs": [[0.5]], "output_gradients": [[1.0, 1.0]]},
            }
        )
        assert [one["label"] for one in nodes] == [
            "x[0]", "w[0][0]", "w[0][1]", "b[0]", "b[1]",
            "x[0]·w[0][0]", "z[0]", "x[0]·w[0][1]", "z[1]", "y[0]", "y[1]",
        ]  # fmt: skip
        assert labelled(nodes, "b[1]")["pointer"] == "/weights/dense_0/bias/0/1"

    def test_call_several_inputs_by_their_names(self) -> None:
        nodes = explained(
            {
                "network": {"inputs": ["left", "right"], "layers": [{"type": "add", "inputs": ["left", "right"]}]},
                "batch": {"inputs": {"left": [[1.0]], "right": [[2.0]]}, "output_gradients": [[1.0]]},
            }
        )
        assert [(one["label"], one.get("pointer")) for one in nodes] == [
            ("left[0]", "/batch/inputs/left/0/0"),
            ("right[0]", "/batch/inputs/right/0/0"),
            ("y", None),
        ]

    @pytest.mark.parametrize(
        ("layer", "operations"),
        [
            ({"type": "identity"}, ["identity"]), ({"type": "flatten"}, ["identity"]),
            ({"type": "permute", "dims": [1]}, ["identity"]), ({"type": "tanh"}, ["tanh"]),
            ({"type": "add", "inputs": ["inputs"] * 3}, ["sum", "sum"]),
            ({"type": "add", "inputs": ["inputs"]}, ["identity"]),
            ({"type": "multiply", "inputs": ["inputs"] * 2}, ["multiply"]),
            ({"type": "average", "inputs": ["inputs"] * 2}, ["sum", "divide"]),
            ({"type": "maximum", "inputs": ["inputs"] * 2}, ["maximum"]),
        ],
    )  # fmt: skip
    def test_call_what_a_layer_makes_y(self, layer: Any, operations: list[str]) -> None:
        document = of_layers({**layer, "name": "it"}, inputs=[[2.0]])
        document["batch"]["output_gradients"] = [[1.0]]
        steps = [one for one in explained(document) if one["operands"]]
        assert [one["operation"] for one in steps] == operations
        assert {(one["layer"], one["sample"]) for one in steps} == {("it", 0)}
        assert steps[-1]["label"] == "y"

    def test_a_bias_that_is_a_row_of_numbers_has_a_number_a_unit(self) -> None:
        layer = {"type": "dense", "name": "a", "units": 2}
        document = of_layers(layer, inputs=[[0.5]], weights={"a": {"kernel": [[1.0, 2.0]], "bias": [0.0, 0.5]}})
        assert labelled(explained(document), "b[1]")["pointer"] == "/weights/a/bias/1"

    def test_every_activation_belongs_to_its_sample(self) -> None:
        document = of_layers({"type": "tanh"}, inputs=np.ones((2, 2)))
        document["batch"]["output_gradients"] = np.ones((2, 2))
        assert [one["sample"] for one in explained(document) if one["operands"]] == [0, 0, 1, 1]

    def test_prelu_is_an_operation_of_an_entry_and_its_slope(self) -> None:
        weights = {"it": {"alpha": [0.25, -0.5]}}
        nodes = assert_same_gradients(of_layers({"type": "prelu", "name": "it"}, inputs=[[0.0, 0.0]], weights=weights))
        steps = [one for one in nodes if one["operands"]]
        assert [(one["operation"], str(float(one["value"]))) for one in steps] == [("prelu", "0.0")] * 2


class TestTheClassifier:
    def test_every_step_is_named(self) -> None:
        one = {**CLASSIFIER, "network": {"layers": [{"type": "softmax"}]}, "weights": {}}
        batch = {"inputs": [[1.0, 2.0]], "targets": [[0.25, 0.75]]}
        assert [node["label"] for node in explained({**one, "batch": batch})] == [
            "x[0]", "x[1]", "max", "x[0] - max", "x[1] - max", "exp(x[0] - max)", "exp(x[1] - max)", "Σ exp",
            "p[0]", "p[1]", "log(p[0])", "t[0]", "t[0]·log(p[0])", "log(p[1])", "t[1]", "t[1]·log(p[1])",
            "Σ t·log p", "L", "loss",
        ]  # fmt: skip

    def test_logarithms_of_probabilities_and_losses_on_scores_are_named_too(self) -> None:
        document = {"network": {"layers": [{"type": "log_softmax"}]}, "batch": {"inputs": [[1.0, 2.0]], "targets": [1]}}
        named = [node["label"] for node in explained({**document, "loss": "negative_log_likelihood"})]
        assert named[-6:] == ["Σ exp", "log(Σ exp)", "log p[0]", "log p[1]", "L", "loss"]
        scores = {**document, "network": {"layers": [{"type": "identity"}]}, "loss": "cross_entropy"}
        assert [node["label"] for node in explained(scores)][-4:] == ["Σ exp", "log(Σ exp)", "L", "loss"]

    def test_softmax_is_exp_sum_and_divide_and_the_loss_a_logarithm(self) -> None:
        counted = Counter(one["operation"] for one in explained(CLASSIFIER) if one["layer"] in (None, "p"))
        assert counted == {
            "input": 4, "constant": 2, "subtract": 6, "exp": 6, "sum": 2, "divide": 6, "log": 2, "negate": 2, "mean": 1
        }  # fmt: skip

    def test_the_chain_starts_at_the_loss(self) -> None:
        last = explained(CLASSIFIER)[-1]
        assert (last["label"], last["gradient"], last["layer"], last["sample"]) == ("loss", 1.0, None, None)
        assert_close(last["value"], backward(CLASSIFIER)["loss"])

    def test_the_gradient_at_the_scores_is_p_minus_y_over_the_samples(self) -> None:
        nodes = explained(CLASSIFIER)
        for sample, target in enumerate(CLASSIFIER["batch"]["targets"]):
            for at in range(3):
                p = labelled(nodes, f"p[{at}]", sample=sample)["value"]
                score = labelled(nodes, f"z[{at}]", sample=sample)
                assert_close(score["gradient"], (p - (at == target)) / 2)

    def test_two_steps_are_clipped(self) -> None:
        nodes = explained({**CLASSIFIER, "options": {"fuse": False}})
        assert "clip" in {one["operation"] for one in nodes}

    @pytest.mark.parametrize("fuse", [True, False])
    @pytest.mark.parametrize("score", [40.0, 740.0, 800.0])
    def test_saturated_scores_have_the_gradients_of_backward(self, score: float, fuse: bool) -> None:
        document = {
            "network": {"layers": [{"type": "softmax"}]},
            "batch": {"inputs": [[score, 0.0, -1.0]], "targets": [1]},
            "loss": "categorical_crossentropy",
            "options": {"fuse": fuse},
        }
        assert_same_gradients(document)

    def test_a_sigmoid_inside_of_the_loss_is_an_operation_of_it(self) -> None:
        document = {
            "network": {"layers": [{"type": "identity"}]},
            "batch": {"inputs": [[0.5]], "targets": [[1.0]]},
            "loss": {"type": "binary_crossentropy", "from_logits": True},
        }
        nodes = explained({**document, "batch": {"inputs": [[0.5]], "targets": [[0.25]]}})
        pointers = [one.get("pointer") for one in nodes if one["operation"] == "target"]
        assert pointers == ["/batch/targets/0/0", None]  # 1 - t was not sent
        sigmoid = labelled(explained(document), "sigmoid(y)")
        assert (sigmoid["operation"], sigmoid["layer"], sigmoid["sample"]) == ("sigmoid", None, 0)

    def test_a_sigmoid_is_read_by_two_logarithms_and_clipped_in_two_steps_only(self) -> None:
        document = {
            "network": {"layers": [{"type": "sigmoid"}]},
            "batch": {"inputs": [[0.5]], "targets": [[0.25]]},
            "loss": "binary_crossentropy",
        }
        fused, two_steps = (
            [one["label"] for one in explained({**document, "options": {"fuse": fuse}}) if one["operands"]]
            for fuse in (True, False)
        )
        assert fused == [
            "y", "log(y)", "t·log(y)", "1 - y", "log(1 - y)", "(1 - t)·log(1 - y)",
            "Σ t·log p", "-Σ t·log p", "L", "loss",
        ]  # fmt: skip
        assert two_steps == [
            "y", "clip(y)", "log(clip(y))", "t·log(clip(y))", "1 - y", "clip(1 - y)", "log(clip(1 - y))",
            "(1 - t)·log(clip(1 - y))", "Σ t·log p", "-Σ t·log p", "L", "loss",
        ]  # fmt: skip

    @pytest.mark.parametrize("fuse", [True, False])
    @pytest.mark.parametrize("score", [12.0, -12.0, 740.0, -740.0, 800.0, -800.0])
    @pytest.mark.parametrize("target", [0.0, 0.5, 1.0])
    def test_a_saturated_sigmoid_has_the_gradients_of_backward(self, score: float, target: float, fuse: bool) -> None:
        document = {
            "network": {"layers": [{"type": "sigmoid"}]},
            "batch": {"inputs": [[score]], "targets": [[target]]},
            "loss": "binary_crossentropy",
            "options": {"fuse": fuse},
        }
        assert_same_gradients(document)


def arrays_of(answer: Any) -> dict[tuple[str, ...], NDArray[Any]]:
    """The gradients of ``/backward``, by the keys that lead to their arrays in the request."""
    inputs = answer["gradients"]["inputs"]
    named = {(): inputs} if isinstance(inputs, np.ndarray) else {(name,): one for name, one in inputs.items()}
    found = {("batch", "inputs", *name): one for name, one in named.items()}
    weights = answer["gradients"]["weights"]
    return found | {("weights", layer, name): one for layer, own in weights.items() for name, one in own.items()}


def assert_same_gradients(document: Any) -> list[Node]:
    """Assert that there is a leaf for each weight and input, with the gradient of ``/backward``; give the nodes."""
    answer, nodes = backward(document), explained(document)
    leaves = {one["pointer"]: one["gradient"] for one in nodes if one["operation"] in ("input", "weight")}
    for keys, gradients in arrays_of(answer).items():
        own = ["/" + "/".join(map(str, (*keys, *index))) for index in np.ndindex(gradients.shape)]
        assert_close(np.reshape([leaves.pop(one) for one in own], gradients.shape), gradients)
    assert leaves == {}
    if answer["loss"] is not None:
        assert_close(nodes[-1]["value"], answer["loss"])
    return nodes


def assert_is_a_chain(nodes: list[Node], start: dict[int, float]) -> None:
    """Assert that each operation sends its gradient times its local derivative, and each node sums what reaches it."""
    reached = [[start.get(at, 0.0)] for at in range(len(nodes))]
    for at, node in enumerate(nodes):
        assert node["id"] == at
        for one in node["operands"]:
            assert one["id"] < at
            if one["contribution"] is not None:
                assert one["contribution"] == node["gradient"] * one["local_derivative"]
                reached[one["id"]].append(one["contribution"])
    for node, contributions in zip(nodes, reached, strict=True):
        if node["gradient"] is not None:
            size = max(map(abs, contributions))
            assert node["gradient"] == pytest.approx(sum(contributions), rel=1e-12, abs=1e-12 * size)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(explainable.requests())
def test_every_gradient_is_that_of_backward_and_every_node_sums_its_contributions(document: Any) -> None:
    try:
        backward(document)
    except InputError:  # exponentials of exponentials
        assume(False)
    nodes = assert_same_gradients(document)
    if "loss" in document:
        assert_is_a_chain(nodes, {len(nodes) - 1: 1.0})
    else:
        upstream = document["batch"]["output_gradients"].ravel()
        read = {one["id"] for node in nodes for one in node["operands"]}
        outputs = [node["id"] for node in nodes if node["operands"] and node["id"] not in read]
        assert len(outputs) == len(upstream)
        assert_is_a_chain(nodes, dict(zip(outputs, upstream.tolist(), strict=True)))


def test_sequences_are_explained_position_by_position() -> None:
    random = np.random.default_rng(3)
    document = {
        "network": {"layers": [{"type": "dense", "name": "a", "units": 2, "activation": "tanh"}, {"type": "softmax"}]},
        "weights": {"a": {"kernel": random.normal(size=(3, 2)), "bias": random.normal(size=2)}},
        "batch": {"inputs": random.normal(size=(2, 3, 3)), "targets": [[0, 1, 1], [1, 0, 1]]},
        "loss": "categorical_crossentropy",
    }
    nodes = assert_same_gradients(document)
    assert labelled(nodes, "L[2]", sample=1)["operation"] == "negate"


def test_what_leads_nowhere_is_left_out_but_its_leaves_are_there_with_gradients_of_zero() -> None:
    layers = [
        {"type": "dense", "name": "dead", "units": 1, "inputs": ["left"]},
        {"type": "tanh", "name": "used", "inputs": ["right"]},
    ]
    document = {
        "network": {"inputs": ["left", "right", "unread"], "layers": layers},
        "weights": {"dead": {"kernel": [[2.0]], "bias": [0.5]}},
        "batch": {"inputs": {"left": [[1.0]], "right": [[2.0]], "unread": [[3.0]]}, "output_gradients": [[1.0]]},
    }
    nodes = assert_same_gradients(document)
    assert [one["operation"] for one in nodes if one["operands"]] == ["tanh"]


def test_float32_is_computed_in_float32() -> None:
    nodes = explained(
        {**NEURON, "options": {"dtype": "float32"}, "batch": {**NEURON["batch"], "inputs": [[0.1, 1, 1]]}}
    )
    assert labelled(nodes, "x[0]·w[0]")["value"] == np.float32(0.1) * np.float32(-3)
    assert {type(one[key]) for one in nodes for key in ("value", "gradient")} == {np.float32}


def test_a_target_and_a_constant_have_no_gradient() -> None:
    nodes = explained({**CLASSIFIER, "batch": {**CLASSIFIER["batch"], "targets": [[0, 0.5, 0.5], [1, 0, 0]]}})
    fixed = {one["id"]: one for one in nodes if one["operation"] in ("target", "constant")}
    assert {one["operation"] for one in fixed.values()} == {"target", "constant"}
    assert {one["gradient"] for one in fixed.values()} == {None}
    sent = [one for node in nodes for one in node["operands"] if one["id"] in fixed]
    assert {(one["local_derivative"], one["contribution"]) for one in sent} == {(None, None)}


def of_layers(*layers: Any, inputs: Any = ((1.0, 2.0),), **more: Any) -> dict[str, Any]:
    batch = {"inputs": inputs, "output_gradients": [[1.0, 1.0]]}
    return {"network": {"layers": [*layers]}, "batch": batch, **more}


class TestRefusals:
    @pytest.mark.parametrize(
        ("layer", "more"),
        [
            ({"type": "layer_normalization"}, {}),
            ({"type": "dropout", "rate": 0.5}, {"options": {"training": False}}),
            ({"type": "rms_normalization"}, {}),
        ],
    )
    def test_a_layer_that_cannot_be_said_scalar_by_scalar_is_named(self, layer: Any, more: Any) -> None:
        document = of_layers({"type": "relu"}, {**layer, "name": "odd"}, **more)
        fault, *others = refusal(document, prepare_explain)
        assert (fault.code, fault.pointer, others) == ("not_explainable", "/network/layers/1", [])
        assert f'"odd" ({layer["type"]})' in fault.detail

    def test_a_penalty_cannot_be_said(self) -> None:
        layer = {"type": "dense", "name": "a", "units": 2, "kernel_regularizer": "l2"}
        (fault,) = refusal(of_layers(layer, weights={"a": {"kernel": np.eye(2), "bias": [0, 0]}}), prepare_explain)
        assert (fault.code, fault.pointer) == ("not_explainable", "/network/layers/0/kernel_regularizer")
        assert '"a"' in fault.detail

    @pytest.mark.parametrize("loss", ["cosine_similarity", "hinge"])
    def test_a_loss_of_another_kind_cannot_be_said(self, loss: str) -> None:
        document = {**of_layers({"type": "tanh"}), "batch": {"inputs": [[1, 2]], "targets": [[1, -1]]}, "loss": loss}
        (fault,) = refusal(document, prepare_explain)
        assert (fault.code, fault.pointer) == ("not_explainable", "/loss")

    def test_several_upstream_gradients_are_one_too_many(self) -> None:
        document = {**NEURON, "batch": {**NEURON["batch"], "output_gradients": [[[1.0]]]}}
        (fault,) = refusal(document, prepare_explain)
        assert (fault.code, fault.pointer) == ("shape_mismatch", "/batch/output_gradients")

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"batch": {"inputs": [[1, 2, 3]]}}, "missing_loss"),
            ({"loss": "mse"}, "conflicting_fields"),
            ({"options": {"wrt": ["nobody"]}}, "invalid_parameter"),
            ({"metrics": ["accuracy"]}, "missing_field"),
        ],
    )
    def test_what_backward_refuses_is_refused(self, change: Any, code: str) -> None:
        assert refusal({**NEURON, **change}, prepare_explain)[0].code == code

    def test_what_backward_cannot_compute_is_no_answer(self) -> None:
        document = of_layers({"type": "exponential", "name": "large"}, inputs=[[1.0, 1e3]])
        fault = failure(document, prepare_explain)
        assert (fault.code, fault.pointer) == ("non_finite_result", "/network/layers/0")

    def test_a_gradient_that_is_too_large_is_no_answer(self) -> None:
        layer = {"type": "dense", "name": "a", "units": 1, "use_bias": False}
        document = {
            "network": {"layers": [layer, {**layer, "name": "b"}]},
            "weights": {"a": {"kernel": [[1e-200]]}, "b": {"kernel": [[1e200]]}},
            "batch": {"inputs": [[1.0]], "output_gradients": [[1e200]]},
        }
        fault = failure(document, prepare_explain)
        assert (fault.code, fault.pointer) == ("non_finite_result", "/network/layers/0")
        assert fault.detail.startswith("the gradient of z is the first")

    def test_a_gradient_that_is_too_large_behind_a_loss_is_no_answer(self) -> None:
        kernels = {"a": 1e-300, "b": 1e200, "c": 1e200}
        layers = [{"type": "dense", "name": name, "units": 1, "use_bias": False} for name in kernels]
        document = {
            "network": {"layers": layers},
            "weights": {name: {"kernel": [[kernel]]} for name, kernel in kernels.items()},
            "batch": {"inputs": [[1.0]], "targets": [[0.0]]},
            "loss": "mse",
        }
        fault = failure(document, prepare_explain)
        assert (fault.code, fault.pointer) == ("non_finite_result", "/network/layers/0")

    def test_a_gradient_that_is_too_large_inside_the_loss_is_told_of_the_loss(self) -> None:
        document = {
            "network": {"layers": [{"type": "identity"}]},
            "batch": {"inputs": [[0.0]], "targets": [[1e200]]},
            "loss": {"type": "poisson", "epsilon": 1e-200},
        }
        fault = failure(document, prepare_explain)
        assert (fault.code, fault.pointer) == ("non_finite_result", "/loss")
        assert fault.detail.startswith("the gradient of rate is the first")

    def test_an_input_whose_gradient_alone_is_too_large_is_pointed_at(self) -> None:
        layers = [{"type": "relu", "name": "a", "inputs": ["inputs"]}, {"type": "add", "inputs": ["inputs", "a"]}]
        document = {"network": {"layers": layers}, "batch": {"inputs": [[1.0]], "output_gradients": [[1.5e308]]}}
        fault = failure(document, prepare_explain)
        assert (fault.code, fault.pointer) == ("non_finite_result", "/batch/inputs/0/0")


class TestLimits:
    def of_operations(self, count: int) -> dict[str, Any]:
        return of_layers({"type": "relu"}, inputs=np.ones((1, count))) | {
            "batch": {"inputs": np.ones((1, count)), "output_gradients": np.ones((1, count))}
        }

    def test_as_many_operations_as_allowed_are_explained(self) -> None:
        assert sum(bool(one["operands"]) for one in explained(self.of_operations(MOST_OPERATIONS))) == MOST_OPERATIONS

    def test_one_operation_more_is_refused_before_anything_is_built(self) -> None:
        (fault,) = refusal(self.of_operations(MOST_OPERATIONS + 1), prepare_explain)
        assert (fault.code, fault.pointer) == ("network_too_large", "/network/layers/0")
        assert "5,001 operations" in fault.detail

    def test_layers_count_together(self) -> None:
        document = self.of_operations(MOST_OPERATIONS // 2 + 1)
        document["network"] = {"layers": [{"type": "relu"}, {"type": "tanh"}]}
        (fault,) = refusal(document, prepare_explain)
        assert (fault.code, fault.pointer) == ("network_too_large", "/network/layers/1")
        assert "5,002 operations" in fault.detail

    def test_a_softmax_counts_its_exponentials_its_sum_and_its_quotients(self) -> None:
        ones = np.ones((2, 1_000))
        document = of_layers({"type": "softmax"}) | {"batch": {"inputs": ones, "output_gradients": ones}}
        assert "6,002 operations" in refusal(document, prepare_explain)[0].detail

    def test_a_loss_counts_too(self) -> None:
        count = MOST_OPERATIONS // 2
        ones = np.ones((1, count))
        document = {**self.of_operations(count), "batch": {"inputs": ones, "targets": ones}, "loss": "mse"}
        (fault,) = refusal(document, prepare_explain)
        assert (fault.code, fault.pointer) == ("network_too_large", "/loss")
        assert f"{3 * count + 2:,} operations" in fault.detail

    def test_a_merge_of_many_inputs_counts_each_of_them(self) -> None:
        document = of_layers({"type": "add", "inputs": ["inputs"] * 1_000}, inputs=np.ones((1, 6)))
        document["batch"]["output_gradients"] = np.ones((1, 6))
        (fault,) = refusal(document, prepare_explain)
        assert "5,994 operations" in fault.detail

    @staticmethod
    def of_leaves(count: int) -> dict[str, Any]:
        unread = np.ones((1, count - 1))
        return {
            "network": {"inputs": ["read", "unread"], "layers": [{"type": "relu", "inputs": ["read"]}]},
            "batch": {"inputs": {"read": [[1.0]], "unread": unread}, "output_gradients": [[1.0]]},
        }

    def test_leaves_that_nothing_reads_are_limited_too(self) -> None:
        assert len(explained(self.of_leaves(MOST_LEAVES))) == MOST_LEAVES + 1
        (fault,) = refusal(self.of_leaves(MOST_LEAVES + 1), prepare_explain)
        assert (fault.code, fault.pointer) == ("network_too_large", "")
