"""What a layer costs, counted by hand: operations of matrix products, and numbers held beside the output."""

from __future__ import annotations

from typing import Any

import pytest

from chainrule.core.arrays import Shape
from tests.core.discovery import made

QUERY, KEY, VALUE = (2, 3, 7), (2, 5, 6), (2, 5, 4)
GROUPED = {"num_heads": 4, "num_kv_heads": 2, "key_dim": 3, "value_dim": 5}
GRU = {"type": "gru", "units": 3}


@pytest.mark.parametrize(
    ("name", "parameters", "inputs", "products"),
    [
        ("dense", {"units": 5}, [(2, 3, 4)], 24 * 5),
        ("dense", {"units": 5}, [(7, 4)], 28 * 5),
        # a state and an input of 4 go into each gate of 3 units, at 5 steps of 2 samples
        ("simple_rnn", {"units": 3}, [(2, 5, 4)], 10 * (4 + 3) * 3),
        ("gru", {"units": 3}, [(2, 5, 4)], 10 * (4 + 3) * 9),
        ("lstm", {"units": 3}, [(2, 5, 4)], 10 * (4 + 3) * 12),
        ("bidirectional", {"layer": GRU}, [(2, 5, 4)], 2 * 10 * (4 + 3) * 9),
        # 6 positions ask with 4 heads of 3, 10 answer with 2 of 3 and 2 of 5; each of 4 heads reads 5 keys and values
        ("multi_head_attention", GROUPED, [QUERY, KEY, VALUE], 6 * 84 + 10 * 36 + 10 * 40 + 6 * 140 + 120 * (3 + 5)),
        ("multi_head_attention", {"num_heads": 1, "key_dim": 2}, [(1, 3, 4)], 4 * 3 * 8 + 9 * (2 + 2)),
        ("up_sampling2d", {"interpolation": "bilinear"}, [(2, 4, 5, 6)], 0),
        ("add", {}, [(2, 3), (2, 3)], 0),
    ],
)
def test_a_multiply_add_counts_as_two(
    name: str, parameters: dict[str, Any], inputs: list[Shape], products: int
) -> None:
    assert made("layer", name, **parameters).flops(*inputs) == 2 * products


@pytest.mark.parametrize(
    ("name", "parameters", "inputs", "numbers"),
    [
        ("dense", {"units": 5}, [(2, 3, 4)], 0),
        # a state, its activation, and twice each gate, of 3 units at 5 steps of 2 samples
        ("simple_rnn", {"units": 3}, [(2, 5, 4)], 30 * (2 + 2)),
        ("gru", {"units": 3}, [(2, 5, 4)], 30 * (2 + 6)),
        ("lstm", {"units": 3}, [(2, 5, 4)], 30 * (2 + 8)),
        ("bidirectional", {"layer": GRU}, [(2, 5, 4)], 2 * 30 * (2 + 6)),
        ("multi_head_attention", GROUPED, [QUERY, KEY, VALUE], 6 * 4 * (3 + 5) + 10 * 2 * (3 + 5) + 2 * 4 * 3 * 5),
        ("layer_normalization", {}, [(2, 3, 4)], 2 * 6),
        ("layer_normalization", {"axis": [1, 2]}, [(2, 3, 4)], 2 * 2),
        ("group_normalization", {"groups": 3}, [(2, 5, 6)], 2 * 2 * 6),
        ("group_normalization", {"groups": 1, "axis": 1}, [(2, 5, 6)], 2 * 2 * 5),
        ("up_sampling2d", {"size": [3, 2], "interpolation": "bilinear"}, [(2, 4, 5, 6)], 3 * 240 * 3),
        ("up_sampling2d", {"size": [3, 2]}, [(2, 4, 5, 6)], 0),
        # 6 channels of 12 numbers after the rows, and four for each of 6 windows
        ("max_pooling2d", {}, [(2, 4, 6, 3)], 6 * (12 + 4 * 6)),
    ],
)
def test_what_is_held_beside_the_output_is_counted(
    name: str, parameters: dict[str, Any], inputs: list[Shape], numbers: int
) -> None:
    assert made("layer", name, **parameters).extra_numbers(*inputs) == numbers


@pytest.mark.parametrize(
    ("name", "parameters", "inputs", "steps"),
    [
        ("dense", {"units": 5}, [(2, 3, 4)], 1),
        ("lstm", {"units": 3}, [(2, 5, 4)], 5),
        ("bidirectional", {"layer": GRU}, [(2, 5, 4)], 10),
    ],
)
def test_a_recurrent_layer_makes_a_step_for_each_position(
    name: str, parameters: dict[str, Any], inputs: list[Shape], steps: int
) -> None:
    assert made("layer", name, **parameters).steps(*inputs) == steps
