"""Draws times against sizes, for `docs/pictures`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, NullLocator

Points = Sequence[tuple[int, float]]
"""Bytes and seconds."""

INK, GRID = "#1f2328", "#8c959f"
COLOURS = ("#1a9850", "#2f7fe0", "#d1570a")
"""That are seen on white and on black."""

STYLE = f"<style>svg {{ color: {INK} }} @media (prefers-color-scheme: dark) {{ svg {{ color: #e6edf3 }} }}</style>"
"""The ink, where a page is light and where it is dark."""

SETTINGS = {
    "axes.edgecolor": GRID,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.family": "sans-serif",
    "font.size": 11,
    "grid.alpha": 0.3,
    "grid.color": GRID,
    "legend.frameon": False,
    "lines.markersize": 4,
    "svg.fonttype": "none",  # letters stay letters
    "svg.hashsalt": "chainrule",  # and names are the same in every run
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def draw(lines: Mapping[str, Points], title: str, path: Path) -> None:
    """Draw a line for each name on logarithmic axes, and in grey how time grows that is proportional to size."""
    with rc_context(SETTINGS):
        figure = Figure(figsize=(7.6, 4.2), layout="constrained")
        axes = figure.add_subplot(xscale="log", yscale="log", xlabel="bytes of the body", ylabel="time")
        for (name, points), colour in zip(lines.items(), COLOURS, strict=True):
            axes.plot(*zip(*points, strict=True), marker="o", color=colour, label=name)
        size, seconds = next(iter(lines.values()))[-1]
        guide = (size, seconds / 2), (size / 100, seconds / 200)
        axes.axline(*guide, color=GRID, dashes=(2, 3), label="proportional to the size")
        axes.xaxis.set_major_formatter(EngFormatter("B"))
        axes.yaxis.set_major_formatter(EngFormatter("s"))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_minor_locator(NullLocator())
        axes.grid()
        axes.legend()
        axes.set_ylim(bottom=min(seconds for points in lines.values() for _, seconds in points) / 2)
        figure.savefig(path, transparent=True, metadata={"Creator": None, "Date": None})
    drawn = path.read_text("utf-8").replace(INK, "currentColor")
    path.write_text(drawn.replace("<defs>", f"<title>{title}</title>\n{STYLE}\n<defs>", 1), "utf-8")
