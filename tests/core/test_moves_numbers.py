"""Layers that say that they only move numbers, whose outputs the engine therefore does not look at."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.core.examples import LayerExample
from chainrule.core.layer import Layer
from tests.core.discovery import definition_of, every_example
from tests.core.layer_cases import layer_case

EXAMPLES = [one for one in every_example("layer", "activation") if one.values[0].moves_numbers]


def test_some_layers_only_move_numbers() -> None:
    assert {"concatenate", "embedding", "flatten", "identity", "permute", "reshape", "zero_padding2d"} <= {
        one.values[0].names()[0] for one in EXAMPLES
    }


@pytest.mark.parametrize(("cls", "example"), EXAMPLES)
def test_a_layer_that_moves_numbers_makes_no_new_ones(cls: type[Layer], example: LayerExample) -> None:
    case = layer_case(definition_of(cls, example), example)

    known = np.concatenate([one.ravel() for one in (*case.inputs, *case.weights.values())])
    assert set(np.unique(case.forward().output)) <= {0.0, *known.tolist()}
