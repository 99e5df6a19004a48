"""What the figures over seeds say of the two studies' claims."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from ...run import Run
from .. import style
from ..blocks import Prose

WORDS = ("holds", "refuted", "undecided", "not comparable")
"""What a verdict can be."""


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


CLAIMS = (
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


@dataclass(frozen=True)
class Verdict:
    """What one figure over seeds says of a claim."""

    claim: Claim
    task: str
    detail: str
    """What tells it from others of the claim and task: a variant, a probe; "" where there is nothing to tell."""
    word: str
    """One of `WORDS`."""
    note: str
    """What the reader has to know of it; "" for nothing."""
    effect: style.Interval


def verdicts(run: Run) -> list[Verdict]:
    """All that the run speaks to: claim by claim, in the order of the tasks."""
    found: list[Verdict] = []
    tasks = list(dict.fromkeys(run.intervals["task"]))
    for claim in CLAIMS:
        rows = list(_figures(run.intervals, claim))
        rows.sort(key=lambda row: tasks.index(str(row["task"])))
        found += [_verdict(claim, row, is_alone=_count(rows, row) == 1) for row in rows]
    return found


def _count(rows: list[pd.Series], row: pd.Series) -> int:
    return sum(other["task"] == row["task"] for other in rows)


def _figures(intervals: pd.DataFrame, claim: Claim) -> Iterator[pd.Series]:
    rows = intervals[(intervals["figure"] == claim.figure) & (intervals["initialisation"] == claim.initialisation)]
    rows = rows[~rows["variant"].str.contains(" - ", regex=False) & (rows["seeds"] > 0)]
    if claim.detail:
        rows = rows[rows["detail"] == claim.detail.removesuffix("$")]
    if claim.figure != "dev_error, late - early":
        rows = rows[rows["variant"] == "plain"]
    for _, row in rows.iterrows():
        yield row


def _verdict(claim: Claim, row: pd.Series, is_alone: bool) -> Verdict:
    mean, lowest, highest = (float(row[name]) for name in ("mean", "lowest", "highest"))
    effect = style.Interval(int(row["seeds"]), mean, lowest, highest, str(row["interval"]))
    low, high = effect.lowest, effect.highest
    is_claimed = low > 0 if claim.sign > 0 else high < 0
    is_other = high < 0 if claim.sign > 0 else low > 0
    if effect.count == 1:
        word, note = "undecided", "one seed: no interval"
    else:
        word = "holds" if is_claimed else "refuted" if is_other else "undecided"
        note = str(row["reason"])
    # The probe, where there is more than one.
    details = [str(row["detail"])] if "theta0" in claim.figure and not is_alone else []
    if row["variant"] != "plain":
        details.append(str(row["variant"]))
    return Verdict(claim, str(row["task"]), ", ".join(details), word, note, effect)


MOST_COLUMNS = 5
"""Tasks side by side; with more the verdicts of a claim stand in rows below it."""

_RULE = """<details class="small"><summary>What the verdicts mean, and whose the claims are</summary>
<p>A claim <em>holds</em> for a task when the 95 % interval over seeds lies on the claimed side of 0, it is <em>refuted</em> when the
interval lies on the other side, and else it is <em>undecided</em>. The rule was fixed before any run. Below five seeds the range of the
seeds stands for the interval, which says less; the field then says <em>range</em>. In each field: the verdict, the mean over seeds and its
interval; in the drawing the upright line is 0, and all drawings of a row have one scale. How consistent all of this is between seeds
and data sets (claim 6) is what the sections on consistency show.</p>
<p>Hao, Dong, Wei and Xu, <cite>Visualizing and Understanding the Effectiveness of BERT</cite> (EMNLP-IJCNLP 2019,
<a href="https://aclanthology.org/D19-1424">D19-1424</a>) [LL], and <cite>Investigating Learning Dynamics of BERT
Fine-Tuning</cite> (AACL-IJCNLP 2020, <a href="https://aclanthology.org/2020.aacl-main.11">2020.aacl-main.11</a>) [LD].</p></details>"""


def matrix(found: Sequence[Verdict]) -> Prose | None:
    """Claims x tasks: in each field the verdict, the effect and its interval. None where the run speaks to no claim."""
    if not found:
        return None
    tasks = list(dict.fromkeys(verdict.task for verdict in found))
    head = "".join(f'<th scope="col">{html.escape(task)}</th>' for task in tasks)
    rows = []
    for claim in dict.fromkeys(verdict.claim for verdict in found):
        mine = [verdict for verdict in found if verdict.claim == claim]
        ends = _ends(mine)
        fields = []
        for task in tasks:
            entries = "".join(_entry(verdict, ends) for verdict in mine if verdict.task == task)
            name = f'<span class="task">{html.escape(task)}</span>'
            fields.append(f"<td>{name}{entries}</td>" if entries else '<td class="none">–</td>')
        title = f'{html.escape(claim.text)} <span class="small">{html.escape(claim.measures)}</span>'
        rows.append(f'<tr><th scope="row">{title}</th>{"".join(fields)}</tr>')
    return Prose(
        f'<div class="claims" id="claims"><h3>The two studies’ claims</h3>'
        f'<table class="matrix{" many" if len(tasks) > MOST_COLUMNS else ""}"><thead><tr><th scope="col">claim</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>{_RULE}</div>"
    )


def _ends(found: Iterable[Verdict]) -> tuple[float, float]:
    """The scale of a claim's drawings: from the lowest to the highest end, 0 among them."""
    known = [0.0]
    for verdict in found:
        known += [end for end in (verdict.effect.mean, verdict.effect.lowest, verdict.effect.highest) if math.isfinite(end)]
    return min(known), max(known)


def _entry(verdict: Verdict, ends: tuple[float, float]) -> str:
    effect = verdict.effect
    interval = ""
    if effect.count > 1:
        low, high = style.number(effect.lowest, 3), style.number(effect.highest, 3)
        interval = f"{'range ' if effect.kind == 'range' else ''}{low} to {high}, {effect.count} seeds"
    small = [text for text in (interval, verdict.note) if text]
    detail = f'<span class="small">{html.escape(verdict.detail)}</span>' if verdict.detail else ""
    return (
        f'<div class="entry {verdict.word.replace(" ", "-")}"><div><span class="verdict">{verdict.word}</span> '
        f'<span class="effect">{style.number(effect.mean, 3)}</span></div>{_drawing(effect, ends)}'
        f'<div class="small">{html.escape("; ".join(small))}</div>{detail}</div>'
    )


def _drawing(effect: style.Interval, ends: tuple[float, float]) -> str:
    """The interval as a line, the mean as a mark on it, 0 as an upright line; nothing where numbers are too far apart to draw."""
    low, high = ends
    if not (math.isfinite(high - low) and high > low and math.isfinite(effect.mean)):
        return ""

    def place(value: float) -> float:
        return round(3 + 94 * (value - low) / (high - low), 2)

    line = ""
    if effect.count > 1 and math.isfinite(effect.highest - effect.lowest):
        line = f'<rect class="line" x="{place(effect.lowest)}" y="6" width="{max(0.5, place(effect.highest) - place(effect.lowest)):.2f}" height="2"/>'
    return (
        '<svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="zero" x="{place(0) - 0.25:.2f}" y="0" width="0.5" height="14"/>{line}'
        f'<rect class="mean" x="{place(effect.mean) - 0.9:.2f}" y="3" width="1.8" height="8"/></svg>'
    )
