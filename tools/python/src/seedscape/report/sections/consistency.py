"""How consistent it all is: seed by seed, task by task."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...run import Run
from .. import style, traces
from ..blocks import Figure, Panel, Section, Select, Table, compose


def section(run: Run) -> Section:
    """Consistency between seeds and between data sets."""
    return compose(
        "consistency",
        "Consistency between seeds and between data sets",
        "<p>[LD] finds that fine-tuned models of different seeds and data sets differ more in the higher layers. Distances between seeds "
        "are what chance alone makes of one task: only what is larger than they are is an effect of the task.</p>",
        ("distance between seeds over the layers", lambda: _profiles(run)),
        ("seed by seed", lambda: _seeds(run)),
        ("task by task", lambda: _tasks(run)),
        ("whether seeds agree on where the model changes", lambda: _agreement(run)),
    )


def _agreement(run: Run) -> Table | None:
    table = run.table("consistency")
    profile = table[(table["layer"] == "profile") & table["mean"].notna()]
    if len(profile) == 0:
        return None
    shown = profile[["comparison", "measure", "cells", "varied", "seeds", "mean", "lowest", "highest"]].assign(
        measure=[style.word(name) for name in profile["measure"]]
    )
    return Table(
        "profiles",
        "Do seeds agree on where the model changes?",
        "<p>1 − Spearman’s rank correlation of two seeds’ distances to θ₀ over the layers, mean over pairs of seeds. 0: seeds order the layers "
        "alike; 1: no relation. With few layers this is coarse.</p>",
        shown,
    )


def _layer_label(measure: str, layer: int) -> str:
    return (
        f"attention of layer {layer}"
        if measure == "attention_js"
        else "embeddings"
        if layer == 0
        else f"after layer {layer}"
    )


def _profiles(run: Run) -> Figure | None:
    table = run.table("consistency")
    table = table[table["layer"].str.isdecimal() & table["mean"].notna()]
    if len(table) == 0:
        return None
    varied = [name for name in _VARIED if (table["varied"] == name).any()]
    table = table.assign(number=table["layer"].astype(int))
    measures = style.measures(table["measure"])
    look = style.looks(dict.fromkeys(table["comparison"]))
    kinds = [name for name in ("all", "not degenerate") if (table["cells"] == name).any()]
    views: dict[tuple[int, ...], list[Panel]] = {}
    for m, measure in enumerate(measures):
        for k, v in itertools.product(range(len(kinds)), range(len(varied))):
            panels = []
            mine = table[(table["measure"] == measure) & (table["cells"] == kinds[k]) & (table["varied"] == varied[v])]
            for probe in dict.fromkeys(mine["probe"]):
                drawn = []
                for comparison, rows in mine[mine["probe"] == probe].groupby("comparison", sort=False):
                    name = str(comparison).removesuffix(f" on {probe}")
                    drawn += traces.band(
                        rows["number"].tolist(),
                        rows["lowest"].tolist(),
                        rows["highest"].tolist(),
                        look[str(comparison)],
                        legendgroup=name,
                    )
                    drawn.append(
                        traces.line(
                            rows["number"],
                            rows["mean"],
                            name,
                            look[str(comparison)],
                            legendgroup=name,
                            hovertemplate=f"{name}, layer %{{x}}: %{{y:.4g}}<extra></extra>",
                        )
                    )
                layout = {
                    "xaxis": traces.axis("layer", tickmode="linear", dtick=1 if mine["number"].max() <= 12 else 2),
                    "yaxis": traces.axis(_title(measure), rangemode="tozero"),
                }
                panels.append(Panel(drawn, layout, f"on {probe}"))
            if panels:
                views[(m, k, v)] = panels
    return Figure(
        "seed-profiles",
        "Distance between seeds over the layers",
        "<p>Mean over all pairs of seeds; the band is the bootstrap’s 95 % interval over seeds (three seeds at least; of few seeds it is too "
        "narrow). <em>Not degenerate</em> leaves out cells that learned nothing.</p>",
        views,
        [
            Select("Measure", [style.word(name) for name in measures], "measure", measures),
            Select("Cells", kinds, "cells", kinds),
            Select("Seeds that differ", [_VARIED[name] for name in varied], "varied", varied),
        ],
        "consistency",
        380,
    )


_VARIED = {"any": "any", "head": "head and dropout alone", "order": "order of the rows alone"}


def _title(measure: str) -> str:
    return "divergence" if measure == "attention_js" else f"{style.word(measure)} distance"


def _seeds(run: Run) -> Figure | None:
    known = run.comparisons[run.comparisons["kind"] == "seeds"]
    if len(known) == 0:
        return None
    comparisons = list(dict.fromkeys(known["comparison"]))
    measures = style.measures(known["measure"])
    views: dict[tuple[int, ...], list[Panel]] = {}
    most = 0
    frames = []
    for c, comparison in enumerate(comparisons):
        for m, measure in enumerate(measures):
            if not ((known["comparison"] == comparison) & (known["measure"] == measure)).any():
                continue
            rows = run.distances(comparison, measure)
            if rows["distance"].isna().all():
                continue
            frames.append(rows[["layer", "a", "b", "distance"]].assign(comparison=comparison, measure=measure))
            highest = float(rows["distance"].max())
            for layer, matrix in run.matrices(comparison, measure).items():
                most = max(most, layer + 1)
                views[(c, m, layer)] = [_matrix(matrix, _title(measure), highest, _layer_label(measure, layer))]
    return Figure(
        "seed-matrix",
        "Seed by seed",
        "<p>Every pair of one task’s final models, and θ₀, at a layer. One colour scale for all layers of a comparison. A row that stands out "
        "is a seed that went elsewhere: look whether it learned anything.</p>",
        views,
        [
            Select("Comparison", comparisons, "comparison", comparisons),
            Select("Measure", [style.word(name) for name in measures], "measure", measures),
            Select("Layer", [str(layer) for layer in range(most)], "layer", [str(layer) for layer in range(most)]),
        ],
        pd.concat(frames)[["comparison", "measure", "layer", "a", "b", "distance"]] if frames else None,
        440,
        640,
        _last(views),
    )


def model_names(models: Sequence[str]) -> list[str]:
    """The models as axes name them: theta0 by its sign; seeds of one task by their seed alone, as the title has the task."""
    seeds = [re.fullmatch(r"(.+)-(s\d+|h\d+-o\d+)", name) for name in models if name != "theta0"]
    if seeds and all(seeds) and len({seed.group(1) for seed in seeds if seed}) == 1:
        left_out = {seed.group(0): seed.group(2) for seed in seeds if seed}
    else:
        left_out = {}
    return ["θ₀" if name == "theta0" else left_out.get(name, name) for name in models]


def _matrix(matrix: pd.DataFrame, title: str, highest: float, panel: str) -> Panel:
    names = model_names([str(name) for name in matrix.index])
    labels = {"tickvals": names, "ticktext": [traces.lines(name, 16) for name in names]}
    values = matrix.to_numpy(float)
    texts = [[f"{value:.2g}" if np.isfinite(value) and len(names) <= 8 else "" for value in row] for row in values]
    hover = "%{y} – %{x}: %{z:.4g}<extra></extra>"
    drawn = [
        traces.heat(
            names, names, values, title, zmin=0, zmax=highest, text=texts, texttemplate="%{text}", hovertemplate=hover
        )
    ]
    layout = {
        "xaxis": {"type": "category", "tickangle": 0 if max(map(len, names)) < 5 else -90, "showgrid": False, **labels},
        "yaxis": {"type": "category", "autorange": "reversed", "showgrid": False, **labels},
    }
    return Panel(drawn, layout, panel, aspect=1.0)


def _tasks(run: Run) -> Figure | None:
    table = run.table("datasets")
    table = table[table["mean"].notna() & table["layer"].notna()]
    if len(table) == 0:
        return None
    table = table.assign(
        which=[
            f"{style.start(i, v)}, on {p}"
            for i, v, p in zip(table["initialisation"], table["variant"], table["probe"], strict=True)
        ]
    )
    which = list(dict.fromkeys(table["which"]))
    measures = style.measures(table["measure"])
    layers = range(int(table["layer"].max()) + 1)
    views: dict[tuple[int, ...], list[Panel]] = {}
    for w, one in enumerate(which):
        for m, measure in enumerate(measures):
            mine = table[(table["which"] == one) & (table["measure"] == measure)]
            if len(mine) == 0:
                continue
            for layer in sorted(mine["layer"].astype(int).unique()):
                matrix = task_matrix(mine[mine["layer"] == layer])
                views[(w, m, layer)] = [
                    _matrix(matrix, _title(measure), float(mine["mean"].max()), _layer_label(measure, layer))
                ]
    return Figure(
        "task-matrix",
        "Task by task",
        "<p>Final models of different tasks, and θ₀, on the inputs of one probe; means over seeds. The row of θ₀ says how far each task’s "
        "fine-tuning has moved as this probe sees it. One colour scale for all layers.</p>",
        views,
        [
            Select("Models and probe", which, "which", which),
            Select("Measure", [style.word(name) for name in measures], "measure", measures),
            Select("Layer", [str(layer) for layer in layers], "layer", [str(layer) for layer in layers]),
        ],
        table[
            [
                "which",
                "probe",
                "probe_task",
                "measure",
                "layer",
                "a",
                "b",
                "seeds",
                "mean",
                "lowest",
                "highest",
                "interval",
            ]
        ],
        440,
        640,
        _last(views),
    )


def _last(views: dict[tuple[int, ...], list[Panel]]) -> tuple[int, ...]:
    """The first comparison and measure at its last layer, where models differ most."""
    return max((key for key in views if key[:2] == next(iter(views))[:2]), default=())


def task_matrix(rows: pd.DataFrame) -> pd.DataFrame:
    """Task x task: the mean distances of rows of one layer of the table `datasets`; 0 on the diagonal, NaN where there is none."""
    names = list(dict.fromkeys([*rows["a"], *rows["b"]]))
    values = np.where(np.eye(len(names), dtype=bool), 0.0, np.nan)
    for a, b, mean in zip(rows["a"], rows["b"], rows["mean"], strict=True):
        i, j = names.index(a), names.index(b)
        values[i, j] = values[j, i] = mean
    return pd.DataFrame(values, index=names, columns=names)
