"""Figures of fine-tunings: how they ended, how they went."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ...landscape import file_name
from ...run import Run
from .. import style
from .draw import Drawing, add_legend, draw_dots, draw_over_seeds, looks_of, new_figure


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
        known = rows["baseline"].dropna()
        if len(known):
            axes.axvline(float(known.iloc[0]), color="#777", ls=":", lw=0.8, label="_baseline")
            axes.annotate(
                style.baseline(str(rows["metric"].iloc[0])),
                (float(known.iloc[0]), 1),
                xycoords=("data", "axes fraction"),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                fontsize=6,
                color=style.SOFT,
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
