"""Optimisation paths: where the snapshots lie, and what their loss is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...run import Run
from ...tables import VALUES
from .. import style, traces
from ..blocks import Figure, Panel, Section, Select, Trace, compose

_PLANES = (
    (
        "hao_alpha",
        "hao_beta",
        "along d₁ (α)",
        "length outside d₁, in |d₁|",
        "Share of the way, and length outside [LL]",
    ),
    (
        "pc1",
        "pc2",
        "first principal direction, in |d₁|",
        "second principal direction, in |d₁|",
        "Principal directions (Li et al. 2018)",
    ),
    ("alpha", "beta", "α on d₁", "β on s d₂", "Nearest point on the plane of d₁ and d₂"),
)


HEADS = (("own", "with its own head"), ("theta1_head", "with θ₁’s head"), ("plane", "at its place on the plane"))
"""How the loss of a snapshot is taken: the beginnings of the columns, and in words."""


def section(run: Run) -> Section:
    """The trajectories of a run."""
    return compose(
        "paths",
        "Optimisation paths",
        "<p>Where the snapshots of a fine-tuning lie between its start θ₀ and its end θ₁. [LL] projects them on d₁ = θ₁ − θ₀: α is the share of the "
        "way, and the second axis the length that is left outside of d₁. That length is no direction: two snapshots of equal length outside "
        "need not be near each other.</p>",
        ("where the snapshots lie", lambda: _places(run.trajectories)),
        ("the loss along the path", lambda: _losses(run.trajectories)),
    )


def _is_known(paths: pd.DataFrame) -> bool:
    return len(paths) > 0 and bool(paths["hao_alpha"].notna().any())


def _places(paths: pd.DataFrame) -> Figure | None:
    if not _is_known(paths):
        return None
    paths = paths.assign(start=style.starts(paths)).drop_duplicates(["cell", "step", "other"])
    order = style.start_order(paths)
    look = style.looks(order)
    views: dict[tuple[int, ...], list[Panel]] = {}
    for index, (x, y, x_title, y_title, _) in enumerate(_PLANES):
        panels = []
        for task in dict.fromkeys(paths["task"]):
            drawn: list[Trace] = []
            seen: set[str] = set()
            for _, rows in paths[paths["task"] == task].groupby(["cell", "other"], sort=False):
                rows = rows.dropna(subset=[x, y]).sort_values("step")
                if len(rows) == 0:
                    continue
                cell, start = str(rows["cell"].iloc[0]), str(rows["start"].iloc[0])
                texts = [
                    f"{cell}, step {step}"
                    + (f", {100 * part:.0f} % off the plane" if y == "beta" and np.isfinite(part) else "")
                    for step, part in zip(rows["step"], rows["residual"], strict=True)
                ]
                drawn.append(
                    traces.line(
                        rows[x],
                        rows[y],
                        start,
                        look[start],
                        legendgroup=start,
                        showlegend=start not in seen,
                        text=texts,
                        hovertemplate="%{text}<extra></extra>",
                    )
                )
                seen.add(start)
            if drawn:
                panels.append(Panel(drawn, {"xaxis": traces.axis(x_title), "yaxis": traces.axis(y_title)}, task))
        if panels:
            views[(index,)] = panels
    shares = paths.drop_duplicates("cell")[["explained1", "explained2"]].dropna()
    told = (
        f"The first two principal directions hold {100 * shares.sum(axis=1).min():.0f} to {100 * shares.sum(axis=1).max():.0f} % of "
        "the squared distances of the snapshots from θ₁; a random walk in many dimensions has a similar share, so it is no sign "
        "of a low-dimensional path."
        if len(shares)
        else ""
    )
    return Figure(
        "path-places",
        "Where the snapshots lie",
        f"<p>One line per fine-tuning, a symbol for each snapshot. {told}</p>",
        views,
        [Select("Coordinates", [plane[-1] for plane in _PLANES])],
        "trajectories",
        380,
    )


def _losses(paths: pd.DataFrame) -> Figure | None:
    if not _is_known(paths):
        return None
    cells = list(dict.fromkeys(paths["trajectory"]))
    look = style.looks([label for _, label in HEADS])
    views: dict[tuple[int, ...], list[Panel]] = {}
    for index, name in enumerate(cells):
        rows = paths[paths["trajectory"] == name].sort_values("step")
        panels = []
        for value in VALUES:
            drawn = [
                traces.line(
                    rows["step"],
                    rows[f"{head}_{value}"].replace([np.inf, -np.inf], np.nan),
                    label,
                    look[label],
                    hovertemplate=f"{label}, step %{{x}}: %{{y:.4g}}<extra></extra>",
                )
                for head, label in HEADS
                if rows[f"{head}_{value}"].notna().any()
            ]
            if drawn:
                panels.append(
                    Panel(
                        drawn,
                        {"xaxis": traces.axis("optimiser step"), "yaxis": traces.axis(style.word(value))},
                        style.word(value),
                    )
                )
        if rows["residual"].notna().any():
            layout = {
                "xaxis": traces.axis("optimiser step"),
                "yaxis": traces.axis("share off the plane", range=[0, 1.05]),
            }
            drawn = [
                traces.line(
                    rows["step"],
                    rows["residual"],
                    "off the plane",
                    style.Look(style.INK, "solid", "circle"),
                    showlegend=False,
                )
            ]
            panels.append(Panel(drawn, layout, "distance from the plane / distance from θ₀"))
        if panels:
            views[(index,)] = panels
    return Figure(
        "path-losses",
        "The loss along the path",
        "<p>Of each snapshot: the loss with the head it had at that step, the loss with the final head (the surfaces’ head), and that of the "
        "plane’s point nearest to it. Where the last two lie apart, the surface does not show what the optimiser saw.</p>",
        views,
        [Select("Path", cells, "trajectory", cells)],
        "trajectories",
        320,
        420,
    )
