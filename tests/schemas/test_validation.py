"""pydantic's errors as codes, pointers and sentences: what is wrong, where, and what would be right."""

from __future__ import annotations

import time
from copy import deepcopy
from typing import Any

import numpy as np
import pytest

from chainrule.errors import Fault, InputError
from chainrule.schemas import BackwardRequest, ForwardRequest, parse

DOCUMENT: dict[str, Any] = {
    "network": {
        "layers": [
            {"type": "dense", "name": "hidden", "units": 3, "activation": "relu"},
            {
                "type": "dense",
                "units": 2,
                "activation": {"type": "leaky_relu"},
                "kernel_regularizer": {"type": "l1", "l1": 0.5},
            },
        ]
    },
    "weights": {"hidden": {}},
    "state": {},
    "batch": {"inputs": np.ones((1, 2))},
    "loss": {"type": "cross_entropy"},
    "metrics": ["accuracy", {"type": "top_k_accuracy"}],
    "options": {"seed": 1},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The document with another value at a place; its keys are parted by slashes, as they are in a pointer."""
    document = deepcopy(DOCUMENT)
    *keys, last = [int(key) if key.isdigit() else key for key in path.split("/")]
    here: Any = document
    for key in keys:
        here = here[key]
    here[last] = value
    return document


def without(path: str) -> dict[str, Any]:
    document = changed(path, None)
    *keys, last = [int(key) if key.isdigit() else key for key in path.split("/")]
    here: Any = document
    for key in keys:
        here = here[key]
    del here[last]
    return document


def faults(document: Any, model: Any = BackwardRequest) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as error:
        parse(model, document)
    for fault in error.value.faults:
        assert not fault.detail[0].isupper()
        assert not fault.detail.endswith(".")
        for word in ("Input", "dictionary", "instance", "model", "valid integer", "function", "str"):
            assert word not in fault.detail.replace("string", ""), "speaks of Python"
    return error.value.faults


def the_fault(document: Any, model: Any = BackwardRequest) -> Fault:
    (fault,) = faults(document, model)
    return fault


def test_the_document_is_right_as_it_stands() -> None:
    request = parse(BackwardRequest, DOCUMENT)
    assert request.network.layers[0].type == "dense"
    assert request.metrics[0].type == "accuracy"
    assert request.options.wrt == ["weights", "inputs"]


def test_what_a_call_does_not_need_may_be_left_out() -> None:
    request = parse(ForwardRequest, {key: DOCUMENT[key] for key in ("network", "batch")})
    assert (request.weights, request.state, request.loss, request.metrics) == ({}, {}, None, [])


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("optimizer", "the step is the caller's"),
        ("wieghts", "weights"),
        ("network/layer", "layers"),
        ("network/layers/0/unit", "units"),
        ("network/layers/0/out_features", '"units"'),
        ("network/layers/1/activation/slope", "negative_slope"),
        ("network/layers/1/kernel_regularizer/l2", "l1"),
        ("batch/input", "inputs"),
        ("batch/labels", "targets"),
        ("loss/label_smoothin", "label_smoothing"),
        ("metrics/1/kk", "k"),
        ("options/sed", "seed"),
    ],
)
def test_an_unknown_field_is_refused_at_every_level_with_the_nearest_known_one(path: str, nearest: str) -> None:
    fault = the_fault(changed(path, 1))
    assert (fault.code, fault.pointer) == ("unknown_field", "/" + path)
    assert f'"{path.rpartition("/")[2]}"' in fault.detail
    assert nearest in fault.detail.rpartition(":")[2]


@pytest.mark.parametrize(
    ("path", "value", "code", "at", "told"),
    [
        ("network/layers/0/type", "dens", "unknown_layer", "", 'unknown layer "dens": did you mean "dense"?'),
        ("network/layers/0/type", "Dense", "unknown_layer", "", 'did you mean "dense"?'),
        ("network/layers/0/type", "linear", "unknown_layer", "", 'PyTorch\'s Linear is "dense"'),
        ("network/layers/0/type", "LeakyReLU", "unknown_layer", "", 'did you mean "leaky_relu"?'),
        ("network/layers/0/type", "keras.layers.Dense", "unknown_layer", "", 'did you mean "dense"?'),
        ("network/layers/0/type", "nn.Linear", "unknown_layer", "", 'PyTorch\'s Linear is "dense"'),
        ("network/layers/0/type", "Activation", "unknown_layer", "", 'Keras\'s Activation("relu") is "relu"'),
        ("network/layers/0/type", "input_layer", "unknown_layer", "", "a network reads its batch without one"),
        ("network/layers/0/type", "transformer", "unknown_layer", "", "GET /catalog lists those that are known"),
        ("network/layers/0/activation", "rellu", "unknown_activation", "", 'did you mean "relu"?'),
        ("network/layers/0/activation", {"type": "rellu"}, "unknown_activation", "/type", 'did you mean "relu"?'),
        ("network/layers/0/activation", "linear", "unknown_activation", "", "Keras's linear activation is"),
        ("network/layers/0/activation", "dense", "unknown_activation", "", 'unknown activation "dense"'),
        ("loss", "crossentropy", "unknown_loss", "", 'did you mean "cross_entropy"?'),
        ("loss", {"type": "crossentropy"}, "unknown_loss", "/type", 'did you mean "cross_entropy"?'),
        ("metrics/0", "acuracy", "unknown_metric", "", 'did you mean "accuracy"?'),
        ("metrics/0", {"type": "acuracy"}, "unknown_metric", "/type", 'did you mean "accuracy"?'),
        ("network/layers/0/kernel_regularizer", "l3", "invalid_parameter", "", 'unknown regularizer "l3"'),
    ],
)
def test_an_unknown_type_is_refused_with_a_hint(path: str, value: Any, code: str, at: str, told: str) -> None:
    fault = the_fault(changed(path, value))
    assert (fault.code, fault.pointer) == (code, f"/{path}{at}")
    assert told in fault.detail


@pytest.mark.parametrize("name", ["bidirectional", "dense", "Bidirectional"])
def test_a_layer_that_cannot_be_inside_another_is_refused_with_those_that_can(name: str) -> None:
    fault = the_fault(changed("network/layers/0", {"type": "bidirectional", "layer": {"type": name}}))
    assert (fault.code, fault.pointer) == ("unknown_layer", "/network/layers/0/layer/type")
    assert fault.detail == f'unknown layer "{name}": known are gru, lstm, simple_rnn'


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("network/layers/0", "a layer"),
        ("network/layers/0/activation", "an activation"),
        ("loss", "a loss"),
        ("metrics/0", "a metric"),
        ("network/layers/0/kernel_regularizer", "a regularizer"),
    ],
)
def test_a_type_is_needed_and_is_a_text(path: str, what: str) -> None:
    missing = the_fault(changed(path, {"units": 3}))
    assert (missing.code, missing.pointer) == ("missing_field", f"/{path}/type")
    assert missing.detail == f"{what} needs a type"
    for value, shown in ((None, "null"), (5, "5"), (["dense"], "a list"), ({}, "an object"), (True, "true")):
        fault = the_fault(changed(path, {"type": value}))
        assert (fault.code, fault.pointer) == ("invalid_parameter", f"/{path}/type")
        assert fault.detail == f"must be a text, got {shown}"
    for value, shown in ((5, "5"), ([], "a list"), (False, "false")):
        fault = the_fault(changed(path, value))
        assert (fault.code, fault.pointer) == ("invalid_parameter", f"/{path}")
        assert fault.detail == f"must be {what}: an object with a type, got {shown}"


def test_a_layer_is_no_name_alone() -> None:
    fault = the_fault(changed("network/layers/0", "relu"))
    assert fault.detail == 'must be a layer: an object with a type, got "relu"'


REDUCTION = (
    "must be 'mean', 'sum' or 'none', got \"sum_over_batch_size\": "
    'with "weight_normalization": "batch" it is "mean"'
)


@pytest.mark.parametrize(
    ("path", "value", "detail"),
    [
        ("network/layers/0/units", True, "must be a whole number, got true"),
        ("network/layers/0/units", 2.5, "must be a whole number, got 2.5"),
        ("network/layers/0/units", 2.0, "must be a whole number, got 2.0"),
        ("network/layers/0/units", "2", 'must be a whole number, got "2"'),
        ("network/layers/0/units", None, "must be a whole number, got null"),
        ("network/layers/0/units", [2], "must be a whole number, got a list"),
        ("network/layers/0/units", np.ones((2, 3)), "must be a whole number, got an array (2, 3)"),
        ("network/layers/0/units", 0, "must be greater than 0, got 0"),
        ("network/layers/0/units", -3, "must be greater than 0, got -3"),
        ("network/layers/0/units", 2**64, "must be a whole number of at most 64 bits"),
        pytest.param("loss/ignore_index", -(10**5000), "must be a whole number of at most 64 bits", id="huge"),
        ("network/layers/0/use_bias", 1, "must be true or false, got 1"),
        ("network/layers/0/use_bias", "true", 'must be true or false, got "true"'),
        ("network/layers/0/name", 5, "must be a text, got 5"),
        ("network/layers/0/inputs", "hidden", 'must be a list, got "hidden"'),
        ("network/layers/0/inputs", [5], "must be a text, got 5"),
        ("network/layers", {}, "must be a list, got an object"),
        ("network", [], "must be an object, got a list"),
        ("batch", None, "must be an object, got null"),
        (
            "weights",
            [[1.0]],
            'must be an object, got a list: weights are {"layer": {"name": ...}}',
        ),
        (
            "weights/hidden",
            [np.ones((2, 3)), np.ones(3)],
            'must be an object, got a list: arrays have names, as in {"kernel": ..., "bias": ...}',
        ),
        ("weights/0.weight", [[1.0]], 'must be an object, got a list: write {"0": {"weight": ...}}'),
        ("state/a.b.mean", np.ones(2), 'must be an object, got an array (2,): write {"a.b": {"mean": ...}}'),
        ("loss/label_smoothing", "0.1", 'must be a number, got "0.1"'),
        ("loss/label_smoothing", True, "must be a number, got true"),
        ("loss/label_smoothing", 1.5, "must be less than or equal to 1, got 1.5"),
        ("loss/label_smoothing", float("inf"), "must be a finite number, got inf"),
        ("loss/reduction", "average", "must be 'mean', 'sum' or 'none', got \"average\""),
        (
            "loss/reduction",
            "sum_over_batch_size",
            REDUCTION,
        ),
        ("loss/class_weights", [], "must have at least 1 item, got a list"),
        ("options/dtype", "float16", "must be 'float64' or 'float32', got \"float16\""),
        ("options/seed", -1, "must be greater than or equal to 0, got -1"),
        ("options/seed", 1.5, "must be a whole number, got 1.5"),
        ("options/row_offset", 2**53, "must be less than 9007199254740992, got 9007199254740992"),
        ("options/training", 0, "must be true or false, got 0"),
        ("options/wrt", "inputs", 'must be a list, got "inputs"'),
        ("metrics", ["accuracy"] * 101, "must have at most 100 items, got a list"),
        ("network/inputs", [], "must have at least 1 item, got a list"),
    ],
)
def test_a_value_of_another_kind_is_refused_and_never_coerced(path: str, value: Any, detail: str) -> None:
    fault = the_fault(changed(path, value))
    assert fault.code == "invalid_parameter"
    assert fault.pointer in (f"/{path}", f"/{path}/0")
    assert fault.detail == detail


@pytest.mark.parametrize("path", ["weights", "weights/hidden", "weights/0.weight", "state/0.mean"])
def test_a_large_array_that_stands_in_no_layer_is_told_where_it_belongs(path: str) -> None:
    fault = faults(changed(path, [[0.0]] * 100_001))[0]
    assert (fault.code, fault.pointer) == ("invalid_parameter", "/" + path)
    assert fault.detail.startswith("must be an object, got a list: ")


@pytest.mark.parametrize("name", ["", "a b", "a/b", "ä", "x" * 65, "a\n"])
def test_a_name_is_made_of_few_characters(name: str) -> None:
    fault = the_fault(changed("network/layers/0/name", name))
    assert (fault.code, fault.pointer) == ("invalid_parameter", "/network/layers/0/name")
    assert fault.detail.startswith("must be 1 to 64 of the characters A-Z, a-z, 0-9, _, . and -, got ")


@pytest.mark.parametrize("path", ["network", "network/layers", "network/layers/0/units", "batch", "batch/inputs"])
def test_what_is_missing_is_named_where_it_belongs(path: str) -> None:
    fault = the_fault(without(path))
    assert (fault.code, fault.pointer) == ("missing_field", "/" + path)
    assert fault.detail == "this field is required"


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("weights", "/weights/a~1b/c~0d"),
        ("state", "/state/a~1b/c~0d"),
    ],
)
def test_names_with_slashes_and_tildes_are_escaped(path: str, pointer: str) -> None:
    fault = the_fault(changed(path, {"a/b": {"c~d": "text"}}))
    assert (fault.code, fault.pointer) == ("not_a_number", pointer)
    assert fault.detail == 'must be an array of numbers, got "text"'


@pytest.mark.parametrize("value", ["text", 5, None, [1.0, 2.0], {"a": [1.0]}])
def test_what_is_no_array_where_an_array_belongs_is_not_a_number(value: Any) -> None:
    for path in ("batch/inputs", "batch/targets", "batch/output_gradients"):
        if path != "batch/inputs" and value is None:
            continue  # null is none
        fault = the_fault(changed(path, value))
        assert (fault.code, fault.pointer) == ("not_a_number", "/" + path)


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        ("network/layers/1/kernel_regularizer/l1", "x", "/network/layers/1/kernel_regularizer/l1"),
        ("network/layers/1/kernel_regularizer", {"type": "l1", "l1": -1}, "/network/layers/1/kernel_regularizer/l1"),
        ("network/layers/0", {"type": "dense", "name": "dense", "units": "x"}, "/network/layers/0/units"),
        ("network/layers/0", {"type": "dense", "units": 1, "dense": 1}, "/network/layers/0/dense"),
        ("loss", {"type": "mse", "mse": 1}, "/loss/mse"),
        ("loss", {"type": "mse", "mean_squared_error": 1}, "/loss/mean_squared_error"),
        ("loss", {"type": "mse", "reduction": 5}, "/loss/reduction"),
    ],
)
def test_a_field_that_is_called_like_the_type_is_not_taken_for_it(path: str, value: Any, pointer: str) -> None:
    assert the_fault(changed(path, value)).pointer == pointer


def test_of_two_ways_to_be_right_the_nearer_one_is_told() -> None:
    loss = {"type": "binary_crossentropy", "pos_weight": [1, "a"]}
    fault = the_fault(changed("loss", loss))
    assert (fault.pointer, fault.detail) == ("/loss/pos_weight/1", 'must be a number, got "a"')
    fault = the_fault(changed("loss", {**loss, "pos_weight": "a"}))
    assert fault.pointer == "/loss/pos_weight"


def test_several_faults_are_told_at_once_each_place_once() -> None:
    document = changed("network/layers/0/units", -1) | {"loss": "nothing", "extra": 1}
    assert [(fault.code, fault.pointer) for fault in faults(document)] == [
        ("invalid_parameter", "/network/layers/0/units"),
        ("unknown_loss", "/loss"),
        ("unknown_field", "/extra"),
    ]


def test_ten_faults_are_told_at_the_most() -> None:
    assert len(faults(DOCUMENT | {f"extra{index}": index for index in range(50)})) == 10


@pytest.mark.parametrize(
    "document",
    [
        changed("network/layers/0/units", "x" * 10_000),
        changed("network/layers/0/name", "x" * 10_000),
        changed("network/layers/0/type", "x" * 10_000),
        changed("network/layers/0/activation", "x" * 10_000),
        changed("loss", "x" * 10_000),
        changed("options/dtype", "x" * 10_000),
        changed("x" * 10_000, 1),
        changed("options/" + "x" * 10_000, 1),
        changed("weights/" + "x" * 10_000, {"kernel": 5}),
        changed("weights/" + "x" * 10_000 + ".y", []),
        changed("batch/inputs", "x" * 10_000),
    ],
)
def test_nothing_longer_than_eighty_characters_is_repeated(document: Any) -> None:
    for fault in faults(document):
        assert "x" * 80 not in fault.detail + fault.pointer


@pytest.mark.parametrize("document", [None, [], 5, "text", True, np.ones(3)])
def test_a_document_is_an_object(document: Any) -> None:
    fault = the_fault(document)
    assert (fault.code, fault.pointer) == ("invalid_parameter", "")
    assert fault.detail.startswith("must be an object, got ")


@pytest.mark.parametrize(
    "more",
    [
        {"weights": {str(index): {} for index in range(100_001)}},
        {"options": {"wrt": ["inputs"] * 100_001}},
        {"options": {"include": [[[0] * 1000] * 10] * 11}},
        {"weights": {str(index): {str(name): 0 for name in range(1000)} for index in range(101)}},
    ],
)
def test_more_than_anybody_means_is_refused_fast(more: Any) -> None:
    started = time.thread_time()
    fault = the_fault(DOCUMENT | more)
    assert time.thread_time() - started < 1.0
    assert (fault.code, fault.pointer) == ("network_too_large", "")
    assert "more than 100,000 names and values outside of arrays" in fault.detail


def test_thousands_of_unknown_fields_take_no_longer_than_they_must() -> None:
    started = time.thread_time()
    assert len(faults(DOCUMENT | {f"extra{index}": index for index in range(30_000)})) == 10
    assert time.thread_time() - started < 2.0


def test_numbers_inside_arrays_are_not_counted() -> None:
    parse(BackwardRequest, changed("batch/inputs", np.ones((1000, 1000))))
