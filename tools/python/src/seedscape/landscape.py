"""Curves and surfaces as arrays."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .errors import UnreadableError
from .tables import GROUP, POINT

Array = np.ndarray
"""[A] over alpha for curves, [A, B] over alpha and beta for surfaces."""


@dataclass(frozen=True, eq=False)
class Landscape:
    """What curves and surfaces share."""

    name: str
    """Such as `MRPC-s0 x SST-2-s0`, `MRPC-s0 curve (low, rest at theta1)`. No other has it: of a curve or surface on two ranges
    it says the range, as in `MRPC-s0 curve, alpha [-0.1, 0.1, 21]`."""
    number: int
    """From 1, in the sweep file's order, curves and surfaces apart: the number in the names of exported files."""
    group: str
    """The parameters that move; `all` for the whole encoder."""
    elsewhere: str
    """Where the others are: `theta0` or `theta1`; "" where all move."""
    cell: str
    """The fine-tuning whose final model is theta1."""
    alpha: Array
    """Coordinates, [A]."""
    values: Mapping[str, Array]
    """`training_loss`, `dev_loss`, `dev_error` and their standard errors, `..._se`. NaN where there is none; what is not
    finite is kept."""
    status: Array
    """`done`, `not finite`, `failed`, `blocked` or `missing`, as text."""
    exact: pd.DataFrame
    """The points that are checkpoints: `point`, `alpha` (and `beta`), `status` and the values."""
    length: float
    """The norm of the first direction, |d1| or |u|; NaN where it is not known."""

    @property
    def base_name(self) -> str:
        """The name without the layer group."""
        suffix = f" ({self.group}, rest at {self.elsewhere})"
        return self.name.removesuffix(suffix) if self.elsewhere else self.name

    @property
    def span(self) -> str:
        """What spans it: the name without layer group and range."""
        return self.base_name.removesuffix(self.range)

    @property
    def range(self) -> str:
        """What the name says of the range, such as `, alpha [-0.1, 0.1, 21]`; "" where the run has it on one range alone."""
        return range_of(self.base_name)

    @property
    def file_stem(self) -> str:
        """The name of its files, such as `surface-1-MRPC-s0-x-SST-2-s0`."""
        kind = "surface" if isinstance(self, Surface) else "curve"
        return f"{kind}-{self.number}-{file_name(self.name)}"


@dataclass(frozen=True, eq=False)
class Curve(Landscape):
    """The loss along a line; arrays are [A]."""

    start: str
    """The model at alpha 0: `theta0`, a cell, or a snapshot of one. The cell itself along a random direction."""

    @property
    def kind(self) -> str:
        """`fine-tuning` from theta0 through the final model, `random` along a random direction, `models` between others."""
        return "fine-tuning" if self.start == "theta0" else "random" if self.start == self.cell else "models"


@dataclass(frozen=True, eq=False)
class Surface(Landscape):
    """The loss on a plane; arrays are [A, B]."""

    beta: Array
    """Coordinates, [B]."""

    @property
    def kind(self) -> str:
        """`random`, `trajectory`, or `models` for a plane through three models."""
        span = self.span
        if span == f"{self.cell} trajectory plane":
            return "trajectory"
        return "random" if span.startswith(f"{self.cell} random ") else "models"

    @property
    def other(self) -> str:
        """theta2's model; "" where there is none."""
        if self.kind != "models":
            return ""
        return self.span.partition(" x ")[2].partition(" from ")[0]


_RANGE = re.compile(r", alpha \[[^]]*\](, beta \[[^]]*\])?$")
_LONGEST = 180


def range_of(name: str) -> str:
    """What a name without a layer group says of a range; "" where it says nothing."""
    found = _RANGE.search(name)
    return found.group() if found else ""


def file_name(text: str) -> str:
    """A text with each run of characters that file systems may refuse replaced by one `-`, none at an end; of a text that is too
    long the beginning, and the first 8 digits of the SHA-256 of the whole, as the program names its files."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-")
    if len(name) <= _LONGEST:
        return name
    return f"{name[: _LONGEST - 9]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def read_curves(curves: pd.DataFrame, axes: pd.DataFrame) -> list[Curve]:
    """The curves of the tables `curves` and `axes`, in their order."""
    found: list[Curve] = []
    for number, (name, rows) in enumerate(_each(curves, "curve"), 1):
        exact, grid = _split(rows)
        (order,), (alpha,) = _places(grid, "curve", name, {"i": "alpha"})
        values, status = _fill(grid, (order,), alpha.shape)
        first = rows.iloc[0]
        found.append(
            Curve(
                name,
                number,
                str(first["group"]),
                str(first["elsewhere"]),
                str(first["cell"]),
                alpha,
                values,
                status,
                exact.drop(columns="i"),
                _length(axes, name),
                str(first["from"]),
            )
        )
    return found


def read_surfaces(surfaces: pd.DataFrame, axes: pd.DataFrame, agreement: pd.DataFrame) -> list[Surface]:
    """The surfaces of the tables `surfaces`, `axes` and `agreement`, in their order."""
    cells = dict(zip(agreement["surface"], agreement["cell"], strict=True))
    found: list[Surface] = []
    for number, (name, rows) in enumerate(_each(surfaces, "surface"), 1):
        exact, grid = _split(rows)
        (i, j), (alpha, beta) = _places(grid, "surface", name, {"i": "alpha", "j": "beta"})
        values, status = _fill(grid, (i, j), (len(alpha), len(beta)))
        first = rows.iloc[0]
        # The name begins with theta1's, which has no spaces unless it is a snapshot.
        cell = str(cells.get(name, name.split(" ")[0]))
        found.append(
            Surface(
                name,
                number,
                str(first["group"]),
                str(first["elsewhere"]),
                cell,
                alpha,
                values,
                status,
                exact.drop(columns=["i", "j"]),
                _length(axes, name),
                beta,
            )
        )
    return found


def _each(table: pd.DataFrame, column: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Rows by name and layer group, in the table's order."""
    for (name, *_), rows in table.groupby([column, *GROUP], sort=False):
        yield str(name), rows


def _split(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    keep = ["point", *(name for name in ("i", "j", "alpha", "beta") if name in rows), "status", *POINT]
    is_grid = (rows["point"] == "grid").to_numpy()
    return rows.loc[~is_grid, keep].reset_index(drop=True), rows.loc[is_grid, keep]


def _places(
    grid: pd.DataFrame, kind: str, name: str, axes: Mapping[str, str]
) -> tuple[list[Array], list[Array]]:
    """Where each row of a grid stands, along each axis, and the axes' coordinates. An index that no row has is no place.

    Raises UnreadableError where a row says no place, or one that another says."""
    indices, coordinates = [], []
    for index, column in axes.items():
        if grid[index].isna().any() or not np.isfinite(grid[column]).all():
            raise UnreadableError(
                f"{kind}s.csv has a grid point of {name!r} without {index} or {column}; write it again with 'seedscape export'"
            )
        _, first, places = np.unique(grid[index].to_numpy(int), return_index=True, return_inverse=True)
        indices.append(places)
        coordinates.append(grid[column].to_numpy(float)[first])
    if grid.duplicated(list(axes)).any():
        raise UnreadableError(
            f"{kind}s.csv has a grid point of {name!r} twice; give its entries different names, or write it again with "
            "'seedscape export'"
        )
    return indices, coordinates


def _fill(grid: pd.DataFrame, place: tuple[Array, ...], shape: tuple[int, ...]) -> tuple[dict[str, Array], Array]:
    values = {}
    for name in POINT:
        array = np.full(shape, np.nan)
        array[place] = grid[name].to_numpy(float)
        values[name] = array
    status = np.full(shape, "missing", dtype="<U10")
    status[place] = grid["status"].to_numpy(str)
    return values, status


def _length(axes: pd.DataFrame, name: str) -> float:
    rows = axes.loc[axes["surface"] == name, "length1"]
    return float(rows.iloc[0]) if len(rows) else float("nan")
