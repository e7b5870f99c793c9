"""What an error says of a weight from PyTorch: whoever does it gets PyTorch's numbers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chainrule.calls import prepare_forward
from chainrule.core.layer import Layer
from chainrule.core.layers.attention import of_three
from chainrule.core.layouts import MATRIX, Layout, of_side, recurrent
from chainrule.core.part import classes
from chainrule.core.windows import CHANNELS_SECOND
from tests.core.pytorch_layers import FILE
from tests.documents import forward, refusal

CASES: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))["cases"]

Tree = dict[str, dict[str, NDArray[Any]]]


def request(case: Any, **tree: Any) -> dict[str, Any]:
    layer = {"name": "it", **case["layer"]}
    options = {"training": False}
    return {"network": {"layers": [layer]}, "batch": {"inputs": case["inputs"]}, "options": options, **tree}


def hints(case: Any) -> dict[str, str]:
    """What is said of each weight that comes as PyTorch has it."""
    faults = refusal(request(case, weights={"it": case["weights"]}), prepare_forward)
    at = "/weights/it/"
    return {one.pointer.removeprefix(at): one.detail for one in faults if one.code == "unexpected_weight"}


def obeyed(case: Any) -> Any:
    """The weights and the state that are left by doing what the errors say."""
    arrays = {name: np.array(one) for name, one in case["weights"].items()}
    # `out_proj.weight` is one name there, and an attribute in an expression
    names = arrays | {"np": np, "out_proj": SimpleNamespace(**inside(arrays, "out_proj."))}
    tree: Tree = {"weights": {}, "state": {}}
    for name, hint in hints(case).items():
        for part, here, expression in told(name, hint):
            value = eval(expression, {"__builtins__": {}}, names)  # noqa: S307 (what the error says)
            tree[part][here] = np.ascontiguousarray(value)
    kept = {name: one for name, one in arrays.items() if name not in hints(case)}
    return {"weights": {"it": tree["weights"] | kept}, "state": {"it": tree["state"]}}


def inside(arrays: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): one for name, one in arrays.items() if name.startswith(prefix)}


def told(name: str, hint: str) -> list[tuple[str, str, str]]:
    """The part of the request, the name and the expression of everything that a hint says to send."""
    if moved := re.fullmatch(r'send it in "state", as "(.+)"', hint):
        return [("state", moved[1], name)]
    if renamed := re.fullmatch(r'it is called "(.+)" here', hint):
        return [("weights", renamed[1], name)]
    send = re.search(r'send (.+?) as "(.+?)", \(.+?\)(.*)', hint)
    assert send, hint
    expression = send[1].replace("its transpose", f"{name}.T")
    others = re.findall(r'"(.+?)"', send[3])
    return [("weights", here, expression.replace("[0]", f"[{index}]")) for index, here in enumerate([send[2], *others])]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_whoever_does_what_the_error_says_gets_pytorchs_numbers(case: Any) -> None:
    answer = forward(request(case, **obeyed(case)))
    np.testing.assert_allclose(answer["outputs"], case["outputs"], rtol=1e-12, atol=1e-13)


def test_every_weight_that_a_layer_knows_of_pytorch_is_held_against_it() -> None:
    stated = {(cls.names()[0], name) for cls in classes("layer", "activation") for name in cls.pytorch}  # type: ignore[attr-defined]
    held = {(case["layer"]["type"], name) for case in CASES.values() for name in hints(case)}
    assert stated <= held


def refused(case: Any, weights: Any) -> list[str]:
    state = obeyed(case)["state"]
    return [one.detail for one in refusal(request(case, weights={"it": weights}, state=state), prepare_forward)]


@pytest.mark.parametrize(
    ("name", "weight", "shape", "told"),
    [
        ("conv2d", "kernel", (4, 3, 2, 3), "is it PyTorch's, (out, in, height, width)? then send "),
        ("conv1d", "kernel", (4, 3, 2), "then send np.transpose(kernel, (2, 1, 0))"),
        ("depthwise_conv2d", "kernel", (6, 1, 2, 3), "np.transpose(kernel, (2, 3, 0, 1)).reshape(2, 3, 3, 2)"),
        ("gru", "kernel", (9, 2), "then send kernel.reshape(3, -1, 2)[[1, 0, 2]].reshape(-1, 2).T"),
        ("lstm", "kernel", (12, 2), "expected (2, 12), got (12, 2): is it transposed?"),
        ("dense", "kernel", (2, 3), "expected (3, 2), got (2, 3): is it transposed?"),
    ],
)
def test_a_kernel_in_pytorchs_layout_is_recognized(name: str, weight: str, shape: Any, told: str) -> None:
    case = CASES[name]
    assert told in refused(case, {**obeyed(case)["weights"]["it"], weight: np.ones(shape)})[0]


@pytest.mark.parametrize(
    ("name", "shape", "told"),
    [
        ("conv2d", (2, 3, 3, 4), 'it is called "kernel" here'),
        ("dense", (3, 2), 'it is called "kernel" here'),
        ("depthwise_conv2d", (2, 3, 3, 2), 'it is called "kernel" here'),
        ("square dense", (3, 3), 'PyTorch\'s weight is (out, in): send its transpose as "kernel", (3, 3)'),
        ("dense", (5, 4), 'PyTorch\'s weight is (out, in): send its transpose as "kernel", (3, 2)'),
    ],
)
def test_a_weight_that_can_only_have_the_layout_of_here_is_not_turned_round(name: str, shape: Any, told: str) -> None:
    assert hints({**CASES[name], "weights": {"weight": np.ones(shape)}}) == {"weight": told}


@pytest.mark.parametrize("name", ["W", "w", "weights"])
def test_a_name_that_is_nobodys_is_told_what_it_is_called_here(name: str) -> None:
    case = CASES["dense"]
    assert hints({**case, "weights": {name: np.ones((3, 2))}}) == {name: 'it is called "kernel" here'}
    turned = 'it is called "kernel" here: expected (3, 2), got (2, 3): is it transposed?'
    assert hints({**case, "weights": {name: np.ones((2, 3))}}) == {name: turned}
    assert hints({**case, "weights": {"b": np.ones(2)}}) == {"b": 'it is called "bias" here'}


def test_a_layer_without_bias_is_not_told_what_a_bias_is_called() -> None:
    case = {**CASES["dense"], "layer": {"type": "dense", "units": 2, "use_bias": False}}
    assert hints({**case, "weights": {"b": np.ones(2)}}) == {"b": 'unknown weight "b": known are kernel'}


def test_a_layer_that_leaves_a_weight_out_does_not_know_it_under_another_name_either() -> None:
    case = {**CASES["dense"], "layer": {"type": "layer_normalization", "scale": False}}
    assert hints({**case, "weights": {"weight": np.ones(3)}})["weight"].startswith('unknown weight "weight"')


def test_a_recurrent_layer_has_two_kernels_of_one_layout_and_two_biases_that_are_one_here() -> None:
    found = recurrent(Layout("kernel", "(gates, in)", MATRIX), "bias_ih_l0 + bias_hh_l0")
    bias = Layout("bias", "one of two biases", value="bias_ih_l0 + bias_hh_l0")
    assert found == {
        "weight_ih_l0": Layout("kernel", "(gates, in)", MATRIX),
        "weight_hh_l0": Layout("recurrent_kernel", "(gates, units)", MATRIX),
        "bias_ih_l0": bias,
        "bias_hh_l0": bias,
    }
    back = of_side(found, "backward_", "_reverse")
    assert back["weight_hh_l0_reverse"] == Layout("backward_recurrent_kernel", "(gates, units)", MATRIX)
    both = "bias_ih_l0_reverse + bias_hh_l0_reverse"
    assert back["bias_ih_l0_reverse"] == Layout("backward_bias", "one of two biases", value=both)
    assert len(back) == 4


def test_of_three_projections_in_one_the_other_two_are_told_beside_the_first() -> None:
    layout = of_three("bias", "np.split({name}, 3)[0].reshape{shape}")
    assert layout.hint("in_proj_bias", (2, 4), (24,)) == (
        "PyTorch's in_proj_bias is that of query, key and value, one below another: "
        'send np.split(in_proj_bias, 3)[0].reshape(2, 4) as "query/bias", (2, 4), '
        'and for "key/bias" and "value/bias" the same with [1] and [2]'
    )


def test_a_gru_that_resets_before_the_product_is_none_of_pytorchs() -> None:
    case = {**CASES["gru"], "layer": {"type": "gru", "units": 3, "reset_after": False}}
    assert hints(case)["weight_ih_l0"].startswith('unknown weight "weight_ih_l0"')


def test_attention_with_fewer_keys_than_queries_is_none_of_pytorchs() -> None:
    case = CASES["multi_head_attention"]
    for more in ({"num_kv_heads": 1}, {"value_dim": 2}):
        told = hints({**case, "layer": {**case["layer"], **more}})
        assert told["in_proj_weight"].startswith('unknown weight "in_proj_weight"')


def test_a_layer_knows_more_of_its_weights_than_the_activation_inside_it() -> None:
    case = {**CASES["dense"], "layer": {"type": "dense", "units": 2, "activation": "prelu"}}
    assert hints(case)["weight"].startswith("PyTorch's weight is (out, in)")


@pytest.mark.parametrize(
    ("name", "shape", "hinted"),
    [
        ("conv2d", (2, 3, 4, 4), True),
        ("conv1d", (2, 6, 4), True),
        ("depthwise_conv2d", (2, 3, 4, 2), True),
        ("conv2d_transpose", (2, 3, 4, 4), True),
        ("conv2d", (2, 3, 4, 5), False),
        ("conv2d", (3, 3, 3, 4), False),
        ("conv2d", (2, 3, 3), False),
    ],
)
def test_a_kernel_for_channels_that_stand_second_is_told_of_it(name: str, shape: Any, hinted: bool) -> None:
    case = CASES[name]
    layer = {key: value for key, value in case["layer"].items() if key != "data_format"}
    inputs = np.ones((2, 5, 3) if name == "conv1d" else (2, 4, 4, 3))
    document = request({**case, "layer": layer, "inputs": inputs}, weights={"it": {"kernel": np.ones(shape)}})
    said = said_of_the_kernel(document)
    assert said.endswith(f", got {shape}: {CHANNELS_SECOND}" if hinted else f", got {shape}")
    document["network"]["layers"][0]["data_format"] = "channels_first"
    document["batch"]["inputs"] = np.moveaxis(inputs, -1, 1).copy()
    document["weights"]["it"]["kernel"] = np.ones((*shape[:-2], 9, shape[-1]))
    assert said_of_the_kernel(document).endswith(f", got {(*shape[:-2], 9, shape[-1])}")


def said_of_the_kernel(document: Any) -> str:
    (told,) = (one.detail for one in refusal(document, prepare_forward) if one.pointer == "/weights/it/kernel")
    return told


class TestState:
    CASE: Any = CASES["batch_normalization"]

    def test_it_is_sent_beside_the_weights(self) -> None:
        sent = {name: np.ones(3) for name in ("moving_mean", "running_var")}
        assert hints({**self.CASE, "weights": sent}) == {
            "moving_mean": 'send it in "state", as "moving_mean"',
            "running_var": 'send it in "state", as "moving_variance"',
        }

    def test_a_weight_is_not_sent_in_it(self) -> None:
        state = {"gamma": np.ones(3), "running_mean": np.ones(3), "other": np.ones(3)}
        faults = refusal(request(self.CASE, weights={"it": {}}, state={"it": state}), prepare_forward)
        told = {one.pointer: one.detail for one in faults if one.code == "unexpected_weight"}
        assert told == {
            "/state/it/gamma": 'send it in "weights", as "gamma"',
            "/state/it/running_mean": 'it is called "moving_mean" here',
            "/state/it/other": 'unknown weight "other": known are moving_mean, moving_variance',
        }


def test_a_layer_says_the_layouts_of_pytorch_in_its_class() -> None:
    for cls in classes("layer", "activation"):
        assert issubclass(cls, Layer)
        for layout in cls.pytorch.values():
            assert isinstance(layout, Layout)
            assert layout.here in cls.variables


def test_the_page_on_pytorch_has_every_layout() -> None:
    page = (Path(__file__).parents[2] / "docs" / "pytorch-and-keras.md").read_text(encoding="utf-8")
    rows = page.partition("| axes there |")[2].partition("## ")[0]
    for cls in classes("layer", "activation"):
        for name, layout in cls.pytorch.items():  # type: ignore[attr-defined]
            assert cls.names()[0] in rows
            for said in (name, layout.there, layout.here.rpartition("/")[2]):
                assert said in rows


def test_two_axes_that_are_one_there_are_told_apart_from_others() -> None:
    layout = Layout("kernel", "(channels * multiplier, 1, height, width)", (2, 3, 0, 1), joined=True)
    told = layout.question((3, 5, 2, 4), (8, 1, 3, 5))
    assert told.endswith("then send np.transpose(kernel, (2, 3, 0, 1)).reshape(3, 5, 2, 4)")
    assert layout.question((3, 5, 2, 4), (20, 1, 3, 5)) == ""
    assert Layout("kernel", "(out, in)", (2, 1, 0)).expression("weight", (4, 3, 2)) == "np.transpose(weight, (2, 1, 0))"
