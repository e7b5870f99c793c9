"""``include: ["statistics"]``: the numbers of the arrays that could be included themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.documents import backward, forward
from tests.strategies import Drawn, arrays, networks
from tests.tolerances import assert_close

NUMBERS = ("minimum", "maximum", "mean", "standard_deviation", "zeros")


def numpy_says(tree: Any) -> Any:
    """The same tree with NumPy's numbers in the place of arrays."""
    if isinstance(tree, dict):
        return {name: numpy_says(one) for name, one in tree.items()}
    if tree is None:
        return None
    array = np.asarray(tree)
    numbers = (array.min(), array.max(), array.mean(), array.std(), (array == 0).sum())
    return dict(zip(NUMBERS, map(float, numbers), strict=True))


def assert_same(found: Any, expected: Any) -> None:
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for name, one in expected.items():
            assert_same(found[name], one)
    elif expected is None:
        assert found is None
    else:
        assert_close(float(found), expected)


@given(data=st.data(), drawn=networks(), wrt=st.lists(st.sampled_from(["weights", "inputs", "layer0"])))
def test_statistics_are_those_of_the_arrays(data: st.DataObject, drawn: Drawn, wrt: list[str]) -> None:
    document = drawn.request(batch={"output_gradients": data.draw(arrays(*drawn.outputs))})
    include = ["activations", "activation_gradients", "statistics"]
    answer = backward({**document, "options": {"include": include, "wrt": wrt}})
    expected = {name: answer[name] for name in ("activations", "activation_gradients", "gradients")}
    assert_same(answer["statistics"], numpy_says(expected | {"weights": drawn.weights}))


@given(drawn=networks())
def test_forward_has_those_of_the_forward_pass(drawn: Drawn) -> None:
    answer = forward(drawn.request(options={"include": ["activations", "statistics"]}))
    expected = {"activations": answer["activations"], "weights": drawn.weights}
    assert_same(answer["statistics"], numpy_says(expected))


def test_the_arrays_do_not_come_along() -> None:
    answer = backward(
        {
            "network": {"layers": [{"type": "relu", "name": "cut"}]},
            "batch": {"inputs": [[1.0, -1.0]], "output_gradients": [[1.0, 1.0]]},
            "options": {"include": ["statistics"]},
        }
    )
    assert answer.keys().isdisjoint({"activations", "activation_gradients"})
    assert answer["statistics"]["activation_gradients"].keys() == {"cut"}


def test_inputs_of_whole_numbers_have_none_and_others_go_by_name() -> None:
    layers = [
        {"type": "embedding", "name": "words", "input_dim": 3, "output_dim": 2, "inputs": ["tokens"]},
        {"type": "flatten", "name": "flat"},
        {"type": "multiply", "name": "product", "inputs": ["flat", "numbers"]},
    ]
    document = {
        "network": {"inputs": ["tokens", "numbers"], "layers": layers},
        "weights": {"words": {"embeddings": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]}},
        "batch": {"inputs": {"tokens": [[1]], "numbers": [[0.0, 1.0]]}, "output_gradients": [[1.0, 1.0]]},
        "options": {"include": ["statistics"]},
    }
    found = backward(document)["statistics"]["gradients"]["inputs"]
    assert found["tokens"] is None
    assert (found["numbers"]["minimum"], found["numbers"]["maximum"]) == (3.0, 4.0)


@pytest.mark.parametrize("wrt", [[], ["weights"]])
def test_what_was_not_asked_for_has_none(wrt: list[str]) -> None:
    document = {
        "network": {"layers": [{"type": "dense", "name": "neuron", "units": 1}]},
        "weights": {"neuron": {"kernel": [[2.0]], "bias": [0.0]}},
        "batch": {"inputs": [[1.0]], "output_gradients": [[1.0]]},
        "options": {"include": ["statistics"], "wrt": wrt},
    }
    gradients = backward(document)["statistics"]["gradients"]
    assert gradients["inputs"] is None
    assert gradients["weights"].keys() == ({"neuron"} if wrt else set())


def test_the_largest_numbers_have_statistics() -> None:
    document = {"network": {"layers": [{"type": "identity", "name": "same"}]}, "batch": {"inputs": [[1e308, -1e308]]}}
    found = forward({**document, "options": {"include": ["statistics"]}})["statistics"]["activations"]["same"]
    assert (found["mean"], found["standard_deviation"]) == (0.0, pytest.approx(1e308))
