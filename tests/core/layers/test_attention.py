from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.core import lanes
from chainrule.core.layer import Misfit, Run
from chainrule.core.layers.attention import MultiHeadAttention
from chainrule.core.layers.rotary import RotaryEmbedding

RANDOM = np.random.default_rng(5)


def weights_for(layer: MultiHeadAttention, *shapes: tuple[int, ...]) -> dict[str, Any]:
    return {name: RANDOM.normal(size=shape) for name, shape in layer.weight_shapes(*shapes).items()}


def test_equal_keys_are_read_alike() -> None:
    layer = MultiHeadAttention(num_heads=1, key_dim=1, use_bias=False)
    one = np.ones((1, 1, 1))
    weights = {
        "query/kernel": one,
        "key/kernel": 0 * one,
        "value/kernel": one,
        "attention_output/kernel": one,
    }
    step = layer.apply([np.array([[[2.0], [4.0], [9.0]]])], weights, Run())
    assert step.output.tolist() == [[[5.0], [5.0], [5.0]]]


def test_a_causal_position_reads_none_that_come_after_it() -> None:
    layer = MultiHeadAttention(num_heads=2, key_dim=3, causal=True)
    x = RANDOM.normal(size=(2, 5, 4))
    weights = weights_for(layer, x.shape)
    changed = x.copy()
    changed[:, 3:] += 1.0
    before, after = (layer.apply([one], weights, Run()) for one in (x, changed))
    np.testing.assert_array_equal(before.output[:, :3], after.output[:, :3])
    assert (before.output[:, 3:] != after.output[:, 3:]).all()


def test_heads_that_share_a_key_compute_what_heads_with_copies_of_it_do() -> None:
    shared = MultiHeadAttention(num_heads=4, key_dim=3, num_kv_heads=2)
    apart = MultiHeadAttention(num_heads=4, key_dim=3)
    x = RANDOM.normal(size=(2, 5, 6))
    weights = weights_for(shared, x.shape)
    copies = {
        name: np.repeat(one, 2, axis=-2) if name.startswith(("key", "value")) else one for name, one in weights.items()
    }
    expected = apart.apply([x], copies, Run()).output
    np.testing.assert_allclose(shared.apply([x], weights, Run()).output, expected, rtol=1e-12)


def test_scores_of_any_size_do_not_overflow() -> None:
    layer = MultiHeadAttention(num_heads=1, key_dim=2)
    x = RANDOM.normal(size=(1, 3, 2)) * 1e100
    assert np.isfinite(layer.apply([x], weights_for(layer, x.shape), Run()).output).all()


@pytest.mark.parametrize(
    ("parameters", "shapes", "told"),
    [
        ({}, ((2, 3),), r"reads \(samples, positions, features\)"),
        ({}, ((2, 3, 4), (2, 5, 4), (2, 6, 4)), "stand at the same positions"),
        ({}, ((2, 3, 4), (3, 5, 4)), "stand at the same positions"),
        ({"num_kv_heads": 3}, ((2, 3, 4),), "num_kv_heads 3 does not divide num_heads 4"),
    ],
)
def test_what_does_not_fit_is_told(parameters: dict[str, Any], shapes: Any, told: str) -> None:
    with pytest.raises(Misfit, match=told):
        MultiHeadAttention(num_heads=4, key_dim=2, **parameters).output_shape(*shapes)


def test_the_attention_itself_is_counted() -> None:
    layer = MultiHeadAttention(num_heads=8, key_dim=1)
    assert layer.extra_numbers((1, 100_000, 1)) > 8 * 100_000**2


@pytest.mark.parametrize("interleaved", [False, True])
def test_turned_products_depend_on_the_distance_alone(interleaved: bool) -> None:
    layer = RotaryEmbedding(interleaved=interleaved)
    query, key = RANDOM.normal(size=(2, 1, 8))
    everywhere = [layer.forward(np.repeat(one, 6, axis=-2)[None], {}, Run()).output[0] for one in (query, key)]
    products = everywhere[0] @ everywhere[1].T
    for distance in range(-3, 4):
        np.testing.assert_allclose(np.diff(np.diagonal(products, distance)), 0, atol=1e-12)


def test_turning_needs_pairs() -> None:
    with pytest.raises(Misfit, match="an even number of features"):
        RotaryEmbedding().output_shape((2, 3, 5))


def test_what_is_left_out_is_told_as_it_is_meant() -> None:
    assert MultiHeadAttention(num_heads=4, key_dim=16).resolved() == {"value_dim": 16, "num_kv_heads": 4, "scale": 0.25}
    given: dict[str, Any] = {"value_dim": 3, "num_kv_heads": 2, "scale": 0.5}
    assert MultiHeadAttention(num_heads=4, key_dim=16, **given).resolved() == given


def test_nothing_is_left_out_but_in_training() -> None:
    x, layer = RANDOM.normal(size=(2, 3, 4)), MultiHeadAttention(num_heads=2, key_dim=2, dropout=0.5)
    weights = {name: RANDOM.normal(size=shape) for name, shape in layer.weight_shapes(x.shape).items()}
    whole = MultiHeadAttention(num_heads=2, key_dim=2).apply([x], weights, Run(training=True)).output
    np.testing.assert_array_equal(layer.apply([x], weights, Run()).output, whole)
    assert not np.array_equal(layer.apply([x], weights, Run(training=True)).output, whole)


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_a_sample_at_a_time_gives_what_all_at_once_give(dropout: float, monkeypatch: pytest.MonkeyPatch) -> None:
    x, layer = RANDOM.normal(size=(3, 4, 4)), MultiHeadAttention(num_heads=2, key_dim=2, dropout=dropout)
    weights = {name: RANDOM.normal(size=shape) for name, shape in layer.weight_shapes(x.shape).items()}
    whole = layer.apply([x], weights, Run(training=True))
    gradients = layer.backward(np.cos(x), weights, whole.cache)
    monkeypatch.setattr(lanes, "BLOCK_NUMBERS", 1)
    parts = layer.apply([x], weights, Run(training=True))
    np.testing.assert_allclose(parts.output, whole.output, rtol=1e-12)
    found = layer.backward(np.cos(x), weights, parts.cache)
    for name, one in gradients.weights.items():
        np.testing.assert_allclose(found.weights[name], one, rtol=1e-9, atol=1e-12)
