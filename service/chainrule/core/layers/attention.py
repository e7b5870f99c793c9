"""Attention: every position reads from all positions, as far as their keys fit its query."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, PositiveInt

from chainrule.core.activations.softmax import softmax
from chainrule.core.arrays import Array, Shape, Weights, rows_of, size_of
from chainrule.core.elsewhere import FOLLOWS, SAMPLES_FIRST
from chainrule.core.examples import LayerExample
from chainrule.core.initializers import AnyInitializer
from chainrule.core.initializers.constants import Zeros
from chainrule.core.initializers.scaled import GlorotUniform
from chainrule.core.lanes import sample_blocks
from chainrule.core.layer import EVERYTHING, Gradients, Misfit, Run, SeveralInputs, Step, Wanted
from chainrule.core.layers.dropout import kept_factors
from chainrule.core.layouts import NONE, Layout, Layouts
from chainrule.core.variables import Variable, bias, kernel

SELF = ((2, 3, 4),)

ROLES = ("query", "key", "value")


@dataclass(frozen=True, slots=True)
class Cache:
    """What the backward pass needs of the forward pass. ``G`` groups share a key; ``R`` queries read each of them."""

    inputs: tuple[Array, ...]
    queries: Array
    """``(N, G, R · T, key_dim)``, times the scale."""
    keys: Array
    """``(N, G, S, key_dim)``."""
    values: Array
    """``(N, G, S, value_dim)``."""
    attention: Array
    """How much each query takes of each value, ``(N, G, R · T, S)``; rows sum to 1."""
    factors: Array | None
    """Dropout's factor of each of them."""
    context: Array
    """What was read, ``(N · T, heads · value_dim)``."""


def of_three(what: str, value: str) -> Layout:
    """Give a weight that PyTorch has for all three projections at once."""
    also = f', and for "key/{what}" and "value/{what}" the same with [1] and [2]'
    return Layout(f"query/{what}", "that of query, key and value, one below another", value=value, also=also)


class MultiHeadAttention(SeveralInputs):
    """Reads from all positions at once: ``y = concat_h(softmax(scale · q_h k_hᵀ) v_h) @ attention_output + bias``.

    ``q``, ``k`` and ``v`` are projections of the inputs: of one for self-attention, of ``[query, value]`` (the key is
    the value), or of ``[query, key, value]``. Backward, with ``a`` the softmax and ``dc`` the gradient at what was
    read: ``dv = aᵀ dc``, ``da = dc vᵀ``, ``ds = a · (da - Σ da · a)``, ``dq = scale · ds k``, ``dk = scale · dsᵀ q``.

    With ``num_kv_heads`` fewer keys and values than queries are projected, and consecutive heads share one. With
    ``causal`` position ``t`` reads positions 0 to ``t``.
    """

    most_inputs: ClassVar[int] = 3
    examples: ClassVar[tuple[LayerExample, ...]] = (
        LayerExample({"num_heads": 2, "key_dim": 3}, inputs=SELF),
        LayerExample(
            {"num_heads": 4, "key_dim": 2, "num_kv_heads": 2, "value_dim": 3, "causal": True, "use_bias": False},
            inputs=SELF,
        ),
        LayerExample({"num_heads": 1, "key_dim": 2, "scale": 0.3}, inputs=((2, 3, 4), (2, 5, 3))),
        LayerExample({"num_heads": 2, "key_dim": 2}, inputs=((2, 3, 4), (2, 5, 3), (2, 5, 2))),
        LayerExample({"num_heads": 2, "key_dim": 2, "dropout": 0.5}, inputs=SELF, training=True),
    )

    variables: ClassVar[Mapping[str, Variable]] = {
        "query/kernel": kernel("(in, num_heads, key_dim)"),
        "query/bias": bias("(num_heads, key_dim)"),
        "key/kernel": kernel("(in, num_kv_heads, key_dim)"),
        "key/bias": bias("(num_kv_heads, key_dim)"),
        "value/kernel": kernel("(in, num_kv_heads, value_dim)"),
        "value/bias": bias("(num_kv_heads, value_dim)"),
        "attention_output/kernel": kernel("(num_heads, value_dim, in)"),
        "attention_output/bias": bias("(in,)"),
    }
    pytorch: ClassVar[Layouts] = {
        "in_proj_weight": of_three("kernel", "np.split({name}, 3)[0].T.reshape{shape}"),
        "in_proj_bias": of_three("bias", "np.split({name}, 3)[0].reshape{shape}"),
        "out_proj.weight": Layout("attention_output/kernel", "(out, heads · length)", value="{name}.T.reshape{shape}"),
        "out_proj.bias": Layout("attention_output/bias"),
    }
    fields_elsewhere: ClassVar[Mapping[str, str]] = {
        "embed_dim": 'leave it out: shapes follow from the batch; "key_dim" is the length of one head',
        "kdim": FOLLOWS,
        "vdim": FOLLOWS,
        "bias": "use_bias",
        "batch_first": SAMPLES_FIRST,
        "is_causal": "causal",
        "use_causal_mask": "causal",
        "dropout_p": "dropout",
        "num_key_value_heads": "num_kv_heads",
        "head_dim": "key_dim",
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        "mha": "it",
        "attention": "attention with projections and heads",
    }

    type: Literal["multi_head_attention"] = "multi_head_attention"
    num_heads: PositiveInt
    """How many queries each position has."""
    key_dim: PositiveInt
    """Length of a query and of a key."""
    value_dim: PositiveInt | None = None
    """Length of a value; that of a key if not given."""
    num_kv_heads: PositiveInt | None = None
    """How many keys and values each position has, a divisor of ``num_heads``; as many as queries if not given."""
    causal: bool = False
    """Whether a position reads none that come after it."""
    use_bias: bool = True
    """Whether the four projections add a bias."""
    kernel_initializer: AnyInitializer = GlorotUniform()
    """What each of the four kernels starts as: ``/initialize`` draws them."""
    bias_initializer: AnyInitializer = Zeros()
    """What each of the four biases starts as."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of the attention that is left out at random in training."""
    scale: float | None = None
    """Factor of the products of queries and keys; ``1 / sqrt(key_dim)`` if not given."""

    @property
    def groups(self) -> int:
        """How many keys and values each position has."""
        return self.num_kv_heads or self.num_heads

    @property
    def length(self) -> int:
        """Length of a value."""
        return self.value_dim or self.key_dim

    @property
    def factor(self) -> float:
        """What products of queries and keys are multiplied with."""
        return 1 / math.sqrt(self.key_dim) if self.scale is None else self.scale

    def resolved(self) -> dict[str, Any]:
        return {"value_dim": self.length, "num_kv_heads": self.groups, "scale": self.factor}

    def layouts(self) -> Layouts:
        """Give those of PyTorch's, whose queries, keys and values are equally many and long."""
        return self.pytorch if (self.groups, self.length) == (self.num_heads, self.key_dim) else NONE

    def needs_seed(self) -> bool:
        return self.dropout > 0

    def weight_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        query, key, value = _roles(inputs)
        shapes: dict[str, Shape] = {}
        for name, shape, heads, length in (
            ("query", query, self.num_heads, self.key_dim),
            ("key", key, self.groups, self.key_dim),
            ("value", value, self.groups, self.length),
        ):
            shapes[f"{name}/kernel"] = (shape[-1], heads, length)
            if self.use_bias:
                shapes[f"{name}/bias"] = (heads, length)
        shapes["attention_output/kernel"] = (self.num_heads, self.length, query[-1])
        if self.use_bias:
            shapes["attention_output/bias"] = (query[-1],)
        return shapes

    def output_shape(self, *inputs: Shape) -> Shape:
        if any(len(shape) != 3 for shape in inputs):
            raise Misfit(f"attention reads (samples, positions, features), got {', '.join(map(str, inputs))}")
        query, key, value = _roles(inputs)
        if key[:2] != value[:2] or query[0] != key[0]:
            raise Misfit(f"a key and a value stand at the same positions, got {key} and {value} for {query}")
        if self.num_heads % self.groups:
            raise Misfit(f"num_kv_heads {self.groups} does not divide num_heads {self.num_heads}")
        return query

    def extra_numbers(self, *inputs: Shape) -> int:
        """Count queries, keys, values, what was read, and the attention of each query on each key."""
        query, key, _ = _roles(inputs)
        a_position = self.num_heads * (self.key_dim + self.length)
        attention = query[0] * self.num_heads * query[1] * key[1]
        return (
            size_of(query[:2]) * a_position + size_of(key[:2]) * self.groups * (self.key_dim + self.length) + attention
        )

    def flops(self, *inputs: Shape) -> int:
        """Count the four projections and the two products with the attention."""
        shapes = self.weight_shapes(*inputs)
        query, key, value = _roles(inputs)
        projections = sum(
            size_of(shape[:2]) * size_of(shapes[f"{name}/kernel"])
            for name, shape in (("query", query), ("key", key), ("value", value), ("attention_output", query))
        )
        products = query[0] * self.num_heads * query[1] * key[1] * (self.key_dim + self.length)
        return 2 * (projections + products)

    def forward_all(self, inputs: Sequence[Array], weights: Weights, run: Run) -> Step:
        query, key, value = _roles(inputs)
        queries = self._by_group(_project(query, weights, "query"))
        queries *= self.factor
        keys = _project(key, weights, "key").transpose(0, 2, 1, 3)
        values = _project(value, weights, "value").transpose(0, 2, 1, 3)
        attention, factors, read = self._attend(queries, keys, values, query.shape[1], run)
        context = self._by_position(read, query.shape[1])
        y = context @ weights["attention_output/kernel"].reshape(context.shape[1], -1)
        if self.use_bias:
            y += weights["attention_output/bias"]
        cache = Cache(tuple(inputs), queries, keys, values, attention, factors, context)
        return Step(y.reshape(*query.shape[:2], -1), cache)

    def _attend(
        self, queries: Array, keys: Array, values: Array, positions: int, run: Run
    ) -> tuple[Array, Array | None, Array]:
        """Find how much each query takes of each value, dropout's factors of it, and what is read."""
        attention = np.empty((*queries.shape[:3], keys.shape[2]), queries.dtype)
        read = np.empty((*queries.shape[:3], values.shape[3]), queries.dtype)
        factors = self._factors(attention, run)
        for block in sample_blocks(attention):
            scores = np.matmul(queries[block], keys[block].mT, out=attention[block])
            self._hide_what_comes_after(scores, positions)
            softmax(scores, -1, out=scores)
            np.matmul(_dropped(scores, factors, block), values[block], out=read[block])
        return attention, factors, read

    def backward(self, grad: Array, weights: Weights, cache: Any, wanted: Wanted = EVERYTHING) -> Gradients:
        query = cache.inputs[0]
        rows, kernel = rows_of(grad), weights["attention_output/kernel"]
        found: dict[str, Array] = {}
        if wanted.weights:
            found |= _weight_gradients(cache.context, rows, kernel.shape, "attention_output", use_bias=self.use_bias)
        read = self._by_group(
            (rows @ kernel.reshape(-1, kernel.shape[-1]).T).reshape(*query.shape[:2], -1, self.length)
        )
        grads = self._through_attention(read, cache)
        del read  # none of these is small: what is done with goes
        sent: list[Array | None] = [None] * len(cache.inputs)
        for name, place in reversed(list(zip(ROLES, _places(len(sent)), strict=True))):
            x, kernel = cache.inputs[place], weights[f"{name}/kernel"]
            projected = self._by_position(grads.pop(), x.shape[1])
            if wanted.weights:
                found |= _weight_gradients(rows_of(x), projected, kernel.shape, name, use_bias=self.use_bias)
            if wanted.inputs:
                dx, others = (projected @ kernel.reshape(x.shape[-1], -1).T).reshape(x.shape), sent[place]
                sent[place] = dx if others is None else np.add(others, dx, out=dx)
            del projected
        return Gradients(tuple(sent), found)

    def _through_attention(self, read: Array, cache: Cache) -> list[Array]:
        """Turn the gradient at what was read, which is written over, into those at queries, keys and values."""
        keys, values = (np.empty(one.shape, one.dtype) for one in (cache.keys, cache.values))
        same = read.shape == cache.queries.shape  # of each block, all of it has been used by then
        queries = read if same else np.empty(cache.queries.shape, read.dtype)
        spare = np.empty_like(cache.attention[next(sample_blocks(cache.attention))])
        for block in sample_blocks(cache.attention):
            attention = cache.attention[block]
            np.matmul(_dropped(attention, cache.factors, block).mT, read[block], out=values[block])
            scores = np.matmul(read[block], cache.values[block].mT, out=spare[: len(attention)])
            if cache.factors is not None:
                scores *= cache.factors[block]
            scores -= np.vecdot(scores, attention)[..., np.newaxis]
            scores *= attention
            np.matmul(scores, cache.keys[block], out=queries[block])
            np.matmul(scores.mT, cache.queries[block], out=keys[block])
        queries *= self.factor
        return [queries, keys, values]

    def _by_group(self, x: Array) -> Array:
        """Bring ``(N, T, heads, length)`` into ``(N, G, R · T, length)``: heads that share a key, one below another."""
        samples, positions, heads, length = x.shape
        apart = x.reshape(samples, positions, self.groups, heads // self.groups, length)
        return apart.transpose(0, 2, 3, 1, 4).reshape(samples, self.groups, -1, length)

    def _by_position(self, x: Array, positions: int) -> Array:
        """Bring ``(N, G, R · T, length)`` into ``(N · T, heads · length)``."""
        samples, groups, _, length = x.shape
        apart = x.reshape(samples, groups, -1, positions, length)
        return apart.transpose(0, 3, 1, 2, 4).reshape(samples * positions, -1)

    def _hide_what_comes_after(self, scores: Array, positions: int) -> None:
        """Make the scores of later positions -inf, in place, if the attention is causal."""
        if self.causal:
            later = np.triu(np.ones((positions, scores.shape[-1]), bool), k=1)
            np.copyto(scores.reshape(*scores.shape[:2], -1, *later.shape), -np.inf, where=later)

    def _factors(self, attention: Array, run: Run) -> Array | None:
        if not run.training or not self.dropout:
            return None
        return kept_factors(run.bits, self.dropout, attention.shape, attention.dtype)


def _places(count: int) -> tuple[int, int, int]:
    """Say which of so many inputs is the query, the key and the value."""
    return 0, min(1, count - 1), count - 1


def _roles(inputs: Sequence[Any]) -> tuple[Any, Any, Any]:
    """Give the query, the key and the value."""
    query, key, value = (inputs[place] for place in _places(len(inputs)))
    return query, key, value


def _project(x: Array, weights: Weights, name: str) -> Array:
    """Compute ``x @ kernel + bias`` with heads as an axis of their own, ``(N, T, heads, length)``."""
    kernel, bias = weights[f"{name}/kernel"], weights.get(f"{name}/bias")
    y = rows_of(x) @ kernel.reshape(x.shape[-1], -1)
    if bias is not None:
        y += bias.ravel()
    return y.reshape(*x.shape[:2], *kernel.shape[1:])


def _weight_gradients(x: Array, grad: Array, kernel: Shape, name: str, *, use_bias: bool) -> dict[str, Array]:
    """Compute the gradients of a projection's weights from its rows and the gradient at its output's rows."""
    found: dict[str, Array] = {f"{name}/kernel": (x.T @ grad).reshape(kernel)}
    if use_bias:
        bias = kernel[-1:] if name == "attention_output" else kernel[1:]
        found[f"{name}/bias"] = np.add.reduce(grad, axis=0).reshape(bias)
    return found


def _dropped(attention: Array, factors: Array | None, block: slice) -> Array:
    """Multiply some samples' attention with dropout's factors, if there are any."""
    return attention if factors is None else attention * factors[block]
