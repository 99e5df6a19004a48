"""Figures of fine-tunings and of lines through them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ...landscape import Curve, file_name, range_of
from ...run import Run
from ...tables import VALUES
from .. import style
from ..sections import curves as curves_section
from .draw import (
    COLUMN,
    PAGE,
    Drawing,
    add_legend,
    draw_dots,
    draw_line,
    draw_over_seeds,
    group_label,
    looks_of,
    new_figure,
)


def metrics(run: Run) -> Iterator[Drawing]:
    """The main metric of each task."""
    metrics = run.metrics[run.metrics["is_main"]]
    metrics = metrics[metrics["value"].notna()]
    if len(metrics) == 0:
        return
    metrics = metrics.assign(start=style.starts(metrics))
    _, order, look = looks_of(run, metrics)

    def draw(task: str) -> Figure:
        rows = metrics[metrics["task"] == task]
        present = [name for name in order if (rows["start"] == name).any()]
        figure, ((axes,),) = new_figure(height=0.75 + 0.28 * len(present))
        draw_dots(
            axes,
            [
                (
                    name,
                    look[name],
                    rows[rows["start"] == name]["value"].tolist(),
                    rows[rows["start"] == name]["degenerate"].fillna(False).tolist(),
                )
                for name in present
            ],
        )
        axes.axvline(
            float(rows["baseline"].dropna().iloc[0]) if rows["baseline"].notna().any() else np.nan,
            color="#777",
            ls=":",
            lw=0.8,
        )
        axes.set_xlabel(f"{task}, dev {style.word(str(rows['metric'].iloc[0]))}")
        return figure

    for task in dict.fromkeys(metrics["task"]):
        yield f"metrics-{file_name(task)}", partial(draw, task)


def epochs(run: Run) -> Iterator[Drawing]:
    """Losses and the main metric after each epoch."""
    epochs = run.epochs
    if len(epochs) == 0:
        return
    epochs = epochs.assign(start=style.starts(epochs))
    _, order, look = looks_of(run, epochs)

    def draw(task: str, name: str) -> Figure:
        figure, ((axes,),) = new_figure()
        for start in order:
            rows = epochs[(epochs["task"] == task) & (epochs["start"] == start)]
            table = rows.pivot_table(index="epoch", columns="cell", values=name) if len(rows) else pd.DataFrame()
            if table.size:
                draw_over_seeds(axes, table, look[start], start)
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_ylabel(f"{task}, {style.word(name)}")
        add_legend(axes)
        return figure

    for task in dict.fromkeys(epochs["task"]):
        for name in ("training_loss", "dev_loss", f"dev_{run.main_metric(task)}"):
            if name in epochs and epochs.loc[epochs["task"] == task, name].notna().any():
                yield f"epochs-{file_name(task)}-{name}", partial(draw, task, name)


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

    def axes_of(name: str, tables: list[pd.DataFrame], task: str) -> tuple[Figure, Axes]:
        figure, ((axes,),) = new_figure()
        values = [number for table in tables for number in table.to_numpy(float).ravel()]
        if name.endswith("loss") and style.is_wide(np.array(values)):
            axes.set_yscale("log")
        for at in (0.0, 1.0):
            axes.axvline(at, color="#999", lw=0.6, ls=":")
        axes.set_xlabel("α:  θ₀ + α (θ₁ − θ₀)")
        axes.set_ylabel(f"{task}, {style.word(name)}")
        return figure, axes

    def along(task: str, name: str) -> Figure:
        tables = {}
        for start in order:
            mine = [
                c for c in known if c.group == "all" and tuple(cells.loc[c.cell, ["task", "start"]]) == (task, start)
            ]
            table = curves_section.seeds_table(mine, name)
            if table.size and table.notna().any(axis=None):
                tables[start] = table
        figure, axes = axes_of(name, list(tables.values()), task)
        for start, table in tables.items():
            draw_over_seeds(axes, table, look[start], start)
        add_legend(axes)
        return figure

    def groups(task: str, start: str, name: str) -> Figure:
        mine = [c for c in known if tuple(cells.loc[c.cell, ["task", "start"]]) == (task, start)]
        labels = list(dict.fromkeys(group_label(c.group, c.elsewhere) for c in mine))
        looks = style.looks(labels)
        tables = {
            label: curves_section.seeds_table([c for c in mine if group_label(c.group, c.elsewhere) == label], name)
            for label in labels
        }
        figure, axes = axes_of(name, list(tables.values()), task)
        for label, table in tables.items():
            draw_over_seeds(axes, table, looks[label], label)
        add_legend(axes)
        return figure

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


def paths(run: Run) -> Iterator[Drawing]:
    """Where snapshots lie."""
    paths = run.trajectories
    if len(paths) == 0 or paths["hao_alpha"].isna().all():
        return
    paths = paths.assign(start=style.starts(paths))
    _, order, look = looks_of(run, paths)

    def draw(task: str, x: str, y: str, x_title: str, y_title: str) -> Figure:
        figure, ((axes,),) = new_figure()
        seen: set[str] = set()
        for (_, start), rows in paths[paths["task"] == task].groupby(["trajectory", "start"], sort=False):
            rows = rows.sort_values("step")
            draw_line(axes, rows[x], rows[y], look[str(start)], "" if start in seen else str(start))
            seen.add(str(start))
        axes.set(xlabel=x_title, ylabel=y_title, title=task)
        add_legend(axes)
        return figure

    for task in dict.fromkeys(paths["task"]):
        yield (
            f"path-{file_name(task)}",
            partial(draw, task, "hao_alpha", "hao_beta", "along d₁ (α)", "length outside d₁, in |d₁|"),
        )
        if paths.loc[paths["task"] == task, "pc2"].notna().any():
            yield (
                f"path-{file_name(task)}-principal",
                partial(draw, task, "pc1", "pc2", "first principal direction", "second principal direction"),
            )


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
        figure, grid = new_figure(1, 2, PAGE, 0.85 + 0.28 * len(present), sharey=True)
        for axes, column, title in zip(
            grid.ravel(), ("width", "distance"), ("width, in units of α", "width × |d₁|"), strict=True
        ):
            groups = []
            for name in present:
                mine = rows[rows["start"] == name]
                censored = (mine["lower_censored"] | mine["upper_censored"]).fillna(False)
                groups.append((name, look[name], mine[column].tolist(), censored.tolist()))
            draw_dots(axes, groups)
            axes.set_xlabel(f"{task}{span}: {title} ({style.word(loss)} + {tolerance:g})")
            axes.set_xlim(left=0)
        return figure

    for row in table[["task", "span", "loss", "tolerance"]].drop_duplicates().itertuples(index=False):
        task, span, loss, tolerance = row
        yield f"flatness-{file_name(task + span)}-{loss}-{tolerance:g}", partial(draw, task, span, loss, tolerance)


def rollback(run: Run) -> Iterator[Drawing]:
    """What rolling a layer group back costs."""
    table = run.table("rollback")
    table = table[table["drop"].notna()]
    if len(table) == 0:
        return
    table = table.assign(start=style.starts(table))
    _, order, look = looks_of(run, table)
    hatches = ("", "//", "..", "xx", "--", "++")

    def draw(task: str) -> Figure:
        rows = table[table["task"] == task]
        groups = style.layer_order(rows["group"])
        present = [name for name in order if (rows["start"] == name).any()]
        figure, ((axes,),) = new_figure(width=COLUMN if len(groups) <= 8 else PAGE)
        width = 0.8 / len(present)
        for index, start in enumerate(present):
            values = [
                style.interval(rows.loc[(rows["start"] == start) & (rows["group"] == group), "drop"].tolist())
                for group in groups
            ]
            places = np.arange(len(groups)) - 0.4 + width * (index + 0.5)
            means = np.array([f.mean for f in values])
            errors = np.abs(np.array([[f.mean - f.lowest for f in values], [f.highest - f.mean for f in values]]))
            axes.bar(places, means, width, color=look[start].colour, hatch=hatches[index % len(hatches)], label=start)
            axes.errorbar(places, means, errors, fmt="none", ecolor="#222", elinewidth=0.8, capsize=1.5)
        axes.axhline(0, color="#444", lw=0.7)
        axes.set_xticks(
            range(len(groups)),
            groups,
            rotation=40 if len(groups) > 4 else 0,
            ha="right" if len(groups) > 4 else "center",
        )
        axes.set_ylabel(f"{task}: drop of dev {style.word(run.main_metric(task))}")
        axes.grid(axis="x", visible=False)
        add_legend(axes)
        return figure

    for task in style.in_order(table["task"], run.cells["task"]):
        yield f"rollback-{file_name(task)}", partial(draw, task)
