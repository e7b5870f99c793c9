"""A batch in parts: the same answer as in one piece, wherever it is cut and however many threads there are."""

from __future__ import annotations

import threading
import time
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainrule import codec
from chainrule.calls import Document, Prepare, prepare_backward, prepare_forward
from chainrule.core import passes, shards
from chainrule.core.definition import Definition
from chainrule.core.engine import Asked
from chainrule.core.layer import Run
from chainrule.core.limits import Limits
from chainrule.core.network import resolve, with_activation
from chainrule.core.passes import Batch
from chainrule.errors import Abandoned, InputError, go_on
from chainrule.schemas import parse
from tests.core.test_random_networks import grown
from tests.documents import patient
from tests.tolerances import SAME, assert_close

EVERYTHING = ["activations", "activation_gradients", "norms", "sample_losses", "statistics"]
OF_UPSTREAMS = [one for one in EVERYTHING if one != "sample_losses"]
LARGE = Limits(activations=10**9, flops=10**13)


def cut(monkeypatch: pytest.MonkeyPatch, *places: int) -> None:
    """Have every batch cut at these rows, whatever it costs."""

    def plan(batch: Batch, _asked: Any) -> list[slice]:
        edges = [0, *places, len(batch.inputs[0])]
        return [slice(start, stop) for start, stop in pairwise(edges)]

    monkeypatch.setattr(shards, "plan", plan)


def answer(document: Document, prepare: Prepare = prepare_backward, threads: int = 2) -> Document:
    return prepare(document, replace(LARGE, threads=threads)).compute(go_on)


def answer_in_parts(document: Document, *places: int, threads: int = 2) -> Document:
    with pytest.MonkeyPatch.context() as patched:
        cut(patched, *places)
        return answer(document, threads=threads)


def assert_alike(found: Any, expected: Any, where: str = "", dtype: str = "float64") -> None:
    """Hold each number of two answers against each other."""
    if isinstance(expected, Mapping):
        assert found.keys() == expected.keys(), where
        for name, one in expected.items():
            assert_alike(found[name], one, f"{where}/{name}", dtype)
    elif isinstance(expected, np.ndarray):
        assert found.dtype == expected.dtype, where
        assert_close(found, expected)
    elif isinstance(expected, float):
        assert_close(found, expected, SAME[dtype])
    else:
        assert found == expected, where


def classifier(samples: int, sizes: tuple[int, ...] = (5, 7, 4), **more: Any) -> Document:
    """Dense layers with weights, labels and sample weights for a cross-entropy."""
    random = np.random.default_rng(samples)
    layers, weights = [], {}
    for index, (rows, units) in enumerate(pairwise(sizes)):
        last = index == len(sizes) - 2
        layers.append(
            {"type": "dense", "name": f"d{index}", "units": units, "activation": "softmax" if last else "tanh"}
        )
        weights[f"d{index}"] = {"kernel": random.normal(size=(rows, units)) / rows, "bias": random.normal(size=units)}
    batch = {
        "inputs": random.normal(size=(samples, sizes[0])),
        "targets": random.integers(0, sizes[-1], samples).astype(float),
    }
    request = {"network": {"layers": layers}, "weights": weights, "batch": batch}
    return request | {"loss": "sparse_categorical_crossentropy", **more}


def with_rows(batch: Document, count: int) -> Document:
    """A batch that has its first rows several times, so that there is something to cut."""
    return {name: np.concatenate([one] * count, axis=0) for name, one in batch.items()}


class TestTheSameAnswer:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
    @given(seed=st.integers(0, 2**32 - 1), data=st.data())
    def test_any_network_of_any_layers_wherever_it_is_cut(self, seed: int, data: st.DataObject) -> None:
        document = grown(seed)
        layers = parse(Definition, document["network"]).layers
        training = all(part.per_sample(training=True) for layer in layers for part in with_activation(layer))
        document["batch"] = with_rows(document["batch"], 2)
        document["options"] = {"training": training, "seed": 5, "row_offset": 3, "include": OF_UPSTREAMS}
        samples = len(document["batch"]["inputs"])
        places = data.draw(st.lists(st.integers(1, samples - 1), min_size=1, max_size=3, unique=True).map(sorted))

        assert_alike(answer_in_parts(document, *places), answer(document))

    @pytest.mark.parametrize("threads", [1, 2, 5])
    def test_the_same_bytes_on_however_many_threads(self, threads: int) -> None:
        document = classifier(23, options={"include": EVERYTHING})
        places = (2, 5, 9, 14, 20)

        one, other = (answer_in_parts(document, *places, threads=count) for count in (threads, 3))

        assert codec.encode(one, codec.SAFETENSORS, base64=False) == codec.encode(
            other, codec.SAFETENSORS, base64=False
        )

    @pytest.mark.parametrize("dtype", ["float64", "float32"])
    @pytest.mark.parametrize(
        "loss",
        [
            {"type": "cross_entropy", "label_smoothing": 0.1, "ignore_index": 1, "class_weights": [1, 2, 0.5, 3]},
            {"type": "sparse_categorical_crossentropy", "reduction": "sum"},
            {"type": "cross_entropy", "class_weights": [1, 2, 0.5, 3], "weight_normalization": "batch"},
        ],
    )
    def test_means_are_over_the_whole_batch(self, loss: Document, dtype: str) -> None:
        document = classifier(11, loss=loss, metrics=["accuracy"], options={"dtype": dtype, "include": EVERYTHING})
        document["batch"]["sample_weights"] = np.linspace(0, 2, 11) ** 0.5

        found, expected = answer_in_parts(document, 1, 6), answer(document)
        assert_alike(found, expected, dtype=dtype)
        assert found["loss_weight"] == expected["loss_weight"]  # to the last bit: it is added up in the same type

    @pytest.mark.parametrize("loss", ["categorical_crossentropy", {"type": "binary_crossentropy", "pos_weight": 2.0}])
    def test_targets_may_be_shares_of_classes_or_of_yes_and_no(self, loss: Any) -> None:
        document = classifier(11, loss=loss)
        document["batch"]["targets"] = np.random.default_rng(4).dirichlet(np.ones(4), 11)

        assert_alike(answer_in_parts(document, 1, 6), answer(document))

    @pytest.mark.parametrize("reduction", ["mean", "sum"])
    def test_positions_may_have_several_axes(self, reduction: str) -> None:
        document = classifier(6, loss={"type": "sparse_categorical_crossentropy", "reduction": reduction})
        random = np.random.default_rng(4)
        document["batch"] = {"inputs": random.normal(size=(6, 3, 5)), "targets": random.integers(0, 4, (6, 3))}

        assert_alike(answer_in_parts(document, 1, 4), answer(document))

    def test_several_upstream_gradients(self) -> None:
        document = classifier(9)
        del document["loss"], document["batch"]["targets"]
        document["batch"]["output_gradients"] = np.random.default_rng(1).normal(size=(3, 9, 4))

        assert_alike(answer_in_parts(document, 4), answer(document))

    def test_forward_alone_with_a_loss_for_each_position(self) -> None:
        loss = {"type": "sparse_categorical_crossentropy", "reduction": "none"}
        document = classifier(9, loss=loss, options={"include": ["activations", "sample_losses"]})
        expected = answer(document, prepare_forward)

        with pytest.MonkeyPatch.context() as patched:
            cut(patched, 3, 4)
            assert_alike(answer(document, prepare_forward), expected)

    def test_warnings_count_over_all_parts(self) -> None:
        document = {
            "network": {"layers": [{"type": "identity", "name": "p"}]},
            "batch": {"inputs": np.tile([[1.0, 0.0]], (6, 1)), "targets": np.ones(6)},
            "loss": "categorical_crossentropy",
        }
        (warning,) = answer_in_parts(document, 1, 4)["warnings"]
        assert warning == answer(document)["warnings"][0]
        assert warning["detail"].startswith("6 probabilities")


class TestWhatIsRaised:
    def test_the_layer_that_overflows_is_told_as_of_the_whole_batch(self) -> None:
        document = classifier(8, sizes=(5, 6, 6, 4))
        document["network"]["layers"][1]["activation"] = "exponential"
        document["network"]["layers"][0]["activation"] = None
        document["batch"]["inputs"][-1] *= 1e4  # the last row overflows in this layer, all others in the next
        document["weights"]["d2"]["kernel"][:] = 1e308
        faults = []
        for places in ((), (4,), (1, 7)):
            with pytest.raises(InputError) as refused:
                answer_in_parts(document, *places)
            faults.append(refused.value.faults)
        assert faults[0] == faults[1] == faults[2]
        assert (faults[0][0].code, faults[0][0].pointer) == ("non_finite_result", "/network/layers/1")

    def test_a_sum_that_overflows_only_over_all_parts_is_refused(self) -> None:
        document = {
            "network": {"layers": [{"type": "dense", "units": 1, "use_bias": False, "name": "d"}]},
            "weights": {"d": {"kernel": np.ones((1, 1))}},
            "batch": {"inputs": np.full((4, 1), 1e308), "output_gradients": np.ones((4, 1)) * 0.7},
        }
        with pytest.raises(InputError, match="gradient of layer"):
            answer_in_parts(document, 1, 2, 3)

    def test_who_stops_one_part_stops_all(self) -> None:
        document = classifier(40)
        with pytest.MonkeyPatch.context() as patched:
            cut(patched, *range(1, 40))
            job = prepare_backward(document, replace(LARGE, threads=2))
            with pytest.raises(Abandoned):
                job.compute(patient(12))
        assert not [one for one in threading.enumerate() if one.name.startswith("shard")]


class TestWhereItIsCut:
    def parts(self, document: Document, prepare: Prepare = prepare_backward, threads: int = 2) -> list[slice]:
        found: list[slice] = []
        plan: Callable[..., list[slice]] = shards.plan

        def watched(*arguments: Any) -> list[slice]:
            found.extend(plan(*arguments))
            return found

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(shards, "plan", watched)
            prepare(document, replace(LARGE, threads=threads)).compute(go_on)
        return found

    def test_a_small_batch_is_not_cut(self) -> None:
        assert self.parts(classifier(64, sizes=(784, 256, 128, 10))) == [slice(0, 64)]

    def test_a_large_batch_is_cut_into_parts_of_one_size_that_hold_every_row_once(self) -> None:
        parts = self.parts(classifier(2_049, sizes=(784, 256, 128, 10)))
        rows = np.concatenate([np.arange(2_049)[part] for part in parts])

        assert len(parts) == 2
        np.testing.assert_array_equal(rows, np.arange(2_049))

    def test_it_does_not_depend_on_the_threads(self) -> None:
        document = classifier(2_049, sizes=(784, 256, 128, 10))
        assert self.parts(document, threads=1) == self.parts(document, threads=8)

    def test_forward_alone_is_less_work(self) -> None:
        document = classifier(2_049, sizes=(784, 256, 128, 10))
        assert len(self.parts(document, prepare_forward)) < len(self.parts(document))

    def test_samples_that_depend_on_each_other_stay_together(self) -> None:
        document = classifier(2_049, sizes=(784, 256, 128, 10))
        document["network"]["layers"].insert(1, {"type": "batch_normalization", "name": "norm"})
        document["weights"]["norm"] = {"gamma": np.ones(256), "beta": np.zeros(256)}
        document["state"] = {"norm": {"moving_mean": np.zeros(256), "moving_variance": np.ones(256)}}

        assert self.parts({**document, "options": {"training": True}}) == [slice(0, 2_049)]
        assert len(self.parts({**document, "options": {"training": False}})) == 2

    def test_where_the_weights_are_larger_than_the_batch_there_is_no_room_for_sums(self) -> None:
        assert len(self.parts(classifier(256, sizes=(1_500, 1_500, 1_500, 10)))) == 1

    def test_a_recurrent_layer_is_cut_only_where_each_step_has_enough_to_do(self) -> None:
        def recurrent(samples: int, steps: int) -> Document:
            random = np.random.default_rng(2)
            return {
                "network": {"layers": [{"type": "gru", "units": 128, "name": "r"}]},
                "weights": {
                    "r": {
                        "kernel": random.normal(size=(64, 384)) / 8,
                        "recurrent_kernel": random.normal(size=(128, 384)) / 12,
                        "bias": np.zeros((2, 384)),
                    }
                },
                "batch": {
                    "inputs": random.normal(size=(samples, steps, 64)),
                    "output_gradients": np.ones((samples, 128)),
                },
            }

        assert len(self.parts(recurrent(512, 16))) > 1
        assert len(self.parts(recurrent(8, 1024))) == 1


@pytest.mark.parametrize(("threads", "places"), [(1, (2, 4, 6)), (2, (2, 4, 6)), (2, (4,))])
def test_parts_are_computed_in_threads_of_their_own_and_no_more_at_once_than_asked(
    threads: int, places: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, names = passes.run, set[str]()
    at_work: list[None] = []
    most: list[int] = []

    def watched(*arguments: Any) -> Any:
        names.add(threading.current_thread().name.partition("_")[0])
        at_work.append(None)
        most.append(len(at_work))
        time.sleep(0.02)  # long enough for others to begin
        try:
            return run(*arguments)
        finally:
            at_work.pop()

    monkeypatch.setattr(passes, "run", watched)
    answer_in_parts(classifier(8), *places, threads=threads)
    assert names == {"shard"}
    assert len(most) == len(places) + 1
    assert max(most) <= threads


@pytest.mark.parametrize(
    ("terms", "tree"),
    [
        ([1, 1e16, -1e16, 1], 0.0),  # from the left, or from the right, it were 1
        ([1e16, 0, 0, 0, 1, 0, 1, 0], 1e16 + 2),  # pair by pair from the left it were 1e16
    ],
)
def test_gradients_are_added_up_in_pairs_and_pairs_of_pairs(terms: list[float], tree: float) -> None:
    document = {
        "network": {"layers": [{"type": "dense", "units": 1, "use_bias": False, "name": "d"}]},
        "weights": {"d": {"kernel": np.ones((1, 1))}},
        "batch": {"inputs": np.reshape(terms, (-1, 1)).astype(float), "output_gradients": np.ones((len(terms), 1))},
    }
    found = answer_in_parts(document, *range(1, len(terms)))
    assert found["gradients"]["weights"]["d"]["kernel"].item() == tree


COSTS = {"WORK": 1, "WORK_OF_A_STEP": 1, "WORK_OF_A_NUMBER": 0, "MOST": 16}


def planned(samples: int, upstreams: int, features: int = 3, units: int = 4, **costs: int) -> list[slice]:
    """Where a batch is cut whose 4 layers have 12 weights, and for each sample 19 numbers and 24 operations."""
    layers = [{"type": "dense", "units": units, "use_bias": False}, *[{"type": "relu"}] * 3]
    network = resolve(Definition.model_validate({"layers": layers}), {"inputs": (samples, features)}, Limits())
    batch = Batch(
        network, [np.ones((samples, features))], [{}] * 4, [Run()] * 4, np.dtype(float),
        upstreams=np.ones((upstreams, samples, units)) if upstreams > 1 else None,
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patched:
        for name, cost in {**COSTS, **costs}.items():
            patched.setattr(shards, name, cost)
        return shards.plan(batch, Asked() if upstreams else None)


@pytest.mark.parametrize(
    ("upstreams", "costs", "parts"),
    [
        pytest.param(0, {"WORK": 384 // 64}, 8, id="forward alone"),
        pytest.param(0, {"WORK": 384 // 64 + 1}, 4, id="forward alone, a little less"),
        pytest.param(1, {"WORK": 3 * 384 // 64}, 8, id="both passes"),
        pytest.param(1, {"WORK": 3 * 384 // 64 + 1}, 4, id="both passes, a little less"),
        pytest.param(2, {"WORK": 5 * 384 // 64}, 8, id="two backward passes"),
        pytest.param(2, {"WORK": 5 * 384 // 64 + 1}, 4, id="two backward passes, a little less"),
        pytest.param(0, {"WORK": 10, "WORK_OF_A_NUMBER": 1}, 8, id="numbers"),
        pytest.param(0, {"WORK": 11, "WORK_OF_A_NUMBER": 1}, 4, id="numbers, a little less"),
        pytest.param(1, {"WORK_OF_A_STEP": 3 * 384 // 32}, 8, id="steps"),
        pytest.param(1, {"WORK_OF_A_STEP": 3 * 384 // 32 + 1}, 4, id="steps, a little less"),
        pytest.param(1, {}, 16, id="as many as samples"),
        pytest.param(1, {"MOST": 8}, 8, id="as many as there may be"),
        pytest.param(3, {}, 8, id="room for sums"),
        pytest.param(4, {}, 4, id="less room for sums"),
    ],
)
def test_a_batch_has_as_many_parts_as_pay(upstreams: int, costs: dict[str, int], parts: int) -> None:
    size = 16 // parts
    assert planned(16, upstreams, **costs) == [slice(start, start + size) for start in range(0, 16, size)]


def test_no_part_is_empty() -> None:
    assert planned(6, 1) == [slice(0, 2), slice(2, 4), slice(4, 6)]


def test_forward_alone_needs_no_room_for_sums() -> None:
    assert len(planned(16, 0, features=30, units=64)) == 16
    assert len(planned(16, 1, features=30, units=64)) == 2


def test_parts_take_no_more_memory_than_the_whole() -> None:
    document = classifier(6_000, sizes=(784, 256, 128, 10))

    def peak(*places: int) -> int:
        tracemalloc.start()
        try:
            answer_in_parts(document, *places)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(*range(375, 6_000, 375)) < peak()
