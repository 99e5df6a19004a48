"""Loss surfaces in three dimensions: what a hill hides is drawn as hidden."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ...landscape import Surface
from ...run import Run
from .. import style
from ..sections import planes as plane_section
from ..traces import Scale
from .draw import COLUMN

_ELEVATION, _AZIMUTH = 28.0, -58.0
_PATH = "#D55E00"


class View:
    """A surface as it is looked at from far away: which places in front of it, on it and behind it can be seen."""

    def __init__(self, alpha: np.ndarray, beta: np.ndarray, heights: np.ndarray, low: float, high: float) -> None:
        """`heights` [B, A], NaN where there is none; `low` and `high` are the ends of the upright axis."""
        self._axes = (alpha, beta)
        wide, deep = float(np.ptp(alpha)), float(np.ptp(beta))
        longest = max(wide, deep, 1e-9)
        self.box = (max(wide / longest, 0.3), max(deep / longest, 0.3), 0.6)
        """The sides of the box that is drawn."""
        self._low, self._high = low, high
        # What is missing hides nothing.
        self._heights = np.where(np.isfinite(heights), heights, -np.inf)

    def _ray(self) -> tuple[float, float, float]:
        """One step towards the eye, in the data's units."""
        elevation, azimuth = np.deg2rad(_ELEVATION), np.deg2rad(_AZIMUTH)
        eye = (np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation))
        alpha, beta = self._axes
        spans = (float(np.ptp(alpha)), float(np.ptp(beta)), self._high - self._low)
        step = 0.01
        x, y, z = (step * part * span / side for part, span, side in zip(eye, spans, self.box, strict=True))
        return x, y, z

    def is_visible(self, x: float, y: float, z: float) -> bool:
        """Whether no part of the surface lies between a place and the eye."""
        dx, dy, dz = self._ray()
        # What lies on the surface is not hidden by it.
        z += 0.01 * (self._high - self._low)
        steps = np.arange(1, 201)
        heights = self._at(x + steps * dx, y + steps * dy)
        return not bool((heights > z + steps * dz).any())

    def _at(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The surface's height, linear between its points; -inf beside it."""
        alpha, beta = self._axes
        inside = (x >= alpha[0]) & (x <= alpha[-1]) & (y >= beta[0]) & (y <= beta[-1])
        i = np.clip(np.searchsorted(alpha, x) - 1, 0, len(alpha) - 2)
        j = np.clip(np.searchsorted(beta, y) - 1, 0, len(beta) - 2)
        u = np.clip((x - alpha[i]) / (alpha[i + 1] - alpha[i]), 0, 1)
        v = np.clip((y - beta[j]) / (beta[j + 1] - beta[j]), 0, 1)
        z = self._heights
        corners = np.array([z[j, i], z[j, i + 1], z[j + 1, i], z[j + 1, i + 1]])
        weights = np.array([(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v])
        known = np.isfinite(corners).all(axis=0)
        mixed = (np.where(known, corners, 0) * weights).sum(axis=0)
        return np.where(inside & known, mixed, -np.inf)


def standing(run: Run, surface: Surface, name: str) -> Figure:
    """A surface with its exact points on pins, its path, and a colour bar."""
    scale = Scale(surface.values[name], name)
    figure = Figure(figsize=(COLUMN, 2.7))
    axes: Any = figure.add_axes((0.0, 0.06, 0.76, 0.9), projection="3d", computed_zorder=False)
    axes.set_proj_type("ortho")
    placed = scale.place(surface.values[name].T)
    top = plane_section.pin_top(scale)
    view = View(surface.alpha, surface.beta, placed, scale.low, top)
    drawn = axes.plot_surface(
        *np.meshgrid(surface.alpha, surface.beta),
        placed,
        cmap="viridis",
        vmin=scale.low,
        vmax=scale.high,
        rcount=60,
        ccount=60,
        linewidth=0.15,
        edgecolor=(1, 1, 1, 0.35),
        antialiased=True,
        zorder=1,
    )
    _draw_path(run, axes, surface, name, scale, view)
    for point in surface.exact.to_dict("records"):
        alpha, beta, value = (float(point[key]) for key in ("alpha", "beta", name))
        if plane_section.is_inside(surface, alpha, beta) and np.isfinite(value):
            foot = float(scale.place(value))
            heights = np.linspace(foot, top, 60)
            _draw_line(axes, np.full(60, alpha), np.full(60, beta), heights, view, "black", 0.9)
            fill = "black" if view.is_visible(alpha, beta, foot) else "none"
            axes.plot([alpha], [beta], [foot], "o", color="black", markerfacecolor=fill, ms=3, mew=0.6, zorder=4)
            axes.text(alpha, beta, top, plane_section.sign(point["point"]), ha="center", va="bottom", zorder=5)
    _frame(axes, surface, scale, view)
    bar = figure.colorbar(drawn, cax=figure.add_axes((0.79, 0.22, 0.025, 0.56)))
    bar.outline.set_visible(False)
    bar.set_label(scale.title)
    bar.set_ticks(scale.ticks["tickvals"], labels=scale.ticks["ticktext"])
    return figure


def _frame(axes: Any, surface: Surface, scale: Scale, view: View) -> None:
    """The box: its axes, whose upright one is the colour bar's, and where it is looked at from."""
    x_title, y_title = plane_section.axis_titles(surface, is_short=True)
    axes.set_xlabel(x_title, labelpad=-5)
    axes.set_ylabel(y_title, labelpad=-5)
    axes.tick_params(pad=-3, labelsize=6)
    axes.set_xticks(_ticks(surface.alpha))
    axes.set_yticks(_ticks(surface.beta))
    axes.set_zticks(scale.ticks["tickvals"], labels=[""] * len(scale.ticks["tickvals"]))
    axes.set_xlim(surface.alpha.min(), surface.alpha.max(), view_margin=0)
    axes.set_ylim(surface.beta.min(), surface.beta.max(), view_margin=0)
    axes.set_zlim(scale.low, plane_section.pin_top(scale), view_margin=0)
    axes.set_box_aspect(view.box, zoom=0.95)
    axes.view_init(elev=_ELEVATION, azim=_AZIMUTH)


def _ticks(places: np.ndarray) -> list[float]:
    """Round values, none at the ends, where those of two axes would meet."""
    low, high = float(places.min()), float(places.max())
    room = 0.08 * (high - low)
    return [tick for tick in style.even_ticks(low, high, 4) if low + room <= tick <= high - room]


def _draw_path(run: Run, axes: Any, surface: Surface, name: str, scale: Scale, view: View) -> None:
    path = plane_section.path_heights(run, surface, name)
    if path is None or len(path[0]) < 2:
        return
    x, y, values = path
    z = scale.place(values)
    known = np.isfinite(z)
    if known.sum() < 2:
        return
    along = np.linspace(0, known.sum() - 1, 30 * int(known.sum()))
    fine_x, fine_y, fine_z = (np.interp(along, np.arange(known.sum()), part[known]) for part in (x, y, z))
    _draw_line(axes, fine_x, fine_y, fine_z, view, _PATH, 1.4)
    for place in zip(x[known], y[known], z[known], strict=True):
        if view.is_visible(*place):
            axes.plot(*([value] for value in place), "o", color=_PATH, ms=2, zorder=3)


def _draw_line(
    axes: Any, x: np.ndarray, y: np.ndarray, z: np.ndarray, view: View, colour: str, width: float
) -> None:
    """A line: thin and dotted where the surface hides it."""
    seen = np.array([view.is_visible(*place) for place in zip(x, y, z, strict=True)])
    cuts = [0, *(np.flatnonzero(np.diff(seen.astype(int))) + 1), len(seen)]
    for first, last in zip(cuts, cuts[1:], strict=False):
        part = slice(first, min(last + 1, len(seen)))
        line = "-" if seen[first] else ":"
        axes.plot(x[part], y[part], z[part], line, color=colour, lw=width if seen[first] else 0.5, zorder=2)
