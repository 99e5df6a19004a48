"""Maps of model by model, one for each layer, with shared axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..sections.consistency import model_names
from .draw import PAGE, fold, letters, short

_SIZE = 6
"""Of the models' names, in points."""
_LINE = 1.25 * _SIZE / 72
"""The height of a line of them, in inches."""
_GAP, _ROW_GAP = 0.12, 0.27
"""Between maps side by side; between rows of them, where a title stands. In inches."""
_BAR = 0.95
"""What the colour bar takes, with its numbers and title."""
_WIDEST = 1.8
"""Of a map, in inches."""


@dataclass(frozen=True)
class Grid:
    """How maps stand on a page, in inches."""

    rows: int
    columns: int
    side: float
    """Of a map."""


def arrange(count: int, models: int, room: float) -> Grid:
    """As many maps in a row as fit into so much room, and rows of about equal length."""
    least = min(max(0.8, 0.075 * models), room)
    fit = max(1, int((room + _GAP) / (least + _GAP)))
    rows = -(-count // fit)
    columns = -(-count // rows)
    return Grid(rows, columns, min((room - _GAP * (columns - 1)) / columns, _WIDEST))


def draw_matrices(matrices: Sequence[tuple[str, pd.DataFrame]], title: str, measure: str) -> Figure:
    """Maps of one scale: the names of the models once to the left of each row and once below each column."""
    names = [short(name, 30) for name in model_names([str(name) for name in matrices[0][1].index])]
    # Names in two lines where there are few models.
    folded = [fold(name, 0.9, _SIZE) if len(names) <= 4 else name for name in names]
    longest = max(len(line) for name in folded for line in name.split("\n"))
    left = longest / letters(1, _SIZE) + 0.15
    grid = arrange(len(matrices), len(names), PAGE - left - _BAR)
    is_flat = longest / letters(1, _SIZE) < grid.side / len(names)
    below = 0.25 if is_flat else left
    width = left + grid.columns * grid.side + (grid.columns - 1) * _GAP + _BAR
    head = 0.3 + 0.14 * (fold(short(title), 0.9 * width, 8).count("\n") + 1)
    maps = grid.rows * grid.side + (grid.rows - 1) * _ROW_GAP
    height = head + maps + below
    figure = Figure(figsize=(width, height))
    figure.text(0.5, 1 - 0.05 / height, title, ha="center", va="top", fontsize=8)
    highest = max(float(frame.max(axis=None)) for _, frame in matrices)
    # A name for as many models as there is room for.
    every = max(1, int(np.ceil(len(names) * _LINE / grid.side)))
    drawn: Any = None
    for place, (name, frame) in enumerate(matrices):
        row, column = divmod(place, grid.columns)
        bottom = height - head - grid.side - row * (grid.side + _ROW_GAP)
        axes = figure.add_axes(
            ((left + column * (grid.side + _GAP)) / width, bottom / height, grid.side / width, grid.side / height)
        )
        drawn = axes.imshow(np.ma.masked_invalid(frame.to_numpy(float)), cmap="cividis", vmin=0, vmax=highest)
        axes.set_title(name, pad=3)
        ticks, labels = range(0, len(names), every), folded[::every]
        is_last = place + grid.columns >= len(matrices)
        axes.set_xticks(ticks, labels if is_last else [], rotation=0 if is_flat else 90, fontsize=_SIZE)
        axes.set_yticks(ticks, labels if column == 0 else [], fontsize=_SIZE)
        axes.tick_params(length=1.5, pad=1.5)
        axes.grid(visible=False)
    tall = min(maps, 2.0)
    bar = figure.add_axes(
        ((width - _BAR + 0.12) / width, (height - head - (maps + tall) / 2) / height, 0.1 / width, tall / height)
    )
    colours: Any = figure.colorbar(drawn, cax=bar)
    colours.outline.set_visible(False)
    # A factor above the bar in place of many zeros beside it.
    colours.formatter.set_powerlimits((-2, 4))
    colours.ax.yaxis.get_offset_text().set(horizontalalignment="left", x=0)
    colours.set_label(measure)
    return figure
