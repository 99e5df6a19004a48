"""What all figures for papers share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...run import Run
from .. import style

COLUMN = 3.3
"""The width of a column of a paper, in inches."""
PAGE = 6.8
"""The width of two columns."""

_DASHES = {
    "solid": "-",
    "dash": "--",
    "dot": ":",
    "dashdot": "-.",
    "longdash": (0, (8, 3)),
    "longdashdot": (0, (8, 3, 1, 3)),
}
MARKERS = {"circle": "o", "square": "s", "diamond": "D", "triangle-up": "^", "cross": "P", "star": "*"}
SETTINGS: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.5,
    "axes.axisbelow": True,
    "lines.linewidth": 1.3,
    "lines.markersize": 3.5,
    "axes.linewidth": 0.6,
    "pdf.fonttype": 42,
    "savefig.dpi": 300,
    "hatch.linewidth": 0.6,
    "hatch.color": "white",
    "axes.unicode_minus": True,
    "mathtext.fontset": "dejavusans",
    "pdf.compression": 6,
    # Else contours of a logarithm are dashed where the loss is below 1.
    "contour.negative_linestyle": "solid",
}

MOST_LETTERS = 100
"""Of a text in a figure; the middle of a longer name is left out."""
_LETTER = 0.6
"""The mean width of a letter, as a part of its size."""

Drawing = tuple[str, Callable[[], Figure]]
"""A name without extension, and what draws it."""


def new_figure(
    rows: int = 1, columns: int = 1, width: float = COLUMN, height: float = 2.3, **more: Any
) -> tuple[Figure, np.ndarray]:
    """A figure of some size in inches, and its axes, [rows, columns]."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **more)


def short(text: str, most: int = MOST_LETTERS) -> str:
    """A text on one line; of a long one the middle is left out."""
    text = " ".join(text.split())
    half = most // 2
    return text if len(text) <= most else f"{text[: half - 1]}…{text[-half:]}"


def letters(inches: float, size: float) -> int:
    """How many letters of a size, in points, fit into a length."""
    return int(72 * inches / (_LETTER * size))


def fold(text: str, inches: float, size: float) -> str:
    """A text in lines that fit into a length."""
    return "\n".join(style.wrapped(text, letters(inches, size)))


def fold_titles(figure: Figure) -> None:
    """Breaks the titles of figure and axes where they are longer than what they belong to."""
    for text in figure.texts:
        text.set_text(fold(text.get_text(), 0.9 * figure.get_figwidth(), float(text.get_fontsize())))
    for axes in figure.axes:
        place = axes.get_subplotspec()
        rows, columns = place.get_gridspec().get_geometry() if place else (1, 1)
        wide, high = figure.get_figwidth() / columns, figure.get_figheight() / rows
        if place is None:
            # A colour bar, whose title is along it, or axes that stand where they were put.
            wide, high = (1.7 * side for side in axes.get_window_extent().transformed(figure.dpi_scale_trans.inverted()).size)
        for text, length in ((axes.title, 0.8 * wide), (axes.xaxis.label, 0.75 * wide), (axes.yaxis.label, 0.8 * high)):
            text.set_text(fold(text.get_text(), length, float(text.get_fontsize())))


def draw_line(axes: Axes, x: Any, y: Any, look: style.Look, label: str, **more: Any) -> None:
    """A line with a look's colour, dash and markers."""
    more = {"marker": MARKERS[look.marker] if len(x) <= 30 else None, **more}
    axes.plot(
        np.asarray(x, float), np.asarray(y, float), color=look.colour, linestyle=_DASHES[look.dash], label=label, **more
    )


def draw_over_seeds(axes: Axes, table: pd.DataFrame, look: style.Look, label: str, is_log: bool = False) -> None:
    """Mean and interval of a table with a column per seed; on a logarithmic axis those of the logarithms."""
    intervals = [style.interval(row, is_log) for row in table.to_numpy(float)]
    most = max(figure.count for figure in intervals)
    whole = np.array([figure.count == most and most > 1 for figure in intervals])
    x = table.index.to_numpy(float)
    low, high = (np.array([getattr(figure, name) for figure in intervals]) for name in ("lowest", "highest"))
    axes.fill_between(x, low, high, where=whole, color=look.colour, alpha=0.18, linewidth=0)
    draw_line(axes, x, [figure.mean for figure in intervals], look, label)


def add_legend(axes: Axes) -> None:
    """A legend, where there is more than one thing to tell."""
    if len(axes.get_legend_handles_labels()[0]) > 1:
        handles, names = axes.get_legend_handles_labels()
        # In inches: about half of a column.
        room = 0.55 * COLUMN
        axes.legend(handles, [fold(short(name), room, 7) for name in names], loc="best", handlelength=2.4)


def looks_of(run: Run, table: pd.DataFrame) -> tuple[pd.DataFrame, list[str], dict[str, style.Look]]:
    """The cells with their starts; the starts in order, the cells' and what else a table has; and how each is drawn."""
    order = list(dict.fromkeys([*style.start_order(run.cells), *style.start_order(table)]))
    return run.cells.assign(start=style.starts(run.cells)), order, style.looks(order)


def draw_dots(axes: Axes, groups: Sequence[tuple[str, style.Look, list[float], list[bool]]]) -> None:
    """A dot for each seed, beside them mean and interval: rows of (label, look, values, open)."""
    for place, (_, look, values, opens) in enumerate(groups):
        for value, is_open in zip(values, opens, strict=True):
            axes.plot(
                [value],
                [place],
                MARKERS[look.marker],
                color=look.colour,
                markerfacecolor="none" if is_open else look.colour,
                markersize=4.5,
                alpha=0.8,
            )
        figure = style.interval(values)
        if figure.count > 1:
            axes.plot([figure.lowest, figure.highest], [place, place], color="#222", lw=0.9)
            axes.plot([figure.mean], [place], "|", color="#222", markersize=10)
    axes.set_yticks(range(len(groups)), [fold(short(name), 1.0, 7) for name, *_ in groups])
    axes.set_ylim(len(groups) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)


def draw_heat(
    figure: Figure,
    axes: Axes,
    frame: pd.DataFrame,
    x: str,
    y: str,
    title: str,
    highest: float | None = None,
    bar: bool = True,
) -> Any:
    """A heat map; what does not exist is left white."""
    drawn = axes.imshow(
        np.ma.masked_invalid(frame.to_numpy(float)), cmap="cividis", vmin=0, vmax=highest, aspect="auto", origin="lower"
    )
    every = max(1, len(frame.columns) // 12)
    axes.set_xticks(range(0, len(frame.columns), every), [str(name) for name in frame.columns[::every]])
    every = max(1, len(frame) // 12)
    axes.set_yticks(range(0, len(frame), every), [str(name) for name in frame.index[::every]])
    axes.set(xlabel=x, ylabel=y)
    axes.grid(visible=False)
    if bar:
        colours = figure.colorbar(drawn, ax=axes, pad=0.02)
        colours.outline.set_visible(False)
        colours.set_label(title)
    return drawn


def group_label(group: str, elsewhere: str) -> str:
    """A layer group, and where the other parameters are."""
    return group + (f", rest at {'θ₀' if elsewhere == 'theta0' else 'θ₁'}" if elsewhere else "")
