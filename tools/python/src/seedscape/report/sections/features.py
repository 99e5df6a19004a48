"""How features change: SVCCA and other distances over layers and time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...run import Run
from .. import style, traces
from ..blocks import Figure, Panel, Section, Select, Trace, compose, plain
from .attention import comparisons_of, family, grid, over_time, step_heat


def section(run: Run) -> Section:
    """Distances of features."""
    return compose(
        "features",
        "Features",
        "<p>How far the hidden states of two models lie apart on the same tokens. SVCCA: 1 − the mean canonical correlation of the leading "
        "directions that hold 99 % of the variance; 0 for features that are linear images of each other, 1 for such as share nothing. [LD] "
        "claims that fine-tuning changes features mainly in the intermediate and last layers. Layer 0 is the embeddings’ output, layer l "
        "that of the l-th encoder layer.</p><p>Two references belong to each SVCCA curve. <em>Null</em>: the same features with the rows "
        "of one model permuted by whole sequences. It is what features give that have nothing to do with one another; because correlation by "
        "chance falls with the number of rows, it lies below 1, and a distance near it means “nothing in common”. "
        "<em>Held-out</em>: directions fitted on one half of the sequences and correlated on the other. Where it lies far above the curve, "
        "the correlations are fitted to few rows, and the distance is too small.</p>",
        ("over the layers", lambda: _layers(run, _known(run))),
        ("over time", lambda: _time(_known(run))),
    )


def _known(run: Run) -> pd.DataFrame:
    return run.similarities[run.similarities["layer"].notna()]


def _layers(run: Run, table: pd.DataFrame) -> Figure | None:
    rows = table[(table["kind"] == "seeds") & (table["status"] == "done")]
    if len(rows) == 0:
        return None
    consistency = run.table("consistency")
    comparisons = list(dict.fromkeys(rows["comparison"]))
    measures = style.measures(rows["measure"])
    look = {
        "from θ₀": style.Look(style.COLOURS[0], "solid", "circle"),
        "between seeds": style.Look(style.COLOURS[1], "solid", "square"),
    }
    views: dict[tuple[int, ...], list[Panel]] = {}
    for c, comparison in enumerate(comparisons):
        for m, measure in enumerate(measures):
            mine = rows[(rows["comparison"] == comparison) & (rows["measure"] == measure)]
            panels = []
            for title, part in (
                ("from θ₀", mine[mine["a"] == "theta0"]),
                ("between seeds", mine[mine["a"] != "theta0"]),
            ):
                if len(part) == 0:
                    continue
                drawn = _profile(part, title, look[title], consistency, comparison, measure)
                layout = {
                    "xaxis": traces.axis("layer", tickmode="linear", dtick=1 if part["layer"].max() <= 12 else 2),
                    "yaxis": traces.axis(
                        f"{style.word(measure)} distance", range=[0, 1.02 if measure != "procrustes" else None]
                    ),
                }
                if measure in ("cka", "procrustes"):
                    layout["yaxis"] = traces.axis(f"{style.word(measure)} distance", rangemode="tozero")
                panels.append(Panel(drawn, layout, title))
            if panels:
                views[(c, m)] = panels
    return Figure(
        "features-layers",
        "Distance over the layers",
        "<p>Thin: single models or pairs; thick: their mean. From θ₀ the band is the 95 % t interval over seeds (the range below five); "
        "between seeds it is the bootstrap’s over seeds, as pairs that share a seed are not independent. Dotted: null; dashed: held-out. "
        "Open symbols mark pairs where counting alone makes correlations 1 (too few rows).</p>",
        views,
        [
            Select("Comparison", comparisons, "comparison", comparisons),
            Select("Measure", [style.word(name) for name in measures], "measure", measures),
        ],
        "similarity",
        400,
    )


def _profile(
    part: pd.DataFrame, title: str, look: style.Look, consistency: pd.DataFrame, comparison: str, measure: str
) -> list[Trace]:
    layers = sorted(part["layer"].astype(int).unique())
    drawn: list[Trace] = []
    intervals = [style.interval(part.loc[part["layer"] == layer, "distance"].tolist()) for layer in layers]
    if title == "from θ₀":
        low, high = (
            [f.lowest if f.count > 1 else np.nan for f in intervals],
            [f.highest if f.count > 1 else np.nan for f in intervals],
        )
    else:
        rows = consistency[
            (consistency["comparison"] == comparison)
            & (consistency["measure"] == measure)
            & (consistency["cells"] == "all")
            & (consistency["varied"] == "any")
        ].set_index("layer")
        low, high = ([float(rows[name].get(str(layer), np.nan)) for layer in layers] for name in ("lowest", "highest"))
    drawn += traces.band(layers, low, high, look)
    for (a, b), rows in part.groupby(["a", "b"], sort=False):
        name = f"{b}" if a == "theta0" else f"{a} – {b}"
        rows = rows.sort_values("layer")
        open_symbols = ["circle-open" if flag else "circle" for flag in rows["degenerate"].fillna(False)]
        degenerate = any(symbol.endswith("open") for symbol in open_symbols)
        drawn.append(
            traces.thin(
                rows["layer"],
                rows["distance"],
                name,
                look,
                hovertemplate=f"{name}, layer %{{x}}: %{{y:.4g}}<extra></extra>",
                **(
                    {"mode": "lines+markers", "marker": {"symbol": open_symbols, "size": 7, "color": look.colour}}
                    if degenerate
                    else {}
                ),
            )
        )
    drawn.append(
        traces.line(
            layers,
            [f.mean for f in intervals],
            f"mean of {max(f.count for f in intervals)}",
            look,
            hovertemplate="mean, layer %{x}: %{y:.4g}<extra></extra>",
        )
    )
    for column, name, dash, colour in (
        ("null", "null (nothing in common)", "dot", style.SOFT),
        ("held_out", "held-out", "dash", style.FAINT),
    ):
        if part[column].notna().any():
            means = part.groupby("layer")[column].mean()
            drawn.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": plain(means.index.tolist()),
                    "y": plain(means.to_numpy(float)),
                    "name": name,
                    "line": {"color": colour, "dash": dash, "width": 1.6},
                    "hovertemplate": f"{name}, layer %{{x}}: %{{y:.4g}}<extra></extra>",
                }
            )
    return drawn


def _time(table: pd.DataFrame) -> Figure | None:
    rows = table[(table["kind"] == "time") & (table["status"] == "done")].copy()
    if len(rows) == 0:
        return None
    rows["family"] = [f"{family(b)} on {probe}" for b, probe in zip(rows["b"], rows["probe"], strict=True)]
    names = list(dict.fromkeys(rows["family"]))
    measures = style.measures(rows["measure"])
    views: dict[tuple[int, ...], list[Panel]] = {}
    for f, name in enumerate(names):
        for m, measure in enumerate(measures):
            mine = rows[(rows["family"] == name) & (rows["measure"] == measure)]
            if len(mine) == 0:
                continue
            means = grid(mine, "distance", "layer", "step_b")
            count = mine["comparison"].nunique()
            drawn = over_time(means, "distance")
            steps = means.columns.astype(int).tolist()
            for column, label, dash, colour in (
                ("null", "null, mean of layers", "dot", style.SOFT),
                ("held_out", "held-out, mean of layers", "dash", style.FAINT),
            ):
                if mine[column].notna().any():
                    line = mine.groupby("step_b")[column].mean().to_numpy(float)
                    drawn.append(
                        {
                            "type": "scatter",
                            "mode": "lines",
                            "x": steps,
                            "y": plain(line),
                            "name": label,
                            "line": {"color": colour, "dash": dash, "width": 1.6},
                            "hovertemplate": f"{label}, step %{{x}}: %{{y:.4g}}<extra></extra>",
                        }
                    )
            title = f"{style.word(measure)} distance"
            views[(f, m)] = [
                Panel(
                    drawn,
                    {
                        "xaxis": traces.axis("optimiser step"),
                        "yaxis": traces.axis(title + " from θ₀", rangemode="tozero"),
                    },
                    f"by layer, mean over {count} seed{'s' if count > 1 else ''}",
                ),
                Panel(
                    [step_heat(means, title)],
                    {
                        "xaxis": {**traces.axis("optimiser step"), "type": "category"},
                        "yaxis": traces.axis("layer", tickmode="linear", dtick=1 if len(means) <= 12 else 2),
                    },
                    "layer by step",
                ),
            ]
    return Figure(
        "features-time",
        "Distance from the start over time",
        "<p>Each snapshot against θ₀. Dark lines are low layers, light ones high layers.</p>",
        views,
        [
            Select("Fine-tuning", names, "comparison", comparisons_of(rows, names)),
            Select("Measure", [style.word(name) for name in measures], "measure", measures),
        ],
        "similarity",
        400,
    )
