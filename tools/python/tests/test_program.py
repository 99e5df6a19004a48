from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import seedscape
from seedscape import ExportError, program


def make_program(folder: Path, script: str) -> Path:
    path = folder / "seedscape"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def make_stale(run: Path) -> None:
    os.utime(run / "exports/units.csv", (1, 1))


def test_fresh_tables_are_left(fresh: Path) -> None:
    assert seedscape.open(fresh).remark is None


def test_stale_tables_are_renewed(fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_stale(fresh)
    monkeypatch.setenv(
        "SEEDSCAPE", str(make_program(tmp_path, f'[ "$1 $2" = "export {fresh}" ] && touch "$2"/exports/*.csv'))
    )
    assert seedscape.open(fresh).remark is None
    assert (fresh / "exports/units.csv").stat().st_mtime > 1


def test_stale_tables_without_a_program(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_stale(fresh)
    monkeypatch.setattr(program, "find", lambda: None)
    run = seedscape.open(fresh)
    assert run.remark is not None and "older than the run" in run.remark
    assert len(run.cells) == 18


def test_no_tables_and_no_program(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(fresh / "exports")
    monkeypatch.setattr(program, "find", lambda: None)
    with pytest.raises(ExportError, match="run 'seedscape export"):
        seedscape.open(fresh)


def test_a_program_that_fails(fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_stale(fresh)
    monkeypatch.setenv("SEEDSCAPE", str(make_program(tmp_path, "echo the disk is full >&2; exit 74")))
    with pytest.raises(ExportError, match="ended with status 74 and said: the disk is full"):
        seedscape.open(fresh)


def test_a_program_that_is_not_there(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_stale(fresh)
    monkeypatch.setenv("SEEDSCAPE", "/nowhere/seedscape")
    with pytest.raises(ExportError, match="SEEDSCAPE is '/nowhere/seedscape'"):
        seedscape.open(fresh)


def test_the_program_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_program(tmp_path, "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program.find() == made
