"""How attention changes: Jensen-Shannon divergence by layer and head, and over time."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd

from ...run import Run
from .. import style, traces
from ..blocks import Figure, Panel, Section, Select, Trace, compose


def section(run: Run) -> Section:
    """Divergences of attention."""
    return compose(
        "attention",
        "Attention",
        "<p>How far the attention of two models lies apart on the same sentences: the Jensen-Shannon divergence of each query’s attention, 0 for "
        "the same attention, at most ln 2 = 0.693; the mean over queries, (heads,) and examples. [LD] claims that fine-tuning changes "
        "attention mainly in the last layers. Layers count from 1, as those whose output the features of the same number are; heads "
        "from 0.</p>",
        ("by layer and head", lambda: _heads(_known(run))),
        ("over time", lambda: _time(_known(run))),
    )


def _known(run: Run) -> pd.DataFrame:
    table = run.attention[run.attention["layer"].notna()]
    # All of it where anything is known: what is missing leaves a gap.
    return table if table["attention_js"].notna().any() else table.iloc[:0]


def grid(rows: pd.DataFrame, value: str, index: str, column: str) -> pd.DataFrame:
    """The mean of a value by two columns; NaN where there is none."""
    return rows.groupby([index, column], sort=True)[value].mean().unstack(column)


def family(model: str) -> str:
    """A cell's name without its seed: `MRPC-scratch` of `MRPC-scratch-s0 step 30`."""
    return re.sub(r"-(s\d+|h\d+-o\d+)( step \d+)?$", "", model)


def _heads(table: pd.DataFrame) -> Figure | None:
    rows = table[(table["kind"] == "seeds") & table["head"].str.isdecimal()].copy()
    if len(rows) == 0:
        return None
    rows["head"] = rows["head"].astype(int)
    rows["pair"] = np.where(rows["a"] == "theta0", "from θ₀", "between seeds")
    comparisons = list(dict.fromkeys(rows["comparison"]))
    pairs = ["from θ₀", "between seeds"]
    views: dict[tuple[int, ...], list[Panel]] = {}
    for c, comparison in enumerate(comparisons):
        mine = rows[rows["comparison"] == comparison]
        for p, pair in enumerate(pairs):
            part = mine[mine["pair"] == pair]
            if len(part) == 0:
                continue
            values = grid(part, "attention_js", "layer", "head")
            models = part[["a", "b"]].drop_duplicates()
            what = f"mean over {len(models)} {'seeds' if p == 0 else 'pairs of seeds'}"
            # One scale for both choices, so that they compare.
            highest = max(
                grid(mine[mine["pair"] == one], "attention_js", "layer", "head").max(axis=None)
                for one in pairs
                if (mine["pair"] == one).any()
            )
            hover = "layer %{y}, head %{x}: %{z:.4g}<extra></extra>"
            drawn = [
                traces.heat(
                    values.columns.tolist(),
                    values.index.tolist(),
                    values.to_numpy(),
                    "divergence",
                    hovertemplate=hover,
                    zmin=0,
                    zmax=highest,
                )
            ]
            layers = part.groupby("layer")["attention_js"].mean()
            profile: list[Trace] = [
                {
                    "type": "bar",
                    "orientation": "h",
                    "x": [float(f"{v:.6g}") for v in layers],
                    "y": layers.index.astype(int).tolist(),
                    "marker": {"color": style.SOFT},
                    "showlegend": False,
                    "hovertemplate": "layer %{y}: %{x:.4g}<extra></extra>",
                }
            ]
            y = {"tickmode": "linear", "dtick": 1 if len(values) <= 12 else 2}
            views[(c, p)] = [
                Panel(
                    drawn,
                    {
                        "xaxis": traces.axis("head", tickmode="linear", dtick=1, showgrid=False),
                        "yaxis": traces.axis("layer", **y, showgrid=False),
                    },
                    what,
                ),
                Panel(
                    profile,
                    {"xaxis": traces.axis("mean over heads", rangemode="tozero"), "yaxis": traces.axis("layer", **y)},
                    "by layer",
                ),
            ]
    return Figure(
        "attention-heads",
        "Divergence by layer and head",
        "<p><em>From θ₀</em>: the fine-tuned models against where they started. <em>Between seeds</em>: final models of one task against each "
        "other. One colour scale for both. Between two models from scratch heads have no common identity, so per-head values do not exist "
        "there.</p>",
        views,
        [Select("Comparison", comparisons, "comparison", comparisons), Select("Distance", pairs)],
        "attention",
        max(260, 120 + 24 * int(rows["layer"].max() + 1)),
        400,
    )


def _time(table: pd.DataFrame) -> Figure | None:
    rows = table[table["kind"] == "time"].copy()
    if len(rows) == 0:
        return None
    rows["family"] = [f"{family(b)} on {probe}" for b, probe in zip(rows["b"], rows["probe"], strict=True)]
    names = list(dict.fromkeys(rows["family"]))
    views: dict[tuple[int, ...], list[Panel]] = {}
    for f, name in enumerate(names):
        mine = rows[rows["family"] == name]
        means = grid(mine[mine["head"] == "mean"], "attention_js", "layer", "step_b")
        count = mine["comparison"].nunique()
        heads = mine[mine["head"].str.isdecimal()]
        panels = [
            Panel(
                over_time(means, "divergence"),
                {
                    "xaxis": traces.axis("optimiser step"),
                    "yaxis": traces.axis("divergence from θ₀", rangemode="tozero"),
                },
                f"by layer, mean over {count} seed{'s' if count > 1 else ''}",
            ),
            Panel(
                [step_heat(means, "divergence")],
                {
                    "xaxis": {**traces.axis("optimiser step"), "type": "category"},
                    "yaxis": traces.axis("layer", tickmode="linear", dtick=1 if len(means) <= 12 else 2),
                },
                "layer by step",
            ),
        ]
        last = heads[heads["step_b"] == heads["step_b"].max()].copy()
        if len(last):
            last["head"] = last["head"].astype(int)
            values = grid(last, "attention_js", "layer", "head")
            panels.append(
                Panel(
                    [
                        traces.heat(
                            values.columns.tolist(),
                            values.index.tolist(),
                            values.to_numpy(),
                            "divergence",
                            zmin=0,
                            hovertemplate="layer %{y}, head %{x}: %{z:.4g}<extra></extra>",
                        )
                    ],
                    {
                        "xaxis": traces.axis("head", tickmode="linear", dtick=1),
                        "yaxis": traces.axis("layer", tickmode="linear", dtick=1 if len(values) <= 12 else 2),
                    },
                    f"layer by head, step {int(last['step_b'].iloc[0])}",
                )
            )
        views[(f,)] = panels
    return Figure(
        "attention-time",
        "Divergence from the start over time",
        "<p>Each snapshot against θ₀. Dark lines are low layers, light ones high layers. Watch the first steps, and where the "
        "lines flatten: the learning rate falls to 0 at the end.</p>",
        views,
        [Select("Fine-tuning", names, "comparison", comparisons_of(rows, names))],
        "attention",
        360,
        340,
    )


def comparisons_of(rows: pd.DataFrame, families: list[str]) -> list[list[str]]:
    """The comparisons over time of each family of fine-tunings."""
    return [list(dict.fromkeys(rows.loc[rows["family"] == name, "comparison"])) for name in families]


def over_time(means: pd.DataFrame, what: str) -> list[Trace]:
    """A line for each layer over the steps, from 0 at the start."""
    steps = [0, *means.columns.astype(int).tolist()]
    colours = layer_colours(len(means))
    return [
        traces.line(
            steps,
            [0.0, *values],
            f"layer {layer}",
            style.Look(colour, "solid", style.MARKERS[index % len(style.MARKERS)]),
            hovertemplate=f"layer {layer}, step %{{x}}: %{{y:.4g}}<extra></extra>",
            showlegend=len(means) <= 8,
            line={"color": colour, "width": 1.8},
        )
        for index, (layer, values, colour) in enumerate(zip(means.index, means.to_numpy(float), colours, strict=True))
    ]


def step_heat(means: pd.DataFrame, what: str) -> Trace:
    """Layer by step."""
    return traces.heat(
        [str(step) for step in means.columns],
        means.index.astype(int).tolist(),
        means.to_numpy(float),
        what,
        zmin=0,
        hovertemplate="layer %{y}, step %{x}: %{z:.4g}<extra></extra>",
    )


_VIRIDIS = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (200, 205, 35))


def layer_colours(count: int) -> list[str]:
    """Viridis from dark to light, without its palest end, which is hard to see on white."""
    colours = []
    for index in range(count):
        place = index / max(1, count - 1) * (len(_VIRIDIS) - 1)
        low = min(math.floor(place), len(_VIRIDIS) - 2)
        mixed = [round(a + (b - a) * (place - low)) for a, b in zip(_VIRIDIS[low], _VIRIDIS[low + 1], strict=True)]
        colours.append("#" + "".join(f"{part:02X}" for part in mixed))
    return colours
