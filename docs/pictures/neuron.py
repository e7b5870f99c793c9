"""Draw `neuron.svg`: the chapter's neuron, with the values and the gradients that the service gives.

With a service running (`make run`): python docs/pictures/neuron.py
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chainrule_client import Backward, Client

PICTURE = Path(__file__).with_suffix(".svg")

X, W, B = np.array([[1.0, -2.0, 3.0]]), np.array([[-3.0], [-1.0], [2.0]]), np.array([1.0])

# Every step is a layer, so that the answer has what stands between them: a diagonal kernel makes the products.
NETWORK: list[dict[str, Any]] = [
    {"type": "dense", "name": "products", "units": 3, "use_bias": False},
    {"type": "dense", "name": "sum", "units": 1},
    {"type": "relu", "name": "relu"},
]
WEIGHTS = {"products": {"kernel": np.diag(W[:, 0])}, "sum": {"kernel": np.ones((3, 1)), "bias": B}}

WIDTH, ROW = 860, 62
HEIGHT = 8 * ROW
PRODUCTS, SUM, RELU, END = 268, 470, 640, 830
MIDDLE = 4 * ROW

STYLE = """
  text { font: 16px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; fill: #1f2328; }
  .edge, .node { fill: none; stroke: #8c959f; stroke-width: 1.5; }
  .value { fill: #0a53c1; font-weight: 600; }
  .gradient { fill: #c4191f; font-weight: 600; }
  .title { font-size: 12px; letter-spacing: 0.06em; fill: #59636e; }
  .curve { fill: none; stroke: #1f2328; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .value { fill: #79b1ff; }
    .gradient { fill: #ff8583; }
    .title { fill: #9198a1; }
    .curve { stroke: #e6edf3; }
  }
"""


@dataclass(frozen=True)
class Leaf:
    """A number that goes in, and its gradient that comes back."""

    name: str
    index: str
    value: float
    gradient: float


def leaves(answer: Backward) -> list[Leaf]:
    """Pair the inputs with the weights that they meet; the bias comes last."""
    dx = np.asarray(answer.gradients.inputs)[0]
    dw = np.diagonal(answer.gradients.weights["products"]["kernel"])
    found = []
    for at in range(3):
        found += [Leaf("x", str(at), X[0, at], dx[at]), Leaf("w", str(at), W[at, 0], dw[at])]
    return [*found, Leaf("b", "", B[0], answer.gradients.weights["sum"]["bias"][0])]


def number(value: float) -> str:
    """Write a number as the chapter does, with a minus sign that is one."""
    return f"{value:.2f}".replace("-", "−")  # noqa: RUF001  # the typographic minus


def text(x: float, y: float, content: str, kind: str = "", anchor: str = "middle") -> str:
    """Write a word."""
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{content}</text>'


def edge(path: str) -> str:
    """Draw a connection, in the direction of the values."""
    return f'<path class="edge" d="{path}" marker-end="url(#arrow)"/>'


def both(x: float, y: float, value: float, gradient: float) -> list[str]:
    """Write a value above an edge, and its gradient below."""
    return [text(x, y - 7, number(value), "value"), text(x, y + 19, number(gradient), "gradient")]


def circle(x: float, y: float, sign: str) -> list[str]:
    """Draw an operation."""
    return [f'<circle class="node" cx="{x:g}" cy="{y:g}" r="22"/>', text(x, y + 6, sign)]


def draw_leaves(found: list[Leaf]) -> list[str]:
    """Draw what goes in, down the left side."""
    parts = []
    for row, leaf in enumerate(found):
        y = ROW * (row + 0.5) + ROW
        name = f'{leaf.name}<tspan font-size="11" dy="4">{leaf.index}</tspan>'
        parts += [text(24, y + 5, name), *both(92, y, leaf.value, leaf.gradient)]
        if row == len(found) - 1:
            parts.append(edge(f"M48 {y:g} H{SUM - 90} C{SUM - 20} {y:g} {SUM} {y - 60:g} {SUM} {MIDDLE + 22}"))
        else:
            to = y + ROW / 2 - 8 if row % 2 == 0 else y - ROW / 2 + 8
            parts.append(edge(f"M48 {y:g} H150 C200 {y:g} 190 {to:g} {PRODUCTS - 23} {to:g}"))
    return parts


def draw_steps(answer: Backward) -> list[str]:
    """Draw the products, the sum, the relu, and what leaves on the right."""
    values, gradients = answer.activations, answer.activation_gradients
    parts: list[str] = []
    for at, (value, gradient) in enumerate(zip(values["products"][0], gradients["products"][0], strict=True)):
        y, to = ROW * (2 * at + 2), MIDDLE + 12 * (at - 1)
        start = SUM - 21 + 3 * (at != 1)
        parts += [*circle(PRODUCTS, y, "×"), *both(PRODUCTS + 64, y, value, gradient)]  # noqa: RUF001  # a product
        parts.append(edge(f"M{PRODUCTS + 22} {y} H{PRODUCTS + 100} C{SUM - 50} {y} {SUM - 60} {to} {start - 3} {to}"))
    parts += [*circle(SUM, MIDDLE, "+"), edge(f"M{SUM + 22} {MIDDLE} H{RELU - 36}")]
    parts += both((SUM + RELU - 14) / 2, MIDDLE, values["sum"][0, 0], gradients["sum"][0, 0])
    parts.append(f'<rect class="node" x="{RELU - 35}" y="{MIDDLE - 30}" width="70" height="60" rx="8"/>')
    parts.append(f'<path class="curve" d="M{RELU - 24} {MIDDLE + 16} H{RELU} L{RELU + 22} {MIDDLE - 18}"/>')
    parts.append(edge(f"M{RELU + 35} {MIDDLE} H{END - 30}"))
    parts += both((RELU + END + 5) / 2, MIDDLE, answer.outputs[0, 0], gradients["relu"][0, 0])
    return [*parts, text(END - 12, MIDDLE + 5, "y")]


def draw(answer: Backward) -> str:
    """Put the picture together."""
    titles = [(24, "INPUTS, WEIGHTS", "start"), (PRODUCTS, "PRODUCTS", "middle")]
    titles += [(SUM, "SUM", "middle"), (RELU, "RELU", "middle"), (END, "OUTPUT", "end")]
    legend = text(END, HEIGHT - 56, "values go forward", "value", "end")
    legend += text(END, HEIGHT - 32, "gradients come back", "gradient", "end")
    parts = [text(x, 24, title, "title", anchor) for x, title, anchor in titles]
    parts += [*draw_leaves(leaves(answer)), *draw_steps(answer), legend]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
            "<title>One neuron: values above the edges, gradients below</title>",
            f"<style>{STYLE}</style>",
            '<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">',
            '<path d="M0 0 L8 4 L0 8 z" fill="#8c959f"/></marker>',
            *parts,
            "</svg>\n",
        ]
    )


def ask(client: Client) -> Backward:
    """Ask the service for every number in the picture."""
    return client.backward(
        network=NETWORK,
        weights=WEIGHTS,
        inputs=X,
        output_gradients=[[1.0]],
        include=["activations", "activation_gradients"],
    )


if __name__ == "__main__":
    with Client() as asking:
        PICTURE.write_text(draw(ask(asking)), encoding="utf-8")
