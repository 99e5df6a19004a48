"""Figures of the loss along lines: fine-tunings, random directions, between models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ...landscape import Curve, file_name
from ...run import Run
from ...tables import VALUES
from .. import style
from ..sections import curves as curves_section
from .draw import COLUMN, Drawing, add_legend, draw_line, draw_over_seeds, fold, group_label, looks_of, new_figure, short

_ALONG = "α:  θ₀ + α (θ₁ − θ₀)"


def curves(run: Run) -> Iterator[Drawing]:
    """Loss curves along fine-tunings, whole and by layer group."""
    all_known = curves_section.known_curves(run, "fine-tuning")
    # A wide and a narrow range have figures of their own.
    for span in dict.fromkeys(curve.range for curve in all_known):
        yield from _curves_on(run, [curve for curve in all_known if curve.range == span], span)


def _curves_on(run: Run, known: list[Curve], span: str) -> Iterator[Drawing]:
    """Those on one range, of which their names say `span`."""
    if not known:
        return
    cells, order, look = looks_of(run, run.cells)
    cells = cells.set_index("cell")

    def along(task: str, name: str) -> Figure:
        tables = {}
        for start in order:
            mine = [
                c for c in known if c.group == "all" and tuple(cells.loc[c.cell, ["task", "start"]]) == (task, start)
            ]
            table = curves_section.seeds_table(mine, name)
            if table.size and table.notna().any(axis=None):
                tables[start] = table
        return _drawn(tables, look, f"{task}, {style.word(name)}", name, _ALONG, curves_section.ENDS)

    def groups(task: str, start: str, name: str) -> Figure:
        mine = [c for c in known if tuple(cells.loc[c.cell, ["task", "start"]]) == (task, start)]
        labels = list(dict.fromkeys(group_label(c.group, c.elsewhere) for c in mine))
        looks = style.looks(labels)
        tables = {
            label: curves_section.seeds_table([c for c in mine if group_label(c.group, c.elsewhere) == label], name)
            for label in labels
        }
        return _drawn(tables, looks, f"{task}, {style.word(name)}", name, _ALONG, curves_section.ENDS)

    for task in dict.fromkeys(cells.loc[[c.cell for c in known], "task"]):
        for name in VALUES:
            mine = [c for c in known if c.group == "all" and cells.loc[c.cell, "task"] == task]
            if curves_section.seeds_table(mine, name).notna().any(axis=None):
                yield f"curves-{file_name(task + span)}-{name}", partial(along, task, name)
    for task, start in dict.fromkeys(tuple(cells.loc[c.cell, ["task", "start"]]) for c in known if c.group != "all"):
        yield (
            f"curves-groups-{file_name(f'{task} {start}{span}')}-training_loss",
            partial(groups, task, start, "training_loss"),
        )


def _drawn(
    tables: Mapping[str, pd.DataFrame],
    looks: Mapping[str, style.Look],
    title: str,
    name: str,
    x: str,
    marks: Sequence[tuple[float, str]],
) -> Figure:
    """Mean and interval of each table of a value, and the models on the line."""
    figure, axes, is_log = _axes(tables.values(), title, name, x, marks)
    for label, table in tables.items():
        draw_over_seeds(axes, table, looks[label], label, is_log)
    add_legend(axes)
    return figure


def _axes(
    tables: Iterable[pd.DataFrame], title: str, name: str, x: str, marks: Sequence[tuple[float, str]]
) -> tuple[Figure, Axes, bool]:
    figure, ((axes,),) = new_figure()
    is_log = curves_section.is_log(name, tables)
    if is_log:
        axes.set_yscale("log")
    for at, label in marks:
        axes.axvline(at, color="#999", lw=0.6, ls=":")
        # Above the plot, where no line runs.
        axes.annotate(
            label.strip(),
            (at, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 1),
            textcoords="offset points",
            ha="center",
            color=style.SOFT,
        )
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.set_xlabel(x)
    axes.set_ylabel(title)
    return figure, axes, is_log


def random(run: Run) -> Iterator[Drawing]:
    """Loss curves along random directions."""
    known = curves_section.known_curves(run, "random")
    if not known:
        return
    cells, order, look = looks_of(run, run.cells)
    cells = cells.set_index("cell")

    def draw(mine: list[Curve], task: str, name: str) -> Figure:
        tables = curves_section.directions_tables(mine, cells, order, name)
        x = "α:  θ₁ + α u, |u| = |weights|"
        return _drawn(tables, look, f"{task}, {style.word(name)}", name, x, [(0.0, "θ₁")])

    places: dict[tuple[str, str, str], list[Curve]] = {}
    for curve in known:
        place = (str(cells.loc[curve.cell, "task"]), curves_section.random_kind(curve), curve.range)
        places.setdefault(place, []).append(curve)
    for (task, kind, span), mine in places.items():
        for name in VALUES:
            if curves_section.directions_tables(mine, cells, order, name):
                yield f"random-{file_name(f'{task} {kind}{span}')}-{name}", partial(draw, mine, task, name)


MOST_NAMED = 4
"""Lines of a figure that a legend names; more of them say by their number how alike they are."""


def barriers(run: Run) -> Iterator[Drawing]:
    """The loss between models, with the greatest rise above the straight line between the ends."""
    known = curves_section.known_curves(run, "models")
    if not known:
        return
    cells = looks_of(run, run.cells)[0].set_index("cell")
    table = run.table("barriers")

    def draw(mine: list[Curve], title: str, name: str) -> Figure:
        frames = {curve.name: curves_section.seeds_table([curve], name)[curve.cell] for curve in mine}
        looks = style.looks(frames)
        tables = [values.to_frame() for values in frames.values()]
        figure, axes, _ = _axes(tables, style.word(name), name, "α: one model (0) to the other (1)", [])
        axes.set_title(title)
        for curve, values in frames.items():
            look = looks[curve]
            named = curve if len(mine) <= MOST_NAMED else "_"
            draw_line(axes, values.index, values, look, named)
            row = table[(table["curve"] == curve) & (table["loss"] == name) & (table["barrier"] > 0)]
            if len(row):
                at, height = float(row["alpha"].iloc[0]), float(row["barrier"].iloc[0])
                top = float(np.interp(at, values.index.to_numpy(float), values.to_numpy(float)))
                axes.plot([at, at], [top - height, top], color=look.colour, lw=3, alpha=0.35)
        if len(mine) <= MOST_NAMED:
            handles, names = axes.get_legend_handles_labels()
            folded = [fold(short(name), 0.8 * COLUMN, 7) for name in names]
            figure.legend(handles, folded, loc="outside lower center", handlelength=2.4)
        return figure

    for title, mine in curves_section.between(known, cells).items():
        for name in VALUES:
            if any(curves_section.seeds_table([curve], name).notna().any(axis=None) for curve in mine):
                yield f"barriers-{file_name(title)}-{name}", partial(draw, mine, title, name)
