"""Where arrays stand, and what they are called as tensors."""

from __future__ import annotations

import pytest

from chainrule.codec.layout import REQUEST, UnknownTensorError, request_path, response_name


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("weights.hidden/kernel", ("weights", "hidden", "kernel")),
        ("weights.block.1.a/query/kernel", ("weights", "block.1.a", "query/kernel")),
        ("state.norm/moving_mean", ("state", "norm", "moving_mean")),
        ("batch.inputs", ("batch", "inputs")),
        ("batch.inputs.left.eye", ("batch", "inputs", "left.eye")),
        ("batch.targets", ("batch", "targets")),
        ("batch.sample_weights", ("batch", "sample_weights")),
        ("batch.output_gradients", ("batch", "output_gradients")),
    ],
)
def test_a_tensor_has_the_place_of_an_array(name: str, path: tuple[str, ...]) -> None:
    assert request_path(name) == path
    place = REQUEST
    for key in path:
        place = place.under(key)
    assert place.array


@pytest.mark.parametrize(
    ("name", "path", "hint"),
    [
        ("batch.target", ("batch", "target"), 'unknown tensor: did you mean "batch.targets"?'),
        ("batch.targets.a", ("batch", "targets.a"), 'unknown tensor: did you mean "batch.targets"?'),
        ("inputs", ("inputs",), "unknown tensor: known are batch.inputs, "),
        (
            "weights.hidden.kernel",
            ("weights", "hidden.kernel"),
            'expected "weights.<layer>/<weight>", which has a slash',
        ),
        ("weights/hidden/kernel", ("weights/hidden/kernel",), "unknown tensor: known are "),
        ("state.norm", ("state", "norm"), 'expected "state.<layer>/<weight>", which has a slash'),
        ("network.layers", ("network.layers",), "unknown tensor: known are "),
        ("weights", ("weights",), "unknown tensor"),
        ("batch", ("batch",), "unknown tensor"),
        ("", ("",), "unknown tensor"),
    ],
)
def test_an_unknown_tensor_gets_a_hint(name: str, path: tuple[str, ...], hint: str) -> None:
    with pytest.raises(UnknownTensorError) as caught:
        request_path(name)
    assert caught.value.path == path
    assert str(caught.value).startswith(hint)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (("outputs",), "outputs"),
        (("loss",), "loss"),
        (("sample_losses",), "sample_losses"),
        (("gradients", "weights", "a.b", "query/kernel"), "gradients.weights.a.b/query/kernel"),
        (("gradients", "inputs"), "gradients.inputs"),
        (("gradients", "inputs", "left.eye"), "gradients.inputs.left.eye"),
        (("state", "norm", "moving_mean"), "state.norm/moving_mean"),
        (("weights", "a", "kernel"), "weights.a/kernel"),
        (("activations", "block.1"), "activations.block.1"),
        (("activation_gradients", "block.1"), "activation_gradients.block.1"),
        (("jacobian",), "jacobian"),
        (("jacobian", "left"), "jacobian.left"),
    ],
)
def test_an_array_of_an_answer_has_the_name_of_the_contract(path: tuple[str, ...], name: str) -> None:
    assert response_name(path) == name
