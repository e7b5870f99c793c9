"""What the clients send and give back of ``gradcheck``, ``jacobian`` and ``explain``."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule_client import AnswerError, Explanation, Gradcheck, Jacobian, Operand, TensorCheck

Connect = Callable[..., Any]
AskFor = Callable[..., Any]
Answered = Callable[..., Any]

ENCODINGS = ["json", "base64", "safetensors"]
NEURON: dict[str, Any] = {
    "network": [{"type": "dense", "name": "neuron", "units": 1}],
    "weights": {"neuron": {"kernel": [[2.0]], "bias": [0.0]}},
    "inputs": [[3.0]],
}
GOOD = {
    "tensor": "/weights/neuron/kernel",
    "checked": 1,
    "largest_difference": 3e-11,
    "largest_gradient": 0.5,
    "at": [0, 0],
    "passed": True,
}
BAD = GOOD | {"tensor": "/weights/neuron/bias", "at": [0], "largest_difference": 0.25, "passed": False}
WORSE = BAD | {"tensor": "/batch/inputs", "at": [0, 0], "largest_difference": 2.0}
CHECK: dict[str, Any] = {"passed": False, "tensors": [GOOD, BAD, WORSE]}


class TestGradcheck:
    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_the_seed_of_the_masks_and_that_of_the_sampling_go_to_their_places(
        self, connect: Connect, answered: Answered, encoding: str
    ) -> None:
        connection = connect(answered(CHECK, encoding), encoding=encoding)
        connection.ask(
            "gradcheck",
            **NEURON,
            targets=[[1.0]],
            loss="mse",
            training=True,
            seed=7,
            epsilon=1e-4,
            samples=10,
            sampling_seed=3,
            tolerance=1e-5,
            wrt=["inputs"],
        )
        document = connection.sent
        assert connection.request.url.path == "/gradcheck"
        assert document["gradcheck"] == {"epsilon": 1e-4, "samples": 10, "seed": 3, "tolerance": 1e-5}
        assert document["options"].items() >= {"training": True, "seed": 7, "wrt": ["inputs"]}.items()
        assert document["loss"] == "mse"
        np.testing.assert_equal(document["batch"], {"inputs": [[3.0]], "targets": [[1.0]]})

    def test_what_was_not_given_is_not_sent(self, connect: Connect, answered: Answered) -> None:
        connection = connect(answered(CHECK, "safetensors"))
        connection.ask("gradcheck", **NEURON, output_gradients=[[1.0]])
        assert connection.sent.keys() == {"network", "weights", "batch"}

    def test_a_seed_of_0_is_sent(self, connect: Connect, answered: Answered) -> None:
        connection = connect(answered(CHECK, "safetensors"))
        connection.ask("gradcheck", **NEURON, output_gradients=[[1.0]], sampling_seed=0)
        assert connection.sent["gradcheck"] == {"seed": 0}

    def test_tensors_are_found_by_their_pointers(self, ask_for: AskFor) -> None:
        result = ask_for("gradcheck", CHECK, **NEURON, output_gradients=[[1.0]])
        assert isinstance(result, Gradcheck)
        assert result.passed is False
        assert result.tensors["/weights/neuron/kernel"] == TensorCheck(
            "/weights/neuron/kernel", 1, 3e-11, 0.5, (0, 0), passed=True
        )

    def test_what_failed_is_listed_the_worst_first(self, ask_for: AskFor) -> None:
        failed = ask_for("gradcheck", CHECK, **NEURON, output_gradients=[[1.0]]).failed
        assert [one.tensor for one in failed] == ["/batch/inputs", "/weights/neuron/bias"]

    def test_it_prints_as_a_table(self, ask_for: AskFor) -> None:
        shown = str(ask_for("gradcheck", CHECK, **NEURON, output_gradients=[[1.0]]))
        assert shown.splitlines() == [
            "tensor                  checked  largest difference  at",
            "/weights/neuron/kernel        1               3e-11  (0, 0)  passed",
            "/weights/neuron/bias          1                0.25  (0,)    FAILED",
            "/batch/inputs                 1                   2  (0, 0)  FAILED",
        ]


class TestJacobian:
    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_a_request_has_no_loss(self, connect: Connect, answered: Answered, encoding: str) -> None:
        tree = {"outputs": np.ones((1, 1)), "jacobian": np.ones((1, 1, 1))}
        connection = connect(answered(tree, encoding), encoding=encoding)
        connection.ask("jacobian", **NEURON)
        assert connection.request.url.path == "/jacobian"
        assert connection.sent.keys() - {"options"} == {"network", "weights", "batch"}

    @pytest.mark.parametrize("dtype", ["float64", "float32"])
    def test_it_is_an_array_with_the_outputs_and_the_inputs_axes(self, ask_for: AskFor, dtype: str) -> None:
        tree = {"outputs": np.ones((2, 1), dtype), "jacobian": np.arange(6, dtype=dtype).reshape(2, 1, 3)}
        result = ask_for("jacobian", tree, **NEURON, dtype=dtype)
        assert isinstance(result, Jacobian)
        np.testing.assert_array_equal(result.jacobian, tree["jacobian"], strict=True)
        np.testing.assert_array_equal(result.outputs, tree["outputs"], strict=True)

    def test_several_inputs_have_one_each_and_whole_numbers_none(self, ask_for: AskFor) -> None:
        tree = {"outputs": np.ones((1, 1)), "jacobian": {"left": np.ones((1, 1, 2)), "tokens": None}}
        result = ask_for("jacobian", tree, **NEURON)
        assert result.jacobian.keys() == {"left", "tokens"}
        assert result.jacobian["tokens"] is None
        assert result.jacobian["left"].shape == (1, 1, 2)

    def test_whole_numbers_alone_have_none(self, ask_for: AskFor) -> None:
        assert ask_for("jacobian", {"outputs": np.ones((1, 1)), "jacobian": None}, **NEURON).jacobian is None


def leaf(id: int, label: str, **more: Any) -> dict[str, Any]:  # noqa: A002 - the answer's own word
    """A weight or an input of the answer."""
    node = {"id": id, "label": label, "operation": "input", "layer": None, "sample": 0, "value": 1.0, "gradient": 1.0}
    return {**node, "operands": [], **more}


def operand(id: int, local_derivative: float | None, contribution: float | None) -> dict[str, Any]:  # noqa: A002
    """What a node was computed from."""
    return {"id": id, "local_derivative": local_derivative, "contribution": contribution}


NODES = [
    leaf(0, "x[0]", value=3.0, gradient=4.0, pointer="/batch/inputs/0/0"),
    leaf(
        1,
        "w[0]",
        operation="weight",
        layer="neuron",
        sample=None,
        value=2.0,
        gradient=6.0,
        pointer="/weights/neuron/kernel/0/0",
    ),
    leaf(2, "t", operation="target", value=5.0, gradient=None),
    leaf(3, "z", layer="neuron", operation="multiply", value=6.0, gradient=2.0)
    | {"operands": [operand(0, 2.0, 4.0), operand(1, 3.0, 6.0)]},
    leaf(4, "difference", operation="subtract", operands=[operand(3, 1.0, 2.0), operand(2, None, None)], gradient=2.0),
    leaf(5, "square", operation="square", operands=[operand(4, 2.0, 2.0)]),
    leaf(6, "z", layer="neuron", sample=1, operation="multiply"),
]


class TestExplain:
    @pytest.fixture
    def chain(self, ask_for: AskFor) -> Explanation:
        """The explanation of one neuron, and a part of another sample's."""
        result = ask_for("explain", {"nodes": NODES}, **NEURON, targets=[[5.0]], loss="mse")
        assert isinstance(result, Explanation)
        return result

    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_the_request_is_that_of_backward(self, connect: Connect, answered: Answered, encoding: str) -> None:
        connection = connect(answered({"nodes": []}, encoding), encoding=encoding)
        connection.ask("explain", **NEURON, targets=[[5.0]], loss="mse", fuse=False)
        document = connection.sent
        assert connection.request.url.path == "/explain"
        assert document["loss"] == "mse"
        assert document["options"]["fuse"] is False
        np.testing.assert_equal(document["batch"], {"inputs": [[3.0]], "targets": [[5.0]]})

    def test_nodes_come_in_their_order(self, chain: Explanation) -> None:
        assert [node.id for node in chain] == list(range(7))
        assert len(chain) == 7
        assert chain.nodes[3].operands == (Operand(0, 2.0, 4.0), Operand(1, 3.0, 6.0))
        assert (chain.nodes[2].gradient, chain.nodes[1].sample, chain.nodes[5].pointer) == (None, None, None)

    def test_a_node_is_found_by_id_label_or_pointer(self, chain: Explanation) -> None:
        assert chain.node(5) is chain.labelled("square") is chain.nodes[5]
        assert chain.at("/weights/neuron/kernel/0/0") is chain.labelled("w[0]") is chain.nodes[1]

    def test_one_of_several_is_found_by_its_sample(self, chain: Explanation) -> None:
        assert chain.labelled("z", layer="neuron", sample=0).id == 3
        assert chain.labelled("z", sample=1).id == 6

    def test_operands_and_readers_are_the_two_ways_along_the_chain(self, chain: Explanation) -> None:
        z = chain.node(3)
        assert [node.label for node in chain.operands(z)] == ["x[0]", "w[0]"]
        assert [node.label for node in chain.readers(z)] == ["difference"]
        assert chain.readers(chain.node(5)) == ()

    @pytest.mark.parametrize(
        ("ask", "message"),
        [
            (lambda chain: chain.node(9), "no node has the id 9"),
            (lambda chain: chain.at("/batch/inputs/9"), "no node has the pointer '/batch/inputs/9'"),
            (lambda chain: chain.labelled("w0"), r"no node is labelled 'w0'; near to it: w\[0\]"),
            (lambda chain: chain.labelled("z"), "2 nodes have the label 'z'.*: say which by layer and sample"),
            (lambda chain: chain.labelled("z", sample=2), "no node has the label 'z' in any layer, sample 2"),
        ],
    )
    def test_a_node_that_is_not_there_is_a_lookup_error_that_helps(
        self, chain: Explanation, ask: Callable[[Explanation], Any], message: str
    ) -> None:
        with pytest.raises(LookupError, match=message):
            ask(chain)

    def test_it_prints_as_a_table(self, chain: Explanation) -> None:
        lines = str(chain).splitlines()
        assert lines[0] == "label       operation  layer   sample  value  gradient"
        assert lines[2] == "w[0]        weight     neuron              2         6"
        assert lines[3] == "t           target                  0      5"
        assert len(lines) == 8


@pytest.mark.parametrize("name", ["gradcheck", "jacobian", "explain"])
def test_an_answer_of_something_else_is_an_answer_error(ask_for: AskFor, name: str) -> None:
    with pytest.raises(AnswerError, match="KeyError"):
        ask_for(name, {"weights": {}}, **NEURON)
