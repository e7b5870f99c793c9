"""Several upstream gradients at once: what each of them gives, side by side."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.core.examples import LayerExample
from chainrule.core.layer import Layer, Wanted
from tests.core.discovery import definition_of, every_example
from tests.core.layer_cases import layer_case
from tests.tolerances import assert_close

LAYERS = every_example("layer", "activation")


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("cls", "example"), LAYERS)
def test_each_gradient_gives_what_it_gives_alone(cls: type[Layer], example: LayerExample, count: int) -> None:
    case = layer_case(definition_of(cls, example), example)
    cache = case.forward().cache
    grads = np.stack([case.upstream * (one + 1) for one in range(count)])
    together = case.layer.backward_each(grads, case.weights, cache)
    alone = [case.layer.backward(grad, case.weights, cache) for grad in grads]
    for at, found in enumerate(together.inputs):
        expected = [one.inputs[at] for one in alone]
        assert (found is None) == (expected[0] is None)
        if found is not None:
            assert_close(found, np.stack([one for one in expected if one is not None]))
    assert together.weights.keys() == alone[0].weights.keys()
    for name, stacked in together.weights.items():
        assert_close(stacked, np.stack([one.weights[name] for one in alone]))


@pytest.mark.parametrize(("cls", "example"), LAYERS)
def test_what_nobody_wants_is_not_computed(cls: type[Layer], example: LayerExample) -> None:
    case = layer_case(definition_of(cls, example), example)
    cache, grads = case.forward().cache, np.stack([case.upstream, case.upstream])
    found = case.layer.backward_each(grads, case.weights, cache, Wanted(weights=False))
    assert found.weights == {}
    assert len(found.inputs) == len(case.inputs)
    if case.weights:
        only = case.layer.backward_each(grads, case.weights, cache, Wanted(inputs=False))
        assert all(one is None for one in only.inputs)
