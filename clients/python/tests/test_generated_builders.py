"""The generated builders are what the service's classes say, and build what these accept."""

import doctest
import inspect
import json
from types import ModuleType
from typing import Any

import pytest

import chainrule_client
from chainrule_client import layers, losses

pytest.importorskip("chainrule", reason="the service is a distribution of its own")

from chainrule.core.examples import Example
from chainrule.core.part import Part, classes
from scripts.builders import annotations, names
from scripts.builders.families import FAMILIES, Family
from scripts.builders.modules import module, path_of
from scripts.builders.names import class_name

FAMILY_NAMES = [family.name for family in FAMILIES]
PARTS = [(family, cls) for family in FAMILIES for cls in classes(family.name)]


def builder(family: Family, cls: type[Part]) -> Any:
    return getattr(getattr(chainrule_client, family.module), class_name(cls.names()[0]))


@pytest.mark.parametrize("family", FAMILIES, ids=FAMILY_NAMES)
def test_a_module_is_what_make_generate_writes(family: Family) -> None:
    assert path_of(family).read_text("utf-8") == module(family), "make generate writes it"


@pytest.mark.parametrize("generator", [annotations, names])
def test_the_examples_of_the_generator_are_true(generator: ModuleType) -> None:
    failed, tried = doctest.testmod(generator)
    assert failed == 0
    assert tried > 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dense", "Dense"),
        ("max_pooling2d", "MaxPooling2D"),
        ("depthwise_conv2d", "DepthwiseConv2D"),
        ("conv2d_transpose", "Conv2DTranspose"),
        ("lstm", "LSTM"),
        ("simple_rnn", "SimpleRNN"),
        ("leaky_relu", "LeakyReLU"),
        ("relu6", "ReLU6"),
        ("rms_normalization", "RMSNormalization"),
        ("kl_divergence", "KLDivergence"),
        ("l1_l2", "L1L2"),
        ("glorot_uniform", "GlorotUniform"),
        ("uniform", "RandomUniform"),
    ],
)
def test_classes_have_the_names_that_keras_gives_them(name: str, expected: str) -> None:
    assert class_name(name) == expected


@pytest.mark.parametrize(("family", "cls"), PARTS, ids=[cls.names()[0] for _, cls in PARTS])
class TestEachClass:
    def test_what_it_builds_of_an_example_is_the_example(self, family: Family, cls: type[Part]) -> None:
        examples: tuple[Example, ...] = cls.examples
        assert examples
        for example in examples:
            built = builder(family, cls)(**example.parameters)
            sent = json.loads(json.dumps(built.to_definition()))
            assert cls.model_validate(sent) == cls.model_validate(dict(example.parameters))

    def test_its_defaults_are_the_services(self, family: Family, cls: type[Part]) -> None:
        parameters = inspect.signature(builder(family, cls)).parameters
        given = {
            name: parameter.default
            for name, parameter in parameters.items()
            if parameter.default is not parameter.empty and name in cls.model_fields
        }
        required = {name: value for example in cls.examples for name, value in example.parameters.items()}
        needed = {name: required[name] for name, field in cls.model_fields.items() if field.is_required()}
        assert cls.model_validate(needed | given) == cls.model_validate(needed)
        assert set(parameters) - {"name", "inputs"} == cls.model_fields.keys() - {"type", "name"}

    def test_it_tells_what_it_is_and_what_each_parameter_means(self, family: Family, cls: type[Part]) -> None:
        text = inspect.getdoc(builder(family, cls)) or ""
        assert text.startswith((inspect.getdoc(cls) or "nothing").splitlines()[0])
        lines = text.splitlines()
        for name in inspect.signature(builder(family, cls)).parameters:
            assert lines[lines.index(name) + 1].startswith("    ")


@pytest.mark.parametrize(
    ("module", "name", "hint"),
    [
        (layers, "Linear", "PyTorch's Linear is Dense"),
        (layers, "MaxPool2D", "PyTorch's MaxPool2d is MaxPooling2D"),
        (layers, "BatchNorm2d", "PyTorch's BatchNorm2d is BatchNormalization"),
        (layers, "Swish", "it is SiLU"),
        (losses, "MSE", "it is MeanSquaredError"),
        (losses, "MSELoss", "PyTorch's MSELoss is MeanSquaredError"),
        (losses, "mse_loss", "PyTorch's mse_loss is MeanSquaredError"),
        (losses, "Mse_Loss", "PyTorch's mse_loss is MeanSquaredError"),
        (layers, "max_pool2d", "PyTorch's max_pool2d is MaxPooling2D"),
        (losses, "CrossEntropyLoss", "PyTorch's CrossEntropyLoss is CrossEntropy"),
    ],
)
def test_a_name_of_another_framework_is_answered_by_the_one_that_it_has_here(
    module: ModuleType, name: str, hint: str
) -> None:
    with pytest.raises(AttributeError, match=f"has no attribute '{name}': {hint}$") as raised:
        getattr(module, name)
    assert raised.value.name == name


def test_a_name_that_nobody_has_is_refused_without_a_hint() -> None:
    with pytest.raises(AttributeError, match=r"has no attribute 'Convoluted'$"):
        getattr(layers, "Convoluted")  # noqa: B009  # a type checker knows better
