"""The tables of a run, `exports/*.csv`: their columns, and how they are read.

What the columns mean is in the project's Tutorial, "The tables". Numbers are the shortest text that reads back as the same
bits, and are read back so. An empty field does not exist: it is NaN among numbers, NA among counts and yes-or-no columns,
and "" among texts. `nan`, `inf` and `-inf` are results; the column `status` says `not finite` there.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from .errors import UnreadableError

CELL = ("cell", "task", "initialisation", "variant", "head_seed", "order_seed")
"""The columns that say which fine-tuning a row is about."""

GROUP = ("group", "elsewhere")
"""The parameters that move, and where the others are."""

VALUES = ("training_loss", "dev_loss", "dev_error")
"""What is evaluated at a point."""

POINT = tuple(name + suffix for name in VALUES for suffix in ("", "_se"))
"""The columns of a point's values; `_se` is the standard error over the subset's examples."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "units": ("unit", "kind", "status", "message", "id"),
    "cells": (*CELL, "status"),
    "epochs": (*CELL, "epoch"),
    "axes": ("surface", *GROUP, "status", "length1", "length2", "scale", "cosine", "explained1", "explained2"),
    "curves": ("curve", "from", *CELL, *GROUP, "point", "i", "alpha", "status", *POINT),
    "surfaces": ("surface", *GROUP, "point", "i", "j", "alpha", "beta", "status", *POINT),
    "flatness": (
        *("curve", *CELL, *GROUP, "loss", "tolerance", "lower", "upper", "lower_censored", "upper_censored"),
        *("width", "length1", "distance", "reason"),
    ),
    "barriers": ("curve", "from", *CELL, "loss", "barrier", "alpha", "reason"),
    "agreement": ("surface", *CELL, *GROUP, "points", "spearman_dev_loss", "spearman_dev_error"),
    "trajectories": (
        *("trajectory", *CELL, "other", "step", "hao_alpha", "hao_beta", "alpha", "beta", "residual", "pc1", "pc2"),
        *("explained1", "explained2", "status"),
        *(f"{head}_{name}" for head in ("own", "theta1_head", "plane") for name in POINT),
    ),
    "overfitting": (*CELL, "figure", "epochs", "best_epoch", "best", "last", "early", "late", "late_minus_early"),
    "rollback": (*CELL, "group", "status", "drop"),
    "curvature": (*CELL, "group", "status"),
    "intervals": (
        *("figure", "task", "initialisation", "variant", "detail", "seeds", "mean", "lowest", "highest"),
        *("interval", "reason"),
    ),
    "probes": ("probe", "task", "split", "tokens", "examples", "max_length", "rows", "hash"),
    "similarity": (
        *("comparison", "kind", "probe", "layer", "a", "b", "step_b", "measure", "distance", "null", "held_out"),
        *("spread", "reverse", "debiased", "degenerate", "kept_a", "kept_b", "rows", "status", "reason"),
    ),
    "attention": (
        *("comparison", "kind", "probe", "layer", "head", "a", "b", "step_b", "attention_js", "attention_js_se"),
        *("examples", "status"),
    ),
    "consistency": (
        *("comparison", "probe", "measure", "layer", "cells", "varied", "seeds", "mean", "lowest", "highest"),
        *("standard_error", "reason"),
    ),
    "datasets": (
        *("probe", "probe_task", "initialisation", "variant", "measure", "layer", "a", "b", "seeds", "mean"),
        *("lowest", "highest", "interval", "reason"),
    ),
}
"""The tables with the columns that they always have, in order; `cells`, `epochs`, `rollback` and `curvature` have more, one
for each metric of the run."""

_TEXT = {
    *("unit", "kind", "status", "message", "id", "cell", "task", "initialisation", "variant", "surface", "group"),
    *("elsewhere", "curve", "from", "point", "loss", "reason", "trajectory", "other", "figure", "detail", "interval"),
    *("probe", "split", "tokens", "hash", "comparison", "a", "b", "measure", "head", "cells", "varied", "probe_task"),
}
_COUNT = {
    *(
        "head_seed",
        "order_seed",
        "epoch",
        "epochs",
        "best_epoch",
        "i",
        "j",
        "points",
        "step",
        "steps",
        "step_b",
        "seeds",
    ),
    *("examples", "max_length", "rows", "layer", "kept_a", "kept_b", "train_examples", "dev_examples"),
    *("train_truncated", "dev_truncated"),
}
_FLAG = {"degenerate", "lower_censored", "upper_censored", "converged"}
# What is a word in one table may be a number in another.
_NUMBERS = ("training_", "dev_", "majority_baseline", "eigenvalue", "residual", "trace", "gradient", "drop")
"""How the columns of numbers begin that depend on the run, such as those of its metrics."""
MOST_COUNT = 1 << 53
"""Of whole numbers: up to here each is a Float64 too."""
_PATTERNS = {
    "similarity": {"layer": r"\d{0,4}"},
    "attention": {"layer": r"\d{0,4}", "head": r"mean|\d{0,4}"},
    "consistency": {"layer": r"profile|\d{0,4}"},
    "datasets": {"layer": r"\d{0,4}"},
}
"""Texts of columns that figures have axes of."""
_KEYS = {
    "cells": ("cell",),
    "consistency": ("comparison", "probe", "measure", "layer", "cells", "varied"),
    "similarity": ("comparison", "layer", "a", "b", "measure"),
}
"""What tells the rows of a table apart, where figures rely on it; a row that lacks a part of it is like no other."""
_EXCEPTIONS = {("curvature", "loss"): "number", ("consistency", "layer"): "text"}


def declared(exports: Path) -> dict[tuple[str, str], str]:
    """What the columns of the tables in a folder hold, as the program that wrote them says it in `columns.csv`; by table and
    column. Nothing where there is no such file, or one that says nothing that is known here."""
    try:
        with (exports / "columns.csv").open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.reader(file) if len(row) == 3]
    except (OSError, UnicodeDecodeError, csv.Error):
        return {}
    return {(table, column): kind for table, column, kind in rows if kind in ("text", "count", "flag", "number")}


def kind(table: str, column: str) -> str:
    """What a column holds where no `columns.csv` says it: `text`, `count`, `flag` or `number`."""
    if exception := _EXCEPTIONS.get((table, column)):
        return exception
    return "text" if column in _TEXT else "count" if column in _COUNT else "flag" if column in _FLAG else "number"


def _is_known(table: str, column: str) -> bool:
    return column in COLUMNS.get(table, ()) or column in _TEXT | _COUNT | _FLAG or column.startswith(_NUMBERS)


def empty(table: str) -> pd.DataFrame:
    """A table without rows, with the columns that it always has."""
    return _frame(table, list(COLUMNS[table]), [], "")


def read(path: Path) -> pd.DataFrame:
    """Reads one table. Raises UnreadableError where it is not what `seedscape export` writes."""
    table = path.stem
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableError(f"{path} cannot be read ({error}); write it again with 'seedscape export'") from error
    if not rows:
        raise UnreadableError(f"{path} is empty, expected a header; write it again with 'seedscape export'")
    header = rows[0]
    if header and header[0].startswith("\ufeff"):
        raise UnreadableError(
            f"{path} begins with a byte order mark, which another program put there; write it again with 'seedscape export'"
        )
    if lacking := [name for name in COLUMNS.get(table, ()) if name not in header]:
        raise UnreadableError(
            f"{path} has the columns {', '.join(header)}, expected {', '.join(lacking)} too; it is of another version of "
            "seedscape: write it again with this version's 'seedscape export'"
        )
    if len(set(header)) < len(header):
        raise UnreadableError(
            f"{path} has a column twice in {', '.join(header)}; write it again with 'seedscape export'"
        )
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(header):
            raise UnreadableError(
                f"{path}, row {number}: got {len(row)} fields, expected {len(header)}; write it again with "
                "'seedscape export'"
            )
    return _frame(table, header, rows[1:], str(path), declared(path.parent))


def _frame(
    table: str,
    header: list[str],
    rows: list[list[str]],
    path: str,
    kinds: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> pd.DataFrame:
    for name, pattern in _PATTERNS.get(table, {}).items():
        place = header.index(name)
        for number, row in enumerate(rows, 2):
            if not re.fullmatch(pattern, row[place]):
                raise UnreadableError(
                    f"{path}, row {number}, column {name}: got {row[place]!r}, expected a number below 10000, a word that stands "
                    "for all, or nothing; write the table again with 'seedscape export'"
                )
    if key := [header.index(name) for name in _KEYS.get(table, ())]:
        counts = Counter(tuple(row[place] for place in key) for row in rows if all(row[place] for place in key))
        if twice := [key for key, count in counts.items() if count > 1]:
            raise UnreadableError(
                f"{path} has more than one row of {' '.join(twice[0])!r}, expected one; write it again with 'seedscape export'"
            )
    columns: Iterable[tuple[str, ...]] = zip(*rows, strict=True) if rows else (() for _ in header)
    return pd.DataFrame(
        {
            name: _column(
                _kind(table, name, fields, kinds),
                list(fields),
                f"{path}, column {name}",
            )
            for name, fields in zip(header, columns, strict=True)
        }
    )


def _kind(table: str, column: str, fields: Iterable[str], kinds: Mapping[tuple[str, str], str]) -> str:
    # A layer may be a word in one table; what figures rely on is what this version says.
    if _is_known(table, column):
        return kind(table, column)
    return kinds.get((table, column)) or (kind(table, column) if _are_numbers(fields) else "text")


def _are_numbers(fields: Iterable[str]) -> bool:
    """Whether a column that this version does not know holds numbers, as metrics do."""
    try:
        return all(not field or float(field) is not None for field in fields)
    except ValueError:
        return False


def _count(field: str) -> int:
    value = int(field)
    # What is greater is no number of an axis either.
    if abs(value) > MOST_COUNT:
        raise ValueError(f"got {field}, expected a whole number up to {MOST_COUNT}")
    return value


def _column(kind: str, fields: list[str], where: str) -> pd.Series:
    try:
        match kind:
            case "text":
                return pd.Series(fields, dtype=object)
            case "count":
                return pd.Series([_count(field) if field else pd.NA for field in fields], dtype="Int64")
            case "flag":
                return pd.Series([field == "1" if field else pd.NA for field in fields], dtype="boolean")
            case _:
                return pd.Series(np.array([float(field) if field else np.nan for field in fields], dtype=np.float64))
    except ValueError as error:
        raise UnreadableError(f"{where}: {error}; write the table again with 'seedscape export'") from error
