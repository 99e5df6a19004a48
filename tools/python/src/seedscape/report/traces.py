"""Pieces of Plotly figures that several sections use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import style
from .blocks import Trace, plain
from .style import Look


def axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis with its title."""
    return {"title": {"text": title}, **more}


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
    """A linear scale, or a logarithmic one where losses spread far."""

    def __init__(self, values: np.ndarray, name: str, bounds: tuple[float, float] | None = None) -> None:
        finite = values[np.isfinite(values)]
        self.is_log = name.endswith("loss") and style.is_wide(finite)
        low, high = bounds or ((float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0))
        if high <= low:
            high = low + 1e-9
        self.low = float(np.log10(low)) if self.is_log else low
        self.high = float(np.log10(high)) if self.is_log else high
        self.title = style.word(name) + (" (log scale)" if self.is_log else "")
        marks = style.ticks(low, high) if self.is_log else style.even_ticks(low, high)
        self.ticks: dict[str, Any] = {
            "tickmode": "array",
            "tickvals": plain([float(np.log10(mark)) if self.is_log else mark for mark in marks]),
            "ticktext": [f"{mark:g}" for mark in marks],
        }

    def place(self, values: Any) -> np.ndarray:
        """Values on the scale; NaN where they are not finite."""
        array = np.asarray(values, float)
        array = np.where(np.isfinite(array), array, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log10(array) if self.is_log else array


def colour_bar(title: str, **more: Any) -> dict[str, Any]:
    """A colour bar with its title along it."""
    return {"title": {"text": title, "side": "right"}, "thickness": 12, "outlinewidth": 0, "len": 0.95, **more}


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
                    "marker": {"symbol": "line-ns-open", "size": 20, "color": "#222", "line": {"width": 2}},
                    "error_x": {
                        "type": "data",
                        "symmetric": False,
                        "array": [plain(figure.highest - figure.mean)],
                        "arrayminus": [plain(figure.mean - figure.lowest)],
                        "color": "#222",
                        "thickness": 1.3,
                        "width": 5,
                    },
                    "hovertemplate": f"mean of {figure.count}: %{{x:.4g}}, {figure.kind} {figure.lowest:.4g} to "
                    f"{figure.highest:.4g}<extra></extra>",
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
            "automargin": True,
        },
        "hovermode": "closest",
    }
