"""What `/initialize` draws: weights and state that `/forward` takes, the same for the same seed."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import orjson
import pytest
import safetensors.numpy

from chainrule import codec
from chainrule.calls import Document, prepare_forward, prepare_initialize, prepare_summary
from chainrule.core.examples import LayerExample
from chainrule.core.layer import Layer
from chainrule.core.limits import Limits
from chainrule.errors import Abandoned, InputError, go_on
from tests.core.discovery import every_example
from tests.documents import decoded, patient, refusal

DENSE = {"type": "dense", "units": 2}

GOLDEN = "cc47443e4aad0aae"
"""What the first machine drew for the network of the test."""


def initialize(*layers: Any, input_shape: Any = (3,), seed: int = 7, **more: Any) -> Document:
    document = {"network": {"layers": list(layers)}, "input_shape": input_shape, "seed": seed, **more}
    return prepare_initialize(decoded(document), Limits()).compute(go_on)


def refused(*layers: Any, limits: Limits | None = None, **more: Any) -> tuple[str, str]:
    document = {"network": {"layers": list(layers)}, "input_shape": [3], "seed": 7, **more}
    with pytest.raises(InputError) as error:
        prepare_initialize(document, limits or Limits()).compute(go_on)
    fault = error.value.faults[0]
    return fault.code, fault.pointer


class TestEveryLayer:
    @pytest.mark.parametrize("dtype", ["float64", "float32"])
    @pytest.mark.parametrize(("cls", "example"), every_example("layer", "activation"))
    def test_initialize_then_summary_then_forward_agree(
        self, cls: type[Layer], example: LayerExample, dtype: str
    ) -> None:
        names = [f"input{index}" for index in range(len(example.inputs))]
        network: dict[str, Any] = {"layers": [{"type": cls.names()[0], **example.parameters}], "inputs": names}
        shapes = {name: shape[1:] for name, shape in zip(names, example.inputs, strict=True)}
        asked = {"network": network, "input_shape": shapes, "options": {"dtype": dtype}}

        start = prepare_initialize(decoded({**asked, "seed": 3}), Limits()).compute(go_on)
        summary = prepare_summary(decoded({**asked, "batch_size": 2}), Limits()).compute(go_on)
        batch = {name: np.zeros((2, *shape)) for name, shape in shapes.items()}
        options = {"dtype": dtype, "training": False}
        document = {"network": summary["network"], **start, "batch": {"inputs": batch}, "options": options}
        answer = prepare_forward(document, Limits()).compute(go_on)

        (layer,) = summary["layers"]
        for part in ("weights", "state"):
            drawn = start[part].get(layer["name"], {})
            assert {name: list(one.shape) for name, one in drawn.items()} == layer[part]
            assert {one.dtype for one in drawn.values()} <= {np.dtype(dtype)}
            assert all(one.flags.c_contiguous for one in drawn.values())
        assert list(answer["outputs"].shape) == layer["output_shape"]
        assert answer["outputs"].dtype == dtype


class TestTheNumbers:
    def test_the_same_seed_gives_the_same_bytes_on_every_machine(self) -> None:
        answer = initialize(
            {**DENSE, "units": 40, "activation": "prelu"},
            {"type": "dense", "units": 30, "kernel_initializer": "he_normal", "bias_initializer": "normal"},
            {"type": "reshape", "target_shape": [6, 5]},
            {"type": "lstm", "units": 8},
            seed=2**64 - 1,
        )
        digest = hashlib.sha256()
        for layer, named in answer["weights"].items():
            for name, one in named.items():
                digest.update(f"{layer}/{name}".encode() + one.astype("<f8").tobytes())
        assert digest.hexdigest()[:16] == GOLDEN

    def test_another_seed_gives_other_numbers(self) -> None:
        one, other = (initialize(DENSE, seed=seed)["weights"]["dense_0"]["kernel"] for seed in (0, 1))
        assert not np.isin(one, other).any()

    def test_no_layer_and_no_weight_sees_anothers_numbers(self) -> None:
        normal = {**DENSE, "units": 3, "kernel_initializer": "normal", "bias_initializer": "normal"}
        weights = initialize(normal, normal)["weights"]
        drawn = np.concatenate([one.ravel() for named in weights.values() for one in named.values()])
        assert len(np.unique(drawn)) == drawn.size == 2 * (9 + 3)

    def test_a_layers_numbers_do_not_depend_on_its_other_weights(self) -> None:
        with_bias, without = (initialize({**DENSE, "use_bias": bias})["weights"]["dense_0"] for bias in (True, False))
        np.testing.assert_array_equal(with_bias["kernel"], without["kernel"])

    def test_float32_has_the_numbers_of_float64_rounded(self) -> None:
        wide, narrow = (
            initialize({**DENSE, "units": 50}, options={"dtype": dtype})["weights"]["dense_0"]["kernel"]
            for dtype in ("float64", "float32")
        )
        assert narrow.dtype == np.float32
        np.testing.assert_array_equal(narrow, wide.astype(np.float32))

    def test_state_starts_beside_the_weights(self) -> None:
        answer = initialize({"type": "batch_normalization", "name": "norm"})
        assert {name: one.tolist() for name, one in answer["state"]["norm"].items()} == {
            "moving_mean": [0, 0, 0],
            "moving_variance": [1, 1, 1],
        }
        assert {name: one.tolist() for name, one in answer["weights"]["norm"].items()} == {
            "gamma": [1, 1, 1],
            "beta": [0, 0, 0],
        }

    def test_a_layer_without_weights_is_in_neither_tree(self) -> None:
        assert initialize({"type": "relu"}) == {"weights": {}, "state": {}}

    def test_an_activation_inside_a_layer_starts_with_it(self) -> None:
        weights = initialize({**DENSE, "activation": "prelu"})["weights"]["dense_0"]
        assert list(weights) == ["kernel", "bias", "alpha"]
        np.testing.assert_array_equal(weights["alpha"], [0, 0])

    def test_every_encoding_carries_the_same_numbers(self) -> None:
        answer = initialize({"type": "lstm", "units": 3}, input_shape=[4, 2])
        listed = orjson.loads(codec.encode(answer, codec.JSON, base64=False))["weights"]["lstm_0"]
        tensors = safetensors.numpy.load(bytes(codec.encode(answer, codec.SAFETENSORS, base64=False)))
        for name, one in answer["weights"]["lstm_0"].items():
            np.testing.assert_array_equal(listed[name], one)
            np.testing.assert_array_equal(tensors[f"weights.lstm_0/{name}"], one)

    def test_bias_is_the_one_with_a_number_a_unit(self) -> None:
        assert initialize(DENSE)["weights"]["dense_0"]["bias"].shape == (2,)


class TestRefusals:
    @pytest.mark.parametrize("seed", [-1, 2**64, 0.5, "1", True, None, [1]])
    def test_a_seed_is_a_whole_number_below_2_to_the_64(self, seed: Any) -> None:
        assert refused(DENSE, seed=seed) == ("invalid_parameter", "/seed")

    def test_a_seed_is_required(self) -> None:
        document = {"network": {"layers": [DENSE]}, "input_shape": [3]}
        fault = refusal(document, prepare_initialize)[0]
        assert (fault.code, fault.pointer) == ("missing_field", "/seed")

    @pytest.mark.parametrize(
        ("name", "told"),
        [
            ("xavier_uniform", '"glorot_uniform"'),
            ("kaiming_normal_", '"he_normal"'),
            ("random_normal", '"normal"'),
            ("glorot", '"glorot_uniform"'),
            ("HeNormal", '"he_normal"'),
            ("he_norml", '"he_normal"'),
            ("zero", '"zeros"'),
        ],
    )
    def test_an_unknown_initializer_is_told_its_name_here(self, name: str, told: str) -> None:
        document = {"network": {"layers": [{**DENSE, "kernel_initializer": name}]}, "input_shape": [3], "seed": 7}
        fault = refusal(document, prepare_initialize)[0]
        assert (fault.code, fault.pointer) == ("invalid_parameter", "/network/layers/0/kernel_initializer")
        assert told in fault.detail

    def test_a_row_of_numbers_is_not_orthogonal_to_anything(self) -> None:
        layer = {**DENSE, "bias_initializer": "orthogonal"}
        assert refused(layer) == ("invalid_parameter", "/network/layers/0/bias_initializer")

    def test_the_initializer_of_a_layer_inside_another_is_pointed_at(self) -> None:
        inner = {"type": "simple_rnn", "units": 2, "bias_initializer": "orthogonal"}
        layer = {"type": "bidirectional", "layer": inner}
        where = "/network/layers/0/layer/bias_initializer"
        assert refused(layer, input_shape=[4, 3]) == ("invalid_parameter", where)

    @pytest.mark.parametrize(
        "initializer",
        [
            {"type": "constant", "value": 1e300},
            {"type": "normal", "stddev": 1e300},
            {"type": "uniform", "minval": 0.0, "maxval": 1e300},
            {"type": "orthogonal", "gain": 1e300},
        ],
    )
    def test_numbers_that_are_too_large_for_the_type_are_no_answer(self, initializer: Any) -> None:
        layer = {**DENSE, "kernel_initializer": initializer}
        where = "/network/layers/0/kernel_initializer"
        assert refused(layer, options={"dtype": "float32"}) == ("non_finite_result", where)
        assert initialize(layer)["weights"]

    def test_bounds_whose_distance_is_no_number_are_no_answer(self) -> None:
        layer = {**DENSE, "kernel_initializer": {"type": "uniform", "minval": -1.5e308, "maxval": 1.5e308}}
        assert refused(layer)[0] == "non_finite_result"

    @pytest.mark.parametrize("units", [10**9, 10**18, 2**63])
    def test_what_is_too_large_is_refused_before_anything_is_allocated(self, units: int) -> None:
        assert refused({**DENSE, "units": units}) == ("network_too_large", "/network/layers/0")

    def test_an_answer_is_as_limited_as_any(self) -> None:
        layer = {**DENSE, "units": 100}
        assert refused(layer, limits=Limits(activations=399)) == ("network_too_large", "")
        assert refused({**DENSE, "units": 0}, limits=Limits(activations=400))[0] == "invalid_parameter"

    def test_reflections_count_as_work(self) -> None:
        layer = {"type": "dense", "units": 300, "kernel_initializer": "orthogonal"}
        where = "/network/layers/0/kernel_initializer"
        limits = Limits(flops=100_000_000)
        assert refused(layer, input_shape=[300], limits=limits) == ("network_too_large", where)

    def test_what_would_take_longer_than_anyone_waits_is_refused_at_once(self) -> None:
        layer = {"type": "simple_rnn", "units": 3_000}
        assert refused(layer, input_shape=[3, 4])[0] == "network_too_large"
        plain = {**layer, "recurrent_initializer": "glorot_uniform"}
        prepare_initialize({"network": {"layers": [plain]}, "input_shape": [3, 4], "seed": 7}, Limits())

    def test_it_stops_between_two_weights_and_inside_a_large_one_when_nobody_waits(self) -> None:
        document = {
            "network": {"layers": [{**DENSE, "units": 500, "kernel_initializer": "orthogonal"}, DENSE]},
            "input_shape": [500],
            "seed": 7,
        }
        job = prepare_initialize(decoded(document), Limits())
        for times in range(4):
            with pytest.raises(Abandoned):
                job.compute(patient(times))


@pytest.mark.parametrize("initializer", ["he_normal", {"type": "constant", "value": 3.0}])
def test_forward_accepts_initializers_and_does_not_use_them(initializer: Any) -> None:
    layer = {**DENSE, "kernel_initializer": initializer, "bias_initializer": initializer}
    document = {
        "network": {"layers": [layer]},
        "weights": {"dense_0": {"kernel": [[1.0, 2.0]], "bias": [0.5, 0.5]}},
        "batch": {"inputs": [[1.0]]},
    }
    outputs = prepare_forward(decoded(document), Limits()).compute(go_on)["outputs"]
    np.testing.assert_array_equal(outputs, [[1.5, 2.5]])
