"""Makes the run directory that the tests read, `tests/run`, from a finished run of jobs/sweeps/minute.yaml.

    python tools/python/tests/trim_run.py runs/minute

Rows are left out, and what a run of a minute does not have is put in: a surface from scratch, one of a layer group, points that
are missing and not finite, a failed unit, a cell that learned nothing. Numbers are the run's.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path

Row = dict[str, str]
HERE = Path(__file__).parent
COMPARISONS = (
    "MRPC seeds on mrpc-dev",
    "MRPC-scratch seeds on mrpc-dev",
    "MRPC-s0 over time on mrpc-dev",
    "MRPC-s1 over time on mrpc-dev",
)
MEASURES = ("attention_js", "svcca", "cka")
PLANE = "MRPC-s0 x SST-2-s0"


def read(path: Path) -> tuple[list[str], list[Row]]:
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames or []), list(reader)


def write(path: Path, header: list[str], rows: list[Row]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def coarse(rows: list[Row]) -> list[Row]:
    """Every fourth row and column of the first surface."""
    kept = []
    for row in rows:
        if row["surface"] == PLANE and row["point"] == "grid":
            if int(row["i"]) % 4 or int(row["j"]) % 4:
                continue
            row = {**row, "i": str(int(row["i"]) // 4), "j": str(int(row["j"]) // 4)}
        if row["surface"] != "SST-2-s0 x MRPC-s0":
            kept.append(row)
    return kept


def surfaces(rows: list[Row]) -> list[Row]:
    rows = coarse(rows)
    plane = [row for row in rows if row["surface"] == PLANE]
    scratch = [{**row, "surface": "MRPC-scratch-s0 x SST-2-scratch-s0"} for row in plane]
    low = [{**row, "surface": f"{PLANE} (low, rest at theta1)", "group": "low", "elsewhere": "theta1"} for row in plane]
    values = [name for name in plane[0] if name.startswith(("training_loss", "dev_"))]
    # Two points that are not there, and two that have no finite loss.
    for index, row in enumerate(scratch):
        if index in (8, 9):
            scratch[index] = {**row, "status": "missing", **{name: "" for name in values}}
        if index in (30, 31):
            scratch[index] = {**row, "status": "not finite", "training_loss": "inf", "dev_loss": "nan"}
    return rows + scratch + low


def same_with(rows: list[Row], name: str, **changes: str) -> list[Row]:
    return rows + [{**row, **changes} for row in rows if row["surface"] == name]


def units(rows: list[Row]) -> list[Row]:
    points = [row for row in rows if row["kind"] == "point"][::40]
    rows = [row for row in rows if row["kind"] != "point"] + points
    rows[-1] = {
        **rows[-1],
        "status": "failed",
        "message": 'the loss is not finite (nan), "expected" a number\nin two lines',
    }
    rows[-2] = {**rows[-2], "status": "blocked", "message": "needs what failed"}
    rows[-3] = {**rows[-3], "status": "missing"}
    return rows


def cells(rows: list[Row]) -> list[Row]:
    return [
        {**row, "degenerate": "1", "dev_accuracy": row["majority_baseline"]} if row["cell"] == "MRPC-s2" else row
        for row in rows
    ]


def is_compared(row: Row) -> bool:
    return row["comparison"] in COMPARISONS and row.get("measure", "svcca") in MEASURES


TRIM: dict[str, Callable[[list[Row]], list[Row]]] = {
    "units": units,
    "cells": cells,
    "surfaces": surfaces,
    "axes": lambda rows: same_with(
        same_with(rows, PLANE, surface="MRPC-scratch-s0 x SST-2-scratch-s0"),
        PLANE,
        surface=f"{PLANE} (low, rest at theta1)",
        group="low",
        elsewhere="theta1",
    ),
    "agreement": lambda rows: same_with(
        same_with(
            rows, PLANE, surface="MRPC-scratch-s0 x SST-2-scratch-s0", cell="MRPC-scratch-s0", initialisation="scratch"
        ),
        PLANE,
        surface=f"{PLANE} (low, rest at theta1)",
        group="low",
        elsewhere="theta1",
    ),
    "similarity": lambda rows: list(filter(is_compared, rows)),
    "attention": lambda rows: list(filter(is_compared, rows)),
    "consistency": lambda rows: list(filter(is_compared, rows)),
    "datasets": lambda rows: [r for r in rows if r["measure"] in MEASURES and r["probe"] == "mrpc-dev"],
    "intervals": lambda rows: [
        r
        for r in rows
        if r["figure"] != "training loss" or r["detail"] == "epoch 1"
        if not r["figure"].startswith(("cca", "pwcca", "procrustes")) and " - plain" not in r["variant"]
    ],
}


def main(source: Path) -> None:
    target = HERE / "run"
    (target / "exports").mkdir(parents=True, exist_ok=True)
    for path in sorted((source / "exports").glob("*.csv")):
        header, rows = read(path)
        write(target / "exports" / path.name, header, TRIM.get(path.stem, lambda rows: rows)(rows))
    record = json.loads((source / "run.json").read_text())
    record.update(model="/somewhere/minute/model", data="/somewhere/minute/glue", hosts=["node1", "node1"])
    (target / "run.json").write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")
    for name in ("sweep.yaml", "status.json"):
        (target / name).write_bytes((source / name).read_bytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
