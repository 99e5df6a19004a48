"""Figures over seeds, what failed, who did what when, and how the run was made."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
import pandas as pd

from ... import __version__
from ...errors import UnreadableError
from ...run import Run
from .. import style, traces
from ..blocks import Figure, Panel, Prose, Section, Table, Trace, plain


def intervals(run: Run) -> Section:
    """Every figure over seeds."""
    table = run.intervals
    table = table[table["mean"].notna()]
    blocks = []
    if len(table):
        shown = table[["figure", "task", "initialisation", "variant", "detail", "seeds", "mean"]].assign(
            interval=[
                f"{style.number(low)} to {style.number(high)} ({kind})"
                for low, high, kind in zip(table["lowest"], table["highest"], table["interval"], strict=True)
            ]
        )
        blocks.append(
            Table(
                "intervals",
                "Means and intervals over seeds",
                "<p><code>95 % t</code>: Student’s interval of the mean; <code>range</code>: lowest and highest seed, where there are fewer than "
                "five. Differences (pre-trained − from scratch, variant − plain) are taken seed by seed.</p>",
                shown,
            )
        )
    return Section("over-seeds", "Figures over seeds", "", blocks)


def failures(run: Run) -> Section:
    """Units that failed or are blocked."""
    units = run.units
    bad = units[units["status"].isin(["failed", "blocked"])]
    blocks: list[Table | Prose] = []
    if len(bad):
        shown = bad[bad["status"] == "failed"][["unit", "kind", "status", "message"]]
        shown = pd.concat([shown, bad[bad["status"] == "blocked"][["unit", "kind", "status", "message"]]])
        more = len(shown) - 200
        blocks.append(
            Table(
                "failed-units",
                "Failed and blocked units",
                "<p>A unit that fails is recorded with its reason, and what needs it is blocked; the rest of the run does not care. "
                "<code>seedscape run … --retry-failed</code> tries again.</p>"
                + (f"<p>{more} more are in <code>units.csv</code>.</p>" if more > 0 else ""),
                shown.head(200),
            )
        )
    if len(units) and (units["status"] == "missing").any():
        counts = pd.crosstab(units["kind"], units["status"]).reindex(
            columns=["done", "failed", "blocked", "missing"], fill_value=0
        )
        blocks.append(Table("missing-units", "Units by kind", "", counts.reset_index()))
    if len(units) and not blocks:
        blocks.append(Prose("<p>None: every unit of the plan is done.</p>"))
    return Section("failures", "Failures and gaps", "", blocks)


MOST_BARS = 1500
"""Bars of a timeline; neighbours of one kind are merged until there are no more."""


def timeline(run: Run) -> Section:
    """What each rank did when."""
    try:
        work = run.work
    except UnreadableError as error:
        return Section("timeline", "Timeline", "", [Prose(f'<p class="notice">{html.escape(str(error))}</p>')])
    blocks: list[Figure | Table] = []
    if len(work):
        bars, breaks = spans(work)
        blocks = [_ranks(bars, breaks), Table("work", "Time by kind of work", "", _totals(work))]
    return Section("timeline", "Timeline of the ranks", "", blocks)


def spans(work: pd.DataFrame) -> tuple[pd.DataFrame, list[float]]:
    """When each unit ran: `rank`, `kind`, `units`, `begin`, `seconds` since the first, with idle times between jobs cut out; and where
    those were.

    A unit's end is taken to be when it was recorded. Outcomes are recorded in batches, so units of one batch are laid one before
    the other.
    """
    work = work[work["seconds"] >= 0].copy()
    work["end"] = (work["recorded"] - work["recorded"].min()).dt.total_seconds()
    rows: list[dict[str, Any]] = []
    for rank, mine in work.groupby("rank"):
        free = np.inf
        for end, batch in sorted(mine.groupby("end"), key=lambda item: -float(item[0])):
            at = min(float(end), free)
            for kind, some in batch.groupby("kind"):
                seconds = float(some["seconds"].sum())
                rows.append(
                    {
                        "rank": int(rank),
                        "kind": str(kind),
                        "units": len(some),
                        "begin": at - seconds,
                        "seconds": seconds,
                    }
                )
                at -= seconds
            free = at
    bars = pd.DataFrame(rows).sort_values(["begin", "rank", "kind"]).reset_index(drop=True)
    bars["begin"] -= bars["begin"].min()
    breaks = _cut(bars)
    resolution = 0.0
    total = float((bars["begin"] + bars["seconds"]).max())
    merged = bars
    while len(merged) > MOST_BARS:
        resolution = max(2 * resolution, total / 4000)
        merged = _merge(bars, resolution)
        if resolution > total:
            break
    return merged, breaks


def _cut(bars: pd.DataFrame) -> list[float]:
    """Takes out times in which no rank worked for long, as between a stop and the next start; returns where."""
    busy = float(bars["seconds"].sum()) / max(1, bars["rank"].nunique())
    longest = max(60.0, 0.05 * busy)
    breaks, shift, end = [], 0.0, 0.0
    begins = bars["begin"].to_numpy(copy=True)
    for index, (begin, seconds) in enumerate(zip(bars["begin"], bars["seconds"], strict=True)):
        if begin - end > longest:
            shift += begin - end
            breaks.append(begin - shift)
        begins[index] = begin - shift
        end = max(end, begin + seconds)
    bars["begin"] = begins
    return breaks


def _merge(bars: pd.DataFrame, resolution: float) -> pd.DataFrame:
    """Neighbours of one rank and kind with gaps below the resolution become one bar."""
    rows: list[dict[str, Any]] = []
    for (_, _), mine in bars.groupby(["rank", "kind"]):
        last: dict[str, Any] | None = None
        for row in mine.to_dict("records"):
            if last is not None and row["begin"] - (last["begin"] + last["seconds"]) < resolution:
                last["seconds"] = max(last["begin"] + last["seconds"], row["begin"] + row["seconds"]) - last["begin"]
                last["units"] += row["units"]
            else:
                last = {str(key): value for key, value in row.items()}
                rows.append(last)
    return pd.DataFrame(rows)


KINDS = (
    "fine-tuning",
    "point",
    "probe",
    "attention",
    "similarity",
    "curvature",
    "rollback",
    "snapshot",
    "trajectory",
    "axes",
)


def _ranks(bars: pd.DataFrame, breaks: list[float]) -> Figure:
    unit, divisor = (
        ("h", 3600.0) if bars["begin"].max() > 7200 else ("min", 60.0) if bars["begin"].max() > 300 else ("s", 1.0)
    )
    kinds = [kind for kind in KINDS if (bars["kind"] == kind).any()] + [
        k for k in dict.fromkeys(bars["kind"]) if k not in KINDS
    ]
    look = style.looks(kinds)
    drawn: list[Trace] = []
    for kind in kinds:
        rows = bars[bars["kind"] == kind]
        drawn.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": kind,
                "y": rows["rank"].tolist(),
                "base": plain(rows["begin"] / divisor),
                "x": plain(rows["seconds"] / divisor),
                "text": [
                    f"{units} unit{'s' if units > 1 else ''}, {style.duration(seconds)}"
                    for units, seconds in zip(rows["units"], rows["seconds"], strict=True)
                ],
                "textposition": "none",
                "hovertemplate": f"rank %{{y}}, {kind}: %{{text}}<extra></extra>",
                "marker": {
                    "color": look[kind].colour,
                    "line": {"width": 0},
                    "pattern": {
                        "shape": "/" if kinds.index(kind) >= len(style.COLOURS) else "",
                        "fillmode": "overlay",
                        "fgcolor": "#fff",
                    },
                },
                "width": 0.8,
            }
        )
    ranks = bars["rank"].nunique()
    layout = {
        "barmode": "overlay",
        "xaxis": traces.axis(f"time since the first unit, in {unit}", rangemode="tozero"),
        "yaxis": traces.axis(
            "rank", tickmode="linear", dtick=max(1, ranks // 16), autorange="reversed", showgrid=False
        ),
        "shapes": [
            {
                "type": "line",
                "x0": at / divisor,
                "x1": at / divisor,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": "#000", "dash": "dot", "width": 1.5},
            }
            for at in breaks
        ],
    }
    cut = (
        f" Dotted: {len(breaks)} pause{'s' if len(breaks) > 1 else ''} in which no rank worked, cut out."
        if breaks
        else ""
    )
    return Figure(
        "timeline-ranks",
        "What each rank did",
        f"<p>From the ledger: how long each unit took, and when it was recorded.{cut} Outcomes are recorded a batch at a time, so short "
        "units stand one before the other within their batch, not at the very moment. White is waiting, reading, sending, and work that was "
        "thrown away by an interruption.</p>",
        {(): [Panel(drawn, layout, height=200 + min(600, 34 * ranks))]},
        [],
        bars[["rank", "kind", "units", "begin", "seconds"]],
        300,
        900,
    )


def _totals(work: pd.DataFrame) -> pd.DataFrame:
    groups = work.groupby("kind")["seconds"]
    table = pd.DataFrame(
        {"units": groups.size(), "seconds in all": groups.sum(), "mean": groups.mean(), "longest": groups.max()}
    )
    table["share, %"] = 100 * table["seconds in all"] / max(table["seconds in all"].sum(), 1e-12)
    return table.sort_values("seconds in all", ascending=False).reset_index()


def made(run: Run) -> Section:
    """Versions, hosts, hashes, the sweep file."""
    record = run.record
    inputs = record.get("inputs", {})
    environment, model = inputs.get("environment", {}), inputs.get("model", {})
    facts: list[tuple[str, object]] = [
        ("program", record.get("program")),
        ("MPI", record.get("mpi")),
        ("BLAS", record.get("blas")),
        ("BLAS kernel", environment.get("blasCore")),
        ("processor", record.get("processor")),
        ("hosts of the last start, by rank", _hosts(record.get("hosts", []))),
        ("model", record.get("model")),
        ("model’s SHA-256", model.get("hash")),
        ("data", record.get("data")),
        ("report", f"seedscape {__version__} for Python"),
    ]
    items = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(str(value))}</dd>" for name, value in facts if value)
    tasks = pd.DataFrame(
        [
            {
                "task": name,
                "train rows": task.get("trainRows"),
                "dev rows": task.get("devRows"),
                "tokens per example": task.get("tokensPerExample"),
                "SHA-256 of train": task.get("trainHash", ""),
                "SHA-256 of dev": task.get("devHash", ""),
            }
            for name, task in inputs.get("tasks", {}).items()
        ]
    )
    blocks: list[Prose | Table] = [Prose(f'<dl class="facts">{items}</dl>')]
    if len(tasks):
        blocks.append(Table("data", "Data", "", tasks))
    probes = run.table("probes")
    if len(probes):
        blocks.append(
            Table(
                "probes",
                "Probes",
                "<p>The fixed samples that models are compared on; the hash is of the tokens of their rows.</p>",
                probes,
            )
        )
    blocks.append(
        Prose(
            f'<h3>Sweep file</h3><div class="scroll" tabindex="0" role="region" aria-label="Sweep file"><pre>{html.escape(run.sweep)}</pre></div>'
        )
    )
    return Section(
        "made",
        "How the run was made",
        "<p>With these, the same sweep gives the same tables, bit for bit, on one kind of processor: on any number of ranks, interrupted or not.</p>",
        blocks,
    )


def _hosts(hosts: list[str]) -> str:
    counts = {host: hosts.count(host) for host in dict.fromkeys(hosts)}
    return ", ".join(f"{host}{f' ({count} ranks)' if count > 1 else ''}" for host, count in counts.items())
