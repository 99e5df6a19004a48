"""A run directory to read."""

from __future__ import annotations

import json
import os
import re
import shutil
import weakref
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from . import lease, ledger, program, safetensors, tables
from .errors import NoRunError, UnknownNameError, UnreadableError
from .landscape import Curve, Surface, read_curves, read_surfaces


def open(
    path: str | os.PathLike[str], tables: str | os.PathLike[str] | None = None, is_read_only: bool = False
) -> Run:
    """Opens a run directory, finished, unfinished or live.

    Where the tables are missing or older than the ledger, the program's `export` writes them (see `seedscape.program`): into
    the run directory, or, where that is not to be or cannot be written, into a temporary folder. While a job runs in the
    directory nothing is written: there is `status.json`, and tables if there are earlier ones. `tables` names a folder that
    `export` has written, to be read as it is in place of the run's own.

    Raises NoRunError, UnreadableError, ExportError.
    """
    return Run(Path(path), None if tables is None else Path(tables), is_read_only)


class Run:
    """A run directory: data frames of its tables, arrays of its curves and surfaces.

    What is not done yet is NaN, and a column `status` says so: `done`, `not finite`, `failed`, `blocked` or `missing`. Nothing
    is imputed. Tables that are not there have no rows.
    """

    def __init__(self, path: Path, exports: Path | None = None, is_read_only: bool = False) -> None:
        self.path = path
        self.exports = exports or path / "exports"
        """The folder of the tables."""
        if not (path / "run.json").is_file() or not (path / "sweep.yaml").is_file():
            raise NoRunError(
                f"{path} holds no run (sweep.yaml and run.json are expected in it); name the folder that 'seedscape run' wrote"
            )
        self.holder: str | None = lease.holder(path)
        """Who runs it now; None when nobody does."""
        self.remark: str | None = None
        """Why the tables may not be those of the run as it is; None when they are."""
        if self.holder is None:
            if exports is None:
                elsewhere, self.remark = program.bring_up_to_date(path, is_read_only)
                if elsewhere is not None:
                    self.exports = elsewhere
                    weakref.finalize(self, shutil.rmtree, elsewhere, True)
        elif any(self.exports.glob("*.csv")):
            self.remark = "a job is running: the tables are those of the last export, and the status is newer"
        else:
            self.remark = (
                "a job is running, and there are no tables yet: 'seedscape export' writes them once it has ended"
            )

    # What it is.

    @property
    def is_live(self) -> bool:
        """Whether a job is running in it."""
        return self.holder is not None

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """`run.json`: program, MPI, BLAS, processor, hosts, hashes of model and data."""
        return self._json("run.json")

    @cached_property
    def status(self) -> Mapping[str, Any]:
        """`status.json`: state, counts of units, what each rank does, seconds left. Empty before the first."""
        return self._json("status.json") if (self.path / "status.json").exists() else {}

    @cached_property
    def sweep(self) -> str:
        """The sweep file's text, as run."""
        try:
            return (self.path / "sweep.yaml").read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableError(f"{self.path / 'sweep.yaml'} cannot be read ({error})") from error

    @property
    def name(self) -> str:
        """The sweep's name; the folder's where `status.json` does not say it."""
        try:
            name = self.status.get("sweep")
        except UnreadableError:
            name = None
        return str(name or self.path.resolve().name)

    @property
    def is_finished(self) -> bool:
        """Whether every unit has an outcome."""
        return not self.is_live and len(self.units) > 0 and not (self.units["status"] == "missing").any()

    @cached_property
    def layers(self) -> int | None:
        """The model's layers."""
        value = self.inputs("model").get("layers")
        return value if isinstance(value, int) else None

    def inputs(self, name: str) -> Mapping[str, Any]:
        """What `run.json` says of an input: `environment`, `model`, `tasks`. Empty where it says nothing."""
        return mapping(mapping(self.record.get("inputs")).get(name))

    # Tables.

    def table(self, name: str) -> pd.DataFrame:
        """A table by its name, such as `cells`; without rows where the run has none."""
        known = [*tables.COLUMNS, *dict.fromkeys(table for table, _ in tables.declared(self.exports))]
        if name not in known or (name not in tables.COLUMNS and not (self.exports / f"{name}.csv").exists()):
            names = ", ".join(dict.fromkeys(known))
            raise UnknownNameError(f"there is no table {name!r}, expected one of {names}")
        if name not in self._tables:
            path = self.exports / f"{name}.csv"
            self._tables[name] = tables.read(path) if path.exists() else tables.empty(name)
        return self._tables[name]

    def table_bytes(self, name: str) -> bytes | None:
        """The file of a table as it is; None where it has no rows. Raises UnreadableError."""
        return (self.exports / f"{name}.csv").read_bytes() if len(self.table(name)) else None

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        return {}

    @property
    def units(self) -> pd.DataFrame:
        """Units of work: what became of each."""
        return self.table("units")

    @property
    def cells(self) -> pd.DataFrame:
        """Fine-tunings, and their results after the last epoch."""
        return self.table("cells")

    @property
    def epochs(self) -> pd.DataFrame:
        """Losses and metrics after every epoch."""
        return self.table("epochs")

    @property
    def intervals(self) -> pd.DataFrame:
        """Figures over the seeds: mean and interval."""
        return self.table("intervals")

    @property
    def trajectories(self) -> pd.DataFrame:
        """Paths of fine-tunings: a row for each snapshot."""
        return self.table("trajectories")

    @property
    def similarities(self) -> pd.DataFrame:
        """Distances of features: a row for each comparison, layer, pair of models and measure."""
        return self.table("similarity")

    @property
    def attention(self) -> pd.DataFrame:
        """Divergences of attention: a row for each comparison, layer, head (or `mean`) and pair of models."""
        return self.table("attention")

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """Dev metrics, one row for each cell and metric: the cell's columns, `status`, `degenerate`, `metric`, `value`,
        `is_main` and, for the main metric, `baseline`: that of always giving the most frequent answer."""
        cells = self.cells
        names = [name for name in _METRICS if f"dev_{name}" in cells]
        main = cells["task"].map(self.main_metric)
        parts = []
        for name in names:
            part = cells[list(tables.CELL) + ["status"]].copy()
            part["degenerate"] = cells["degenerate"] if "degenerate" in cells else pd.NA
            part["metric"], part["value"], part["is_main"] = name, cells[f"dev_{name}"], main == name
            part["baseline"] = (
                cells["majority_baseline"].where(main == name) if "majority_baseline" in cells else np.nan
            )
            parts.append(part[part["value"].notna() | part["is_main"]])
        columns = [*tables.CELL, "status", "degenerate", "metric", "value", "is_main", "baseline"]
        if not parts:
            kinds = {"value": float, "baseline": float, "is_main": bool, "degenerate": "boolean"}
            return pd.DataFrame({name: pd.Series(dtype=kinds.get(name, object)) for name in columns})
        return pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)

    def main_metric(self, task: str) -> str:
        """The metric that a task is judged by: Matthews', Pearson's or accuracy."""
        rows = self.intervals
        named = rows.loc[(rows["figure"] == "dev metric") & (rows["task"] == task), "detail"]
        if len(named):
            return str(named.iloc[0])
        mine = self.cells[self.cells["task"] == task]
        found = [
            name for name in ("matthews", "pearson") if f"dev_{name}" in mine and mine[f"dev_{name}"].notna().any()
        ]
        return found[0] if found else "accuracy"

    def steps(self, cell: str) -> pd.DataFrame:
        """Every optimiser step of a fine-tuning: `step` from 1, `loss` of its batch, `gradient_norm` before clipping,
        `learning_rate`. Without rows where the cell is not done. Raises UnknownNameError, UnreadableError."""
        rows = self.units[(self.units["unit"] == cell) & (self.units["kind"] == "fine-tuning")]
        if len(rows) == 0:
            raise UnknownNameError(f"{self.path} has no cell {cell!r}, expected one of {_some(self.cells['cell'])}")
        # By the identity alone, however long the name is that stands before it.
        found = sorted((self.path / "results").glob(f"*-{_hexadecimal(rows.iloc[0]['id'])}.safetensors"))
        names = ("loss", "gradient_norm", "learning_rate")
        arrays = safetensors.read(found[0]) if found else {name: np.zeros(0) for name in names}
        if lacking := [name for name in names if name not in arrays]:
            raise UnreadableError(f"{found[0]} has no {', '.join(lacking)}, expected the record of a fine-tuning")
        if len({arrays[name].shape for name in names} | {(len(arrays["loss"]),)}) != 1:
            raise UnreadableError(f"{found[0]} has {', '.join(names)} of different lengths, expected one number for each step")
        return pd.DataFrame({"step": np.arange(1, len(arrays["loss"]) + 1), **{name: arrays[name] for name in names}})

    # Curves and surfaces.

    @cached_property
    def curves(self) -> list[Curve]:
        """Loss curves, in the sweep file's order. Raises UnreadableError."""
        return read_curves(self.table("curves"), self.table("axes"))

    @cached_property
    def surfaces(self) -> list[Surface]:
        """Loss surfaces, in the sweep file's order. Raises UnreadableError."""
        return read_surfaces(self.table("surfaces"), self.table("axes"), self.table("agreement"))

    def curve(self, name: str) -> Curve:
        """A curve by its name. Raises UnknownNameError."""
        return _named(self.curves, name, self.path, "curve")

    def surface(self, name: str) -> Surface:
        """A surface by its name, such as `MRPC-s0 x SST-2-s0`. Raises UnknownNameError."""
        return _named(self.surfaces, name, self.path, "surface")

    def path_on(self, surface: Surface) -> pd.DataFrame:
        """The snapshots of the fine-tuning of a surface's theta1 as they lie on it: `step`, `alpha`, `beta` and `residual`, the
        distance from the plane over that from theta0 (NaN on a trajectory's own plane). Without rows where the run has no such
        path, or where only a layer group moves."""
        rows = self.trajectories[self.trajectories["cell"] == surface.cell]
        empty = pd.DataFrame({name: pd.Series(dtype=float) for name in ("step", "alpha", "beta", "residual")})
        if surface.group != "all":
            return empty
        if surface.kind == "trajectory":
            rows = rows.drop_duplicates("step")
            places = {"alpha": rows["pc1"], "beta": rows["pc2"], "residual": np.nan}
        elif surface.kind == "models" and " from " not in surface.span:
            rows = rows[rows["other"] == surface.other]
            places = {"alpha": rows["alpha"], "beta": rows["beta"], "residual": rows["residual"]}
        else:
            return empty
        found = pd.DataFrame({"step": rows["step"].astype(float), **places}).dropna(subset=["alpha", "beta"])
        return found.sort_values("step").reset_index(drop=True)

    # Comparisons.

    @cached_property
    def comparisons(self) -> pd.DataFrame:
        """The comparisons that have results: `comparison`, `kind` (`seeds`, `tasks`, `time`), `probe`, `measure`."""
        features = self.similarities[["comparison", "kind", "probe", "measure", "layer"]]
        attention = self.attention[["comparison", "kind", "probe", "layer"]].assign(measure="attention_js")
        both = pd.concat([attention, features[attention.columns]])
        both = both[both["layer"].notna()][["comparison", "kind", "probe", "measure"]]
        return both.drop_duplicates().reset_index(drop=True)

    def distances(self, comparison: str, measure: str = "svcca") -> pd.DataFrame:
        """The distances of a comparison in one measure: `layer`, `a`, `b`, `step_b`, `distance`; of SVCCA `null` and `held_out`
        too. Layer 0 is the embeddings' output, layer l the l-th encoder layer; `attention_js` (means over heads) begins with layer
        1. Raises UnknownNameError."""
        if measure == "attention_js":
            rows = self.attention[(self.attention["comparison"] == comparison) & (self.attention["head"] == "mean")]
            rows = rows.rename(columns={"attention_js": "distance"})
            columns = ["layer", "a", "b", "step_b", "distance"]
        else:
            table = self.similarities
            rows = table[(table["comparison"] == comparison) & (table["measure"] == measure)]
            columns = ["layer", "a", "b", "step_b", "distance", "null", "held_out", "spread", "degenerate", "status"]
        if len(rows) == 0:
            known = self.comparisons.loc[self.comparisons["measure"] == measure, "comparison"]
            raise UnknownNameError(
                f"{self.path} has no comparison {comparison!r} by {measure!r}, expected one of {_some(known)}"
            )
        return rows.loc[rows["layer"].notna(), columns].reset_index(drop=True)

    def matrix(self, comparison: str, layer: int, measure: str = "svcca", value: str = "distance") -> pd.DataFrame:
        """Model x model: the distances of a comparison at a layer, theta0 first; symmetric, 0 on the diagonal, NaN where there
        is none. Raises UnknownNameError."""
        matrices = self.matrices(comparison, measure, value)
        if layer in matrices:
            return matrices[layer]
        names = next(iter(matrices.values())).index
        return pd.DataFrame(np.nan, index=names, columns=names)

    def matrices(self, comparison: str, measure: str = "svcca", value: str = "distance") -> dict[int, pd.DataFrame]:
        """The matrices of a comparison by layer, as `matrix` gives them. Raises UnknownNameError."""
        rows = self.distances(comparison, measure)
        names = list(dict.fromkeys([*rows["a"], *rows["b"]]))
        places = {name: place for place, name in enumerate(names)}
        found = {}
        for layer, part in rows.groupby("layer"):
            values = np.where(np.eye(len(names), dtype=bool), 0.0, np.nan)
            i, j = ([places[name] for name in part[side]] for side in ("a", "b"))
            values[i, j] = values[j, i] = part[value]
            found[int(layer)] = pd.DataFrame(values, index=names, columns=names)
        return found

    # Who did what.

    @cached_property
    def work(self) -> pd.DataFrame:
        """Units with rank, host, seconds and when they were recorded; without rows while a job runs. Raises UnreadableError."""
        path = self.path / "ledger.sqlite"
        if self.is_live or not path.is_file():
            return pd.DataFrame({name: pd.Series(dtype=object) for name in ledger.COLUMNS})
        return ledger.read_work(path)

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {status}" for status, count in self.units["status"].value_counts().items())
        return (
            f"<seedscape run {self.name!r} in {self.path}: {'live; ' if self.is_live else ''}{counts or 'no tables'}>"
        )

    def _json(self, name: str) -> Mapping[str, Any]:
        path = self.path / name
        try:
            value = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise UnreadableError(
                f"{path} cannot be read ({error}); it is a file that 'seedscape run' writes"
            ) from error
        if not isinstance(value, dict):
            raise UnreadableError(f"{path} holds no JSON object; it is a file that 'seedscape run' writes")
        return value


def mapping(value: object) -> Mapping[str, Any]:
    """A JSON object; empty for anything else."""
    return value if isinstance(value, dict) else {}


def _hexadecimal(identity: object) -> str:
    """The beginning of a unit's identity, as names of files have it; what no file has for anything else."""
    prefix = str(identity)[:8]
    return prefix if re.fullmatch("[0-9a-f]{8}", prefix) else "none"


_Item = TypeVar("_Item", Curve, Surface)
_METRICS = ("accuracy", "f1", "matthews", "pearson", "spearman")


def _named(items: list[_Item], name: str, path: Path, kind: str) -> _Item:
    for item in items:
        if item.name == name:
            return item
    raise UnknownNameError(f"{path} has no {kind} {name!r}, expected one of {_some([item.name for item in items])}")


def _some(names: Any) -> str:
    names = list(dict.fromkeys(names))
    return (
        ", ".join(map(repr, names[:8])) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    ) or "none at all"
