"""What a page is made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from .parts import Failure, attempt

Trace = dict[str, Any]
"""A trace of Plotly, as it stands in the page."""


@dataclass(frozen=True)
class Panel:
    """One plot."""

    traces: list[Trace]
    layout: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    is_3d: bool = False
    height: int | None = None
    """In pixels, in place of the figure's."""
    aspect: float | None = None
    """Height / width of the plotting area, where one unit is as long on both axes; the height follows from it."""


@dataclass(frozen=True)
class Select:
    """What a reader may choose of a figure: labels for people, values as in the figure's table."""

    name: str
    labels: list[str]
    column: str = ""
    """The column of the table that the choice filters; "" for none."""
    values: list[str] | list[list[str]] = field(default_factory=list)
    """The column's values, one or several for each label; the labels where empty."""


@dataclass(frozen=True)
class Figure:
    """A figure with its caption and its numbers. Each choice of the selects, by their indices, shows its panels."""

    id: str
    title: str
    caption: str
    """HTML: what it shows, how to read it, what it does not say."""
    views: dict[tuple[int, ...], list[Panel]]
    selects: list[Select] = field(default_factory=list)
    table: pd.DataFrame | str | None = None
    """The numbers: a table of their own, or the name of one in exports/."""
    height: int = 380
    """Of each panel, in pixels."""
    width: int = 420
    """The least width of a panel on a wide page, in pixels; panels stand side by side where there is room."""
    first: tuple[int, ...] = ()
    """The choice to begin with; empty: the first of each."""


@dataclass(frozen=True)
class Table:
    """A table that stands in the page."""

    id: str
    title: str
    caption: str
    frame: pd.DataFrame
    """Cells are shown as `number` says; those of columns named in `html` as they are."""
    html: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prose:
    """HTML."""

    html: str


Block = Figure | Table | Prose | Failure
"""A failure is a box with its reason, in the place of what could not be drawn."""


@dataclass(frozen=True)
class Section:
    """A part of the page. One without blocks is left out."""

    id: str
    title: str
    intro: str
    """HTML."""
    blocks: Sequence[Block]


def compose(
    id: str, title: str, intro: str, *parts: tuple[str, Callable[[], Figure | Table | Prose | None]]
) -> Section:
    """A section of parts, each with its name and what draws it: nothing where the run has no data for it. Each is drawn for
    itself; a figure that has nothing to show is left out."""
    blocks = [attempt(f"{title}: {name}", draw) for name, draw in parts]
    return Section(
        id, title, intro, [b for b in blocks if b is not None and not (isinstance(b, Figure) and not b.views)]
    )


def plain(values: Any) -> Any:
    """Arrays as JSON has them: six digits, null for what is not a finite number; what JSON has no word for as text."""
    if isinstance(values, (float, np.floating)):
        return float(f"{values:.6g}") if math.isfinite(values) else None
    if isinstance(values, (np.integer, np.bool_)):
        return values.item()
    if values is pd.NA:
        return None
    if isinstance(values, dict):
        return {str(key): plain(value) for key, value in values.items()}
    if isinstance(values, (np.ndarray, pd.Series, pd.Index, list, tuple)):
        return [plain(value) for value in values]
    return values if values is None or isinstance(values, (str, int)) else str(values)
