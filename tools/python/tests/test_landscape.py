"""Names of curves and surfaces, and of their files."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest

from seedscape import tables
from seedscape.landscape import Surface, file_name, read_curves


def surface(name: str, group: str = "all", elsewhere: str = "") -> Surface:
    empty = np.zeros((0, 0))
    return Surface(name, 1, group, elsewhere, "MRPC-s0", empty, {}, empty, pd.DataFrame(), 1.0, empty)


RANGE = ", alpha [-1, 1, 3], beta [-0.5, 1e-05, 3]"


@pytest.mark.parametrize("span", ["", RANGE])
def test_a_range_in_a_name_changes_no_kind(span: str) -> None:
    assert surface(f"MRPC-s0 trajectory plane{span}").kind == "trajectory"
    assert surface(f"MRPC-s0 random 0 x 1 (filter){span}").kind == "random"
    plane = surface(f"MRPC-s0 x SST-2-s0 from MRPC-s0 step 4{span}")
    assert plane.kind == "models" and plane.other == "SST-2-s0"
    part = surface(f"MRPC-s0 x SST-2-s0{span} (low, rest at theta1)", "low", "theta1")
    # Surfaces of one range belong together, whatever their layer group.
    assert part.other == "SST-2-s0" and part.base_name == f"MRPC-s0 x SST-2-s0{span}"


def test_two_ranges_of_a_curve() -> None:
    rows = tables.empty("curves")
    for name, alpha in [("c, alpha [-4, 4, 2]", (-4, 4)), ("c, alpha [-1, 1, 2]", (-1, 1))]:
        for i, value in enumerate(alpha):
            rows.loc[len(rows)] = {"curve": name, "group": "all", "elsewhere": "", "point": "grid", "i": i, "alpha": value}
    curves = read_curves(rows, tables.empty("axes"))
    assert [(curve.name, list(curve.alpha)) for curve in curves] == [
        ("c, alpha [-4, 4, 2]", [-4, 4]),
        ("c, alpha [-1, 1, 2]", [-1, 1]),
    ]


def test_file_names_fit() -> None:
    assert file_name("MRPC-s0 x SST-2-s0 (low, rest at theta1)") == "MRPC-s0-x-SST-2-s0-low-rest-at-theta1"
    assert file_name("n" * 180) == "n" * 180
    long = "n" * 170 + " x " + "m" * 170
    name = file_name(long)
    assert len(name) == 180 and name.endswith("-" + hashlib.sha256(long.encode()).hexdigest()[:8])
    assert name != file_name(long + "m")
