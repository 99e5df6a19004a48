from __future__ import annotations

import json
import os
import shutil
import socket
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import seedscape
from seedscape import NoRunError, UnknownNameError, UnreadableError

PLANE = "MRPC-s0 x SST-2-s0"


def test_a_folder_that_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(NoRunError, match="holds no run"):
        seedscape.open(tmp_path)


def test_facts(run: seedscape.Run) -> None:
    assert (run.name, run.layers, run.is_live, run.is_finished) == ("minute", 2, False, False)
    assert run.record["program"] == "seedscape 0.1.0"
    assert run.sweep.startswith("# A whole sweep")
    assert "1 failed" in repr(run)


def test_surface(run: seedscape.Run) -> None:
    surface = run.surface(PLANE)
    assert surface.alpha.tolist() == [-1, -0.5, 0, 0.5, 1, 1.5, 2]
    assert surface.beta.tolist() == [-1, -0.5, 0, 0.5, 1]
    loss = surface.values["training_loss"]
    assert loss.shape == surface.status.shape == (7, 5)
    # The grid contains theta0 and theta1: their losses are those of the exact points.
    exact = surface.exact.set_index("point")
    assert exact.loc["theta0", "training_loss"] == loss[2, 2] and exact.loc["theta1", "training_loss"] == loss[4, 2]
    scale = run.table("axes").set_index("surface").loc[PLANE, "scale"]
    assert exact.loc["theta2", "beta"] == pytest.approx(1 / scale) and exact.loc["theta2", "alpha"] == 0
    assert (surface.kind, surface.cell, surface.other, surface.file_stem) == (
        "models",
        "MRPC-s0",
        "SST-2-s0",
        "surface-1-MRPC-s0-x-SST-2-s0",
    )


def test_rows_in_another_order_are_the_same_surface(fresh: Path) -> None:
    whole = seedscape.open(fresh).surface(PLANE)
    path = fresh / "exports/surfaces.csv"
    header, *rows = path.read_text().splitlines()
    path.write_text("\n".join([header, *sorted(rows, key=hash)]) + "\n")
    mixed = seedscape.open(fresh).surface(PLANE)
    np.testing.assert_array_equal(whole.alpha, mixed.alpha)
    np.testing.assert_array_equal(whole.values["dev_loss"], mixed.values["dev_loss"])


def test_missing_and_not_finite_points(run: seedscape.Run) -> None:
    surface = run.surface("MRPC-scratch-s0 x SST-2-scratch-s0")
    loss = surface.values["training_loss"]
    assert np.isnan(loss[surface.status == "missing"]).all() and (surface.status == "missing").sum() == 2
    assert np.isposinf(loss[surface.status == "not finite"]).all() and (surface.status == "not finite").sum() == 2
    assert np.isfinite(loss[surface.status == "done"]).all()


def test_kinds_of_surfaces(run: seedscape.Run) -> None:
    kinds = {surface.name: (surface.kind, surface.group, surface.base_name) for surface in run.surfaces}
    assert kinds["MRPC-s0 random 0 x 1 (filter)"] == ("random", "all", "MRPC-s0 random 0 x 1 (filter)")
    assert kinds["MRPC-s0 trajectory plane"][0] == "trajectory"
    assert kinds[f"{PLANE} (low, rest at theta1)"] == ("models", "low", PLANE)


def test_curves(run: seedscape.Run) -> None:
    kinds = [curve.kind for curve in run.curves]
    assert {kind: kinds.count(kind) for kind in kinds} == {"fine-tuning": 8, "models": 4, "random": 8}
    curve = run.curve("MRPC-s0 curve")
    assert curve.alpha.shape == curve.values["dev_error"].shape == (13,)
    assert curve.exact["point"].tolist() == ["theta0", "theta1"]
    assert curve.length == pytest.approx(4.0054, abs=1e-4)


def test_path_on_a_surface(run: seedscape.Run) -> None:
    path = run.path_on(run.surface(PLANE))
    assert path["step"].tolist() == [0, 30, 60, 90, 120, 150]
    assert (path["alpha"].iloc[-1], path["beta"].iloc[-1]) == (1, 0)
    assert run.path_on(run.surface("MRPC-s0 trajectory plane"))["alpha"].iloc[-1] == 0
    assert len(run.path_on(run.surface("MRPC-s0 random 0 x 1 (filter)"))) == 0
    assert len(run.path_on(run.surface(f"{PLANE} (low, rest at theta1)"))) == 0


def test_metrics(run: seedscape.Run) -> None:
    metrics = run.metrics
    main = metrics[metrics["is_main"]]
    assert len(main) == 18 and set(main["metric"]) == {"accuracy"}
    assert main["baseline"].eq(0.5).all()
    assert metrics.loc[metrics["metric"] == "f1", "task"].eq("MRPC").all()
    assert main.loc[main["degenerate"].astype(bool), "cell"].tolist() == ["MRPC-s2"]


def test_matrix(run: seedscape.Run) -> None:
    matrix = run.matrix("MRPC seeds on mrpc-dev", 2)
    assert list(matrix) == ["theta0", "MRPC-s0", "MRPC-s1", "MRPC-s2"]
    np.testing.assert_array_equal(matrix, matrix.T)
    assert np.diag(matrix).tolist() == [0, 0, 0, 0]
    row = run.similarities.query(
        "comparison == 'MRPC seeds on mrpc-dev' and layer == 2 and measure == 'svcca' and a == 'MRPC-s0' and b == 'MRPC-s2'"
    )
    assert matrix.loc["MRPC-s2", "MRPC-s0"] == row["distance"].iloc[0]
    assert run.matrix("MRPC seeds on mrpc-dev", 9).isna().all(axis=None)


def test_distances_of_attention(run: seedscape.Run) -> None:
    rows = run.distances("MRPC seeds on mrpc-dev", "attention_js")
    assert len(rows) == 2 * 6 and rows["distance"].between(0, np.log(2)).all()


def test_unknown_names(run: seedscape.Run) -> None:
    for call in (
        lambda: run.surface("no"),
        lambda: run.curve("no"),
        lambda: run.table("no"),
        lambda: run.steps("no"),
        lambda: run.distances("no"),
        lambda: run.matrix("MRPC seeds on mrpc-dev", 0, "no"),
    ):
        with pytest.raises(UnknownNameError, match="expected one of"):
            call()


def test_steps(run: seedscape.Run) -> None:
    steps = run.steps("MRPC-s0")
    assert steps["step"].tolist() == list(range(1, 301)) and steps["loss"].iloc[3] == 0.25
    assert len(run.steps("MRPC-s1")) == 0


def test_work(run: seedscape.Run) -> None:
    work = run.work
    assert work["rank"].tolist() == [0, 1, 0, 0, 1] and work["seconds"].sum() == 124.5
    assert pd.api.types.is_datetime64_any_dtype(work["recorded"])


def test_a_ledger_that_is_none(fresh: Path) -> None:
    (fresh / "ledger.sqlite").write_text("not a database, but long enough to be looked at" * 30)
    for table in (fresh / "exports").glob("*.csv"):
        os.utime(table)
    with pytest.raises(UnreadableError, match="cannot be read"):
        seedscape.open(fresh).work


def make_live(path: Path) -> None:
    (path / "lease").write_text(json.dumps({"host": socket.gethostname(), "process": os.getpid()}))
    status = {
        "sweep": "minute",
        "state": "running",
        "time": "2026-01-01T10:00:00Z",
        "secondsLeft": 61.0,
        "counts": {"done": 3, "failed": 0, "blocked": 0, "running": 1, "waiting": 9},
        "running": [{"rank": 1, "since": "2026-01-01T09:59:00Z", "unit": "MRPC-s1 <curve>"}],
    }
    (path / "status.json").write_text(json.dumps(status))


def test_live_with_earlier_tables(fresh: Path) -> None:
    make_live(fresh)
    run = seedscape.open(fresh)
    assert run.is_live and not run.is_finished and "last export" in str(run.remark)
    assert run.status["counts"]["running"] == 1 and len(run.cells) == 18
    # The ledger of a live run is the job's.
    assert len(run.work) == 0


def test_live_without_tables(fresh: Path) -> None:
    make_live(fresh)
    shutil.rmtree(fresh / "exports")
    run = seedscape.open(fresh)
    assert "no tables yet" in str(run.remark)
    assert len(run.cells) == len(run.metrics) == len(run.surfaces) == len(run.curves) == len(run.comparisons) == 0
    assert list(run.trajectories)[:2] == ["trajectory", "cell"]


def test_broken_json(fresh: Path) -> None:
    (fresh / "status.json").write_text("{")
    with pytest.raises(UnreadableError, match="status.json cannot be read"):
        _ = seedscape.open(fresh).status
