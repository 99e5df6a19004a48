"""Figures of loss surfaces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import Normal, Stroke

from ...landscape import Surface, file_name
from ...run import Run
from ...tables import VALUES
from .. import style
from ..sections import planes as plane_section
from ..sections.surfaces import partners
from ..traces import Scale
from .draw import PAGE, Drawing, group_label, new_figure
from .standing import standing


def surfaces(run: Run) -> Iterator[Drawing]:
    """Contours, surfaces in three dimensions, starts and layer groups side by side."""
    known = plane_section.known_surfaces(run)

    def single(surface: Surface, name: str) -> Figure:
        height = float(np.clip(0.75 + 2.3 * plane_section.aspect(surface), 1.6, 3.6))
        figure, ((axes,),) = new_figure(height=height)
        _contour(run, figure, axes, surface, name, Scale(surface.values[name], name))
        axes.set_title(plane_section.path_note(run, surface))
        return figure

    def several(family: Sequence[Surface], titles: Sequence[str], name: str) -> Figure:
        scale = Scale(np.concatenate([s.values[name].ravel() for s in family]), name)
        columns = min(3, len(family))
        rows = -(-len(family) // columns)
        ratio = max(plane_section.aspect(s) for s in family)
        figure, grid = new_figure(
            rows, columns, PAGE, float(np.clip(rows * (0.8 + ratio * PAGE / columns * 0.72), 1.7, 8.5))
        )
        last = None
        for axes, surface, title in zip(grid.ravel(), family, titles, strict=False):
            last = _contour(run, figure, axes, surface, name, scale, bar=False) or last
            axes.set_title(plane_section.titled(run, surface, title))
        for axes in grid.ravel()[len(family) :]:
            axes.set_visible(False)
        if last is not None:
            draw_bar(figure, last, list(grid.ravel()), scale)
        return figure

    for surface in known:
        for name in VALUES:
            if plane_section.shows(surface, name):
                yield f"{surface.file_stem}-{name}", partial(single, surface, name)
        if np.isfinite(surface.values["training_loss"]).any() and min(surface.status.shape) >= 2:
            yield f"{surface.file_stem}-training_loss-3d", partial(standing, run, surface, "training_loss")
    for pair in partners(run, known):
        starts = [
            f"{start}, |d₁| = {style.number(surface.length, 3)}"
            for start, surface in zip(("pre-trained", "from scratch"), pair, strict=True)
        ]
        for name in ("training_loss", "dev_error"):
            if all(np.isfinite(s.values[name]).any() for s in pair):
                yield (
                    f"starts-{pair[0].number}-{file_name(pair[0].name)}-{name}",
                    partial(several, pair, starts, name),
                )
    families: dict[str, list[Surface]] = {}
    for surface in known:
        families.setdefault(surface.base_name, []).append(surface)
    for base, family in families.items():
        if any(s.group != "all" for s in family):
            titles = [group_label(s.group, s.elsewhere) for s in family]
            yield (
                f"groups-{family[0].number}-{file_name(base)}-training_loss",
                partial(several, family, titles, "training_loss"),
            )


def _contour(
    run: Run, figure: Figure, axes: Axes, surface: Surface, name: str, scale: Scale, *, bar: bool = True
) -> Any:
    placed = np.clip(scale.place(surface.values[name].T), scale.low, scale.high)
    levels = np.linspace(scale.low, scale.high, 17)
    drawn = None
    if min(placed.shape) >= 2 and np.isfinite(placed).any():
        drawn = axes.contourf(surface.alpha, surface.beta, np.ma.masked_invalid(placed), levels=levels, cmap="viridis")
        # Else hairlines show between the levels in a PDF.
        drawn.set_edgecolor("face")
        axes.contour(
            surface.alpha,
            surface.beta,
            np.ma.masked_invalid(placed),
            levels=levels,
            colors="white",
            linewidths=0.25,
            alpha=0.6,
        )
    path = run.path_on(surface)
    if len(path):
        is_off = plane_section.is_off(path)
        axes.plot(path["alpha"], path["beta"], ":" if is_off.any() else "-", color="white", lw=1.2)
        # Open: the fine-tuning was not at this place of the plane, but off it.
        for some, fill, edge in ((path[~is_off], "white", "black"), (path[is_off], "#444", "white")):
            axes.plot(some["alpha"], some["beta"], "o", color=fill, ms=3.2, mec=edge, mew=0.6)
    for point in surface.exact.to_dict("records"):
        if np.isfinite(point["alpha"]) and np.isfinite(point["beta"]):
            marker = {"theta1": "*", "theta2": "s"}.get(str(point["point"]), "o")
            label = plane_section.sign(point["point"])
            inside = plane_section.is_inside(surface, float(point["alpha"]), float(point["beta"]))
            if inside:
                axes.plot(
                    point["alpha"],
                    point["beta"],
                    marker,
                    color="white",
                    mec="black",
                    mew=0.7,
                    ms=8 if marker == "*" else 5,
                    zorder=5,
                )
                axes.annotate(
                    label,
                    (point["alpha"], point["beta"]),
                    xytext=(4, 4),
                    textcoords="offset points",
                    color="white",
                    zorder=6,
                    path_effects=_outline(),
                )
    x, y = plane_section.bad_points(surface, name)
    if len(x):
        axes.plot(x, y, "x", color="black", ms=4, mew=0.8, zorder=4)
    x_title, y_title = plane_section.axis_titles(surface)
    axes.set(
        xlabel=x_title,
        ylabel=y_title,
        xlim=window(surface.alpha),
        ylim=window(surface.beta),
    )
    axes.set_aspect("equal")
    axes.grid(visible=False)
    if bar and drawn is not None:
        draw_bar(figure, drawn, axes, scale)
    return drawn


def window(places: np.ndarray) -> tuple[float, float]:
    """The ends of an axis; round a grid of one place, half a unit to both sides."""
    low, high = float(places.min()), float(places.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _outline() -> list[Any]:
    return [Stroke(linewidth=1.5, foreground="black"), Normal()]


def draw_bar(figure: Figure, drawn: Any, axes: Any, scale: Scale) -> None:
    bar = figure.colorbar(drawn, ax=axes, shrink=0.9, pad=0.02)
    bar.outline.set_visible(False)
    bar.set_label(scale.title)
    bar.set_ticks(scale.ticks["tickvals"], labels=scale.ticks["ticktext"])
