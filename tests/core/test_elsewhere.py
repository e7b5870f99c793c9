"""What is said to people who have the names of other frameworks in their fingers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from chainrule.core.definition import Definition  # importing it registers every layer
from chainrule.core.elsewhere import field_hint, last_part, type_hint, value_hint
from chainrule.core.losses import AnyLoss  # and so for losses
from chainrule.core.metrics import AnyMetric  # and metrics
from chainrule.core.part import Part, classes, known
from chainrule.schemas import BackwardRequest, ForwardRequest
from chainrule.schemas.jacobian import JacobianRequest

REGISTERED = (Definition, AnyLoss, AnyMetric)
FAMILIES = ("layer", "activation", "loss", "metric", "initializer", "regularizer")
BINARY = '"binary_crossentropy"'
PARTS = [pytest.param(cls, id=cls.names()[0]) for cls in classes(*FAMILIES)]


@pytest.mark.parametrize(
    ("name", "family", "told"),
    [
        ("fc", "layer", 'a fully connected layer is "dense"'),
        ("FullyConnected", "layer", 'a fully connected layer is "dense"'),
        ("RNN", "layer", 'PyTorch\'s RNN is "simple_rnn"'),
        ("MHA", "layer", 'it is "multi_head_attention"'),
        ("attention", "layer", 'attention with projections and heads is "multi_head_attention"'),
        ("torch.cat", "layer", 'PyTorch\'s cat is "concatenate"'),
        ("Concat", "layer", 'ONNX\'s Concat is "concatenate"'),
        ("residual", "layer", 'with two inputs, a residual connection is "add"'),
        ("skip", "layer", 'with two inputs, a residual connection is "add"'),
        ("lrelu", "activation", 'it is "leaky_relu"'),
        ("gelu_tanh", "activation", 'with approximate, it is "gelu"'),
        ("max_pooling", "layer", 'for images, it is "max_pooling2d"'),
        ("BCELoss", "loss", 'PyTorch\'s BCELoss is "binary_crossentropy"'),
        ("bce", "loss", 'it is "binary_crossentropy"'),
        ("BCEWithLogitsLoss", "loss", f"with from_logits, PyTorch's BCEWithLogitsLoss is {BINARY}"),
        (
            "F.binary_cross_entropy_with_logits",
            "loss",
            f"with from_logits, it is {BINARY}",
        ),
        ("MSELoss", "loss", 'PyTorch\'s MSELoss is "mean_squared_error"'),
        ("mse_loss", "loss", 'PyTorch\'s mse_loss is "mean_squared_error"'),
        ("HuberLoss", "loss", 'PyTorch\'s HuberLoss is "huber"'),
        ("SmoothL1Loss", "loss", 'PyTorch\'s SmoothL1Loss is "smooth_l1"'),
        ("CrossEntropyLoss", "loss", 'PyTorch\'s CrossEntropyLoss is "cross_entropy"'),
        ("PoissonNLLLoss", "loss", 'with log_input=False, but for epsilon, PyTorch\'s PoissonNLLLoss is "poisson"'),
        ("Avg_Pool_2d", "layer", 'PyTorch\'s avg_pool2d is "average_pooling2d"'),
        ("KLDivLoss", "loss", 'on probabilities, PyTorch\'s KLDivLoss is "kl_divergence"'),
        ("kld", "loss", 'Keras\'s KLD is "kl_divergence"'),
        (
            "log_loss",
            "loss",
            f'for yes and no, log_loss is {BINARY}, for several classes, log_loss is "categorical_crossentropy"',
        ),
        ("sparse_categorical_accuracy", "metric", 'Keras\'s sparse_categorical_accuracy is "accuracy"'),
        ("BinaryAccuracy", "metric", 'of one output, Keras\'s binary_accuracy is "accuracy"'),
        ("RandomNormal", "initializer", 'Keras\'s random_normal is "normal"'),
        ("Sequential", "layer", 'layers stand one after the other in "network.layers"'),
        ("keras.Sequential", "layer", 'layers stand one after the other in "network.layers"'),
        (
            "time_distributed",
            "layer",
            "leave it out: a dense layer or an activation works on the last axis, however many there are",
        ),
        ("RReLU", "layer", "no activation draws its slope at random"),
    ],
)
def test_a_name_of_another_framework_is_explained(name: str, family: str, told: str) -> None:
    assert type_hint(name, *(("layer", "activation") if family == "layer" else (family,))) == f": {told}"


@pytest.mark.parametrize("name", ["linear", "Linear", "nn.Linear", "torch.nn.Linear"])
def test_names_of_two_families_are_told_together(name: str) -> None:
    both = type_hint(name, "layer", "activation")
    assert both == ': PyTorch\'s Linear is "dense", Keras\'s linear activation is "identity"'


@pytest.mark.parametrize("name", ["nobody", "", ".", "relu.", "focal_loss", "stack", "l2_loss", "msle"])
def test_a_name_that_nobody_has_is_not_explained(name: str) -> None:
    assert type_hint(name, *FAMILIES) == ""
    assert type_hint("sequential", "loss") == ""


def test_where_a_name_comes_from_is_left_out() -> None:
    assert last_part("tf.keras.layers.Dense") == "Dense"
    assert last_part("relu.") == "relu."


@pytest.mark.parametrize("cls", PARTS)
def test_no_name_of_another_framework_is_one_of_here(cls: type[Part]) -> None:
    for name in cls.elsewhere:
        assert name == name.lower()
        assert name not in known(cls.family)


def tables(cls: type[BaseModel], what: str) -> Iterator[dict[str, Any]]:
    return (vars(base)[what] for base in cls.__mro__ if what in vars(base))


@pytest.mark.parametrize("cls", PARTS)
def test_no_field_of_another_framework_is_one_of_here_and_a_bare_word_names_one(cls: type[Part]) -> None:
    for name, here in vars(cls).get("fields_elsewhere", {}).items():
        assert name not in cls.model_fields
        assert here in cls.model_fields or " " in here
    for table in tables(cls, "values_elsewhere"):
        assert table.keys() <= cls.model_fields.keys()
        assert all(value == value.lower() for values in table.values() for value in values)


EVERYWHERE = {"options", "options.wrt", "batch", "sample_weights", "state", "type", "layer"}
ON_SCORES = {"ignore_index", "class_weights"}  # of another loss, which the sentence names


@pytest.mark.parametrize("cls", PARTS)
def test_every_field_that_a_sentence_names_is_there(cls: type[Part]) -> None:
    names = EVERYWHERE | ON_SCORES | cls.model_fields.keys() | set(known(*FAMILIES))
    for table in tables(cls, "fields_elsewhere"):
        for here in table.values():
            for word in re.findall(r'"([a-z_.]+)"', here):
                assert word in names | set(getattr(cls, "variables", {}))


@pytest.mark.parametrize(
    ("part", "name", "told"),
    [
        ("dense", "out_features", 'it is called "units" here'),
        ("dense", "in_features", "leave it out: shapes follow from the batch"),
        ("dense", "bias", 'it is called "use_bias" here'),
        ("conv2d", "in_channels", "leave it out: shapes follow from the batch"),
        ("conv2d", "out_channels", 'it is called "filters" here'),
        ("conv1d", "stride", 'it is called "strides" here'),
        ("conv2d_transpose", "dilation", 'it is called "dilation_rate" here'),
        ("depthwise_conv2d", "out_channels", 'say "depth_multiplier", how many filters each channel has'),
        ("max_pooling2d", "kernel_size", 'it is called "pool_size" here'),
        ("average_pooling1d", "stride", 'it is called "strides" here'),
        ("dropout", "p", 'it is called "rate" here'),
        ("leaky_relu", "alpha", 'it is called "negative_slope" here'),
        ("softmax", "dim", 'it is called "axis" here'),
        ("log_softmax", "dim", 'it is called "axis" here'),
        ("concatenate", "dim", 'it is called "axis" here'),
        ("batch_normalization", "eps", 'it is called "epsilon" here'),
        ("batch_normalization", "num_features", "leave it out: shapes follow from the batch"),
        ("layer_normalization", "normalized_shape", 'say in "axis" which axes it goes over'),
        ("embedding", "num_embeddings", 'it is called "input_dim" here'),
        ("embedding", "embedding_dim", 'it is called "output_dim" here'),
        ("lstm", "hidden_size", 'it is called "units" here'),
        ("lstm", "batch_first", "leave it out: samples always come first"),
        ("gru", "num_layers", 'write as many layers, all but the last with "return_sequences": true'),
        ("lstm", "bidirectional", 'it is a layer of its own: {"type": "bidirectional", "layer": ...}'),
        ("lstm", "kernel_regularizer", "a recurrent layer has no penalties on its weights"),
        ("lstm", "kernel_constraint", "nothing constrains weights: the step is the caller's"),
        ("lstm", "stateful", "leave it out: the first state is always zeros"),
        ("simple_rnn", "nonlinearity", 'it is called "activation" here'),
        ("multi_head_attention", "kdim", "leave it out: shapes follow from the batch"),
        ("relu", "inplace", "leave it out: nothing is written over"),
        ("cross_entropy", "from_logits", "leave it out: it always reads scores"),
        ("cross_entropy", "weight", 'it is called "class_weights" here'),
        ("cross_entropy", "ignore_class", 'it is called "ignore_index" here'),
        ("categorical_crossentropy", "ignore_class", '"cross_entropy", on scores, has "ignore_index"'),
        ("binary_crossentropy", "weight", 'weights of samples are "sample_weights" in "batch"'),
        ("mse", "sample_weight", 'send "sample_weights" in "batch"'),
    ],
)
def test_a_parameter_of_another_framework_is_explained(part: str, name: str, told: str) -> None:
    assert field_hint([known(*FAMILIES)[part]], name) == f": {told}"
    assert field_hint([known(*FAMILIES)[part]], "nobodys") == ""


@pytest.mark.parametrize(
    ("model", "name", "told"),
    [
        (BackwardRequest, "targets", 'send "targets" in "batch"'),
        (BackwardRequest, "y", 'send "targets" in "batch"'),
        (ForwardRequest, "inputs", 'send "inputs" in "batch"'),
        (JacobianRequest, "x", 'send "inputs" in "batch"'),
        (JacobianRequest, "dtype", 'it belongs to "options"'),
        (BackwardRequest, "sample_weights", 'it belongs to "batch"'),
        (BackwardRequest, "layers", 'it belongs to "network"'),
        (BackwardRequest, "model", 'it is called "network" here'),
        (BackwardRequest, "criterion", 'it is called "loss" here'),
        (BackwardRequest, "optimizer", "the answer is gradients, the step is the caller's"),
        (BackwardRequest, "retain_graph", "leave it out: nothing is kept between requests"),
    ],
)
def test_a_field_of_a_request_is_sent_where_it_belongs(model: type[BaseModel], name: str, told: str) -> None:
    assert field_hint([model], name) == f": {told}"


def test_a_call_without_targets_sends_nobody_to_them() -> None:
    assert field_hint([JacobianRequest], "targets") == ""
    assert field_hint([ForwardRequest], "optimizer") == ""


@pytest.mark.parametrize(
    ("part", "name", "value", "told"),
    [
        ("conv2d", "padding", "SAME", 'it is "same" in small letters'),
        ("conv1d", "padding", "causal", "it is [[(kernel_size - 1) · dilation_rate, 0]]"),
        ("max_pooling1d", "padding", "SAME_UPPER", 'ONNX\'s SAME_UPPER is "same"'),
        ("max_pooling2d", "data_format", "NCHW", 'it is "channels_first"'),
        ("gelu", "approximate", "tanh", "true is the approximation by tanh"),
        ("mse", "reduction", "sum_over_batch_size", 'with "weight_normalization": "batch" it is "mean"'),
        ("kl_divergence", "reduction", "batchmean", 'of outputs (samples, classes) it is "mean"'),
        ("kl_divergence", "reduction", "null", 'without a reduction it is "none"'),
    ],
)
def test_a_value_of_another_framework_is_explained(part: str, name: str, value: str, told: str) -> None:
    cls = known(*FAMILIES)[part]
    assert value_hint([cls], name, value) == f": {told}"
    assert value_hint([cls], name, "nobodys") == value_hint([cls], "nobodys", value) == ""
