"""What PyTorch computes for each case, in its own functions and layouts, and without a compiler."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (everybody calls it so)

from benchmarks import _cases
from benchmarks._cases import Case

Weights = Mapping[str, Tensor]
"""Our weights, in our order."""


@dataclass(frozen=True)
class Counterpart:
    """A case in PyTorch."""

    forward: Callable[..., Tensor]
    """Computes the outputs from inputs and weights."""
    weights: Callable[..., Sequence[Tensor]] = lambda *weights: weights
    """Turns our weights into PyTorch's: a linear function, by whose adjoint the gradients come back."""
    on_images: bool = False
    """Whether it reads images, which PyTorch may have with channels first or last."""


def perceptron(x: Tensor, *weights: Tensor) -> Tensor:
    """Compute the scores of an MLP with relu between its three layers."""
    first, first_bias, second, second_bias, third, third_bias = weights
    x = F.relu(F.linear(x, first, first_bias))
    x = F.relu(F.linear(x, second, second_bias))
    return F.linear(x, third, third_bias)


def transposed(*weights: Tensor) -> list[Tensor]:
    """Turn kernels ``(in, out)`` into PyTorch's ``(out, in)``."""
    return [one.T if one.ndim == 2 else one for one in weights]


def filters_first(kernel: Tensor, bias: Tensor) -> list[Tensor]:
    """Turn a kernel ``(height, width, in, out)`` into PyTorch's ``(out, in, height, width)``."""
    return [kernel.permute(3, 2, 0, 1), bias]


def channels_first(kernel: Tensor, bias: Tensor) -> list[Tensor]:
    """Turn a kernel ``(height, width, channels, 1)`` into PyTorch's ``(channels, 1, height, width)``."""
    return [kernel.permute(2, 3, 0, 1), bias]


def conv2d(x: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
    """Convolve with a kernel of 3 x 3, and zeros around the images."""
    return F.conv2d(x, kernel, bias, padding=1)


def depthwise_conv2d(x: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
    """Convolve each channel alone."""
    return F.conv2d(x, kernel, bias, padding=1, groups=len(kernel))


def of_lstm(kernel: Tensor, recurrent_kernel: Tensor, bias: Tensor) -> list[Tensor]:
    """Give PyTorch's weights of an LSTM, whose second bias is zeros."""
    return [kernel.T, recurrent_kernel.T, bias, 0 * bias]


def of_gru(kernel: Tensor, recurrent_kernel: Tensor, bias: Tensor) -> list[Tensor]:
    """Give PyTorch's weights of a GRU, which have the first two blocks the other way round."""
    update, reset, candidate = torch.arange(kernel.shape[1]).chunk(3)
    order = torch.cat([reset, update, candidate])
    return [kernel[:, order].T, recurrent_kernel[:, order].T, bias[0, order], bias[1, order]]


def lstm(x: Tensor, *weights: Tensor) -> Tensor:
    """Compute all states of an LSTM of one layer and one direction."""
    state = x.new_zeros(1, len(x), weights[1].shape[1])
    states: Tensor = torch.lstm(x, (state, state), weights, True, 1, 0.0, True, False, True)[0]
    return states


def gru(x: Tensor, *weights: Tensor) -> Tensor:
    """Compute all states of a GRU of one layer and one direction."""
    state = x.new_zeros(1, len(x), weights[1].shape[1])
    states: Tensor = torch.gru(x, state, weights, True, 1, 0.0, True, False, True)[0]
    return states


def of_attention(*kernels: Tensor) -> list[Tensor]:
    """Give PyTorch's weights of an attention, with one matrix for the three projections of the input."""
    *projections, output = kernels
    return [torch.cat([kernel.flatten(1).T for kernel in projections]), output.flatten(0, 1).T]


def attention(x: Tensor, kernel: Tensor, output: Tensor) -> Tensor:
    """Compute self-attention of 8 heads by the function that PyTorch's module calls."""
    projected = F.linear(x, kernel).view(*x.shape[:2], 3, 8, -1)
    read = F.scaled_dot_product_attention(*projected.permute(2, 0, 3, 1, 4))
    return F.linear(read.transpose(1, 2).flatten(2), output)


def batch_norm(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    """Normalize by the batch, and move a running mean and variance."""
    return F.batch_norm(x, torch.ones_like(beta), torch.ones_like(beta), gamma, beta, training=True)


COUNTERPARTS: Mapping[str, Counterpart] = {
    _cases.MLP.name: Counterpart(perceptron, transposed),
    _cases.CONV2D.name: Counterpart(
        lambda x, kernel, bias: F.conv2d(x, kernel, bias, padding=1), filters_first, on_images=True
    ),
    _cases.DEPTHWISE.name: Counterpart(depthwise_conv2d, channels_first, on_images=True),
    _cases.BATCH_NORM.name: Counterpart(batch_norm, on_images=True),
    _cases.LAYER_NORM.name: Counterpart(lambda x, *weights: F.layer_norm(x, x.shape[-1:], *weights)),
    _cases.LSTM.name: Counterpart(lstm, of_lstm),
    _cases.GRU.name: Counterpart(gru, of_gru),
    _cases.ATTENTION.name: Counterpart(attention, of_attention),
    _cases.EMBEDDING.name: Counterpart(F.embedding),
    _cases.SOFTMAX.name: Counterpart(lambda x: F.softmax(x, dim=-1)),
    _cases.CROSS_ENTROPY.name: Counterpart(lambda x: x),
    _cases.GELU.name: Counterpart(F.gelu),
}


@dataclass(frozen=True)
class Found:
    """What a case gives: as our answer has it."""

    outputs: Any
    loss: Any
    weights: list[Any]
    inputs: Any


class InTorch:
    """A request of ours, ready to be computed by PyTorch."""

    def __init__(self, case: Case, document: Mapping[str, Any], *, channels_last: bool = False) -> None:
        self.counterpart, self.loss = COUNTERPARTS[case.name], case.loss is not None
        batch = document["batch"]
        memory = torch.channels_last if channels_last else torch.contiguous_format
        arrays = [one for layer in document["weights"].values() for one in layer.values()]
        self.ours = [torch.tensor(one, requires_grad=True) for one in arrays]
        turned = self.counterpart.weights(*self.ours)
        self.turned = [one.contiguous() for one in turned]
        self.leaves = [_laid_out(one.detach(), memory).requires_grad_() for one in self.turned]
        self.inputs = self._images(batch["inputs"], memory)
        if case.tokens is None:
            self.leaves.append(self.inputs.requires_grad_())
        self.start = torch.tensor(batch["targets"]) if self.loss else self._images(batch["output_gradients"], memory)

    def _images(self, array: Any, memory: Any) -> Tensor:
        x = torch.tensor(array)
        return _laid_out(x.permute(0, 3, 1, 2), memory) if self.counterpart.on_images else x

    def compute(self) -> tuple[Tensor, Tensor | None, tuple[Tensor, ...]]:
        """Compute outputs, loss, and the gradients of weights and inputs."""
        weights = self.leaves[: len(self.turned)]
        outputs = self.counterpart.forward(self.inputs, *weights)
        loss = F.cross_entropy(outputs, self.start) if self.loss else None
        if loss is None:
            return outputs, None, torch.autograd.grad(outputs, self.leaves, self.start)
        return outputs, loss, torch.autograd.grad(loss, self.leaves)

    def in_our_layout(self) -> Found:
        """Compute, and bring the results into our layout."""
        outputs, loss, gradients = self.compute()
        sent = torch.autograd.grad(self.turned, self.ours, gradients[: len(self.turned)]) if self.ours else ()
        inputs = gradients[len(self.turned) :]
        if self.counterpart.on_images:
            outputs, inputs = outputs.permute(0, 2, 3, 1), tuple(one.permute(0, 2, 3, 1) for one in inputs)
        return Found(
            outputs.detach().numpy(),
            None if loss is None else loss.detach().numpy(),
            [one.numpy() for one in sent],
            inputs[0].numpy() if inputs else None,
        )


def _laid_out(array: Tensor, memory: Any) -> Tensor:
    """Copy an array; images and their kernels in the order of axes in memory that is asked for."""
    return array.clone(memory_format=memory if array.ndim == 4 else torch.contiguous_format)


def ways(case: Case, document: Mapping[str, Any]) -> list[InTorch]:
    """Give the ways in which PyTorch may compute it."""
    both = (False, True) if COUNTERPARTS[case.name].on_images else (False,)
    return [InTorch(case, document, channels_last=last) for last in both]


def one_thread() -> None:
    """Let PyTorch compute with one thread."""
    torch.set_num_threads(1)


def version() -> str:
    """Say which PyTorch this is."""
    return f"PyTorch {torch.__version__}, NumPy {np.__version__}"
