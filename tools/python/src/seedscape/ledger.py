"""What a run's database says beside the tables: who did which unit, for how long."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pandas as pd

from .errors import UnreadableError

COLUMNS = ("unit", "kind", "status", "rank", "host", "attempts", "seconds", "recorded")


def read_work(path: Path) -> pd.DataFrame:
    """One row per unit with an outcome: `unit`, `kind`, `status`, `rank`, `host`, `attempts`, `seconds` (of its last try) and
    `recorded`, when rank 0 wrote the outcome down, shortly after the unit's end.

    To be called while no job runs: the ledger of a live run is the job's. Raises UnreadableError.
    """
    try:
        # Read-only: nothing here may make a journal beside the database.
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)
        try:
            rows = connection.execute(
                "SELECT name, kind, status, rank, host, attempts, seconds, recorded_at FROM unit ORDER BY recorded_at, id"
            ).fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise UnreadableError(
            f"{path} cannot be read ({error}); if a job was killed, 'seedscape export' of its folder repairs it"
        ) from error
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    try:
        frame["recorded"] = pd.to_datetime(frame["recorded"])
        return frame.astype({"rank": "int64", "attempts": "int64", "seconds": "float64"})
    except (ValueError, TypeError, OverflowError) as error:
        raise UnreadableError(
            f"{path} holds a unit whose rank, attempts, seconds or time are no such thing ({error}); it is damaged"
        ) from error
