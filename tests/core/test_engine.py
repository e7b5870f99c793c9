"""The two loops: what they add up, what they leave out, where they stop."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chainrule.core.activations.identity import Identity
from chainrule.core.activations.tanh import Tanh
from chainrule.core.arrays import Array, Shape, Weights
from chainrule.core.engine import BUFFER, Asked, arithmetic
from chainrule.core.layer import EVERYTHING, Elementwise, Gradients, Layer, Run, Step, Wanted
from chainrule.core.layers.dense import Dense
from chainrule.errors import DeadlineExceeded, Fault, InputError
from tests.core.networks import Passes, Summed, placed, resolved

ROW = np.array([[1.0, 2.0]])


class Scaled(Layer):
    """Multiplies by a weight, and refuses to compute what nobody wants."""

    type: str = "scaled"
    reads: tuple[bool, bool] = (True, True)
    """Whether the gradients of its inputs and of its weights will be wanted."""

    def weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        return {"factor": (1,)}

    def output_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def forward(self, x: Array, weights: Weights, run: Run) -> Step:
        return Step(x * weights["factor"], x)

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        assert (wanted.inputs, wanted.weights) == self.reads
        dx = grad * weights["factor"] if wanted.inputs else None
        return Gradients((dx,), {"factor": (grad * cache).sum(keepdims=True)[0]} if wanted.weights else {})


class Unread(Elementwise):
    """Passes its input on, and has no backward pass: nobody may ask for it."""

    type: str = "unread"

    def value(self, x: Array) -> Array:
        return x.copy()


FACTOR = {"factor": np.array([3.0])}


def scaled(name: str, inputs: bool, weights: bool, reads: list[str] | None = None) -> Any:
    return placed(Scaled(reads=(inputs, weights)), name, reads)


def test_a_value_that_is_read_twice_gets_the_sum_of_both_gradients() -> None:
    layers = [
        placed(Identity(), "x"),
        placed(Dense(units=2, use_bias=False), "left", ["x"]),
        placed(Dense(units=2, use_bias=False), "right", ["x"]),
        placed(Summed(), "sum", ["left", "right"]),
    ]
    kernels = [{}, {"kernel": np.array([[1.0, 2.0], [3.0, 4.0]])}, {"kernel": np.array([[5.0, 0.0], [0.0, 7.0]])}, {}]
    passes = Passes(resolved(layers, inputs=(1, 2)), [ROW], kernels, np.array([[1.0, 10.0]]))
    np.testing.assert_array_equal(passes.forward().values[-1], [[12.0, 24.0]])
    np.testing.assert_array_equal(passes.backward().values[0], [[21.0 + 5.0, 43.0 + 70.0]])


def test_a_layer_may_read_the_same_value_twice() -> None:
    network = resolved([placed(Summed(), "sum", ["inputs", "inputs"])], inputs=(1, 2))
    passes = Passes(network, [ROW], [{}], ROW)
    np.testing.assert_array_equal(passes.forward().values[-1], 2 * ROW)
    np.testing.assert_array_equal(passes.backward().values[0], 2 * ROW)


def test_an_array_that_was_sent_to_two_values_is_not_written_into() -> None:
    layers = [
        placed(Identity(), "x"),
        placed(Summed(), "both", ["x", "inputs"]),
        placed(Summed(), "all", ["both", "x"]),
    ]
    upstream = ROW.copy()
    passes = Passes(resolved(layers, inputs=(1, 2)), [ROW], [{}] * 3, upstream, Asked(values=True))
    found = passes.backward()
    np.testing.assert_array_equal(upstream, ROW)
    np.testing.assert_array_equal(found.values[2], ROW)  # at "both"
    np.testing.assert_array_equal(found.values[1], 2 * ROW)  # at "x"
    np.testing.assert_array_equal(found.values[0], 3 * ROW)


def test_a_branch_that_leads_nowhere_is_computed_forward_and_not_backward() -> None:
    layers = [placed(Unread(), "dead"), placed(Identity(), "alive", ["inputs"])]
    passes = Passes(resolved(layers, inputs=(1, 2)), [ROW], [{}, {}], ROW)
    assert len(passes.forward().values) == 3
    assert passes.backward().values.keys() == {0}


@pytest.mark.parametrize(
    ("asked", "layers"),
    [
        (Asked(), [scaled("a", True, True), scaled("b", True, True)]),
        (Asked(inputs=False), [scaled("a", False, True), scaled("b", True, True)]),
        (Asked(nodes=[]), [scaled("a", True, False), scaled("b", True, False)]),
        (Asked(inputs=False, nodes=[0]), [scaled("a", False, True), scaled("b", True, False)]),
        (Asked(inputs=False, nodes=[1]), [placed(Unread(), "a"), scaled("b", False, True)]),
        (Asked(inputs=False, nodes=[]), [placed(Unread(), "a"), placed(Unread(), "b")]),
        (Asked(inputs=False), [placed(Unread(), "a"), scaled("b", False, True)]),
        (Asked(inputs=False, nodes=[], values=True), [placed(Unread(), "a"), scaled("b", True, False)]),
    ],
    ids=["all", "weights", "inputs", "first", "last", "none", "no-weights-before", "values"],
)
def test_no_layer_is_asked_for_what_nobody_reads(asked: Asked, layers: list[Any]) -> None:
    network = resolved(layers, inputs=(1, 2))
    weights: list[Weights] = [FACTOR if node.weights else {} for node in network.nodes]
    found = Passes(network, [ROW], weights, ROW, asked).backward()
    wanted = {index for index, node in enumerate(network.nodes) if node.weights and asked.asks_for(index)}
    assert {index for index, one in found.weights.items() if one} == wanted


def test_what_is_asked_for_does_not_change_the_numbers() -> None:
    layers = [placed(Dense(units=3), "a"), placed(Tanh(), "b"), placed(Dense(units=2), "c")]
    generator = np.random.default_rng(0)
    network = resolved(layers, inputs=(4, 2))
    weights: list[Weights] = [
        {name: generator.normal(size=shape) for name, shape in node.weights.items()} for node in network.nodes
    ]
    whole = Passes(network, [generator.normal(size=(4, 2))], weights, generator.normal(size=(4, 2)))
    everything = whole.backward()
    for node in (0, 2):
        part = replace(whole, asked=Asked(inputs=False, nodes=[node])).backward()
        for name, gradient in part.weights[node].items():
            assert gradient.tobytes() == everything.weights[node][name].tobytes()
    assert replace(whole, asked=Asked(nodes=[])).backward().values[0].tobytes() == everything.values[0].tobytes()


def test_caches_are_taken_away_on_the_way_back() -> None:
    network = resolved([placed(Tanh(), "a"), placed(Tanh(), "b")], inputs=(1, 2))
    passes = Passes(network, [ROW], [{}, {}], ROW)
    passed = passes.forward()
    assert None not in passed.caches
    passes.back(passed)
    assert passed.caches == [None, None]


@pytest.mark.parametrize("calls", range(6))
def test_it_stops_between_any_two_layers_when_it_may_not_proceed(calls: int) -> None:
    network = resolved([placed(Tanh(), name) for name in "abc"], inputs=(1, 2))
    asked_times = 0

    def proceed() -> None:
        nonlocal asked_times
        if asked_times == calls:
            raise DeadlineExceeded
        asked_times += 1

    with pytest.raises(DeadlineExceeded):
        Passes(network, [ROW], [{}, {}, {}], ROW, proceed=proceed).backward()
    assert asked_times == calls


def test_it_asks_whether_to_proceed_before_each_layer_of_both_passes() -> None:
    network = resolved([placed(Tanh(), name) for name in "abc"], inputs=(1, 2))
    asked: list[None] = []
    Passes(network, [ROW], [{}, {}, {}], ROW, proceed=lambda: asked.append(None)).backward()
    assert len(asked) == 6


def refused(passes: Passes) -> Fault:
    with np.errstate(all="ignore"), pytest.raises(InputError) as error:
        passes.backward()
    (fault,) = error.value.faults
    return fault


def non_finite(node: int, name: str, what: str) -> Fault:
    detail = f'the {what} of layer "{name}" is the first that is not finite: its numbers are too large'
    return Fault("non_finite_result", f"/network/layers/{node}", detail)


def test_an_output_that_overflows_names_the_first_layer_where_it_does() -> None:
    network = resolved([scaled(name, True, True) for name in ("calm", "wild", "after")], inputs=(1, 2))
    weights: list[Weights] = [{"factor": np.array([factor])} for factor in (1e200, 1e200, 0.0)]
    assert refused(Passes(network, [ROW], weights, ROW)) == non_finite(1, "wild", "output")


def test_a_gradient_that_overflows_names_the_first_layer_from_the_end_where_it_does() -> None:
    network = resolved([scaled(name, True, True) for name in ("before", "wild", "calm")], inputs=(1, 2))
    weights: list[Weights] = [{"factor": np.array([factor])} for factor in (1e-300, 1e200, 1e-50)]
    passes = Passes(network, [ROW], weights, np.array([[1e200, 0.0]]))
    assert refused(passes) == non_finite(1, "wild", "gradient")


def test_gradients_that_overflow_only_in_their_sum_are_found_too() -> None:
    layers = [
        placed(Identity(), "left", ["inputs"]),
        placed(Identity(), "right", ["inputs"]),
        placed(Summed(), "sum", ["left", "right"]),
    ]
    passes = Passes(resolved(layers, inputs=(1, 2)), [ROW], [{}] * 3, np.array([[1.5e308, 0.0]]))
    assert refused(passes) == non_finite(0, "left", "gradient")


def test_finite_numbers_whose_squares_overflow_are_finite() -> None:
    network = resolved([placed(Identity(), "a")], inputs=(1, 2))
    huge = np.array([[1e308, -1e308]])
    with np.errstate(all="ignore"):
        found = Passes(network, [huge], [{}], huge).backward()
    np.testing.assert_array_equal(found.values[0], huge)


def test_rows_are_broadcast_without_copies_while_it_computes_and_only_then() -> None:
    before = np.getbufsize()
    with arithmetic():
        assert np.getbufsize() == BUFFER < before
    assert np.getbufsize() == before
