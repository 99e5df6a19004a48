"""Figures of attention and features."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ...landscape import file_name
from ...run import Run
from .. import style
from ..sections import attention as attention_section
from ..sections import consistency
from .draw import PAGE, Drawing, add_legend, draw_heat, draw_line, draw_over_seeds, new_figure
from .maps import draw_matrices


def attention(run: Run) -> Iterator[Drawing]:
    """Divergence of attention by layer and head, and over time."""
    table = run.attention[run.attention["layer"].notna() & run.attention["head"].str.isdecimal()].copy()
    if len(table):
        table["head"] = table["head"].astype(int)

    def heads(comparison: str) -> Figure:
        rows = table[(table["comparison"] == comparison) & (table["a"] == "theta0")]
        figure, ((axes,),) = new_figure()
        draw_heat(
            figure,
            axes,
            attention_section.grid(rows, "attention_js", "layer", "head"),
            "head",
            "layer",
            "JS divergence from θ₀",
        )
        return figure

    known = table[(table["kind"] == "seeds") & (table["a"] == "theta0") & table["attention_js"].notna()]
    for comparison in dict.fromkeys(known["comparison"]):
        yield f"attention-{file_name(comparison)}", partial(heads, comparison)
    means = run.attention[(run.attention["kind"] == "time") & (run.attention["head"] == "mean")]
    yield from _over_time(means.rename(columns={"attention_js": "distance"}), "attention", "JS divergence")


def _over_time(table: pd.DataFrame, prefix: str, title: str) -> Iterator[Drawing]:
    table = table[table["layer"].notna()]
    table = table.assign(
        family=[f"{attention_section.family(b)} on {p}" for b, p in zip(table["b"], table["probe"], strict=True)]
    )

    def draw(name: str) -> Figure:
        frame = attention_section.grid(table[table["family"] == name], "distance", "layer", "step_b")
        figure, grid = new_figure(1, 2, PAGE, 2.3)
        colours = attention_section.layer_colours(len(frame))
        for colour, (layer, values) in zip(colours, frame.iterrows(), strict=True):
            grid[0][0].plot(
                [0, *frame.columns.astype(int)],
                [0.0, *values.to_numpy(float)],
                "-o",
                color=colour,
                ms=2.5,
                label=f"layer {layer}",
            )
        grid[0][0].set(xlabel="optimiser step", ylabel=f"{title} from θ₀")
        grid[0][0].set_ylim(bottom=0)
        if len(frame) <= 13:
            grid[0][0].legend(ncols=2 if len(frame) > 6 else 1, fontsize=6)
        draw_heat(figure, grid[0][1], frame, "optimiser step", "layer", title)
        return figure

    for name in dict.fromkeys(table.loc[table["distance"].notna(), "family"]):
        yield f"{prefix}-time-{file_name(name)}", partial(draw, name)


def features(run: Run) -> Iterator[Drawing]:
    """Distances of features over layers and time."""
    table = run.similarities[run.similarities["layer"].notna() & (run.similarities["status"] == "done")]

    def layers(comparison: str, measure: str) -> Figure:
        rows = table[(table["comparison"] == comparison) & (table["measure"] == measure)]
        figure, ((axes,),) = new_figure()
        bands = run.table("consistency")
        bands = bands[
            (bands["comparison"] == comparison)
            & (bands["measure"] == measure)
            & (bands["cells"] == "all")
            & (bands["varied"] == "any")
        ].set_index("layer")
        for name, part, look in (
            ("from θ₀", rows[rows["a"] == "theta0"], style.Look(style.COLOURS[0], "solid", "circle")),
            ("between seeds", rows[rows["a"] != "theta0"], style.Look(style.COLOURS[1], "solid", "square")),
        ):
            if len(part) == 0:
                continue
            frame = part.assign(pair=part["a"] + " " + part["b"]).pivot(
                index="layer", columns="pair", values="distance"
            )
            if name == "from θ₀":
                draw_over_seeds(axes, frame, look, name)
            else:
                x = frame.index.to_numpy(float)
                low, high = (
                    np.array([float(bands[c].get(str(int(layer)), np.nan)) for layer in x])
                    for c in ("lowest", "highest")
                )
                axes.fill_between(x, low, high, color=look.colour, alpha=0.18, linewidth=0)
                draw_line(axes, x, frame.mean(axis=1), look, name)
        for column, label, dash in (("null", "null", ":"), ("held_out", "held-out, from θ₀", "--")):
            part = rows[rows["a"] == "theta0"]
            if part[column].notna().any():
                mean = part.groupby("layer")[column].mean()
                axes.plot(mean.index.to_numpy(float), mean.to_numpy(float), dash, color="#555", lw=1, label=label)
        axes.set(xlabel="layer", ylabel=f"{style.word(measure)} distance")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_ylim(bottom=0)
        add_legend(axes)
        return figure

    seeds = table[table["kind"] == "seeds"]
    for comparison, measure in seeds[["comparison", "measure"]].drop_duplicates().itertuples(index=False):
        yield f"features-{file_name(comparison)}-{measure}", partial(layers, comparison, measure)
    for measure in dict.fromkeys(table.loc[table["kind"] == "time", "measure"]):
        rows = table[(table["kind"] == "time") & (table["measure"] == measure)]
        for stem, draw in _over_time(rows, "features", f"{style.word(measure)} distance"):
            yield f"{stem}-{measure}", draw


def matrices(run: Run) -> Iterator[Drawing]:
    """Seed by seed and task by task, layer by layer."""
    known = run.comparisons[run.comparisons["kind"] == "seeds"]

    def title(measure: str) -> str:
        return style.word(measure) + ("" if measure == "attention_js" else " distance")

    for comparison, measure in known[["comparison", "measure"]].itertuples(index=False):
        frames = [(f"layer {layer}", matrix) for layer, matrix in run.matrices(comparison, measure).items()]
        # More than the diagonal.
        if any(frame.notna().sum(axis=None) > len(frame) for _, frame in frames):
            yield f"seeds-{file_name(comparison)}-{measure}", partial(draw_matrices, frames, comparison, title(measure))
    table = run.table("datasets")
    table = table[table["mean"].notna()]
    for (initialisation, variant, probe, measure), rows in table.groupby(
        ["initialisation", "variant", "probe", "measure"], sort=False
    ):
        frames = [(f"layer {layer}", consistency.task_matrix(part)) for layer, part in rows.groupby("layer")]
        name = f"tasks {style.start(initialisation, variant)} on {probe}"
        if frames:
            yield f"{file_name(name)}-{measure}", partial(draw_matrices, frames, name, title(measure))
