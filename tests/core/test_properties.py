"""What holds for all numbers: the mathematics of gradients, played through both calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from chainrule import codec
from chainrule.calls import Document, prepare_backward
from chainrule.core.activations.softmax import Softmax
from chainrule.core.layer import Run
from chainrule.core.limits import Limits
from chainrule.errors import go_on
from tests.core.differences import differences
from tests.core.numbers import frozen
from tests.documents import backward, decoded, forward
from tests.strategies import Drawn, Float64s, arrays, class_targets, labels, networks, scores, soft_targets
from tests.tolerances import DIFFERENCES, SAME, STEP, assert_close

quick = settings(deadline=None, max_examples=15)
"""An example takes milliseconds; a busy machine may take longer for one."""

SOFTMAX = {"layers": [{"type": "softmax", "name": "last"}]}
SIGMOID = {"layers": [{"type": "sigmoid", "name": "last"}]}
PLAIN = {"layers": [{"type": "identity", "name": "last"}]}


def request(network: Document, inputs: Float64s, loss: Any = None, **batch: Any) -> Document:
    document = {"network": network, "batch": {"inputs": inputs, **batch}}
    return document if loss is None else {**document, "loss": loss}


def every_gradient(answer: Document) -> dict[str, NDArray[Any]]:
    """All gradients of an answer, by a name for each."""
    weights: Mapping[str, Mapping[str, NDArray[Any]]] = answer["gradients"]["weights"]
    flat = {f"{layer}/{name}": one for layer, named in weights.items() for name, one in named.items()}
    return {**flat, "inputs": answer["gradients"]["inputs"]}


def assert_same_gradients(one: Document, other: Document, factor: float = 1.0) -> None:
    found, expected = every_gradient(one), every_gradient(other)
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        assert_close(found[name], factor * gradient)


class TestFusing:
    @quick
    @given(st.data())
    def test_softmax_and_its_loss_in_one_step_give_what_two_steps_give(self, data: st.DataObject) -> None:
        inputs = data.draw(scores())
        loss = {"type": "categorical_crossentropy", "label_smoothing": data.draw(st.sampled_from([0.0, 0.2]))}
        document = request(SOFTMAX, inputs, loss, targets=data.draw(class_targets(inputs)))
        self.assert_fused_is_unfused(document)

    @quick
    @given(st.data())
    def test_sigmoid_and_its_loss_in_one_step_give_what_two_steps_give(self, data: st.DataObject) -> None:
        inputs = data.draw(scores())
        loss = {"type": "binary_crossentropy", "pos_weight": data.draw(st.sampled_from([None, 0.5, 3.0]))}
        document = request(SIGMOID, inputs, loss, targets=data.draw(arrays(*inputs.shape, least=0, most=1)))
        self.assert_fused_is_unfused(document)

    def assert_fused_is_unfused(self, document: Document) -> None:
        fused, unfused = (backward({**document, "options": {"fuse": fuse}}) for fuse in (True, False))
        assert (fused["fused"], unfused["fused"]) == (True, False)
        assert fused["warnings"] == unfused["warnings"] == []
        assert_close(fused["loss"], unfused["loss"])
        assert_same_gradients(fused, unfused)


class TestScores:
    @quick
    @given(st.data())
    def test_gradients_at_scores_sum_to_zero_in_each_row(self, data: st.DataObject) -> None:
        inputs = data.draw(scores())
        document = request(PLAIN, inputs, "cross_entropy", targets=data.draw(class_targets(inputs)))
        assert_close(backward(document)["gradients"]["inputs"].sum(axis=-1), np.zeros(len(inputs)))

    @quick
    @given(st.data())
    def test_adding_a_number_to_a_row_of_scores_changes_nothing(self, data: st.DataObject) -> None:
        inputs = data.draw(scores())
        shifted = inputs + data.draw(arrays(len(inputs), 1, least=-100, most=100))
        one, other = (Softmax().forward(one, {}, Run()).output for one in (inputs, shifted))
        assert_close(other, one, 1e-12)
        targets = data.draw(class_targets(inputs))
        losses = [forward(request(PLAIN, one, "cross_entropy", targets=targets))["loss"] for one in (inputs, shifted)]
        assert abs(losses[1] - losses[0]) <= 1e-13 * 100

    @quick
    @given(st.data())
    def test_an_ignored_row_changes_nothing(self, data: st.DataObject) -> None:
        inputs = data.draw(scores())
        targets = data.draw(labels(inputs))
        loss = {"type": "cross_entropy", "ignore_index": -1, "label_smoothing": 0.1, "reduction": "mean"}
        garbage = data.draw(arrays(1, inputs.shape[1], least=-100, most=100))
        with_row = backward(
            request(PLAIN, np.concatenate([garbage, inputs]), loss, targets=np.concatenate([[-1.0], targets]))
        )
        without = backward(request(PLAIN, inputs, loss, targets=targets))
        assert_close(with_row["loss"], without["loss"])
        assert with_row["loss_weight"] == without["loss_weight"]
        assert not with_row["gradients"]["inputs"][0].any()
        assert_close(with_row["gradients"]["inputs"][1:], without["gradients"]["inputs"])


class TestBatches:
    @quick
    @given(networks(), st.data())
    def test_the_sum_is_that_of_the_samples_and_the_mean_its_share(self, drawn: Drawn, data: st.DataObject) -> None:
        targets = data.draw(arrays(*drawn.outputs))
        summed, mean = (
            backward(drawn.request(batch={"targets": targets}, loss={"type": "mse", "reduction": reduction}))
            for reduction in ("sum", "mean")
        )
        samples = [
            backward(
                {
                    **drawn.request(loss={"type": "mse", "reduction": "sum"}),
                    "batch": {"inputs": drawn.inputs[[row]], "targets": targets[[row]]},
                }
            )
            for row in range(len(targets))
        ]
        assert_close(summed["loss"], sum(one["loss"] for one in samples))
        assert_close(mean["loss"], summed["loss"] / len(targets))
        assert_same_gradients(mean, summed, 1 / len(targets))
        for name, gradient in every_gradient(summed).items():
            of_samples = [every_gradient(one)[name] for one in samples]
            whole = np.concatenate(of_samples) if name == "inputs" else np.sum(of_samples, axis=0)
            assert_close(gradient, whole)

    @quick
    @given(networks(), st.data())
    def test_permuting_the_batch_permutes_the_gradients_of_inputs(self, drawn: Drawn, data: st.DataObject) -> None:
        targets = data.draw(arrays(*drawn.outputs))
        order = data.draw(st.permutations(range(len(targets))))
        one = backward(drawn.request(batch={"targets": targets}, loss="mse"))
        other = backward(
            drawn.request(batch={"inputs": drawn.inputs[order], "targets": targets[order]}, loss="mse"),
        )
        other["gradients"]["inputs"] = other["gradients"]["inputs"][np.argsort(order)]
        assert_close(other["outputs"], one["outputs"][order])
        assert_same_gradients(other, one)

    @quick
    @given(st.data())
    def test_pieces_of_a_batch_combine_to_the_whole(self, data: st.DataObject) -> None:
        inputs = data.draw(scores(least_classes=2))
        batch = {"targets": data.draw(labels(inputs)), "sample_weights": data.draw(arrays(len(inputs), least=0.5))}
        loss = {
            "type": "cross_entropy",
            "label_smoothing": 0.1,
            "ignore_index": 1,
            "class_weights": data.draw(st.lists(st.floats(0.5, 2), min_size=inputs.shape[1], max_size=inputs.shape[1])),
        }
        assume((batch["targets"] != 1).any())
        whole = backward(request(PLAIN, inputs, loss, **batch))
        cut = data.draw(st.integers(0, len(inputs)))
        pieces = [
            backward(
                request(PLAIN, inputs[rows], loss | {"reduction": "sum"}, **{k: v[rows] for k, v in batch.items()})
            )
            for rows in (slice(0, cut), slice(cut, None))
            if len(inputs[rows])
        ]
        weight = sum(piece["loss_weight"] for piece in pieces)
        assert_close(weight, whole["loss_weight"])
        assert_close(sum(piece["loss"] for piece in pieces) / weight, whole["loss"])
        gradients = np.concatenate([piece["gradients"]["inputs"] for piece in pieces])
        assert_close(gradients / weight, whole["gradients"]["inputs"])


class TestUpstreamGradients:
    @quick
    @given(networks(), st.data())
    def test_all_gradients_are_linear_in_it(self, drawn: Drawn, data: st.DataObject) -> None:
        one, other = (data.draw(arrays(*drawn.outputs)) for _ in range(2))
        first, second, both, nothing = (
            every_gradient(backward(drawn.request(batch={"output_gradients": upstream})))
            for upstream in (one, other, 2 * one - 3 * other, np.zeros_like(one))
        )
        for name, gradient in both.items():
            scale = max(np.abs(first[name]).max(), np.abs(second[name]).max())
            assert np.abs(gradient - (2 * first[name] - 3 * second[name])).max() <= 5 * SAME["float64"] * scale
            assert not nothing[name].any()

    @quick
    @given(networks(), st.data())
    def test_it_is_the_transpose_of_moving_the_inputs(self, drawn: Drawn, data: st.DataObject) -> None:
        upstream, direction = data.draw(arrays(*drawn.outputs)), data.draw(arrays(*drawn.inputs.shape))
        gradient = backward(drawn.request(batch={"output_gradients": upstream}))["gradients"]["inputs"]
        ahead, behind = (
            forward(drawn.request(batch={"inputs": drawn.inputs + step * direction}))["outputs"]
            for step in (STEP, -STEP)
        )
        moved = (ahead - behind) / (2 * STEP)
        scale = np.abs(upstream).sum() * max(1.0, float(np.abs(moved).max()))
        assert abs((upstream * moved).sum() - (gradient * direction).sum()) <= DIFFERENCES * scale + 1e-9


class TestAnyNetwork:
    @quick
    @given(networks(), st.data())
    def test_its_gradients_are_those_of_central_differences_of_its_loss(
        self, drawn: Drawn, data: st.DataObject
    ) -> None:
        layer = data.draw(st.sampled_from(drawn.layers))
        layer["kernel_regularizer"] = data.draw(st.sampled_from([None, "l2", {"type": "l2", "l2": 0.5}]))
        loss = data.draw(
            st.sampled_from(["mse", "cross_entropy", {"type": "binary_crossentropy", "from_logits": True}])
        )
        batch = {
            "targets": data.draw(soft_targets(np.empty(drawn.outputs))),
            "sample_weights": data.draw(arrays(drawn.outputs[0], least=0.5)),
        }
        answer = backward(drawn.request(batch=batch, loss=loss))

        def loss_with_inputs(moved: Float64s) -> float:
            return float(forward(drawn.request(batch={**batch, "inputs": moved}, loss=loss))["loss"])

        assert_close(answer["gradients"]["inputs"], differences(loss_with_inputs, drawn.inputs), DIFFERENCES)
        for name, weight in drawn.weights[layer["name"]].items():

            def loss_with_weight(moved: Float64s, name: str = name) -> float:
                weights = {**drawn.weights, layer["name"]: {**drawn.weights[layer["name"]], name: moved}}
                return float(forward({**drawn.request(batch=batch, loss=loss), "weights": weights})["loss"])

            gradient = answer["gradients"]["weights"][layer["name"]][name]
            assert_close(gradient, differences(loss_with_weight, weight), DIFFERENCES)

    @quick
    @given(networks(), st.sampled_from(["float64", "float32"]))
    def test_both_calls_give_the_same_bits_of_outputs_and_loss(self, drawn: Drawn, dtype: str) -> None:
        targets = np.full(drawn.outputs, 0.5)
        document = drawn.request(batch={"targets": targets}, loss="mse", options={"dtype": dtype})
        ahead, back = forward(document), backward(document)
        assert ahead["outputs"].dtype == dtype
        assert ahead["outputs"].tobytes() == back["outputs"].tobytes()
        assert ahead["loss"].tobytes() == back["loss"].tobytes()

    @quick
    @given(networks())
    def test_the_same_request_gives_the_same_bytes_and_is_not_written_into(self, drawn: Drawn) -> None:
        options = {"include": ["activations", "activation_gradients", "norms", "sample_losses"]}
        targets = np.full(drawn.outputs, 0.5)
        document = decoded(drawn.request(batch={"targets": targets}, loss="mse", options=options))
        before = codec.encode(document, codec.JSON, base64=False)
        for named in document["weights"].values():
            for one in named.values():
                frozen(one)
        answers = {
            codec.encode(prepare_backward(document, Limits()).compute(go_on), codec.JSON, base64=False)
            for _ in range(2)
        }
        assert len(answers) == 1
        assert codec.encode(document, codec.JSON, base64=False) == before

    @quick
    @given(networks())
    def test_every_gradient_has_the_name_and_the_shape_of_what_was_sent(self, drawn: Drawn) -> None:
        answer = backward(drawn.request(batch={"output_gradients": np.ones(drawn.outputs)}))
        found = answer["gradients"]["weights"]
        assert {layer: {name: one.shape for name, one in named.items()} for layer, named in found.items()} == {
            layer: {name: one.shape for name, one in named.items()} for layer, named in drawn.weights.items()
        }
        assert answer["gradients"]["inputs"].shape == drawn.inputs.shape
