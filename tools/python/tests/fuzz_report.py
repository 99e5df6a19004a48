"""Draws reports of damaged runs: whatever the tables hold, a report ends without a traceback.

    python tools/python/tests/fuzz_report.py --runs 2000 --seed 1

Each run is a few random damages to the exports, records and ledger of the run in `tests/run`: columns and rows dropped, numbers
replaced by extremes, texts by odd names, bytes by others. Of each the page is drawn, and a few figures for papers. Prints the
damages of what went wrong, and how many parts could not be drawn and why. Exit code: 1 if anything but a bad table was to blame.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import csv
import io
import json
import os
import random
import re
import shutil
import sqlite3
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib
from conftest import make_fresh, make_run

import seedscape
from seedscape.report import page, paper
from seedscape.report.parts import Failure, attempt
from seedscape.report.sections import sections

Rows = list[list[str]]
NUMBERS = (
    *("", "nan", "inf", "-inf", "0", "-0.0", "1", "-1", "5e-324", "1e-310", "1e-30", "0.6931471805599453", "1e9", "1e30"),
    *("1e300", "-1e300", "1.7976931348623157e308", "-1.7976931348623157e308", "1e-9", "3.4e38"),
)
COUNTS = ("", "0", "1", "2", "7", "-1", "9999", "2147483648", "9007199254740993", "9223372036854775807")
NAMES = (
    *("", "a", "A", "NA", "nan", "None", "x" * 200, "$a_b$", "$\\frac{1}", "$$", "\\", "a_b^c", "<script>alert(1)</script>"),
    *("</script>", "<b>b</b>", "&amp;", "%{x}", "'\"`", "a\nb", "a\r\nb", " a ", "\t", "a,b", "../../etc", "/", ".", "-"),
    *("\U0001f600", "日本語", "اختبار", "\u202eabc", "e\u0301", "\x00", "\x7f", "theta0", "all", "mean", "profile"),
)
STATUSES = ("done", "not finite", "failed", "blocked", "missing", "", "odd")
JUNK = (None, True, -1, 0, 1e308, "text", "", [], {}, [1], {"a": 1}, [None], "\ud800", "<b>", 10**40)


@dataclass
class Tally:
    """What came of some runs."""

    runs: int = 0
    figures: int = 0
    refused: collections.Counter[str] = field(default_factory=collections.Counter)
    """Parts that were not drawn because a table is bad, by the beginning of the reason."""
    faults: list[str] = field(default_factory=list)
    """What the program is to blame for, with the damages that led to it."""


def fuzz(seed: int, runs: int, seconds: float, figures: int = 2) -> Tally:
    """Draws so many damaged runs, and stops after some seconds."""
    tally, began = Tally(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder, _without_plotly():
        (Path(folder) / "thin").mkdir()
        whole, thin = make_run(Path(folder)), make_run(Path(folder) / "thin")
        _thin(thin)
        while tally.runs < runs and time.monotonic() - began < seconds:
            chance = random.Random(f"{seed}-{tally.runs}")
            _one(chance, whole if chance.random() < 0.1 else thin, Path(folder) / "damaged", figures, tally)
    return tally


def _thin(path: Path) -> None:
    """Fewer cells, of each kind some: what takes the time of a run is their number."""
    for table in (path / "exports").glob("*.csv"):
        with table.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        _write(table, [row for row in rows if not any(re.search("-s2|frozen|SST-2-scratch|random [1-9]|^SST-2-s1|svcca$|^dev_error$|0.05$|mrpc-long", field) for field in row)])


@contextlib.contextmanager
def _without_plotly() -> Iterator[None]:
    """A page without the four megabytes that are the same in each."""
    before, page.get_plotlyjs = page.get_plotlyjs, lambda: ""
    try:
        yield
    finally:
        page.get_plotlyjs = before


def _one(chance: random.Random, whole: Path, path: Path, figures: int, tally: Tally) -> None:
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(whole, path)
    damages = [_damage(chance, path) for _ in range(chance.choice((1, 1, 2, 3, 5)))]
    make_fresh(path)
    failures: list[Failure] = []
    try:
        run = seedscape.open(path)
        drawn = sections(run)
        page.render(run, drawn).encode("utf-8", errors="replace")
        failures += [block for section in drawn for block in section.blocks if isinstance(block, Failure)]
        known = list(paper.drawings(run))
        failures += [draw for _, draw in known if isinstance(draw, Failure)]
        drawable = [(stem, draw) for stem, draw in known if not isinstance(draw, Failure)]
        for stem, draw in chance.sample(drawable, min(figures, len(drawable))):
            tally.figures += 1
            found = attempt(stem, lambda draw=draw: _coarse(draw))
            failures += [found] if isinstance(found, Failure) else []
    except seedscape.SeedscapeError as error:
        tally.refused[f"the run: {str(error)[:40]}"] += 1
    except Exception:
        tally.faults.append(f"run {tally.runs}: {damages}\n{traceback.format_exc()}")
    for failure in failures:
        if "a fault of seedscape" in failure.reason:
            tally.faults.append(f"run {tally.runs}: {damages}\n{failure}")
        else:
            tally.refused[" ".join(failure.reason.replace(str(path), "").split()[:6])] += 1
    tally.runs += 1


def _coarse(draw: Callable[[], Any]) -> bytes:
    with paper.settings():
        matplotlib.rcParams["savefig.dpi"] = 40
        return paper.saved(paper.drawn(draw), "png")


# Damages. Each does one to a run directory and says which.


def _damage(chance: random.Random, path: Path) -> str:
    damage: Callable[[random.Random, Path], str] = chance.choices(
        (_numbers, _column, _rows, _names, _states, _bytes, _record, _ledger, _table),
        (6, 3, 4, 3, 3, 1, 1, 1, 1),
    )[0]
    return damage(chance, path)


def _pick(chance: random.Random, path: Path) -> tuple[Path, Rows]:
    table = chance.choice(_tables(path))
    with contextlib.suppress(ValueError, csv.Error, OSError), table.open(newline="", encoding="utf-8") as file:
        return table, list(csv.reader(file))
    return table, []


def _tables(path: Path) -> list[Path]:
    return [table for table in sorted((path / "exports").glob("*.csv")) if table.is_file()]


def _write(table: Path, rows: Rows) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    table.write_text(text.getvalue(), "utf-8", newline="\n")


def _kind(table: Path, column: str) -> str:
    return seedscape.tables.kind(table.stem, column)


def _numbers(chance: random.Random, path: Path) -> str:
    """Extremes in one column, in all columns of numbers, in a row, or one for all."""
    table, rows = _pick(chance, path)
    columns = [place for place, name in enumerate(rows[0]) if _kind(table, name) in ("number", "count")] if rows else []
    if not columns:
        return "nothing"
    if chance.random() < 0.6:
        columns = [chance.choice(columns)]
    share, one = chance.choice((0.05, 0.5, 1.0)), chance.choice((None, chance.choice(NUMBERS)))
    for row in rows[1:]:
        for place in columns:
            if place < len(row) and chance.random() < share:
                if _kind(table, rows[0][place]) == "count":
                    # Most counts are places of something: they change rarely, or nothing else is tried.
                    row[place] = chance.choice(COUNTS) if chance.random() < 0.1 else row[place]
                else:
                    row[place] = one if one is not None else chance.choice(NUMBERS)
    _write(table, rows)
    return f"{table.stem}: {share:g} of the columns {[rows[0][place] for place in columns]} {one or 'extreme'}"


def _column(chance: random.Random, path: Path) -> str:
    """One column dropped, doubled, added, emptied or moved."""
    table, rows = _pick(chance, path)
    if not rows or not rows[0]:
        return "nothing"
    place, what = chance.randrange(len(rows[0])), chance.choice(("dropped", "doubled", "added", "emptied", "moved"))
    name = rows[0][place]
    for number, row in enumerate(rows):
        if place >= len(row):
            continue
        match what:
            case "dropped":
                del row[place]
            case "doubled":
                row.insert(place, row[place])
            case "added":
                row.insert(place, f"new {chance.choice(NAMES)}" if number == 0 else chance.choice((*NAMES, *NUMBERS)))
            case "emptied":
                row[place] = name if number == 0 else ""
            case "moved":
                row.append(row.pop(place))
    _write(table, rows)
    return f"{table.stem}: {name} {what}"


def _rows(chance: random.Random, path: Path) -> str:
    """Rows dropped, doubled or in another order; all that are of one thing, or all but those."""
    table, rows = _pick(chance, path)
    if len(rows) < 2:
        return "nothing"
    header, rest = rows[0], rows[1:]
    what = chance.choice(("few", "none", "one", "doubled", "shuffled", "of one", "without one"))
    place = chance.randrange(len(header))
    value = chance.choice(rest)[place]
    match what:
        case "few":
            rest = [row for row in rest if chance.random() < chance.choice((0.1, 0.9))]
        case "none":
            rest = []
        case "one":
            rest = [chance.choice(rest)]
        case "doubled":
            rest += chance.choices(rest, k=3)
        case "shuffled":
            chance.shuffle(rest)
        case "of one":
            rest = [row for row in rest if row[place] == value]
        case "without one":
            rest = [row for row in rest if row[place] != value]
    _write(table, [header, *rest])
    return f"{table.stem}: rows {what} ({header[place]} {value!r})"


def _names(chance: random.Random, path: Path) -> str:
    """A name that is another in all tables, or in one."""
    table, rows = _pick(chance, path)
    columns = [place for place, name in enumerate(rows[0]) if _kind(table, name) == "text"] if len(rows) > 1 else []
    if not columns:
        return "nothing"
    old, new = chance.choice(rows[1:])[chance.choice(columns)], chance.choice(NAMES)
    tables = _tables(path) if chance.random() < 0.7 else [table]
    if not old:
        return "nothing"
    for one in tables:
        with contextlib.suppress(ValueError, csv.Error, OSError):
            with one.open(newline="", encoding="utf-8") as file:
                found = list(csv.reader(file))
            _write(one, [found[0], *([field.replace(old, new) for field in row] for row in found[1:])] if found else [])
    return f"{len(tables)} tables: {old!r} is {new!r}"


def _states(chance: random.Random, path: Path) -> str:
    """Points and units of another state; what is not done has no values."""
    table, rows = _pick(chance, path)
    if len(rows) < 2 or "status" not in rows[0]:
        return "nothing"
    state, share = chance.choice(STATUSES), chance.choice((0.05, 0.5, 1.0))
    odd = chance.choice(("", "nan", "inf"))
    for row in rows[1:]:
        if chance.random() < share:
            for place, name in enumerate(rows[0]):
                if name == "status":
                    row[place] = state
                elif _kind(table, name) == "number" and name not in ("alpha", "beta") and state != "done":
                    row[place] = odd if state == "not finite" else ""
    _write(table, rows)
    return f"{table.stem}: {share:g} of all {state!r} {odd!r}"


def _bytes(chance: random.Random, path: Path) -> str:
    """Any file, cut or with other bytes in it."""
    file = chance.choice(sorted(file for file in path.rglob("*") if file.is_file()))
    data = bytearray(file.read_bytes())
    if chance.random() < 0.3:
        del data[chance.randrange(len(data) + 1) :]
    else:
        for _ in range(chance.choice((1, 5, 50))):
            place = chance.randrange(len(data) + 1)
            data[place : place + chance.randrange(3)] = chance.randbytes(chance.randrange(4))
    file.write_bytes(bytes(data))
    return f"{file.name}: other bytes"


def _record(chance: random.Random, path: Path) -> str:
    """A value of run.json or status.json that is something else."""
    file = path / chance.choice(("run.json", "status.json"))
    try:
        value = json.loads(file.read_bytes())
    except ValueError:
        return "nothing"
    value.update({"notices": ["a <b>"], "classes": {"MRPC": [{"label": "0", "train": 1, "dev": 2}]}})
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        for key, inner in list(node.items()) if isinstance(node, dict) else list(enumerate(node)):
            places.append((node, key))
            if isinstance(inner, (dict, list)):
                walk(inner)

    walk(value)
    node, key = chance.choice(places)
    node[key] = chance.choice(JUNK)
    file.write_text(json.dumps(value))
    return f"{file.name}: {key} is {node[key]!r}"


def _ledger(chance: random.Random, path: Path) -> str:
    """A column of the ledger that is something else."""
    column = chance.choice(("name", "kind", "status", "attempts", "seconds", "rank", "host", "recorded_at"))
    value = chance.choice(("", "text", -1, 0, 1e300, -1e300, float("inf"), 2**62, b"\xff\xfe", "2026-01-01", "9999-99-99"))
    with contextlib.suppress(sqlite3.Error):
        connection = sqlite3.connect(path / "ledger.sqlite")
        with connection:
            connection.execute(f"UPDATE unit SET {column} = ? WHERE rank < ?", (value, chance.choice((1, 100))))
        connection.close()
    return f"ledger: {column} is {value!r}"


def _table(chance: random.Random, path: Path) -> str:
    """A table that is not there, empty, or begins with a byte order mark."""
    table, _ = _pick(chance, path)
    what = chance.choice(("gone", "empty", "marked", "a folder"))
    data = table.read_bytes()
    if what == "empty":
        table.write_bytes(b"")
    elif what == "marked":
        table.write_bytes(b"\xef\xbb\xbf" + data)
    elif len(_tables(path)) > 2:
        table.unlink()
        if what == "a folder":
            table.mkdir()
    return f"{table.stem}: {what}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Draws reports of damaged runs.")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--figures", type=int, default=2, help="figures for papers that are drawn of each run")
    options = parser.parse_args()
    os.environ.update(SEEDSCAPE="", PATH="/usr/bin:/bin")
    tally = fuzz(options.seed, options.runs, options.seconds, options.figures)
    for fault in tally.faults:
        print(fault)
    print(f"{tally.runs} runs, {tally.figures} figures, {len(tally.faults)} faults; not drawn because a table is bad:")
    for reason, count in tally.refused.most_common(20):
        print(f"  {count:6} {reason}")
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
