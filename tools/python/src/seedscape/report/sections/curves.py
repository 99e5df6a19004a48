"""Loss curves: along fine-tunings, along random directions, between models."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...errors import UnreadableError
from ...landscape import Curve
from ...run import Run
from ...tables import VALUES
from .. import style, traces
from ..blocks import Figure, Panel, Section, Select, Trace, compose
from .cells import over_seeds


def section(run: Run) -> Section:
    """All curves of a run."""
    return compose(
        "curves",
        "Loss curves",
        "<p>The loss of the model on a straight line through parameter space, with the fine-tuned model’s task head at every point. "
        "Dropout is off, and the examples are a fixed subset, so a curve is exact for its subset. A line shows one direction of "
        "millions: nothing on it is a minimum of the whole landscape.</p>",
        ("along the fine-tuning", lambda: _along(run)),
        ("by layer group", lambda: _groups(run)),
        ("along random directions", lambda: _random(run)),
        ("between models", lambda: _between(run)),
    )


def known_curves(run: Run, kind: str) -> list[Curve]:
    """Those of a kind that have a point that was evaluated. Raises UnreadableError where the table of cells lacks one of theirs."""
    found = [
        curve for curve in run.curves if curve.kind == kind and np.isin(curve.status, ["done", "not finite"]).any()
    ]
    cells = set(run.cells["cell"])
    if lacking := [curve for curve in found if curve.cell not in cells]:
        raise UnreadableError(
            f"cells.csv has no row of {lacking[0].cell!r}, which {lacking[0].name!r} in curves.csv is of; write both again with "
            "'seedscape export'"
        )
    return found


def _starts(run: Run) -> tuple[pd.DataFrame, list[str], dict[str, style.Look]]:
    cells = run.cells.assign(start=style.starts(run.cells)).set_index("cell")
    order = style.start_order(run.cells)
    return cells, order, style.looks(order)


def seeds_table(curves: list[Curve], name: str) -> pd.DataFrame:
    """Alpha x cell: the grid and the exact points of curves that differ in the seed; NaN where a value is missing or not finite."""
    columns = {}
    for curve in curves:
        exact = curve.exact.drop_duplicates("alpha").set_index("alpha")[name]
        grid = pd.Series(curve.values[name], index=curve.alpha)
        both = pd.concat([grid, exact])
        columns[curve.cell] = both[~both.index.duplicated()].replace([np.inf, -np.inf], np.nan)
    return pd.DataFrame(columns).sort_index()


def _layout(name: str, frames: list[pd.DataFrame], x: str, marks: list[tuple[float, str]]) -> dict[str, object]:
    values = np.concatenate([frame.to_numpy(float).ravel() for frame in frames]) if frames else np.zeros(0)
    log = {"type": "log"} if name.endswith("loss") and style.is_wide(values) else {}
    return {
        "xaxis": traces.axis(x),
        "yaxis": traces.axis(style.word(name) + (" (log scale)" if log else ""), **log),
        "shapes": [
            {
                "type": "line",
                "x0": at,
                "x1": at,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "layer": "below",
                "line": {"color": "#999", "width": 1, "dash": "dot"},
            }
            for at, _ in marks
        ],
        "annotations": [
            {
                "x": at,
                "y": 0,
                "yref": "paper",
                "yanchor": "bottom",
                "xanchor": "left",
                "text": text,
                "showarrow": False,
                "font": {"size": 14, "color": "#444"},
            }
            for at, text in marks
        ],
    }


def not_finite(curves: list[Curve], name: str, top: float) -> list[Trace]:
    """A × at the upper edge for each point whose value is not finite."""
    xs, names = [], []
    for curve in curves:
        bad = (curve.status == "not finite") & ~np.isfinite(curve.values[name])
        xs += curve.alpha[bad].tolist()
        names += [curve.cell] * int(bad.sum())
    if not xs:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": xs,
            "y": [top] * len(xs),
            "text": names,
            "name": "not finite",
            "marker": {"symbol": "x-thin-open", "size": 10, "color": "#000", "line": {"width": 2}},
            "hovertemplate": "%{text}, α %{x:.4g}: not finite<extra></extra>",
        }
    ]


def _along(run: Run) -> Figure | None:
    curves = [curve for curve in known_curves(run, "fine-tuning") if curve.group == "all"]
    if not curves:
        return None
    cells, order, look = _starts(run)
    # A wide and a narrow range have a panel each.
    tasks = list(dict.fromkeys((cells.loc[curve.cell, "task"], curve.range) for curve in curves))
    views: dict[tuple[int, ...], list[Panel]] = {}
    for index, name in enumerate(VALUES):
        panels = []
        for task, span in tasks:
            ours = [c for c in curves if (cells.loc[c.cell, "task"], c.range) == (task, span)]
            drawn: list[Trace] = []
            frames = []
            for start in order:
                mine = [c for c in ours if cells.loc[c.cell, "start"] == start]
                frame = seeds_table(mine, name)
                if frame.size and frame.notna().any(axis=None):
                    frames.append(frame)
                    drawn += over_seeds(frame, start, look[start], "α")
            top = max((float(np.nanmax(frame.to_numpy(float))) for frame in frames), default=0.0)
            drawn += not_finite(ours, name, top)
            if drawn:
                marks = [(0.0, " θ₀"), (1.0, " θ₁")]
                panels.append(Panel(drawn, _layout(name, frames, "α: θ₀ + α (θ₁ − θ₀)", marks), task + span))
        if panels:
            views[(index,)] = panels
    return Figure(
        "curves-along",
        "Along the fine-tuning: pre-trained against from scratch",
        "<p>J(θ₀ + α (θ₁ − θ₀)): 0 is where a fine-tuning starts, 1 the fine-tuned model; both are evaluated exactly. Thick: mean over seeds; "
        "shaded: 95 % t interval, or the range below five seeds; thin: single seeds.</p><p>[LL] reads a wide basin around 1 as a sign of a "
        "good start. Mind that α counts in units of |θ₁ − θ₀|, and that from scratch the model moves much further: the section on "
        "flatness gives widths times that length too.</p>",
        views,
        [Select("Value", [style.word(name) for name in VALUES])],
        _table(run, "fine-tuning", True),
        380,
    )


def _table(run: Run, kind: str, is_whole: bool | None = None) -> pd.DataFrame:
    names = [
        curve.name
        for curve in run.curves
        if curve.kind == kind and (is_whole is None or (curve.group == "all") == is_whole)
    ]
    table = run.table("curves")
    return table[table["curve"].isin(names)]


def _groups(run: Run) -> Figure | None:
    curves = [curve for curve in known_curves(run, "fine-tuning") if curve.group != "all"]
    if not curves:
        return None
    cells, order, _ = _starts(run)
    labels = {curve.name: f"{curve.group}, rest at {'θ₀' if curve.elsewhere == 'theta0' else 'θ₁'}" for curve in curves}
    whole = [
        curve for curve in known_curves(run, "fine-tuning") if curve.group == "all" and curve.cell in {c.cell for c in curves}
    ]
    look = style.looks(["all", *dict.fromkeys(labels.values())])
    places = list(dict.fromkeys((cells.loc[c.cell, "task"], cells.loc[c.cell, "start"], c.range) for c in curves))
    places.sort(key=lambda place: (place[0], order.index(place[1])))
    views: dict[tuple[int, ...], list[Panel]] = {}
    for index, name in enumerate(VALUES):
        panels = []
        for task, start, span in places:
            drawn: list[Trace] = []
            frames = []
            for label in look:
                mine = [
                    c
                    for c in whole + curves
                    if labels.get(c.name, "all") == label
                    and (cells.loc[c.cell, "task"], cells.loc[c.cell, "start"], c.range) == (task, start, span)
                ]
                frame = seeds_table(mine, name)
                if frame.size and frame.notna().any(axis=None):
                    frames.append(frame)
                    drawn += [
                        trace for trace in over_seeds(frame, label, look[label], "α") if trace.get("opacity") != 0.35
                    ]
            if drawn:
                marks = [(0.0, " θ₀"), (1.0, " θ₁")]
                panels.append(
                    Panel(drawn, _layout(name, frames, "α of the group’s parameters", marks), f"{task}, {start}{span}")
                )
        if panels:
            views[(index,)] = panels
    return Figure(
        "curves-groups",
        "By layer group",
        "<p>Only one group of layers moves along its part of θ₁ − θ₀; the other parameters stay where the legend says. With the rest at θ₁, α = "
        "1 is the fine-tuned model and α = 0 puts the group back to its start. The flatter the curve between 0 and 1, the less the "
        "task needs what the group has learned. [LL] finds lower layers flatter.</p>",
        views,
        [Select("Value", [style.word(name) for name in VALUES])],
        _table(run, "fine-tuning", False),
        380,
    )


def _random_kind(curve: Curve) -> str:
    """How a random direction was drawn; of a layer group which one it is, too."""
    kind = curve.span.rpartition("(")[2].rstrip(")")
    return kind if curve.group == "all" else curve.name.replace(curve.range, "").partition(" random ")[2]


def _random(run: Run) -> Figure | None:
    curves = known_curves(run, "random")
    if not curves:
        return None
    cells, order, look = _starts(run)
    tasks = list(dict.fromkeys((cells.loc[curve.cell, "task"], curve.range) for curve in curves))
    kinds = list(dict.fromkeys(map(_random_kind, curves)))
    views: dict[tuple[int, ...], list[Panel]] = {}
    for k, kind in enumerate(kinds):
        for index, name in enumerate(VALUES):
            panels = []
            for task, span in tasks:
                drawn: list[Trace] = []
                frames = []
                for start in order:
                    mine = [
                        c
                        for c in curves
                        if (cells.loc[c.cell, "task"], c.range) == (task, span)
                        and cells.loc[c.cell, "start"] == start
                        and _random_kind(c) == kind
                    ]
                    frame = _directions_table(mine, name)
                    if frame.size and frame.notna().any(axis=None):
                        frames.append(frame)
                        drawn += over_seeds(frame, start, look[start], "α")
                if drawn:
                    panels.append(
                        Panel(drawn, _layout(name, frames, "α: θ₁ + α u, |u| = |weights|", [(0.0, " θ₁")]), task + span)
                    )
            if panels:
                views[(k, index)] = panels
    return Figure(
        "curves-random",
        "Along random directions",
        "<p>J(θ₁ + α u) for directions u that are drawn, each row of a matrix (<em>filter</em>), each tensor (<em>layer</em>) or the whole "
        "scaled to the norm of the same weights (Li et al. 2018). One thin line for each seed and direction. Random directions see the "
        "average curvature, and hardly ever the few sharp ones.</p>",
        views,
        [Select("Normalisation", kinds), Select("Value", [style.word(name) for name in VALUES])],
        _table(run, "random"),
        360,
    )


def _directions_table(curves: list[Curve], name: str) -> pd.DataFrame:
    columns = {}
    for curve in curves:
        frame = seeds_table([curve], name)
        columns[curve.name] = frame[curve.cell]
    return pd.DataFrame(columns).sort_index()


def _between(run: Run) -> Figure | None:
    curves = known_curves(run, "models")
    if not curves:
        return None
    cells, _, _ = _starts(run)
    barriers = run.table("barriers")
    places: dict[str, list[Curve]] = {}
    for curve in curves:
        start = curve.start.partition(" step ")[0]
        same = start in cells.index and bool(
            (cells.loc[start, ["task", "start"]] == cells.loc[curve.cell, ["task", "start"]]).all()
        )
        title = (
            f"{cells.loc[curve.cell, 'task']}, {cells.loc[curve.cell, 'start']}: between seeds"
            if same
            else "other lines"
        )
        places.setdefault(title, []).append(curve)
    views: dict[tuple[int, ...], list[Panel]] = {}
    for index, name in enumerate(VALUES):
        panels = []
        for title, mine in sorted(places.items(), key=lambda place: place[0] == "other lines"):
            look = style.looks([curve.name for curve in mine])
            drawn: list[Trace] = []
            frames = []
            for curve in mine:
                frame = seeds_table([curve], name)
                frames.append(frame)
                # Past eight lines colours repeat, and a legend would be longer than the plot.
                drawn.append(
                    traces.line(
                        frame.index,
                        frame[curve.cell],
                        curve.name,
                        look[curve.name],
                        showlegend=len(mine) <= 8,
                        hovertemplate=f"{curve.name}, α %{{x:.3g}}: %{{y:.4g}}<extra></extra>",
                    )
                )
                row = barriers[(barriers["curve"] == curve.name) & (barriers["loss"] == name)]
                if len(row) and row["barrier"].iloc[0] > 0:
                    drawn.append(
                        _barrier(
                            frame[curve.cell],
                            float(row["alpha"].iloc[0]),
                            float(row["barrier"].iloc[0]),
                            look[curve.name],
                        )
                    )
            panels.append(Panel(drawn, _layout(name, frames, "α: from one model (0) to the other (1)", []), title))
        views[(index,)] = panels
    return Figure(
        "curves-between",
        "Between models: barriers",
        "<p>The loss on the straight line from one model to another; between seeds of one task the head moves along. The pale bar is the "
        "<em>barrier</em>: the greatest rise above the line between the ends’ losses. No barrier means that both lie in one connected "
        "basin, as far as a straight line can tell.</p>",
        views,
        [Select("Value", [style.word(name) for name in VALUES])],
        _table(run, "models"),
        380,
    )


def _barrier(values: pd.Series, alpha: float, height: float, look: style.Look) -> Trace:
    top = float(np.interp(alpha, values.index.to_numpy(float), values.to_numpy(float)))
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [alpha, alpha],
        "y": [top - height, top],
        "showlegend": False,
        "line": {"color": look.colour, "width": 4},
        "opacity": 0.35,
        "name": "barrier",
        "hovertemplate": f"barrier {height:.4g} at α {alpha:.3g}<extra></extra>",
    }
