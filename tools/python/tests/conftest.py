"""A run directory as `seedscape run` and `seedscape export` leave it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import struct
from pathlib import Path

import numpy as np
import pytest

import seedscape

HERE = Path(__file__).parent


def make_ledger(path: Path, rows: list[tuple[str, str, str, int, float, str]]) -> None:
    """The part of the ledger's schema (Sources/Ledger/Migrations.swift) that is read: name, kind, status, rank, seconds, recorded."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(
            "CREATE TABLE unit (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL, message TEXT, "
            "attempts INTEGER NOT NULL, seconds REAL NOT NULL, rank INTEGER NOT NULL, host TEXT NOT NULL, recorded_at TEXT NOT NULL) "
            "WITHOUT ROWID"
        )
        connection.executemany(
            "INSERT INTO unit VALUES (?, ?, ?, ?, NULL, 1, ?, ?, 'node1', ?)",
            [
                (f"{index:064}", name, kind, status, seconds, rank, at)
                for index, (name, kind, status, rank, seconds, at) in enumerate(rows)
            ],
        )
    connection.close()


def make_safetensors(path: Path, arrays: dict[str, np.ndarray]) -> None:
    header, data = {}, b""
    for name, array in arrays.items():
        header[name] = {
            "dtype": "F64",
            "shape": list(array.shape),
            "data_offsets": [len(data), len(data) + array.nbytes],
        }
        data += array.astype("<f8").tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def make_run(folder: Path) -> Path:
    """A finished run of two ranks that was interrupted once."""
    path = folder / "run"
    shutil.copytree(HERE / "run", path)
    make_ledger(
        path / "ledger.sqlite",
        [
            ("MRPC-s0", "fine-tuning", "done", 0, 40.0, "2026-01-01 10:01:00.000"),
            ("MRPC-s1", "fine-tuning", "done", 1, 50.0, "2026-01-01 10:01:00.500"),
            ("MRPC-s0 curve, theta0", "point", "done", 0, 2.0, "2026-01-01 10:01:05.000"),
            ("MRPC-s0 curve, theta1", "point", "done", 0, 2.5, "2026-01-01 10:01:05.000"),
            ("MRPC-s2", "fine-tuning", "failed", 1, 30.0, "2026-01-01 12:00:00.000"),
        ],
    )
    (path / "results").mkdir()
    steps = np.arange(1, 301)
    unit = next(row for row in (path / "exports/units.csv").read_text().splitlines() if row.startswith("MRPC-s0,"))
    make_safetensors(
        path / f"results/MRPC-s0-{unit.split(',')[-1][:8]}.safetensors",
        {"loss": 1 / steps, "gradient_norm": 10.0 / steps, "learning_rate": 1e-5 * steps},
    )
    make_fresh(path)
    return path


def make_fresh(path: Path) -> None:
    """The tables are newer than the ledger."""
    at = (path / "ledger.sqlite").stat().st_mtime
    for table in (path / "exports").glob("*.csv"):
        os.utime(table, (at + 1, at + 1))


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run directory that tests only read."""
    return make_run(tmp_path_factory.mktemp("finished"))


@pytest.fixture(scope="session")
def run(finished: Path) -> seedscape.Run:
    return seedscape.open(finished)


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A run directory of one's own."""
    return make_run(tmp_path)


@pytest.fixture(autouse=True)
def _no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test runs a program of this machine."""
    monkeypatch.setenv("SEEDSCAPE", "")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
