"""Figures of flat intervals, of curvature, and of what putting parts back costs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...landscape import file_name, range_of
from ...run import Run
from .. import style
from ..sections import rollback as rollback_section
from .draw import MARKERS, PAGE, Drawing, add_legend, draw_dots, looks_of, new_figure, short


def flatness(run: Run) -> Iterator[Drawing]:
    """Widths of the flat interval along the fine-tuning."""
    table = run.table("flatness")
    table = table.assign(span=table["curve"].map(range_of))
    along = [curve.removesuffix(span).endswith(" curve") for curve, span in zip(table["curve"], table["span"], strict=True)]
    table = table[table["width"].notna() & (table["group"] == "all") & np.array(along, dtype=bool)]
    if len(table) == 0:
        return
    table = table.assign(start=style.starts(table))
    _, order, look = looks_of(run, table)

    def draw(task: str, span: str, loss: str, tolerance: float) -> Figure:
        rows = table[(table["task"] == task) & (table["loss"] == loss) & (table["tolerance"] == tolerance)]
        rows = rows[rows["span"] == span]
        present = [name for name in order if (rows["start"] == name).any()]
        figure, grid = new_figure(1, 2, PAGE, 1.0 + 0.28 * len(present), sharey=True)
        for axes, column, title in zip(
            grid.ravel(), ("width", "distance"), ("width, in units of α", "width × |d₁|"), strict=True
        ):
            groups = []
            for name in present:
                mine = rows[rows["start"] == name]
                censored = (mine["lower_censored"] | mine["upper_censored"]).fillna(False)
                groups.append((name, look[name], mine[column].tolist(), censored.tolist()))
            draw_dots(axes, groups)
            axes.set_xlabel(title)
            axes.set_xlim(left=0)
        figure.suptitle(f"{task}{span}: {style.word(loss)} + {tolerance:g}", fontsize=8)
        return figure

    for row in table[["task", "span", "loss", "tolerance"]].drop_duplicates().itertuples(index=False):
        task, span, loss, tolerance = row
        yield f"flatness-{file_name(task + span)}-{loss}-{tolerance:g}", partial(draw, task, span, loss, tolerance)


def curvature(run: Run) -> Iterator[Drawing]:
    """The greatest eigenvalue and the trace of the Hessian."""
    table = run.table("curvature")
    quantities = [
        (column, title)
        for column, title in (("eigenvalue1", "greatest eigenvalue of the Hessian"), ("trace", "trace of the Hessian"))
        if column in table and table[column].notna().any()
    ]
    if not quantities:
        return
    table = table.assign(start=style.starts(table))
    _, order, look = looks_of(run, table)

    def draw(task: str, group: str) -> Figure:
        rows = table[(table["task"] == task) & (table["group"] == group)]
        present = [name for name in order if (rows["start"] == name).any()]
        figure, grid = new_figure(1, len(quantities), PAGE, 0.95 + 0.28 * len(present), sharey=True)
        for axes, (column, title) in zip(grid.ravel(), quantities, strict=True):
            groups = []
            for name in present:
                mine = rows[rows["start"] == name]
                is_open = column != "trace" and "converged" in mine
                opens = (~mine["converged"].fillna(True).astype(bool)).tolist() if is_open else [False] * len(mine)
                groups.append((name, look[name], mine[column].tolist(), opens))
            draw_dots(axes, groups)
            axes.set_xlabel(title)
        figure.suptitle(task if group == "all" else f"{task}, {group}", fontsize=8)
        return figure

    known = table[table[[column for column, _ in quantities]].notna().any(axis=1)]
    for task, group in known[["task", "group"]].drop_duplicates().itertuples(index=False):
        stem = task if group == "all" else f"{task} {group}"
        yield f"curvature-{file_name(stem)}", partial(draw, task, group)


def rollback(run: Run) -> Iterator[Drawing]:
    """What rolling a layer group back costs: seeds, means and intervals; single layers and groups of them apart."""
    table = rollback_section.known_drops(run)
    if len(table) == 0:
        return
    _, order, look = looks_of(run, table)

    def draw(task: str) -> Figure:
        rows = table[table["task"] == task]
        kinds = style.parts_and_thirds(rows["group"])
        present = [name for name in order if (rows["start"] == name).any()]
        widths = [max(2, len(groups)) for _, groups in kinds]
        figure, (grid,) = new_figure(1, len(kinds), PAGE, 2.5, sharey=True, gridspec_kw={"width_ratios": widths})
        for axes, (title, groups) in zip(grid, kinds, strict=True):
            for index, start in enumerate(present):
                mine = rows[rows["start"] == start]
                _draw_drops(axes, mine, groups, look[start], start, rollback_section.offset(index, len(present)))
            names = [short(style.part(group), 24) for group in groups]
            turned = max(map(len, names)) * len(names) > 60
            axes.set_xticks(range(len(groups)), names, rotation=40 if turned else 0, ha="right" if turned else "center")
            axes.set_xlim(-0.6, len(groups) - 0.4)
            axes.axhline(0, color="#444", lw=0.7)
            axes.set_title(title)
            axes.grid(axis="x", visible=False)
        grid[0].set_ylabel(f"{task}: drop of dev {style.word(run.main_metric(task))}")
        grid[0].set_ylim(rollback_section.reach(rows))
        add_legend(grid[-1])
        return figure

    for task in style.in_order(table["task"], run.cells["task"]):
        yield f"rollback-{file_name(task)}", partial(draw, task)


def _draw_drops(
    axes: Axes, rows: pd.DataFrame, groups: list[str], look: style.Look, start: str, beside: float
) -> None:
    """A symbol for each seed, and to their right mean and interval of each group."""
    places = {group: place + beside for place, group in enumerate(groups)}
    rows = rows[rows["group"].isin(groups)]
    axes.plot(
        [places[group] for group in rows["group"]],
        rows["drop"],
        MARKERS[look.marker],
        color=look.colour,
        ms=3.5,
        alpha=0.75,
        mew=0,
        label=start,
    )
    for group, some in rows.groupby("group", sort=False):
        figure = style.interval(some["drop"].tolist())
        at = places[str(group)] + 0.12
        if figure.count > 1:
            axes.plot([at, at], [figure.lowest, figure.highest], color="#222", lw=0.9)
            axes.plot([at], [figure.mean], "_", color="#222", ms=5)
