from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.calls import prepare_backward
from chainrule.core.layer import Misfit, Run
from chainrule.core.layers.embedding import Embedding, PositionalEmbedding, sum_by_row
from chainrule.core.limits import Limits
from chainrule.errors import InputError

VECTORS = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


def request(tokens: Any, **parameters: Any) -> dict[str, Any]:
    layer = {"type": "embedding", "name": "words", "input_dim": 3, "output_dim": 2, **parameters}
    return {
        "network": {"layers": [layer]},
        "weights": {"words": {"embeddings": VECTORS}},
        "batch": {"inputs": np.array(tokens), "output_gradients": np.ones((1, 3, 2))},
    }


def gradients(document: dict[str, Any]) -> Any:
    return prepare_backward(document, Limits()).compute(lambda: None)["gradients"]


def test_a_row_gets_the_sum_of_the_places_where_it_was_looked_up() -> None:
    found = gradients(request([[2.0, 0.0, 2.0]]))
    assert found["weights"]["words"]["embeddings"].tolist() == [[1, 1], [0, 0], [2, 2]]
    assert found["inputs"] is None


def test_padding_is_looked_up_and_not_trained() -> None:
    document = request([[2.0, 0.0, 2.0]], padding_idx=2)
    assert gradients(document)["weights"]["words"]["embeddings"].tolist() == [[1, 1], [0, 0], [0, 0]]
    assert prepare_backward(document, Limits()).compute(lambda: None)["outputs"][0, 0].tolist() == [5, 6]


@pytest.mark.parametrize(
    ("tokens", "told"),
    [
        ([[2.0, 0.0, 3.0]], r"from 0 to 2, got 3 at \[0, 2\]"),
        ([[2.0, -1.0, 0.0]], r"got -1 at \[0, 1\]"),
        ([[0.5, 0.0, 0.0]], r"got 0.5 at \[0, 0\]"),
        ([[1e300, 0.0, 0.0]], "got 1e\\+300"),
    ],
)
def test_what_is_no_token_is_refused_at_its_place(tokens: Any, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        prepare_backward(request(tokens), Limits())
    assert caught.value.faults[0].pointer == "/batch/inputs"


def test_what_a_layer_has_computed_is_no_token() -> None:
    document = request([[0.0, 1.0, 2.0]])
    document["network"]["layers"].insert(0, {"type": "relu"})
    with pytest.raises(InputError, match="reads whole numbers") as caught:
        prepare_backward(document, Limits())
    assert caught.value.faults[0].pointer == "/network/layers/1/inputs"


def test_an_input_that_is_read_as_numbers_too_has_a_gradient() -> None:
    document = request([[0.0, 1.0, 2.0]])
    document["network"]["layers"] += [
        {"type": "flatten", "name": "vectors"},
        {"type": "concatenate", "inputs": ["vectors", "inputs"]},
    ]
    document["batch"]["output_gradients"] = np.arange(9.0).reshape(1, 9)
    assert gradients(document)["inputs"].tolist() == [[6.0, 7.0, 8.0]]


def test_tokens_are_exact_where_float32_would_not_be() -> None:
    layer = Embedding(input_dim=2**25, output_dim=1)
    step = layer.forward(np.array([[2**24 + 1]]), {"embeddings": np.zeros((2**24 + 2, 1), np.float32)}, Run())
    assert step.cache.tolist() == [[2**24 + 1]]


def test_a_padding_that_is_no_token_does_not_fit() -> None:
    with pytest.raises(Misfit, match="padding_idx 3 is no token"):
        Embedding(input_dim=3, output_dim=2, padding_idx=3).output_shape((1, 3))


def test_a_sequence_longer_than_the_positions_does_not_fit() -> None:
    with pytest.raises(Misfit, match="5 positions, but max_length is 4"):
        PositionalEmbedding(max_length=4).output_shape((2, 5, 3))


@given(index=st.lists(st.integers(0, 4), min_size=1, max_size=30), seed=st.integers(0, 100))
def test_rows_of_one_index_are_added_up(index: list[int], seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(len(index), 3))
    slow = np.zeros((5, 3))
    np.add.at(slow, index, rows)
    np.testing.assert_allclose(sum_by_row(np.array(index), rows, 5), slow, atol=1e-12)
