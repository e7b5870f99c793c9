"""``/gradcheck``: right gradients pass, wrong ones are found where they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.calls.gradcheck import prepare_gradcheck
from chainrule.core.differences import chosen_entries
from chainrule.core.examples import LayerExample
from chainrule.core.layer import EVERYTHING, Gradients, Layer
from chainrule.core.layers.dense import Dense
from chainrule.core.limits import Limits
from chainrule.core.random_bits import RandomBits
from chainrule.errors import Abandoned, InputError, go_on
from tests.calls.test_every_layer import SEED, asked
from tests.calls.test_golden_cases import PLAYED
from tests.core.discovery import definition_of, every_example
from tests.core.layer_cases import layer_case
from tests.documents import backward, decoded, failure, refusal
from tests.strategies import Drawn, arrays, networks

AT_KINKS = ("kink_", "ties_", "clipped_")
"""How cases are named whose inputs lie where a derivative jumps."""


def checked(document: dict[str, Any], limits: Limits | None = None, **how: Any) -> dict[str, Any]:
    return prepare_gradcheck(decoded({**document, "gradcheck": how}), limits or Limits()).compute(go_on)


def of(answer: dict[str, Any], tensor: str) -> dict[str, Any]:
    tensors: dict[str, dict[str, Any]] = {one["tensor"]: one for one in answer["tensors"]}
    return tensors[tensor]


def activated(name: str, inputs: Any, upstream: Any) -> dict[str, Any]:
    """A request of one activation."""
    return {"network": {"layers": [{"type": name}]}, "batch": {"inputs": inputs, "output_gradients": upstream}}


NETWORK: dict[str, Any] = {
    "network": {
        "layers": [
            {"type": "dense", "name": "hidden", "units": 3, "activation": "tanh"},
            {"type": "dense", "name": "scores", "units": 2},
        ]
    },
    "weights": {
        "hidden": {"kernel": [[0.5, -0.25, 1.0], [0.125, 0.75, -0.5]], "bias": [0.0, 0.25, 0.5]},
        "scores": {"kernel": [[1.0, -1.0], [0.5, 0.25], [-0.75, 0.375]], "bias": [0.1, -0.1]},
    },
    "batch": {"inputs": [[1.0, 2.0], [0.3, -0.4]], "targets": [0, 1]},
    "loss": "cross_entropy",
}


class TestVerdicts:
    @pytest.mark.parametrize(("cls", "example"), every_example("layer", "activation"))
    def test_every_layer_passes(self, cls: type[Layer], example: LayerExample) -> None:
        case = layer_case(definition_of(cls, example), example, bits=RandomBits(SEED, 0))
        assert checked(asked(case, example, cls.names()[0], "float64"), samples=20)["passed"]

    @settings(max_examples=40)
    @given(data=st.data(), drawn=networks())
    def test_every_network_passes(self, data: st.DataObject, drawn: Drawn) -> None:
        document = drawn.request(batch={"output_gradients": data.draw(arrays(*drawn.outputs))})
        answer = checked(document, samples=5)
        assert answer["passed"]
        assert len(answer["tensors"]) == 1 + sum(map(len, drawn.weights.values()))

    @pytest.mark.parametrize("stem", sorted({name.partition("-")[0] for name in PLAYED}))
    def test_golden_cases_away_from_kinks_pass(self, stem: str) -> None:
        failed = []
        for name, case in PLAYED.items():
            golden = case.get("endpoint") == "/backward" and "status" not in case["expect"]
            if not name.startswith(f"{stem}-") or not golden or of_several(name, case) or of_padding_or_kink(name):
                continue
            if not checked(case["request"], samples=2)["passed"]:
                failed.append(name)
        assert failed == []

    def test_a_wrong_derivative_is_found_at_its_tensor_and_entry(self, monkeypatch: pytest.MonkeyPatch) -> None:
        right = Dense.backward

        def wrong(self: Dense, grad: Any, weights: Any, cache: Any, wanted: Any = EVERYTHING) -> Gradients:
            found = right(self, grad, weights, cache, wanted)
            if self.units == 2:
                found.weights["kernel"][2, 1] += 0.01
            return found

        monkeypatch.setattr(Dense, "backward", wrong)
        answer = checked(NETWORK)
        assert not answer["passed"]
        assert [one["tensor"] for one in answer["tensors"] if not one["passed"]] == ["/weights/scores/kernel"]
        found = of(answer, "/weights/scores/kernel")
        assert found["at"] == [2, 1]
        assert found["largest_difference"] == pytest.approx(0.01, abs=1e-8)

    def test_a_gradient_that_does_not_come_back_makes_all_before_it_fail(self, monkeypatch: pytest.MonkeyPatch) -> None:
        right = Dense.backward

        def wrong(self: Dense, grad: Any, weights: Any, cache: Any, wanted: Any = EVERYTHING) -> Gradients:
            found = right(self, grad, weights, cache, wanted)
            (dx,) = found.inputs
            return Gradients((None if dx is None else dx * 1.001,), found.weights)

        monkeypatch.setattr(Dense, "backward", wrong)
        passed = {one["tensor"]: one["passed"] for one in checked(NETWORK)["tensors"]}
        assert [tensor for tensor, one in passed.items() if one] == ["/weights/scores/kernel", "/weights/scores/bias"]

    def test_a_kink_is_no_place_to_differentiate(self) -> None:
        found = of(checked(activated("relu", [[0.0, 1.0]], [[1.0, 1.0]])), "/batch/inputs")
        assert (found["passed"], found["at"]) == (False, [0, 0])
        assert found["largest_difference"] == pytest.approx(0.5)

    def test_the_tolerance_is_a_share_of_the_largest_gradient_or_of_one(self) -> None:
        document = activated("exponential", [[5.0]], [[1.0]])
        found = of(checked(document, epsilon=1e-2), "/batch/inputs")
        share = found["largest_difference"] / found["largest_gradient"]
        assert checked(document, epsilon=1e-2, tolerance=share * 1.01)["passed"]
        assert not checked(document, epsilon=1e-2, tolerance=share * 0.99)["passed"]

    def test_float32_is_held_against_differences_in_float64(self) -> None:
        answer = checked({**NETWORK, "options": {"dtype": "float32"}}, tolerance=1e-6)
        assert answer["passed"]
        assert max(one["largest_difference"] for one in answer["tensors"]) > 1e-9
        gradient = backward({**NETWORK, "options": {"dtype": "float32"}})["gradients"]["inputs"]
        assert of(answer, "/batch/inputs")["largest_gradient"] == float(np.abs(gradient).max())

    def test_penalties_are_in_it(self) -> None:
        layers = [{**NETWORK["network"]["layers"][0], "kernel_regularizer": {"type": "l2", "l2": 0.5}}]
        weights = {"hidden": NETWORK["weights"]["hidden"]}
        batch = {"inputs": NETWORK["batch"]["inputs"], "output_gradients": np.zeros((2, 3))}
        answer = checked({"network": {"layers": layers}, "weights": weights, "batch": batch})
        assert answer["passed"]
        assert of(answer, "/weights/hidden/kernel")["largest_gradient"] == 1.0

    def test_dropout_keeps_its_mask(self) -> None:
        document = {
            "network": {"layers": [{"type": "dropout", "rate": 0.5}]},
            "batch": {"inputs": np.ones((3, 5)), "output_gradients": np.ones((3, 5))},
            "options": {"training": True, "seed": 3},
        }
        answer = checked(document)
        assert answer["passed"]
        assert of(answer, "/batch/inputs")["largest_gradient"] == 2.0


def of_several(name: str, case: dict[str, Any]) -> bool:
    """Whether a case has several upstream gradients, and so no one number to differentiate."""
    return "upstreams" in case["tags"] or name.endswith("_upstream_gradients")


def of_padding_or_kink(name: str) -> bool:
    """Whether a case lies at a kink, or its layer leaves out the gradient of a row by definition."""
    return any(word in name for word in AT_KINKS) or name.endswith("embedding_padding")


class TestTensors:
    def test_they_are_told_by_pointers_with_escapes_and_weights_come_first(self) -> None:
        weights = {
            "query/kernel": np.ones((2, 1, 1)),
            "key/kernel": np.ones((2, 1, 1)),
            "value/kernel": np.ones((2, 1, 1)),
            "attention_output/kernel": np.ones((1, 1, 2)),
        }
        layer = {"type": "multi_head_attention", "name": "mix", "num_heads": 1, "key_dim": 1, "use_bias": False}
        document = {
            "network": {"layers": [{**layer, "inputs": ["left"]}], "inputs": ["left"]},
            "weights": {"mix": weights},
            "batch": {"inputs": {"left": np.ones((1, 2, 2))}, "output_gradients": np.ones((1, 2, 2))},
        }
        assert [one["tensor"] for one in checked(document)["tensors"]] == [
            "/weights/mix/query~1kernel",
            "/weights/mix/key~1kernel",
            "/weights/mix/value~1kernel",
            "/weights/mix/attention_output~1kernel",
            "/batch/inputs/left",
        ]

    @pytest.mark.parametrize(
        ("wrt", "tensors"),
        [
            ([], []),
            (["inputs"], ["/batch/inputs"]),
            (["scores"], ["/weights/scores/kernel", "/weights/scores/bias"]),
        ],
    )
    def test_wrt_chooses_them(self, wrt: list[str], tensors: list[str]) -> None:
        answer = checked({**NETWORK, "options": {"wrt": wrt}})
        assert [one["tensor"] for one in answer["tensors"]] == tensors
        assert answer["passed"]

    def test_inputs_of_whole_numbers_are_none(self) -> None:
        document = {
            "network": {"layers": [{"type": "embedding", "name": "words", "input_dim": 2, "output_dim": 1}]},
            "weights": {"words": {"embeddings": [[1.0], [2.0]]}},
            "batch": {"inputs": [[1]], "output_gradients": [[[1.0]]]},
        }
        assert [one["tensor"] for one in checked(document)["tensors"]] == ["/weights/words/embeddings"]

    def test_so_many_entries_are_checked_and_the_seed_chooses_which(self) -> None:
        document = activated("exponential", np.linspace(0.0, 1.0, 300).reshape(3, 100), np.ones((3, 100)))
        found = [of(checked(document, seed=seed, samples=10), "/batch/inputs") for seed in (1, 1, 2)]
        assert [one["checked"] for one in found] == [10, 10, 10]
        assert found[0] == found[1] != found[2]
        assert of(checked(document), "/batch/inputs")["checked"] == 100
        assert of(checked(document, samples=1000), "/batch/inputs")["checked"] == 300


@given(size=st.integers(1, 500), samples=st.integers(1, 600), seed=st.integers(0, 2**64 - 1))
def test_chosen_entries_are_different_places_in_their_order(size: int, samples: int, seed: int) -> None:
    entries = chosen_entries(size, samples, RandomBits(seed, 0))
    assert len(entries) == min(size, samples)
    assert (np.diff(entries) > 0).all()
    assert 0 <= entries[0] <= entries[-1] < size


def test_the_choice_is_the_same_on_every_machine() -> None:
    assert chosen_entries(1000, 5, RandomBits(7, 2)).tolist() == [41, 98, 103, 291, 370]


class TestRefusals:
    @pytest.mark.parametrize(
        ("wrong", "where"),
        [
            ({"epsilon": 0.0}, "/gradcheck/epsilon"),
            ({"samples": 0}, "/gradcheck/samples"),
            ({"seed": -1}, "/gradcheck/seed"),
            ({"tolerance": -1.0}, "/gradcheck/tolerance"),
        ],
    )
    def test_settings_out_of_range_are_refused(self, wrong: dict[str, Any], where: str) -> None:
        (fault,) = refusal({**NETWORK, "gradcheck": wrong}, prepare_gradcheck)
        assert (fault.code, fault.pointer) == ("invalid_parameter", where)

    def test_several_upstream_gradients_have_no_one_number_to_differentiate(self) -> None:
        document = activated("tanh", [[1.0]], [[[1.0]]])
        (fault,) = refusal(document, prepare_gradcheck)
        assert (fault.code, fault.pointer) == ("shape_mismatch", "/batch/output_gradients")

    def test_a_number_that_epsilon_does_not_move_is_refused(self) -> None:
        document = activated("tanh", [[1e17]], [[1.0]])
        fault = failure(document, prepare_gradcheck)
        assert (fault.code, fault.pointer) == ("invalid_parameter", "/gradcheck/epsilon")
        assert "does not move 1e+17 at /batch/inputs" in fault.detail

    def test_an_epsilon_that_moves_too_far_is_refused(self) -> None:
        document = {**activated("identity", [[0.0]], [[1e308]]), "gradcheck": {"epsilon": 1e300}}
        fault = failure(document, prepare_gradcheck)
        assert (fault.code, fault.pointer) == ("invalid_parameter", "/gradcheck/epsilon")

    @pytest.mark.parametrize(
        ("name", "at", "layer"), [("exponential", 709.0, 'layer "exponential_0"'), ("relu", 1.7e308, 'layer "relu_0"')]
    )
    def test_an_epsilon_that_leads_to_where_the_network_overflows_is_told_as_such(
        self, name: str, at: float, layer: str
    ) -> None:
        document = {**activated(name, [[at]], [[1.0]]), "gradcheck": {"epsilon": at}}
        fault = failure(document, prepare_gradcheck)
        assert (fault.code, fault.pointer) == ("non_finite_result", "/gradcheck/epsilon")
        assert fault.detail.startswith(f"moved by {at} at /batch/inputs, ")
        assert layer in fault.detail

    def test_all_forward_passes_count_as_work(self) -> None:
        passes = 2 * (4 + 3 + 4 + 2 + 4)
        work = passes * (2 * 2 * (2 * 3 + 3 * 2) + 2 * (2 + 3 + 3 + 2) + 3 * 100_000)
        prepare_gradcheck(decoded({**NETWORK, "gradcheck": {"samples": 4}}), Limits(flops=work))
        with pytest.raises(InputError, match=f"{passes} passes .* are {work:,} floating") as caught:
            prepare_gradcheck(decoded({**NETWORK, "gradcheck": {"samples": 4}}), Limits(flops=work - 1))
        fault = caught.value.faults[0]
        assert (fault.code, fault.pointer) == ("network_too_large", "/gradcheck/samples")

    def test_many_layers_that_compute_next_to_nothing_are_work_all_the_same(self) -> None:
        layers = [{"type": "dense", "units": 1, "name": f"d{index}"} for index in range(300)]
        weights = {layer["name"]: {"kernel": [[1.0]], "bias": [0.0]} for layer in layers}
        batch = {"inputs": [[1.0]], "output_gradients": [[1.0]]}
        document = {"network": {"layers": layers}, "weights": weights, "batch": batch}
        prepare_gradcheck(decoded(document), Limits())
        with pytest.raises(InputError, match="1,202 passes"):
            prepare_gradcheck(decoded(document), Limits(flops=30_000_000_000))

    def test_it_stops_between_two_passes(self) -> None:
        asked_often: list[None] = []

        def proceed() -> None:
            asked_often.append(None)
            if len(asked_often) > 30:
                raise Abandoned

        with pytest.raises(Abandoned):
            prepare_gradcheck(decoded(NETWORK), Limits()).compute(proceed)

    def test_what_comes_before_a_weight_is_not_computed_anew(self) -> None:
        def passes(wrt: str) -> int:
            run: list[None] = []
            document = decoded({**NETWORK, "options": {"wrt": [wrt]}, "gradcheck": {"samples": 1}})
            prepare_gradcheck(document, Limits()).compute(lambda: run.append(None))
            return len(run)

        operations, tensors = 3, 2
        saved = 2 * tensors * (operations - 1)  # of all forward passes for `scores`, the two operations before it
        backward_saved = operations - 1  # and its gradient needs no operation before it
        assert passes("hidden") - passes("scores") == saved + backward_saved
