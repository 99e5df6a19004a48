"""What was run, how far it got, and what it says of the two studies' claims."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from ...run import Run, mapping
from ...tables import VALUES
from .. import style
from ..blocks import Prose, Section, Table, compose
from ..parts import Failure, attempt

_STATES = (
    ("done", "#0072B2"),
    ("not finite", "#CC79A7"),
    ("failed", "#D55E00"),
    ("blocked", "#E69F00"),
    ("running", "#009E73"),
    ("missing", "#e8e8e8"),
)


def section(run: Run) -> Section:
    """The head of the page."""
    # The lead and the notices are the head of the section, where they can be made.
    head = [
        attempt("Summary: what was run", lambda: Prose(f'<p class="lead">{_lead(run)}</p>{_recorded(run)}')),
        attempt("Summary: notices", lambda: Prose(_notices(run))),
    ]
    intro = "".join(part.html for part in head if isinstance(part, Prose))
    rest = compose(
        "summary",
        "Summary",
        intro,
        ("progress", lambda: Prose(_progress(run))),
        ("how to read", lambda: Prose(_HELP) if len(run.units) else None),
        ("the two studies’ claims", lambda: _claims(run)),
    )
    failures = [part for part in head if isinstance(part, Failure)]
    return replace(rest, title=html.escape(run.name), blocks=[*failures, *rest.blocks])


_HELP = """<p class="small">Every figure has its numbers below it, as a table and as CSV. Drag in a figure to enlarge a part of it,
double-click to go back; surfaces turn by dragging or by their buttons.</p>"""


def _recorded(run: Run) -> str:
    """What run.json says that was decided without being asked for; older runs say nothing."""
    notices = run.record.get("notices")
    items = "".join(f"<li>{html.escape(str(notice))}</li>" for notice in notices) if isinstance(notices, list) else ""
    return f'<ul class="small notices">{items}</ul>' if items else ""


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


def _notices(run: Run) -> str:
    notices = []
    if run.remark:
        notices.append(html.escape(run.remark) + ".")
    if not run.is_live and len(run.units) and not run.is_finished:
        notices.append("The run is not finished. What is missing is a gap in the figures and nothing stands in for it.")
    degenerate = run.cells[run.cells["degenerate"].fillna(False)]["cell"] if "degenerate" in run.cells else []
    if len(degenerate):
        notices.append(
            f"{len(degenerate)} of {len(run.cells)} fine-tunings learned nothing (main dev metric not above the majority "
            f"baseline): {html.escape(', '.join(degenerate))}. They are marked by open symbols."
        )
    points = pd.concat([run.table(name)[["status", *VALUES]] for name in ("curves", "surfaces")])
    odd = int((points["status"] == "not finite").sum())
    if odd:
        notices.append(f"{odd} points of curves and surfaces have a loss that is not finite; they are marked by ×.")
    return "".join(f'<p class="notice">{notice}</p>' for notice in notices)


# Claims.


@dataclass(frozen=True)
class Claim:
    """A claim that a figure over seeds speaks to."""

    text: str
    figure: str
    detail: str
    """How the figure's detail begins; ends with `$` where it is all of it."""
    sign: int
    """The side of 0 that was claimed."""
    initialisation: str
    measures: str
    """What the figure is, in words."""


_CLAIM_LIST = (
    Claim(
        "1 a. Pre-training leads to wider optima [LL]",
        "flat width",
        "training_loss + 0.1$",
        1,
        "pretrained - scratch",
        "width of the flat interval (training loss + 0.1), pre-trained − from scratch",
    ),
    Claim(
        "1 b. and to easier optimisation than from scratch [LL]",
        "training loss",
        "epoch 1$",
        -1,
        "pretrained - scratch",
        "training loss of epoch 1, pre-trained − from scratch",
    ),
    Claim(
        "2. Fine-tuning is robust to overfitting: in a long run dev error does not rise [LL]",
        "dev_error, late - early",
        "",
        -1,
        "pretrained",
        "mean dev error of the last quarter of the epochs − that of the second quarter",
    ),
    Claim(
        "3. The training-loss surface agrees with the generalisation-error surface [LL]",
        "rank correlation",
        "surface, training_loss with dev_error$",
        1,
        "pretrained",
        "Spearman’s rank correlation over the surface’s points",
    ),
    Claim(
        "4. Lower layers are more invariant [LL]",
        "rollback drop",
        "high - low$",
        1,
        "pretrained",
        "drop of the dev metric, high layers put back − low layers put back",
    ),
    Claim(
        "5 a. Attention changes mainly in the last layers [LD]",
        "attention_js to theta0, high - low",
        "",
        1,
        "pretrained",
        "divergence of attention from θ₀, high − low layers",
    ),
    Claim(
        "5 b. Features change mainly in the intermediate layers [LD]",
        "svcca to theta0, middle - low",
        "",
        1,
        "pretrained",
        "SVCCA distance from θ₀, middle − low layers",
    ),
    Claim(
        "5 c. and in the last layers [LD]",
        "svcca to theta0, high - low",
        "",
        1,
        "pretrained",
        "SVCCA distance from θ₀, high − low layers",
    ),
)

_CLAIMS = """<p>Hao, Dong, Wei and Xu, <cite>Visualizing and Understanding the Effectiveness of BERT</cite> (EMNLP-IJCNLP 2019,
<a href="https://aclanthology.org/D19-1424">D19-1424</a>) [LL], and <cite>Investigating Learning Dynamics of BERT
Fine-Tuning</cite> (AACL-IJCNLP 2020, <a href="https://aclanthology.org/2020.aacl-main.11">2020.aacl-main.11</a>) [LD].</p>
<p>The rule was fixed before any run: a claim <em>holds</em> for a task when the 95 % interval over seeds lies on the claimed side
of 0, it is <em>refuted</em> when the interval lies on the other side, and else it is <em>undecided</em>. Below five seeds the
range of the seeds stands for the interval, which says less, and the table says so. How consistent all of this is between seeds and data sets (claim 6) is what the sections on consistency show.</p>"""


def _claims(run: Run) -> Table | None:
    verdicts = claims(run)
    if len(verdicts) == 0:
        return None
    return Table("claims", "The two studies’ claims", _CLAIMS, verdicts, html=("claim", "verdict"))


def claims(run: Run) -> pd.DataFrame:
    """What the figures over seeds say of each claim; without rows where the run has none of them."""
    rows = []
    for claim in _CLAIM_LIST:
        for figure in _figures(run.intervals, claim):
            task, variant = str(figure["task"]), str(figure["variant"])
            measures = claim.measures + (f", on {figure['detail']}" if "theta0" in claim.figure else "")
            rows.append(
                {
                    "claim": f"{html.escape(claim.text)}<br><span class=small>{html.escape(measures)}</span>",
                    "task": task + ("" if variant == "plain" else f" ({variant})"),
                    "verdict": _verdict(figure, claim.sign),
                    "mean": float(figure["mean"]),
                    "interval over seeds": f"{style.number(float(figure['lowest']))} to {style.number(float(figure['highest']))} "
                    f"({figure['interval']} of {figure['seeds']})",
                }
            )
    return pd.DataFrame(rows)


def _figures(intervals: pd.DataFrame, claim: Claim) -> Iterator[pd.Series]:
    rows = intervals[(intervals["figure"] == claim.figure) & (intervals["initialisation"] == claim.initialisation)]
    rows = rows[~rows["variant"].str.contains(" - ", regex=False) & (rows["seeds"] > 0)]
    if claim.detail:
        rows = rows[rows["detail"] == claim.detail.removesuffix("$")]
    if claim.figure != "dev_error, late - early":
        rows = rows[rows["variant"] == "plain"]
    for _, row in rows.iterrows():
        yield row


def _verdict(figure: pd.Series, sign: int) -> str:
    low, high = float(figure["lowest"]), float(figure["highest"])
    is_claimed = low > 0 if sign > 0 else high < 0
    is_other = high < 0 if sign > 0 else low > 0
    if int(figure["seeds"]) == 1:
        return '<span class="verdict">undecided</span> (one seed)'
    word = "holds" if is_claimed else "refuted" if is_other else "undecided"
    note = "" if figure["interval"] == "95 % t" else " (by the range of the seeds)"
    return f'<span class="verdict">{word}</span>{note}'
