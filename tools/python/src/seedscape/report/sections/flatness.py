"""How flat the optima are: widths, curvature."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...run import Run
from .. import style, traces
from ..blocks import Figure, Panel, Section, Select, Trace, compose, plain


def section(run: Run) -> Section:
    """Flatness and curvature."""
    return compose(
        "flatness",
        "Flatness",
        "<p>[LL] finds flat, wide optima after pre-training and relates them to good generalisation. Flatness says little by itself: a network can "
        "be rescaled to be as sharp as one likes while it computes the same function (Dinh et al. 2017). So widths are given in units of the "
        "way α <em>and</em> as distances in parameter space, and along directions scaled to the weights; differences count, and "
        "only where all of them agree.</p>",
        ("width of the flat interval", lambda: _widths(run)),
        ("curvature", lambda: _curvature(run)),
    )


def _direction(curve: str, cell: str) -> str:
    rest = curve.removeprefix(cell).strip()
    if rest.startswith("curve"):
        return "along the fine-tuning" + rest.removeprefix("curve")
    return "random direction" + (rest[rest.index(" (") :] if " (" in rest else "")


def _widths(run: Run) -> Figure | None:
    table = run.table("flatness")
    table = table[table["width"].notna()]
    if len(table) == 0:
        return None
    table = table.assign(
        start=style.starts(table),
        direction=[_direction(c, n) for c, n in zip(table["curve"], table["cell"], strict=True)],
    )
    order = style.start_order(table)
    look = style.looks([*style.start_order(run.cells), *order])
    directions = list(dict.fromkeys(table["direction"]))
    levels = list(dict.fromkeys(zip(table["loss"], table["tolerance"], strict=True)))
    quantities = (("width", "width, in units of α"), ("distance", "width × length of the direction"))
    views: dict[tuple[int, ...], list[Panel]] = {}
    for d, direction in enumerate(directions):
        for e, (loss, tolerance) in enumerate(levels):
            for q, (column, title) in enumerate(quantities):
                rows = table[
                    (table["direction"] == direction) & (table["loss"] == loss) & (table["tolerance"] == tolerance)
                ]
                panels = []
                for task in dict.fromkeys(rows["task"]):
                    groups: list[tuple[str, style.Look, list[float], list[str], list[bool]]] = []
                    for start in order:
                        mine = rows[(rows["task"] == task) & (rows["start"] == start)]
                        if len(mine):
                            censored = (mine["lower_censored"] | mine["upper_censored"]).fillna(False).astype(bool)
                            groups.append(
                                (start, look[start], mine[column].tolist(), mine["curve"].tolist(), censored.tolist())
                            )
                    drawn = traces.dots(groups, open_name="at least: the curve ends first")
                    panels.append(
                        Panel(
                            drawn,
                            traces.dot_layout(title, [g[0] for g in groups], rangemode="tozero"),
                            task,
                            height=80 + 46 * len(groups),
                        )
                    )
                if panels:
                    views[(d, e, q)] = panels
    return Figure(
        "flatness-widths",
        "Width of the flat interval",
        "<p>The connected interval round θ₁ in which the loss is at most the tolerance above θ₁’s. Open symbols are censored: the "
        "curve ends before the loss has risen that far, so the true width is larger, and a mean over such values is too small.</p>",
        views,
        [
            Select("Direction", directions),
            Select("Level", [f"{style.word(loss)} + {tolerance:g}" for loss, tolerance in levels]),
            Select("Unit", [title for _, title in quantities]),
        ],
        table.drop(columns=["start"]),
        240,
        460,
    )


def _curvature(run: Run) -> Figure | None:
    table = run.table("curvature")
    columns = [name for name in table if name.startswith("eigenvalue") or name == "trace"]
    table = table[table[columns].notna().any(axis=1)] if columns else table.iloc[:0]
    if len(table) == 0:
        return None
    table = table.assign(start=style.starts(table))
    order = style.start_order(table)
    look = style.looks([*style.start_order(run.cells), *order])
    groups_of = list(dict.fromkeys(table["group"]))
    views: dict[tuple[int, ...], list[Panel]] = {}
    for g, group in enumerate(groups_of):
        for index, name in enumerate(columns):
            panels = []
            for task in dict.fromkeys(table["task"]):
                groups = []
                for start in order:
                    mine = table[
                        (table["task"] == task)
                        & (table["start"] == start)
                        & (table["group"] == group)
                        & table[name].notna()
                    ]
                    if len(mine):
                        opens = (
                            (~mine["converged"].fillna(True).astype(bool)).tolist()
                            if name != "trace" and "converged" in mine
                            else [False] * len(mine)
                        )
                        groups.append((start, look[start], mine[name].tolist(), mine["cell"].tolist(), opens))
                if not groups:
                    continue
                drawn = traces.dots(groups, open_name="not converged")
                if name == "trace":
                    drawn = _with_errors(drawn, table)
                title = (
                    "trace of the Hessian"
                    if name == "trace"
                    else f"eigenvalue {name.removeprefix('eigenvalue')} of the Hessian"
                )
                panels.append(
                    Panel(drawn, traces.dot_layout(title, [g[0] for g in groups]), task, height=80 + 46 * len(groups))
                )
            if panels:
                views[(g, index)] = panels
    labels = ["trace" if name == "trace" else f"eigenvalue {name.removeprefix('eigenvalue')}" for name in columns]
    return Figure(
        "curvature",
        "Curvature: the Hessian of the training loss",
        "<p>Greatest eigenvalues by Lanczos’ method (open: not converged, a lower bound in effect), the trace by Hutchinson’s with its "
        "standard error per model as a thin bar. Head fixed, dropout off. A Hessian describes a valley only where the gradient is small; "
        "its norm is among the numbers.</p>",
        views,
        [Select("Parameters", groups_of, "group", groups_of), Select("Figure", labels)],
        "curvature",
        240,
        460,
    )


def _with_errors(drawn: list[Trace], table: pd.DataFrame) -> list[Trace]:
    errors = dict(zip(table["cell"], table["trace_se"], strict=True)) if "trace_se" in table else {}
    return [
        {
            **trace,
            "error_x": {
                "type": "data",
                "array": plain([errors.get(text, np.nan) for text in trace["text"]]),
                "thickness": 0.8,
                "width": 0,
                "color": style.FAINT,
            },
        }
        if "text" in trace
        else trace
        for trace in drawn
    ]
