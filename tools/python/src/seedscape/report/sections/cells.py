"""Metrics per cell, and how the fine-tunings went."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...run import Run
from ...tables import CELL
from .. import style, traces
from ..blocks import Figure, Panel, Section, Select, Table, compose

MOST_BINS = 120
"""Points of a curve over steps; more steps are averaged."""


def results(run: Run) -> Section:
    """How well each fine-tuning ended."""
    return compose(
        "results",
        "Results of the fine-tunings",
        "<p>One fine-tuning per task, start, variant and seed. Runs that learned nothing are kept, and marked.</p>",
        ("metrics per cell", lambda: _metrics(run)),
        ("every fine-tuning", lambda: _table(run)),
    )


def _is_any_done(cells: pd.DataFrame) -> bool:
    return bool((cells["status"] == "done").any())


def _table(run: Run) -> Table | None:
    cells = run.cells
    if not _is_any_done(cells):
        return None
    names = [
        name
        for name in cells
        if name not in (*CELL, "status", "degenerate", "steps")
        and not name.endswith("examples")
        and not name.endswith("truncated")
    ]
    shown = cells[["cell", "status", *(["degenerate"] if "degenerate" in cells else []), *names]]
    return Table(
        "cells-table",
        "Every fine-tuning",
        "<p>After the last epoch, on all dev rows. <code>training_loss</code> is the mean "
        "of the last epoch’s batches as they were trained on, with dropout; <code>dev_loss</code> is without.</p>",
        shown.rename(columns=lambda name: name.removeprefix("dev_") if name != "dev_loss" else name),
    )


def _metrics(run: Run) -> Figure | None:
    cells = run.cells
    if not _is_any_done(cells):
        return None
    order = style.start_order(cells)
    look = style.looks(order)
    main = run.metrics[run.metrics["is_main"]].assign(metric="main metric")
    choices = [("main metric of each task", main, "dev metric")]
    for name in dict.fromkeys(run.metrics["metric"]):
        choices.append((style.word(name), run.metrics[run.metrics["metric"] == name], f"dev {style.word(name)}"))
    for name, title in (("dev_loss", "dev loss"), ("training_loss", "training loss of the last epoch")):
        if name in cells:
            choices.append((title, cells.assign(value=cells[name], baseline=np.nan), title))
    if len(dict.fromkeys(run.metrics["metric"])) == 1:
        del choices[1]
    views: dict[tuple[int, ...], list[Panel]] = {}
    for index, (_, frame, title) in enumerate(choices):
        frame = frame.assign(start=style.starts(frame))
        panels = []
        for task in dict.fromkeys(frame["task"]):
            mine = frame[(frame["task"] == task) & frame["value"].notna()]
            if len(mine) == 0:
                continue
            groups = []
            for name in order:
                rows = mine[mine["start"] == name]
                if len(rows):
                    opens = (
                        rows["degenerate"].fillna(False).astype(bool).tolist()
                        if "degenerate" in rows
                        else [False] * len(rows)
                    )
                    groups.append((name, look[name], rows["value"].tolist(), rows["cell"].tolist(), opens))
            main = run.main_metric(task)
            label = f"dev {style.word(main)}" if index == 0 else title
            layout = traces.dot_layout(label, [name for name, *_ in groups])
            baseline = mine["baseline"].dropna()
            if len(baseline):
                layout["shapes"] = [_vertical(float(baseline.iloc[0]))]
                layout["annotations"] = [
                    {
                        "x": float(baseline.iloc[0]),
                        "y": 1,
                        "yref": "paper",
                        "yanchor": "bottom",
                        "text": style.baseline(main),
                        "showarrow": False,
                        "font": {"size": 11, "color": style.SOFT},
                    }
                ]
                layout["margin"] = {"t": 24}
            panels.append(
                Panel(traces.dots(groups, open_name="learned nothing"), layout, task, height=90 + 46 * len(groups))
            )
        if panels:
            views[(index,)] = panels
    if not views:
        return None
    return Figure(
        "metrics",
        "Metrics per cell",
        "<p>Each symbol is one seed; the bar is the mean over seeds, its whiskers the 95 % t interval, or the range below five seeds. "
        "Open symbols are cells whose main metric is not above the dotted line, the score of always giving the most frequent answer: the "
        "<em>majority</em>’s share for accuracy and F1, <em>no relation</em> (0) for a correlation.</p><p>Differences between starts smaller "
        "than the spread over seeds say nothing.</p>",
        views,
        [Select("Figure", [label for label, *_ in choices])],
        run.cells,
        260,
        460,
    )


def _vertical(x: float) -> dict[str, object]:
    return {
        "type": "line",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": style.FAINT, "width": 1, "dash": "dot"},
    }


def learning(run: Run) -> Section:
    """Losses and metrics over time."""
    return compose(
        "learning",
        "Learning curves",
        "<p>[LL] holds that a pre-trained start makes optimisation easier than a random one, and that fine-tuning is robust to "
        "overfitting although the model has far more parameters than there are examples.</p>",
        ("losses and metrics after each epoch", lambda: _epochs(run)),
        ("every optimiser step", lambda: _steps(run)),
        ("long runs", lambda: _overfitting(run)),
    )


def _epochs(run: Run) -> Figure | None:
    epochs = run.epochs
    if len(epochs) == 0:
        return None
    epochs = epochs.assign(start=style.starts(epochs))
    order = style.start_order(epochs)
    look = style.looks(order)
    names = [name for name in epochs if name in ("training_loss", "dev_loss") or name.startswith("dev_")]
    names = sorted(dict.fromkeys(names), key=lambda name: (name != "training_loss", name != "dev_loss", name))
    views: dict[tuple[int, ...], list[Panel]] = {}
    for index, name in enumerate(names):
        panels = []
        for task in dict.fromkeys(epochs["task"]):
            drawn = []
            for start in order:
                rows = epochs[(epochs["task"] == task) & (epochs["start"] == start)]
                table = (
                    rows.pivot_table(index="epoch", columns="cell", values=name, dropna=False)
                    if len(rows)
                    else pd.DataFrame()
                )
                if table.size == 0 or table.isna().all(axis=None):
                    continue
                drawn += over_seeds(table, start, look[start], "epoch")
            if drawn:
                panels.append(
                    Panel(
                        drawn,
                        {"xaxis": traces.axis("epoch", rangemode="tozero"), "yaxis": traces.axis(style.word(name))},
                        task,
                    )
                )
        if panels:
            views[(index,)] = panels
    return Figure(
        "epochs",
        "Losses and metrics after each epoch",
        "<p>Thick: mean over seeds; shaded: the 95 % t interval, or the range below five seeds; thin: single seeds. The training loss is "
        "the mean over an epoch’s batches, with dropout and while the weights move; dev figures are without dropout at the epoch’s end. "
        "So a training loss above the dev loss in the first epochs is no paradox.</p>",
        views,
        [Select("Figure", [style.word(name) for name in names])],
        "epochs",
        360,
    )


def over_seeds(
    table: pd.DataFrame, name: str, look: style.Look, unit: str, is_log: bool = False
) -> list[dict[str, object]]:
    """Mean, interval and single seeds of a table with a column per seed; on a logarithmic axis those of the logarithms."""
    x = table.index.to_numpy(float)
    intervals = [style.interval(row, is_log) for row in table.to_numpy(float)]
    complete = [figure.count for figure in intervals]
    # An interval of fewer seeds than beside it is another quantity; the line goes on, the band breaks.
    low = [figure.lowest if figure.count == max(complete) and figure.count > 1 else np.nan for figure in intervals]
    high = [figure.highest if figure.count == max(complete) and figure.count > 1 else np.nan for figure in intervals]
    drawn: list[dict[str, object]] = list(traces.band(x.tolist(), low, high, look, legendgroup=name))
    if table.shape[1] > 1:
        for cell in table:
            hover = f"{cell}, {unit} %{{x:.4g}}: %{{y:.4g}}<extra></extra>"
            drawn.append(
                traces.thin(x, table[cell].to_numpy(float), str(cell), look, legendgroup=name, hovertemplate=hover)
            )
    kind = "geometric mean" if is_log else "mean"
    hover = f"{name}, {kind} of {max(complete)}, {unit} %{{x:.4g}}: %{{y:.4g}}<extra></extra>"
    mean = [figure.mean for figure in intervals]
    drawn.append(traces.line(x, mean, name, look, legendgroup=name, hovertemplate=hover))
    return drawn


def _steps(run: Run) -> Figure | None:
    done = run.cells[run.cells["status"] == "done"] if len(run.cells) else run.cells
    frames = []
    for cell in done["cell"]:
        steps = run.steps(str(cell))
        if len(steps):
            frames.append(steps.assign(cell=cell))
    if not frames:
        return None
    done = done.assign(start=style.starts(done)).set_index("cell")
    order = style.start_order(done)
    look = style.looks(order)
    tasks = list(dict.fromkeys(done["task"]))
    binned = []
    for frame in frames:
        width = -(-len(frame) // MOST_BINS)
        bins = (np.arange(len(frame)) // width).astype(int)
        means = frame.groupby(bins)[["step", "loss", "gradient_norm", "learning_rate"]].mean()
        binned.append(means.assign(cell=frame["cell"].iloc[0], steps=width))
    every = pd.concat(binned, ignore_index=True)
    views: dict[tuple[int, ...], list[Panel]] = {}
    for index, task in enumerate(tasks):
        panels = []
        for name, title in (
            ("loss", "loss of the batch"),
            ("gradient_norm", "norm of the gradient"),
            ("learning_rate", "learning rate"),
        ):
            drawn, seen = [], set()
            for cell, rows in every.groupby("cell", sort=False):
                if done.loc[cell, "task"] != task:
                    continue
                start = str(done.loc[cell, "start"])
                drawn.append(
                    traces.thin(
                        rows["step"],
                        rows[name],
                        start,
                        look[start],
                        legendgroup=start,
                        showlegend=start not in seen,
                        opacity=0.75,
                        line={"color": look[start].colour, "dash": look[start].dash, "width": 1.2},
                        hovertemplate=f"{cell}, step %{{x:.0f}}: %{{y:.4g}}<extra></extra>",
                    )
                )
                seen.add(start)
            scale = (
                {"type": "log", "dtick": 1} if name == "gradient_norm" and style.is_wide(every[name].to_numpy()) else {}
            )
            panels.append(
                Panel(drawn, {"xaxis": traces.axis("optimiser step"), "yaxis": traces.axis(title, **scale)}, title)
            )
        views[(index,)] = panels
    width = int(every["steps"].max())
    return Figure(
        "steps",
        "Every optimiser step",
        f"<p>One line per seed{f'; means over up to {width} steps' if width > 1 else ''}. The gradient’s norm is before clipping, the task "
        "head included. A norm that stays near 0, or a loss that stays at its start, is the mark of a run that does not learn.</p>",
        views,
        [Select("Task", tasks)],
        every[["cell", "step", "steps", "loss", "gradient_norm", "learning_rate"]],
        320,
        360,
    )


def _overfitting(run: Run) -> Figure | None:
    table = run.table("overfitting")
    if len(table) == 0:
        return None
    table = table.assign(start=style.starts(table))
    order = style.start_order(table)
    look = style.looks([*style.start_order(run.cells), *order])
    figures = list(dict.fromkeys(table["figure"]))
    views: dict[tuple[int, ...], list[Panel]] = {}
    for index, figure in enumerate(figures):
        panels = []
        for task in dict.fromkeys(table["task"]):
            mine = table[(table["task"] == task) & (table["figure"] == figure)]
            groups = []
            for start in order:
                rows = mine[mine["start"] == start]
                if len(rows):
                    label = f"{start} ({rows['epochs'].iloc[0]} epochs)"
                    groups.append(
                        (
                            label,
                            look[start],
                            rows["late_minus_early"].tolist(),
                            rows["cell"].tolist(),
                            [False] * len(rows),
                        )
                    )
            layout = traces.dot_layout(f"{style.word(figure)}, late − early", [label for label, *_ in groups])
            layout["shapes"] = [_vertical(0.0)]
            if groups:
                panels.append(Panel(traces.dots(groups), layout, task, height=80 + 46 * len(groups)))
        views[(index,)] = panels
    return Figure(
        "overfitting",
        "Long runs: does the dev set suffer?",
        "<p>The mean of the last quarter of the epochs minus that of the second quarter, for fine-tunings of eight epochs or more. Right of "
        "0 the dev set has got worse while training went on. [LL] claims that dev <em>error</em> does not rise. A dev "
        "<em>loss</em> that rises says less: confidence may grow on what is wrong anyway.</p>",
        views,
        [Select("Figure", [style.word(name) for name in figures], "figure", figures)],
        "overfitting",
        240,
        460,
    )
