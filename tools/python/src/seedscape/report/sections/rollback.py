"""What a fine-tuned model loses when a part of it is put back to where it started."""

from __future__ import annotations

import math

import pandas as pd

from ...run import Run
from .. import style, traces
from ..blocks import Figure, Panel, Section, Trace, compose, plain


def section(run: Run) -> Section:
    """Drops of the main dev metric."""
    return compose(
        "rollback",
        "Rollback",
        "<p>The fine-tuned model with one group of layers put back to θ₀. [LL] claims that lower layers are more invariant: putting the high "
        "layers back costs more than putting the low ones back.</p>",
        ("drop of the main dev metric", lambda: _drops(run)),
    )


def known_drops(run: Run) -> pd.DataFrame:
    """The rows of the table `rollback` that have a drop, with the `start` of their cells."""
    table = run.table("rollback")
    table = table[table["drop"].notna()]
    return table.assign(start=style.starts(table))


def offset(index: int, count: int) -> float:
    """Where the symbols of one start among several stand beside a group's place."""
    return (index - (count - 1) / 2) * 0.7 / count


def reach(rows: pd.DataFrame) -> tuple[float, float]:
    """The ends of an axis that panels of one task share: all drops, their intervals and 0, and some room."""
    intervals = [style.interval(some["drop"].tolist()) for _, some in rows.groupby(["start", "group"])]
    ends = [end for figure in intervals for end in (figure.lowest, figure.highest) if math.isfinite(end)]
    low, high = min([0.0, *ends, *rows["drop"]]), max([0.0, *ends, *rows["drop"]])
    # A drop of less is no drop: a metric has steps of 1 / dev rows.
    room = max(0.08 * (high - low), 0.005)
    return low - room, high + room


def _drops(run: Run) -> Figure | None:
    table = known_drops(run)
    if len(table) == 0:
        return None
    order = style.start_order(table)
    look = style.looks([*style.start_order(run.cells), *order])
    panels = []
    for task in style.in_order(table["task"], run.cells["task"]):
        rows = table[table["task"] == task]
        present = [start for start in order if (rows["start"] == start).any()]
        for title, groups in style.parts_and_thirds(rows["group"]):
            drawn: list[Trace] = []
            for index, start in enumerate(present):
                mine = rows[(rows["start"] == start) & rows["group"].isin(groups)]
                if len(mine):
                    drawn += _seeds(mine, groups, start, look[start], offset(index, len(present)))
            layout = {
                "showlegend": len(present) > 1,
                "xaxis": traces.axis(
                    "layer" if title == "single layers" else "",
                    tickvals=list(range(len(groups))),
                    ticktext=[traces.lines(style.part(group), 16) for group in groups],
                    range=[-0.6, len(groups) - 0.4],
                    showgrid=False,
                    zeroline=False,
                ),
                "yaxis": traces.axis(
                    f"drop of dev {style.word(run.main_metric(task))}",
                    range=plain(reach(rows)),
                    zeroline=True,
                    zerolinecolor=style.SOFT,
                ),
            }
            panels.append(Panel(drawn, layout, f"{task}: {title}"))
    return Figure(
        "rollback-drops",
        "Drop of the main dev metric",
        "<p>One symbol per seed; the mark beside them is the mean, its whiskers the 95 % t interval, or the range below five seeds. Near 0: "
        "the task does not need what the group learned. Below 0: the model is better without. Groups of layers are drawn apart, as they "
        "contain the single ones and do not add up: a group of more layers may lose more for its size alone. Single layers count from 1, "
        "as in the sections on attention and features; the tables and the parameters’ names count them from 0.</p>",
        {(): panels},
        [],
        "rollback",
        340,
        460,
    )


def _seeds(rows: pd.DataFrame, groups: list[str], start: str, look: style.Look, beside: float) -> list[Trace]:
    """The seeds of one start, and to their right mean and interval of each group."""
    places = {group: place + beside for place, group in enumerate(groups)}
    figures = {group: style.interval(rows.loc[rows["group"] == group, "drop"].tolist()) for group in groups}
    told = {group: figure for group, figure in figures.items() if figure.count > 1}
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": plain([places[group] for group in rows["group"]]),
            "y": plain(rows["drop"]),
            "name": start,
            "text": [f"{cell}, {group}" for cell, group in zip(rows["cell"], rows["group"], strict=True)],
            "hovertemplate": "%{text}: %{y:.4g}<extra></extra>",
            "marker": {"color": look.colour, "symbol": look.marker, "size": 7, "opacity": 0.75},
            "legendgroup": start,
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": plain([places[group] + 0.12 for group in told]),
            "y": plain([figure.mean for figure in told.values()]),
            "marker": {"symbol": "line-ew-open", "size": 11, "color": style.INK, "line": {"width": 2}},
            "error_y": traces.whiskers(list(told.values()), 4),
            "text": [style.over(figure) for figure in told.values()],
            "hovertemplate": "mean: %{y:.4g}<br>%{text}<extra></extra>",
            "showlegend": False,
            "legendgroup": start,
            "name": f"{start}, mean",
        },
    ]
