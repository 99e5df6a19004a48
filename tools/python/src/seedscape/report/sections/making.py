"""Figures over seeds, what failed, who did what when, and how the run was made."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
import pandas as pd

from ... import __version__
from ...run import Run, mapping
from .. import style, traces
from ..blocks import Figure, Panel, Prose, Section, Table, Trace, compose, plain


def intervals(run: Run) -> Section:
    """Every figure over seeds."""
    return compose(
        "over-seeds", "Figures over seeds", "", ("means and intervals over seeds", lambda: _intervals(run.intervals))
    )


def _intervals(table: pd.DataFrame) -> Table | None:
    table = table[table["mean"].notna()]
    if len(table) == 0:
        return None
    shown = table[["figure", "task", "initialisation", "variant", "detail", "seeds", "mean"]].assign(
        interval=[
            style.over(style.Interval(int(row["seeds"]), row["mean"], row["lowest"], row["highest"], row["interval"]))
            for row in table.to_dict("records")
        ]
    )
    return Table(
        "intervals",
        "Means and intervals over seeds",
        "<p><code>95 % t</code>: Student’s interval of the mean; <code>range</code>: lowest and highest seed, where there are fewer than "
        "five. Differences (pre-trained − from scratch, variant − plain) are taken seed by seed.</p>",
        shown,
    )


def failures(run: Run) -> Section:
    """Units that failed or are blocked."""
    return compose(
        "failures",
        "Failures and gaps",
        "",
        ("failed and blocked units", lambda: _failed(run.units)),
        ("units by kind", lambda: _missing(run.units)),
    )


def _failed(units: pd.DataFrame) -> Table | Prose | None:
    bad = units[units["status"].isin(["failed", "blocked"])]
    if len(bad) == 0:
        is_whole = len(units) > 0 and not (units["status"] == "missing").any()
        return Prose("<p>None: every unit of the plan is done.</p>") if is_whole else None
    shown = bad[bad["status"] == "failed"][["unit", "kind", "status", "message"]]
    shown = pd.concat([shown, bad[bad["status"] == "blocked"][["unit", "kind", "status", "message"]]])
    more = len(shown) - 200
    return Table(
        "failed-units",
        "Failed and blocked units",
        "<p>A unit that fails is recorded with its reason, and what needs it is blocked; the rest of the run does not care. "
        "<code>seedscape run … --retry-failed</code> tries again.</p>"
        + (f"<p>{more} more are in <code>units.csv</code>.</p>" if more > 0 else ""),
        shown.head(200),
    )


def _missing(units: pd.DataFrame) -> Table | None:
    if not (units["status"] == "missing").any():
        return None
    counts = pd.crosstab(units["kind"], units["status"]).reindex(
        columns=["done", "failed", "blocked", "missing"], fill_value=0
    )
    return Table("missing-units", "Units by kind", "", counts.reset_index())


MOST_BARS = 1500
"""Bars of a timeline; neighbours of one kind are merged until there are no more."""


def timeline(run: Run) -> Section:
    """What each rank did when."""
    return compose(
        "timeline",
        "Timeline of the ranks",
        "",
        ("what each rank did", lambda: _ranks(run.work)),
        ("time by kind of work", lambda: _totals(run.work)),
    )


_BARS = {"rank": int, "kind": object, "units": int, "begin": float, "seconds": float}


def spans(work: pd.DataFrame) -> tuple[pd.DataFrame, list[float]]:
    """When each unit ran: `rank`, `kind`, `units`, `begin`, `seconds` since the first, with idle times between jobs cut out; and where
    those were.

    A unit's end is taken to be when it was recorded. Outcomes are recorded in batches, so units of one batch are laid one before
    the other.
    """
    work = work[work["seconds"].between(0, np.inf, inclusive="left") & work["recorded"].notna()].copy()
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
    if not rows:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _BARS.items()}), []
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


def _ranks(work: pd.DataFrame) -> Figure | None:
    bars, breaks = spans(work) if len(work) else (work, [])
    if len(bars) == 0:
        return None
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
                "line": {"color": style.INK, "dash": "dot", "width": 1.5},
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


def _totals(work: pd.DataFrame) -> Table | None:
    if len(work) == 0:
        return None
    groups = work.groupby("kind")["seconds"]
    table = pd.DataFrame(
        {"units": groups.size(), "seconds in all": groups.sum(), "mean": groups.mean(), "longest": groups.max()}
    )
    table["share, %"] = 100 * table["seconds in all"] / max(table["seconds in all"].sum(), 1e-12)
    return Table("work", "Time by kind of work", "", table.sort_values("seconds in all", ascending=False).reset_index())


def made(run: Run) -> Section:
    """Versions, hosts, hashes, the sweep file."""
    return compose(
        "made",
        "How the run was made",
        "<p>With these, the same sweep gives the same tables, bit for bit, on one kind of processor: on any number of ranks, interrupted or not.</p>",
        ("versions, hosts, hashes", lambda: _facts(run)),
        ("data", lambda: _data(run)),
        ("classes", lambda: _classes(run)),
        ("probes", lambda: _probes(run)),
        ("the sweep file", lambda: _sweep(run)),
    )


def _facts(run: Run) -> Prose:
    record, environment, model = run.record, run.inputs("environment"), run.inputs("model")
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
    return Prose(f'<dl class="facts">{items}</dl>')


def _data(run: Run) -> Table | None:
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
            for name, task in run.inputs("tasks").items()
            if isinstance(task, dict)
        ]
    )
    return Table("data", "Data", "", tasks) if len(tasks) else None


def _classes(run: Run) -> Table | None:
    """The classes of each task, as run.json counts them; older runs do not."""
    classes = pd.DataFrame(
        [
            {"task": task, "class": entry.get("label"), "train rows": entry.get("train"), "dev rows": entry.get("dev")}
            for task, entries in mapping(run.record.get("classes")).items()
            for entry in (entries if isinstance(entries, list) else [])
            if isinstance(entry, dict)
        ]
    )
    if len(classes) == 0:
        return None
    return Table(
        "classes",
        "Classes",
        "<p>What the labels of the data are, and how many rows have each. A class that you do not know may be a mark for rows without a "
        "label.</p>",
        classes,
    )


def _probes(run: Run) -> Table | None:
    probes = run.table("probes")
    if len(probes) == 0:
        return None
    return Table(
        "probes",
        "Probes",
        "<p>The fixed samples that models are compared on; the hash is of the tokens of their rows.</p>",
        probes,
    )


def _sweep(run: Run) -> Prose:
    return Prose(
        f'<h3>Sweep file</h3><div class="scroll" tabindex="0" role="region" aria-label="Sweep file"><pre>{html.escape(run.sweep)}</pre></div>'
    )


def _hosts(hosts: object) -> str:
    hosts = [str(host) for host in hosts] if isinstance(hosts, list) else []
    counts = {host: hosts.count(host) for host in dict.fromkeys(hosts)}
    return ", ".join(f"{host}{f' ({count} ranks)' if count > 1 else ''}" for host, count in counts.items())
