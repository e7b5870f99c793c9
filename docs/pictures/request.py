"""Draw `request.svg`: where the time of one request went, before and after it was looked at.

python docs/pictures/request.py
"""

from __future__ import annotations

from pathlib import Path

PICTURE = Path(__file__).with_suffix(".svg")

# Milliseconds, measured side by side by the phases of `Server-Timing`: `python -m benchmarks.phases` prints them anew.
PHASES = ("read", "queue", "decode", "resolve", "compute", "encode", "rest")
COLOURS = ("#0969da", "#8c959f", "#8250df", "#bf8700", "#1a7f37", "#cf222e", "#d0d7de")
BARS = {
    "before": (1.56, 0.19, 0.47, 0.58, 3.22, 0.48, 2.37),
    "after": (0.42, 0.13, 0.34, 0.58, 3.22, 0.24, 2.60),
    "NumPy alone": (0, 0, 0, 0, 2.90, 0, 0),
}

LEFT, TOP, ROW, SCALE = 110, 46, 44, 78
WIDTH, HEIGHT = 880, TOP + ROW * len(BARS) + 8

STYLE = """
  text { font: 14px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; fill: #1f2328; }
  .inside { fill: #ffffff; text-anchor: middle; }
  .dark { fill: #1f2328; text-anchor: middle; }
  .name { text-anchor: end; }
  @media (prefers-color-scheme: dark) { .name, .legend, .whole { fill: #e6edf3; } }
"""

NARROW = 0.4
"""Milliseconds whose bar has no room for a number."""


def draw() -> str:
    """Give the picture as SVG."""
    rows = [_row(name, times, TOP + ROW * index) for index, (name, times) in enumerate(BARS.items())]
    parts = [_legend(), *rows]
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return "\n".join(
        [f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', f"<style>{STYLE}</style>", *parts, "</svg>\n"]
    )


def _legend() -> str:
    boxes = []
    for index, (phase, colour) in enumerate(zip(PHASES, COLOURS, strict=True)):
        x = LEFT + 100 * index
        boxes.append(f'<rect x="{x}" y="10" width="14" height="14" rx="3" fill="{colour}"/>')
        boxes.append(f'<text class="legend" x="{x + 20}" y="22">{phase}</text>')
    return "\n".join(boxes)


def _row(name: str, times: tuple[float, ...], y: int) -> str:
    parts = [f'<text class="name" x="{LEFT - 10}" y="{y + 20}">{name}</text>']
    x = float(LEFT)
    for phase, colour, milliseconds in zip(PHASES, COLOURS, times, strict=True):
        width = SCALE * milliseconds
        parts.append(f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="30" fill="{colour}"/>')
        if milliseconds >= NARROW:
            style = "dark" if phase == "rest" else "inside"
            parts.append(f'<text class="{style}" x="{x + width / 2:.1f}" y="{y + 20}">{milliseconds:.1f}</text>')
        x += width
    parts.append(f'<text class="whole" x="{x + 8:.1f}" y="{y + 20}">{sum(times):.1f} ms</text>')
    return "\n".join(parts)


if __name__ == "__main__":
    PICTURE.write_text(draw(), "utf-8")
