"""The first screen: what the run says of the two studies' claims, with its landscape and its layers; then what was run, and how
far it got."""

from __future__ import annotations

import html
from dataclasses import replace

import pandas as pd

from ...run import Run, mapping
from ...tables import VALUES
from .. import style
from ..blocks import Prose, Section, compose
from . import claims, story

_STATES = (
    ("done", "#0072B2"),
    ("not finite", "#CC79A7"),
    ("failed", "#D55E00"),
    ("blocked", "#E69F00"),
    ("running", "#009E73"),
    ("missing", "#e8e8e8"),
)


def section(run: Run) -> Section:
    """The head of the page: findings first, then what was run, then what there is to say of it."""
    rest = compose(
        "summary",
        "Summary",
        "",
        ("the two studies’ claims", lambda: claims.matrix(claims.verdicts(run))),
        ("the landscape", lambda: story.landscape(run)),
        ("the layers", lambda: story.layers(run)),
        ("what was run", lambda: Prose(f'<p class="lead">{_lead(run)}</p>')),
        ("progress", lambda: Prose(_progress(run))),
        ("notices", lambda: _notices(run)),
        ("how to read", lambda: Prose(_HELP) if len(run.units) else None),
    )
    return replace(rest, title=html.escape(run.name))


_HELP = """<p class="small">Every figure has its numbers below it, as a table and as CSV. Drag in a figure to enlarge a part of it,
double-click to go back; surfaces turn by dragging or by their buttons, and come nearer by pinching.</p>"""


def _lead(run: Run) -> str:
    model = run.inputs("model")
    name = str(run.record.get("model", "")).rstrip("/").rpartition("/")[2]
    parts = []
    if isinstance(model.get("parameterCount"), int):
        parts.append(
            f"{html.escape(name)} ({model['parameterCount']:,} parameters of the encoder, {html.escape(str(model.get('layers')))} layers, "
            f"{html.escape(str(model.get('channels')))} channels)".replace(",", " ", 2 if model["parameterCount"] >= 10**6 else 1)
        )
    tasks = list(run.inputs("tasks"))
    if len(run.cells):
        tasks = list(dict.fromkeys(run.cells["task"]))
        seeds = run.cells[["head_seed", "order_seed"]].drop_duplicates()
        starts = style.start_order(run.cells)
        parts.append(f"fine-tuned on {_list(tasks)} with {len(seeds)} seeds each, {_list(starts)}")
    elif tasks:
        parts.append(f"to be fine-tuned on {_list(tasks)}")
    return "; ".join(parts) + "."


def _list(names: list[str]) -> str:
    names = [f"<span class=nobr>{html.escape(name)}</span>" for name in names]
    return "".join(names) if len(names) < 2 else ", ".join(names[:-1]) + " and " + names[-1]


def _counts(run: Run) -> dict[str, int]:
    """Units by what became of them: while a job runs as it says, else as the tables do."""
    is_told = run.is_live or len(run.units) == 0
    live = mapping(run.status.get("counts")) if is_told else {}
    live = {name: count for name, count in live.items() if isinstance(count, int)}
    if live:
        counts = {name: live.get(name, 0) for name in ("done", "failed", "blocked", "running")}
        return {**counts, "missing": live.get("waiting", 0)}
    return {str(name): int(count) for name, count in run.units["status"].value_counts().items()}


def _progress(run: Run) -> str:
    counts = _counts(run)
    total = sum(counts.values())
    if total == 0:
        return "<p>No units are recorded yet.</p>"
    bars = "".join(
        f'<span style="width:{100 * counts[name] / total:.2f}%;background:{colour}"></span>'
        for name, colour in _STATES
        if counts.get(name)
    )
    words = ", ".join(f"{style.number(counts[name])} {name}" for name, _ in _STATES if counts.get(name))
    text = f'<div class="bar" role="img" aria-label="units of work: {words}">{bars}</div><p>Units of work: {words}.'
    if run.is_live:
        left = run.status.get("secondsLeft")
        text += f" A job is running ({html.escape(str(run.holder))})"
        text += (
            f"; about {style.duration(float(left))} left at {html.escape(str(run.status.get('time')))}."
            if isinstance(left, (int, float)) and left > 0
            else "."
        )
        running = run.status.get("running", [])
        doing = "".join(
            f"<li>rank {html.escape(str(unit.get('rank')))}: {html.escape(str(unit.get('unit')))}, since {html.escape(str(unit.get('since')))}</li>"
            for unit in (running if isinstance(running, list) else [])
            if isinstance(unit, dict)
        )
        return text + f"</p><ul>{doing}</ul>"
    return text + "</p>"


def _notices(run: Run) -> Prose | None:
    """What the reader has to know before believing the figures; what run.json says that was decided without being asked for."""
    notices = []
    if run.remark:
        notices.append(html.escape(run.remark) + ".")
    if not run.is_live and len(run.units) and not run.is_finished:
        notices.append("The run is not finished. What is missing is a gap in the figures and nothing stands in for it.")
    degenerate = run.cells[run.cells["degenerate"].fillna(False)]["cell"] if "degenerate" in run.cells else []
    if len(degenerate):
        notices.append(
            f"{len(degenerate)} of {len(run.cells)} fine-tunings learned nothing (their main dev metric is not above that of always "
            "giving one answer). They are marked by open symbols. <details><summary>Which</summary>"
            f"{html.escape(', '.join(degenerate))}</details>"
        )
    points = pd.concat([run.table(name)[["status", *VALUES]] for name in ("curves", "surfaces")])
    odd = int((points["status"] == "not finite").sum())
    if odd:
        notices.append(f"{odd} points of curves and surfaces have a loss that is not finite; they are marked by ×.")
    recorded = run.record.get("notices")
    # Older runs record none.
    notices += [html.escape(str(notice)) for notice in recorded] if isinstance(recorded, list) else []
    return Prose(f'<ul class="small notices">{"".join(f"<li>{notice}</li>" for notice in notices)}</ul>') if notices else None
