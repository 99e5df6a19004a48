"""The first screen's figures: a landscape with its path, and what changes at which layer."""

from __future__ import annotations

import html
from collections.abc import Iterator

import pandas as pd

from ...errors import UnreadableError
from ...landscape import Surface
from ...run import Run
from .. import style, traces
from ..blocks import Figure, Panel, Trace
from . import planes


def landscape(run: Run) -> Figure | None:
    """The training loss on the run's first plane that has a path, or on its first plane."""
    try:
        known = [surface for surface in planes.known_surfaces(run) if planes.shows(surface, "training_loss")]
        if not known:
            return None
        surface = min(known, key=lambda surface: _rank(run, surface))
    except UnreadableError:
        # The section on surfaces says so, and why.
        return None
    table = run.table("surfaces")
    scale = traces.Scale(surface.values["training_loss"], "training_loss")
    panel = Panel(
        planes.contour(run, surface, "training_loss", scale),
        planes.flat_layout(surface),
        planes.titled(run, surface, surface.name),
        aspect=planes.aspect(surface),
    )
    return Figure(
        "landscape",
        "The landscape of a fine-tuning",
        "<p>Training loss. Circle, star, square: θ₀ (start), θ₁ (fine-tuned), θ₂ (fine-tuned on another task). White: the path of the "
        "fine-tuning, dotted and with open symbols where it is off the plane. All planes and values: “Loss surfaces”.</p>",
        {(): [panel]},
        [],
        table[table["surface"] == surface.name],
        340,
        300,
    )


def _rank(run: Run, surface: Surface) -> tuple[bool, bool, bool, int]:
    """Whole planes through models before others, with a path before without, from a pre-trained start before from scratch."""
    starts = dict(zip(run.cells["cell"], run.cells["initialisation"], strict=True))
    is_whole = surface.kind == "models" and surface.group == "all"
    return not is_whole, len(run.path_on(surface)) == 0, starts.get(surface.cell) != "pretrained", surface.number


PROFILES = (
    ("rollback", "Rollback: drop of the dev metric"),
    ("attention", "Attention: JS divergence from θ₀"),
    ("features", "Features: SVCCA distance from θ₀"),
)
_SYMBOLS = {"circle": "●", "square": "■", "diamond": "◆", "triangle-up": "▲", "cross": "✚", "star": "★"}


def layers(run: Run) -> Figure | None:
    """Rollback, attention and features over the layers, a line for each task."""
    table = profiles(run)
    if len(table) == 0:
        # Nothing of it, or nothing that can be read.
        return None
    look = style.looks([*dict.fromkeys(run.cells["task"]), *dict.fromkeys(table["task"])])
    start = style.word(str(_cells(run)["initialisation"].iloc[0]))
    panels = []
    for name, title in PROFILES:
        rows = table[table["profile"] == name]
        if len(rows) == 0:
            continue
        drawn: list[Trace] = []
        for task, mine in rows.groupby("task", sort=False):
            x = mine["layer"].tolist()
            low, high = (mine[end].where(mine["seeds"] > 1).tolist() for end in ("lowest", "highest"))
            drawn += traces.band(x, low, high, look[str(task)])
            hover = f"{task}, layer %{{x}}: %{{y:.4g}}<extra></extra>"
            drawn.append(traces.line(x, mine["mean"], str(task), look[str(task)], showlegend=False, hovertemplate=hover))
        layout = {
            "xaxis": traces.axis("layer", tickmode="linear", dtick=1 if rows["layer"].max() <= 6 else 3),
            "yaxis": {"rangemode": "tozero"},
        }
        panels.append(Panel(drawn, layout, title))
    keys = "".join(
        f'<li><span style="color:{look[task].colour}">{_SYMBOLS[look[task].marker]}</span> {html.escape(task)}</li>'
        for task in map(str, dict.fromkeys(table["task"]))
    )
    return Figure(
        "layers",
        "Three profiles over the layers",
        f'<ul class="keys">{keys}</ul><p>Means over seeds of {start} models; bands: 95 % t interval, or the range below five seeds. One layer '
        "is put back to θ₀ at a time. Layer 0 is the embeddings’ output.</p>",
        {(): panels},
        [],
        table,
        220,
        175,
    )


def profiles(run: Run) -> pd.DataFrame:
    """`profile`, `task`, `layer`, `seeds`, `mean`, `lowest`, `highest`, `interval`: layers count from 1, 0 is the embeddings' output."""
    rows = []
    for name, read in (("rollback", _rollback), ("attention", _attention), ("features", _features)):
        try:
            found = list(read(run))
        except UnreadableError:
            # Its own section says so, and why.
            continue
        for task, layer, values in found:
            figure = style.interval(values)
            if figure.count:
                rows.append((name, task, layer, figure.count, figure.mean, figure.lowest, figure.highest, figure.kind))
    columns = ["profile", "task", "layer", "seeds", "mean", "lowest", "highest", "interval"]
    table = pd.DataFrame(rows, columns=columns)
    if len(table) == 0:
        return table
    places = {task: place for place, task in enumerate(dict.fromkeys(run.cells["task"]))}
    return table.sort_values(
        ["profile", "task", "layer"],
        key=lambda column: column.map(places) if column.name == "task" else column,
        kind="stable",
    ).reset_index(drop=True)


_Layer = tuple[str, int, list[float]]


def _cells(run: Run) -> pd.DataFrame:
    """The plain cells that the profiles are of, by name: pre-trained where there are such."""
    plain = run.cells[run.cells["variant"] == "plain"]
    pretrained = plain[plain["initialisation"] == "pretrained"]
    return (pretrained if len(pretrained) else plain).set_index("cell")


def _rollback(run: Run) -> Iterator[_Layer]:
    table = run.table("rollback")
    table = table[table["cell"].isin(_cells(run).index) & table["drop"].notna()]
    for (task, group), rows in table.groupby(["task", "group"], sort=False):
        number = style.part(str(group))
        if number.isdecimal():
            yield str(task), int(number), rows["drop"].tolist()


def _attention(run: Run) -> Iterator[_Layer]:
    table = run.attention
    yield from _distances(run, table[table["head"] == "mean"], "attention_js")


def _features(run: Run) -> Iterator[_Layer]:
    table = run.similarities
    yield from _distances(run, table[(table["measure"] == "svcca") & (table["status"] == "done")], "distance")


def _distances(run: Run, table: pd.DataFrame, column: str) -> Iterator[_Layer]:
    """Of final models from theta0, each task on one probe: its own, where there is one."""
    tasks = _cells(run)["task"]
    table = table[(table["kind"] == "seeds") & (table["a"] == "theta0") & table["layer"].notna() & table["b"].isin(tasks.index)]
    table = table.assign(task=table["b"].map(tasks))
    own = dict(zip(run.table("probes")["probe"], run.table("probes")["task"], strict=True))
    for task, mine in table.groupby("task", sort=False):
        probe = min(dict.fromkeys(mine["probe"]), key=lambda name: own.get(name) != task)
        for layer, rows in mine[mine["probe"] == probe].groupby("layer"):
            yield str(task), int(layer), rows[column].tolist()
