"""Pieces of Plotly figures that several sections use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import style
from .blocks import Trace, plain
from .style import Look


LONGEST = 34
"""Letters of a line of an axis' title or label; a longer name goes on in the next line."""


def lines(text: str, letters: int = LONGEST) -> str:
    """A text as Plotly breaks it into lines."""
    return "<br>".join(style.wrapped(text, letters))


def axis(text: str, **more: Any) -> dict[str, Any]:
    """An axis with its title."""
    return {"title": {"text": lines(text)}, **more}


def line(x: Any, y: Any, name: str, look: Look, **more: Any) -> Trace:
    """A line with markers. Gaps stay gaps."""
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": plain(x),
        "y": plain(y),
        "name": name,
        "line": {"color": look.colour, "dash": look.dash, "width": 2},
        "marker": {"color": look.colour, "symbol": look.marker, "size": 6},
        "connectgaps": False,
        **more,
    }


def thin(x: Any, y: Any, name: str, look: Look, **more: Any) -> Trace:
    """A thin line for one seed behind the mean."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": plain(x),
        "y": plain(y),
        "name": name,
        "line": {"color": look.colour, "width": 1},
        "opacity": 0.35,
        "showlegend": False,
        "connectgaps": False,
        **more,
    }


def band(x: Sequence[float], low: Sequence[float], high: Sequence[float], look: Look, **more: Any) -> list[Trace]:
    """An interval around a line; broken where it does not exist."""
    known = np.isfinite(np.asarray(low, float)) & np.isfinite(np.asarray(high, float))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(int)))
    traces = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        part = slice(first, last)
        xs = [*np.asarray(x, float)[part], *np.asarray(x, float)[part][::-1]]
        ys = [*np.asarray(high, float)[part], *np.asarray(low, float)[part][::-1]]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": plain(xs),
                "y": plain(ys),
                "fill": "toself",
                "fillcolor": _faint(look.colour),
                "line": {"width": 0, "color": look.colour},
                "hoverinfo": "skip",
                "showlegend": False,
                **more,
            }
        )
    return traces


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[index : index + 2], 16) for index in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"


class Scale:
    """A linear scale, or a logarithmic one where losses spread far: where values are placed between `low` and `high`, which
    are finite and far enough apart for any number of levels between them, whatever the values are."""

    def __init__(self, values: np.ndarray, name: str) -> None:
        finite = np.asarray(values, float)[np.isfinite(values)]
        self.is_log = name.endswith("loss") and style.is_wide(finite)
        self._exponent = 0 if self.is_log else _exponent(finite)
        placed = self.place(finite)
        self.low, self.high = (float(placed.min()), float(placed.max())) if len(placed) else (0.0, 1.0)
        # Values that six digits do not tell apart are one value, drawn in the middle of the scale.
        size = max(abs(self.low), abs(self.high))
        middle = (self.low + self.high) / 2
        is_one = self.high - self.low <= 1e-5 * size or size == 0
        if is_one:
            half = 5e-4 * size or 5e-4
            self.low, self.high = middle - half, middle + half
        self.title = style.word(name) + (" (log scale)" if self.is_log else "")
        if self.is_log:
            # Not powers of the ends, which may round to other numbers.
            marks = style.ticks(float(finite.min()), float(finite.max()))
            places, labels = self.place(marks).tolist(), style.texts(marks)
        else:
            places = [middle] if is_one else style.even_ticks(self.low, self.high)
            labels = style.texts(places, self._exponent)
        self.ticks: dict[str, Any] = {"tickmode": "array", "tickvals": plain(places), "ticktext": labels}

    @property
    def is_plain(self) -> bool:
        """Whether a value's place is the value itself."""
        return not self.is_log and self._exponent == 0

    def place(self, values: Any) -> np.ndarray:
        """Values on the scale; NaN where they are not finite."""
        array = np.asarray(values, float)
        array = np.where(np.isfinite(array), array, np.nan)
        if self.is_log:
            with np.errstate(divide="ignore", invalid="ignore"):
                # What is not above 0 has no place.
                placed = np.log10(array)
            return np.where(np.isfinite(placed), placed, np.nan)
        return array if self._exponent == 0 else array / float(f"1e{self._exponent}")


def _exponent(values: np.ndarray) -> int:
    """The power of ten that values are drawn in units of: 0 unless they are too great or small for the single precision, and the
    squares, that drawing calculates with."""
    size = float(np.abs(values).max()) if len(values) else 0.0
    return 0 if size == 0 or 1e-9 <= size < 1e12 else min(max(math.floor(math.log10(size)), -307), 307)


def colour_bar(title: str, **more: Any) -> dict[str, Any]:
    """A colour bar with its title along it."""
    return {"title": {"text": lines(title, 28), "side": "right"}, "thickness": 12, "outlinewidth": 0, "len": 0.95, **more}


def heat(x: list[Any], y: list[Any], z: Any, title: str, **more: Any) -> Trace:
    """A heat map of distances; what does not exist is left white."""
    return {
        "type": "heatmap",
        "x": plain(x),
        "y": plain(y),
        "z": plain(z),
        "colorscale": style.DISTANCE,
        "colorbar": colour_bar(title),
        "hoverongaps": False,
        "xgap": 1,
        "ygap": 1,
        **more,
    }


def whiskers(figures: Sequence[style.Interval], width: int) -> Trace:
    """From the mean to the ends of each interval. Ends that six digits do not tell from the mean are the mean: Plotly makes an
    axis of no length for less."""

    def length(end: float, mean: float) -> Any:
        if not (math.isfinite(end) and math.isfinite(mean)):
            return None
        return plain(abs(plain(end) - plain(mean)))

    return {
        "type": "data",
        "symmetric": False,
        "array": [length(figure.highest, figure.mean) for figure in figures],
        "arrayminus": [length(figure.lowest, figure.mean) for figure in figures],
        "color": style.INK,
        "thickness": 1.3,
        "width": width,
    }


def dots(
    groups: Sequence[tuple[str, Look, Sequence[float], Sequence[str], Sequence[bool]]],
    *,
    open_name: str = "",
    spread: bool = True,
) -> list[Trace]:
    """A dot for each seed, and beside them mean and interval: rows of (label, look, values, names, open)."""
    traces: list[Trace] = []
    for label, look, values, names, opens in groups:
        symbols = [look.marker + ("-open" if is_open else "") for is_open in opens]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": plain(list(values)),
                "y": [label] * len(values),
                "text": [
                    f"{name}{f' ({open_name})' if is_open and open_name else ''}"
                    for name, is_open in zip(names, opens, strict=True)
                ],
                "hovertemplate": "%{text}: %{x:.4g}<extra></extra>",
                "marker": {"color": look.colour, "symbol": symbols, "size": 9, "opacity": 0.75},
                "showlegend": False,
                "name": label,
            }
        )
        figure = style.interval(list(values))
        if spread and figure.count > 1:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "x": [plain(figure.mean)],
                    "y": [label],
                    "marker": {"symbol": "line-ns-open", "size": 20, "color": style.INK, "line": {"width": 2}},
                    "error_x": whiskers([figure], 5),
                    "hovertemplate": f"mean: %{{x:.4g}}, {style.over(figure)}<extra></extra>",
                    "showlegend": False,
                    "name": f"{label}, mean",
                }
            )
    return traces


def dot_layout(title: str, labels: Sequence[str], **more: Any) -> dict[str, Any]:
    """The layout of a dot plot: labels from the top down."""
    return {
        "xaxis": axis(title, **more),
        "yaxis": {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(labels)[::-1],
            "tickvals": list(labels),
            "ticktext": [lines(label, 18) for label in labels],
            "automargin": True,
        },
        "hovermode": "closest",
    }
