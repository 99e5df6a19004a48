"""Loss curves: along fine-tunings, along random directions, between models."""

from __future__ import annotations

import html
from collections.abc import Iterable

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


def is_log(name: str, tables: Iterable[pd.DataFrame]) -> bool:
    """Whether an axis with these curves of a value is logarithmic."""
    values = [table.to_numpy(float).ravel() for table in tables]
    return name.endswith("loss") and bool(values) and style.is_wide(np.concatenate(values))


def _over_seeds(
    tables: dict[str, pd.DataFrame], name: str, looks: dict[str, style.Look], *, seeds: bool = True
) -> list[Trace]:
    """Mean and interval of each table, with single seeds or without."""
    log = is_log(name, tables.values())
    drawn = [trace for label, table in tables.items() for trace in over_seeds(table, label, looks[label], "α", log)]
    return drawn if seeds else [trace for trace in drawn if trace.get("opacity") != 0.35]


def _known(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Those with a number."""
    return {label: table for label, table in tables.items() if table.size and table.notna().any(axis=None)}


def _layout(name: str, tables: Iterable[pd.DataFrame], x: str, marks: list[tuple[float, str]]) -> dict[str, object]:
    log = {"type": "log"} if is_log(name, tables) else {}
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
                "line": {"color": style.FAINT, "width": 1, "dash": "dot"},
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
                "font": {"size": 14, "color": style.SOFT},
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
            "marker": {"symbol": "x-thin-open", "size": 10, "color": style.INK, "line": {"width": 2}},
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
            tables = _known(
                {
                    start: seeds_table([c for c in ours if cells.loc[c.cell, "start"] == start], name)
                    for start in order
                }
            )
            top = max((float(np.nanmax(table.to_numpy(float))) for table in tables.values()), default=0.0)
            drawn = _over_seeds(tables, name, look) + not_finite(ours, name, top)
            if drawn:
                layout = _layout(name, tables.values(), "α: θ₀ + α (θ₁ − θ₀)", ENDS)
                panels.append(Panel(drawn, layout, task + span))
        if panels:
            views[(index,)] = panels
    return Figure(
        "curves-along",
        "Along the fine-tuning: pre-trained against from scratch",
        "<p>J(θ₀ + α (θ₁ − θ₀)): 0 is where a fine-tuning starts, 1 the fine-tuned model; both are evaluated exactly. Thick: mean over seeds; "
        "shaded: 95 % t interval, or the range below five seeds; thin: single seeds. On a logarithmic axis mean and interval are those of "
        "the logarithms.</p><p>[LL] reads a wide basin around 1 as a sign of a good start. Mind that α counts in units of |θ₁ − θ₀|"
        f"{_lengths(curves, cells, order)}. The section on flatness gives widths times that length too.</p>",
        views,
        [Select("Value", [style.word(name) for name in VALUES])],
        _table(run, "fine-tuning", True),
        380,
    )


ENDS = [(0.0, " θ₀"), (1.0, " θ₁")]
"""The ends of a fine-tuning on a curve along it."""


def _lengths(curves: list[Curve], cells: pd.DataFrame, order: list[str]) -> str:
    """How long |θ₁ − θ₀| is in this run, start by start."""
    told = []
    for start in order:
        lengths = [c.length for c in curves if cells.loc[c.cell, "start"] == start and np.isfinite(c.length)]
        if lengths:
            low, high = style.number(min(lengths), 3), style.number(max(lengths), 3)
            told.append(f"{low if low == high else f'{low} to {high}'} {html.escape(start)}")
    return f", which is {', '.join(told)} here" if told else ""


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
            place = (task, start, span)
            mine = [
                c for c in whole + curves if (cells.loc[c.cell, "task"], cells.loc[c.cell, "start"], c.range) == place
            ]
            tables = _known(
                {label: seeds_table([c for c in mine if labels.get(c.name, "all") == label], name) for label in look}
            )
            if tables:
                layout = _layout(name, tables.values(), "α of the group’s parameters", ENDS)
                panels.append(Panel(_over_seeds(tables, name, look, seeds=False), layout, f"{task}, {start}{span}"))
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


def random_kind(curve: Curve) -> str:
    """How a random direction was drawn; of a layer group which one it is, too."""
    kind = curve.span.rpartition("(")[2].rstrip(")")
    return kind if curve.group == "all" else curve.name.replace(curve.range, "").partition(" random ")[2]


def _random(run: Run) -> Figure | None:
    curves = known_curves(run, "random")
    if not curves:
        return None
    cells, order, look = _starts(run)
    tasks = list(dict.fromkeys((cells.loc[curve.cell, "task"], curve.range) for curve in curves))
    kinds = list(dict.fromkeys(map(random_kind, curves)))
    views: dict[tuple[int, ...], list[Panel]] = {}
    for k, kind in enumerate(kinds):
        for index, name in enumerate(VALUES):
            panels = []
            for task, span in tasks:
                ours = [c for c in curves if (cells.loc[c.cell, "task"], c.range, random_kind(c)) == (task, span, kind)]
                tables = directions_tables(ours, cells, order, name)
                if tables:
                    layout = _layout(name, tables.values(), "α: θ₁ + α u, |u| = |weights|", [(0.0, " θ₁")])
                    panels.append(Panel(_over_seeds(tables, name, look), layout, task + span))
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


def directions_tables(
    curves: list[Curve], cells: pd.DataFrame, order: list[str], name: str
) -> dict[str, pd.DataFrame]:
    """By start, alpha x direction: those that have a number."""
    tables = {}
    for start in order:
        mine = [c for c in curves if cells.loc[c.cell, "start"] == start]
        columns = {c.name: seeds_table([c], name)[c.cell] for c in mine}
        tables[start] = pd.DataFrame(columns).sort_index()
    return _known(tables)


def between(curves: list[Curve], cells: pd.DataFrame) -> dict[str, list[Curve]]:
    """Lines between models by what they are between: seeds of one task and start, and other lines last."""
    places: dict[str, list[Curve]] = {}
    for curve in curves:
        one, other = curve.start.partition(" step ")[0], curve.cell
        is_same = one in cells.index and bool((cells.loc[one, ["task", "start"]] == cells.loc[other, ["task", "start"]]).all())
        title = f"{cells.loc[other, 'task']}, {cells.loc[other, 'start']}: between seeds" if is_same else "other lines"
        places.setdefault(title, []).append(curve)
    return dict(sorted(places.items(), key=lambda place: place[0] == "other lines"))


def _between(run: Run) -> Figure | None:
    curves = known_curves(run, "models")
    if not curves:
        return None
    cells, _, _ = _starts(run)
    barriers = run.table("barriers")
    places = between(curves, cells)
    views: dict[tuple[int, ...], list[Panel]] = {}
    for index, name in enumerate(VALUES):
        panels = []
        for title, mine in places.items():
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
