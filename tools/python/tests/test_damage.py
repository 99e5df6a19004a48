"""Reports of runs whose numbers, names or files are out of the ordinary."""

from __future__ import annotations

import csv
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import fuzz_report
import numpy as np
import pandas as pd
import pytest
from conftest import make_fresh
from matplotlib.figure import Figure as Drawn
from matplotlib.text import Text

import seedscape
from seedscape.__main__ import main
from seedscape.report import paper
from seedscape.report.blocks import Figure, Prose, Table
from seedscape.report.paper import draw
from seedscape.report.parts import Failure, attempt
from seedscape.report.sections import making, overview, sections, surfaces
from seedscape.report.traces import Scale

PLANE = "MRPC-s0 x SST-2-s0"
VALUES = ("training_loss", "dev_loss", "dev_error")
MOST = sys.float_info.max


def change(run: Path, table: str, row: Callable[[dict[str, str]], dict[str, str] | None]) -> None:
    """Rewrites a table, row by row; without those that become None."""
    path = run / f"exports/{table}.csv"
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        names, rows = list(reader.fieldnames or []), [new for old in reader if (new := row(old)) is not None]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    make_fresh(run)


def failures(run: seedscape.Run) -> list[Failure]:
    return [block for section in sections(run) for block in section.blocks if isinstance(block, Failure)]


def draw_planes(run: seedscape.Run, wanted: str = "surface-1-MRPC") -> list[str]:
    """The surfaces for papers, as PNG; the names of those that were drawn."""
    done = []
    with paper.settings():
        for stem, draw in paper.drawings(run):
            assert not isinstance(draw, Failure), draw
            if stem.startswith(wanted):
                assert isinstance(data := attempt(stem, lambda draw=draw: paper.saved(paper.drawn(draw), "png")), bytes), data
                done.append(stem)
    return done


# Scales.

SETS = {
    "constant": [math.log(2)] * 4,
    "last bits": [0.6931471805599451, 0.6931471805599453, 0.6931471805599454],
    "great and constant": [1e9] * 3,
    "great, last bits": [999999999.8935076, 999999999.8935077],
    "greatest": [MOST, MOST],
    "both greatest": [-MOST, MOST],
    "nothing but zero": [0.0, -0.0],
    "least": [5e-324, 1e-323],
    "least and greatest": [5e-324, MOST],
    "not finite": [math.nan, math.inf, -math.inf],
    "one": [3.0],
    "none": [],
    "below zero": [-3.0, -3.0000000001],
}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("values", SETS.values(), ids=SETS)
def test_levels_increase_for_any_values(values: list[float], name: str) -> None:
    scale = Scale(np.array(values), name)
    levels = np.linspace(scale.low, scale.high, 17)
    assert (np.diff(levels) > 0).all() and np.isfinite(levels).all()
    # They still do in the six digits that a page has.
    assert len({f"{level:.6g}" for level in levels}) > 8
    placed = scale.place(values)
    finite = placed[np.isfinite(placed)]
    assert ((finite >= scale.low) & (finite <= scale.high)).all()
    # Drawing squares numbers, in single precision.
    assert not finite.size or scale.is_log or np.isfinite(np.float32(np.abs(finite).max()) ** 2)
    assert len(set(scale.ticks["ticktext"])) == len(scale.ticks["tickvals"]) >= 1


def test_a_constant_surface_says_its_value() -> None:
    assert Scale(np.array([math.log(2)] * 4), "dev_loss").ticks["ticktext"] == ["0.693147"]
    assert Scale(np.array([1e300] * 4), "dev_loss").ticks["ticktext"] == ["1e+300"]


# Surfaces and curves.


@pytest.mark.parametrize(
    "value", ["0.6931471805599453", "1e9", "1e300", "-1e300", "5e-324", "0", "nan", "inf", "-inf", "1.7976931348623157e308"]
)
def test_surfaces_and_curves_of_one_value(fresh: Path, value: str) -> None:
    is_finite = math.isfinite(float(value))

    def put(row: dict[str, str]) -> dict[str, str]:
        return {**row, **dict.fromkeys(VALUES, value), "status": "done" if is_finite else "not finite"}

    change(fresh, "surfaces", put)
    change(fresh, "curves", put)
    run = seedscape.open(fresh)
    assert failures(run) == []
    section = surfaces.section(run)
    shown = {block.id for block in section.blocks if isinstance(block, Figure)}
    assert "surface-contour" in shown and ("surface-3d" in shown) == is_finite
    assert len(draw_planes(run, "surface-1-MRPC-s0-x")) == (4 if is_finite else 3)
    assert draw_planes(run, "curves-MRPC") == ([f"curves-MRPC-{name}" for name in VALUES] if is_finite else [])


def test_values_a_few_last_bits_apart(fresh: Path) -> None:
    places = iter(range(10**6))

    def put(row: dict[str, str]) -> dict[str, str]:
        return {**row, "training_loss": repr(math.log(2) + 2.0**-53 * (next(places) % 3))}

    change(fresh, "surfaces", put)
    run = seedscape.open(fresh)
    assert failures(run) == [] and len(draw_planes(run)) == 4


@pytest.mark.parametrize("kept", [{"i": "0"}, {"j": "2"}, {"i": "0", "j": "0"}])
def test_grids_of_one_row_or_point(fresh: Path, kept: dict[str, str]) -> None:
    change(
        fresh,
        "surfaces",
        lambda row: row if row["point"] != "grid" or all(row[name] == value for name, value in kept.items()) else None,
    )
    run = seedscape.open(fresh)
    surface = run.surface(PLANE)
    assert min(surface.status.shape) == 1 and np.isfinite(surface.alpha).all()
    assert failures(run) == [] and len(draw_planes(run)) == 3


def test_points_that_no_row_has_are_no_part_of_the_grid(fresh: Path) -> None:
    whole = seedscape.open(fresh).surface(PLANE)
    change(fresh, "surfaces", lambda row: None if row["i"] == "3" else {**row, "i": row["i"] and str(int(row["i"]) * 10**12)})
    surface = seedscape.open(fresh).surface(PLANE)
    np.testing.assert_array_equal(surface.alpha, np.delete(whole.alpha, 3))
    np.testing.assert_array_equal(surface.values["dev_loss"], np.delete(whole.values["dev_loss"], 3, axis=0))


def test_points_that_are_twice_or_nowhere(fresh: Path) -> None:
    change(fresh, "surfaces", lambda row: {**row, "i": "0"} if row["i"] == "1" else row)
    with pytest.raises(seedscape.UnreadableError, match=f"surfaces.csv has a grid point of '{PLANE}' twice"):
        _ = seedscape.open(fresh).surfaces
    change(fresh, "curves", lambda row: {**row, "alpha": ""} if row["i"] == "1" else row)
    with pytest.raises(seedscape.UnreadableError, match="without i or alpha"):
        _ = seedscape.open(fresh).curves


# Runs with little in them.


@pytest.mark.parametrize("status", ["missing", "failed", "blocked"])
def test_a_run_of_which_nothing_is_done(fresh: Path, status: str) -> None:
    for path in (fresh / "exports").glob("*.csv"):
        keys = {"status", *seedscape.tables.CELL, *seedscape.tables.GROUP, "unit", "kind", "surface", "curve", "from", "point"}
        keys |= {"layer", "head", "cells", "varied", "i", "j", "alpha", "beta", "trajectory", "other", "step", "comparison", "probe", "measure", "a", "b", "figure"}
        change(
            fresh,
            path.stem,
            lambda row, keys=keys: {name: value if name in keys else "" for name, value in row.items()}
            | ({"status": status} if "status" in row else {}),
        )
    run = seedscape.open(fresh)
    assert failures(run) == []
    assert [draw for _, draw in paper.drawings(run)] == []


def test_one_cell(fresh: Path) -> None:
    for name in ("cells", "epochs", "curves", "flatness", "rollback", "trajectories", "overfitting", "agreement", "curvature"):
        change(fresh, name, lambda row: row if row["cell"] == "MRPC-s0" else None)
    assert failures(seedscape.open(fresh)) == []


def test_tables_with_no_rows(fresh: Path) -> None:
    for path in (fresh / "exports").glob("*.csv"):
        change(fresh, path.stem, lambda row: None)
    run = seedscape.open(fresh)
    assert failures(run) == [] and list(paper.drawings(run)) == []


def test_a_timeline_of_nothing() -> None:
    work = pd.DataFrame(
        {
            "unit": "u",
            "kind": "point",
            "status": "done",
            "rank": [0, 1, 2],
            "host": "h",
            "attempts": 1,
            "seconds": [-1.0, math.nan, math.inf],
            "recorded": pd.Timestamp("2026-01-01"),
        }
    )
    for some in (work, work.iloc[:0]):
        bars, breaks = making.spans(some)
        assert len(bars) == 0 and breaks == [] and "begin" in bars


# What cannot be drawn.


def test_a_part_that_fails_stops_no_other(fresh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = fresh / "exports/surfaces.csv"
    path.write_text(path.read_text().replace("training_loss,", "loss,", 1))
    (fresh / "exports/rollback.csv").write_bytes(b"\xff\xfe")
    make_fresh(fresh)
    assert main(["report", "--no-figures", str(fresh)]) == 1
    said = capsys.readouterr()
    assert said.out == f"{fresh}/report.html\n" and "Traceback" not in said.err
    lines = said.err.splitlines()
    assert any(re.fullmatch("seedscape: not drawn: Loss surfaces: contours: .*expected training_loss too.*", line) for line in lines)
    assert any(line.startswith("seedscape: not drawn: Rollback: drop of the main dev metric: ") for line in lines)
    text = (fresh / "report.html").read_text()
    box = '<p class="notice failure"><strong>Not drawn: Loss surfaces: contours.</strong>'
    section = text[text.index('<section id="surfaces"') : text.index('<section id="paths"')]
    assert box in section and '<figure id="curves-along"' in text and '<figure id="surface-contour"' not in text
    assert "because they cannot be read: surfaces, rollback" in text


def test_figures_and_page_do_not_stop_each_other(
    fresh: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Drawn:
        raise ZeroDivisionError("no\nreason")

    def whole() -> Drawn:
        return Drawn()

    def metrics(run: seedscape.Run) -> Iterator[tuple[str, Callable[[], Drawn]]]:
        return iter([("bad", broken), ("good", whole)])

    monkeypatch.setattr(paper, "PARTS", (metrics,))
    (fresh / "figures").mkdir()
    (fresh / "figures/bad.pdf").write_text("of an earlier report")
    assert main(["report", str(fresh)]) == 1
    said = capsys.readouterr().err
    assert re.search("not drawn: figures/bad: a fault of seedscape .ZeroDivisionError: no reason, in test_damage.py, line", said)
    assert "Traceback" not in said and (fresh / "report.html").is_file()
    assert sorted(path.name for path in (fresh / "figures").iterdir()) == ["good.pdf", "good.png"]
    monkeypatch.setenv("SEEDSCAPE_DEBUG", "1")
    (fresh / "report.html").unlink()
    (fresh / "report.html").mkdir()
    assert main(["report", str(fresh)]) == 74
    said = capsys.readouterr().err
    assert "report.html cannot be written" in said and "not drawn: figures/bad" in said and "Traceback" in said


def test_records_that_are_damaged(fresh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (fresh / "status.json").write_text("{")
    (fresh / "run.json").write_text(json.dumps({"inputs": [], "hosts": {"a": 1}, "model": 7, "mpi": "\ud800"}))
    assert main(["report", "--no-figures", str(fresh)]) == 0, capsys.readouterr().err
    assert "?" in (fresh / "report.html").read_text()
    (fresh / "run.json").write_text("[" * 100_000)
    (fresh / "sweep.yaml").write_bytes(b"\xff")
    assert main(["report", "--no-figures", str(fresh)]) == 1
    said = capsys.readouterr().err
    assert "run.json cannot be read" in said and "sweep.yaml cannot be read" in said and "Traceback" not in said


def prose(run: seedscape.Run) -> str:
    """The words of the first screen."""
    return "".join(block.html for block in overview.section(run).blocks if isinstance(block, Prose))


def test_notices_and_classes(fresh: Path, run: seedscape.Run) -> None:
    assert "notices" in prose(run) and "pooler" not in prose(run)
    assert not any(isinstance(block, Table) and block.id == "classes" for block in making.made(run).blocks)
    path = fresh / "run.json"
    record = json.loads(path.read_text())
    record["notices"] = ["the pooler <is> drawn anew"]
    record["classes"] = {"MRPC": [{"label": "0", "train": 120, "dev": 40}, {"label": "-", "train": 3, "dev": None}]}
    path.write_text(json.dumps(record))
    run = seedscape.open(fresh)
    assert "<li>the pooler &lt;is&gt; drawn anew</li>" in prose(run)
    table = next(block for block in making.made(run).blocks if isinstance(block, Table) and block.id == "classes")
    assert table.frame["class"].tolist() == ["0", "-"] and table.frame["train rows"].tolist() == [120, 3]


# Names.


def test_names_are_shown_as_they_are(fresh: Path) -> None:
    odd = "$a_b$ <b>x</b> %{x} \U0001f600 اختبار\nline " + "x" * 200
    for name in ("cells", "epochs", "curves", "intervals", "overfitting", "flatness", "rollback", "trajectories", "curvature"):
        change(fresh, name, lambda row: {**row, "task": row["task"].replace("SST-2", odd)})
    run = seedscape.open(fresh)
    assert failures(run) == []
    drawn = dict(paper.drawings(run))
    assert all(len(stem) <= paper.MOST_BYTES for stem in drawn)
    stem = next(stem for stem in drawn if stem.startswith("epochs-") and "MRPC" not in stem)
    with paper.settings():
        figure = paper.drawn(drawn[stem])
        assert paper.saved(figure, "pdf").startswith(b"%PDF") and paper.saved(figure, "png").startswith(b"\x89PNG")
    label = next(text for text in figure.findobj(Text) if text.get_text().startswith("$a_b$ <b>x</b>"))
    assert not label.get_parse_math() and "…" in label.get_text() and len(label.get_text().replace("\n", "")) <= draw.MOST_LETTERS


def test_names_of_files_are_never_the_same(fresh: Path) -> None:
    names = iter(("Task", "task", "日本", "語", "a b", "a-b"))
    seen: dict[str, str] = {}

    def rename(row: dict[str, str]) -> dict[str, str]:
        key = row["cell"]
        if key not in seen:
            seen[key] = next(names, "Task")
        return {**row, "task": seen[key]}

    change(fresh, "epochs", rename)
    stems = [stem for stem, _ in paper.drawings(seedscape.open(fresh)) if stem.startswith("epochs-")]
    assert len(stems) == 18 and len({stem.lower() for stem in stems}) == 18
    assert {"epochs-Task-training_loss", "epochs-task-training_loss-2"} <= set(stems)


# Places that cannot be written.


def report(run: Path, output: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    source = Path(seedscape.__file__).parents[1]
    command = [sys.executable, "-m", "seedscape", "report", str(run), "--output", str(output), "--no-figures"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env={"PYTHONPATH": str(source), **environment})


def test_a_run_that_is_only_read(fresh: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in fresh.rglob("*")}
    done = report(fresh, tmp_path / "out/page.html", PYTHONDONTWRITEBYTECODE="1", MPLBACKEND="nonsense", DISPLAY=":99")
    assert (done.returncode, done.stderr) == (0, "")
    assert {path: path.stat().st_mtime_ns for path in fresh.rglob("*")} == before
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["page.html"]


def test_stale_tables_of_a_run_that_is_only_read(fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "seedscape"
    program.write_text(f'#!/bin/sh\n[ "$1 $2 $3" = "export {fresh} --output" ] && cp {fresh}/exports/* "$4"\n')
    program.chmod(0o755)
    monkeypatch.setenv("SEEDSCAPE", str(program))
    os.utime(fresh / "exports/units.csv", (1, 1))
    run = seedscape.open(fresh, is_read_only=True)
    assert run.remark is None and run.exports != fresh / "exports" and len(run.cells) == 18
    assert (fresh / "exports/units.csv").stat().st_mtime == 1
    program.write_text("#!/bin/sh\nexit 64\n")
    run = seedscape.open(fresh, is_read_only=True)
    assert "could not be renewed" in str(run.remark) and run.exports == fresh / "exports"
    # Tables that were written elsewhere.
    run = seedscape.open(fresh, tables=fresh / "results")
    assert len(run.cells) == 0


def test_nobody_reads_what_it_prints(fresh: Path, tmp_path: Path) -> None:
    source = Path(seedscape.__file__).parents[1]
    command = [sys.executable, "-m", "seedscape", "report", str(fresh), "--no-figures", "--output", str(tmp_path / "page.html")]
    for output, code in (("/dev/full", 74), (None, 0)):
        read, write = os.pipe()
        os.close(read)
        with open(output or write, "wb") as stdout:
            done = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, env={"PYTHONPATH": str(source)})
        if output:
            os.close(write)
        said = "seedscape: [Errno 28] standard output cannot be written: No space left on device\n" if code else ""
        assert (done.returncode, done.stderr) == (code, said)


# All of it at random.


def test_random_damages(monkeypatch: pytest.MonkeyPatch) -> None:
    tally = fuzz_report.fuzz(seed=0, runs=25, seconds=20, figures=1)
    assert tally.faults == [] and tally.runs > 0
