from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.calls import prepare_backward, prepare_forward
from chainrule.core.limits import Limits
from chainrule.errors import InputError


def request(**options: Any) -> dict[str, Any]:
    return {
        "network": {"layers": [{"type": "dense", "name": "wide", "units": 50}, {"type": "tanh", "name": "bent"}]},
        "weights": {"wide": {"kernel": np.ones((1, 50)), "bias": np.zeros(50)}},
        "batch": {"inputs": np.ones((10, 1)), "targets": np.zeros(10)},
        "loss": "cross_entropy",
        "options": options,
    }


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ({}, 500 + 100 + 10),
        ({"wrt": []}, 500),
        ({"wrt": ["bent"]}, 500),
        ({"wrt": ["wide", "inputs"]}, 500 + 100 + 10),
        ({"wrt": [], "include": ["activations"]}, 500 + 1000),
        ({"wrt": [], "include": ["activations", "activation_gradients", "sample_losses"]}, 500 + 2000 + 10),
    ],
)
def test_every_number_of_the_answer_is_counted_before_anything_is_computed(
    options: dict[str, Any], numbers: int
) -> None:
    enough, network = max(numbers, 1010), 1010
    prepare_backward(request(**options), Limits(activations=enough))
    if numbers > network:
        with pytest.raises(InputError, match=f"the answer would hold {numbers:,} numbers") as caught:
            prepare_backward(request(**options), Limits(activations=numbers - 1))
        assert caught.value.faults[0].code == "network_too_large"


def test_what_forward_includes_is_counted_too() -> None:
    with pytest.raises(InputError, match="the answer would hold 1,500 numbers") as caught:
        prepare_forward(request(include=["activations"]), Limits(activations=1499))
    assert caught.value.faults[0].pointer == "/options/include"


def several(count: int, **options: Any) -> dict[str, Any]:
    document = request(**options)
    del document["loss"]
    document["batch"] = {"inputs": np.ones((10, 1)), "output_gradients": np.ones((count, 10, 50))}
    return document


@pytest.mark.parametrize(
    ("limit", "numbers", "what"),
    [
        ("activations", 3 * 1010, "activations"),
        ("parameters", 3 * 100, "parameters"),
        ("flops", 1000 * (1 + 2 * 3), "floating-point operations"),
    ],
)
def test_what_is_done_for_each_upstream_gradient_counts_for_each(limit: str, numbers: int, what: str) -> None:
    prepare_backward(several(3), Limits(**{limit: numbers}))
    with pytest.raises(InputError, match=f"3 upstream gradients make {numbers:,} {what}") as caught:
        prepare_backward(several(3), Limits(**{limit: numbers - 1}))
    fault = caught.value.faults[0]
    assert (fault.code, fault.pointer) == ("network_too_large", "/batch/output_gradients")


def test_weights_that_nobody_asked_about_count_once() -> None:
    prepare_backward(several(3, wrt=["inputs"]), Limits(parameters=100))


def test_an_answer_with_many_gradients_counts_each_of_them() -> None:
    included = {"include": ["activation_gradients"], "wrt": ["weights"]}
    numbers = 500 + 3 * (100 + 1000)
    prepare_backward(several(3, **included), Limits(activations=numbers))
    with pytest.raises(InputError, match=f"the answer would hold {numbers:,} numbers"):
        prepare_backward(several(3, **included), Limits(activations=numbers - 1))


def test_norms_and_statistics_of_each_upstream_gradient_count_as_they_are_held() -> None:
    summed = {"include": ["norms", "statistics"], "wrt": []}
    numbers = 500 + 100 * 4 * (3 + 5 * (2 + 2 + 1))  # of two weights, of two layers, and of the inputs
    with pytest.raises(InputError, match=f"the answer would hold {numbers:,} numbers"):
        prepare_backward(several(100, **summed), Limits(activations=numbers - 1))


def test_a_misspelt_name_of_a_large_array_is_what_is_wrong() -> None:
    document = request()
    document["batch"]["input"] = np.zeros((150, 784)).tolist()
    with pytest.raises(InputError) as caught:
        prepare_forward(document, Limits())
    fault = caught.value.faults[0]
    assert (fault.code, fault.pointer) == ("unknown_field", "/batch/input")
    assert 'did you mean "inputs"' in fault.detail
