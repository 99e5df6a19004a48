"""The Swift program, which writes a run's tables."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .errors import ExportError


def find() -> Path | None:
    """The program: the environment's SEEDSCAPE, else `seedscape` on PATH, else the build of the checkout that this
    package or its environment lies in; None where there is none.

    Raises ExportError where SEEDSCAPE names no program.
    """
    if named := os.environ.get("SEEDSCAPE"):
        found = shutil.which(named)
        if found is None:
            raise ExportError(
                f"SEEDSCAPE is {named!r}, expected the path of the program seedscape; correct or unset it"
            )
        return Path(found)
    if found := shutil.which("seedscape"):
        return Path(found)
    for folder in Path(__file__).resolve().parents:
        program = folder / ".build/release/seedscape"
        if os.access(program, os.X_OK) and program.is_file():
            return program
    return None


def export(program: Path, run: Path, output: Path | None = None) -> None:
    """Has the program write the tables of a run directory, into a folder of their own if one is named. Raises ExportError with
    what it said."""
    # What begins with a dash is a directory all the same.
    place = f"./{run}" if str(run).startswith("-") else str(run)
    command = [str(program), "export", place, *(["--output", str(output)] if output else [])]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    except OSError as error:
        raise ExportError(f"{program} cannot be started ({error}); build it with tools/build") from error
    if done.returncode != 0:
        said = done.stderr.strip() or done.stdout.strip() or "nothing"
        raise ExportError(f"'{' '.join(command)}' ended with status {done.returncode} and said: {' '.join(said.split())}")


def bring_up_to_date(run: Path, is_read_only: bool = False) -> tuple[Path | None, str | None]:
    """Writes the tables anew where they are missing or older than the ledger: into the run directory, or into a temporary folder
    where that is not to be or cannot be written.

    Returns the temporary folder, if there is one, which the caller removes, and a remark where the tables may be out of date and there is no way to
    renew them. Raises ExportError where there are no tables and no way to get them.
    """
    exports, ledger = run / "exports", run / "ledger.sqlite"
    tables = sorted(exports.glob("*.csv"))
    if not ledger.is_file():
        return None, None if tables else f"{run} has no ledger.sqlite: nothing was recorded in it yet"
    if tables and min(table.stat().st_mtime_ns for table in tables) >= ledger.stat().st_mtime_ns:
        return None, None
    program = find()
    if program is not None:
        if not is_read_only and os.access(exports if exports.exists() else run, os.W_OK):
            export(program, run)
            return None, None
        elsewhere = Path(tempfile.mkdtemp(prefix="seedscape-tables-"))
        try:
            export(program, run, elsewhere)
        except ExportError as error:
            shutil.rmtree(elsewhere, ignore_errors=True)
            if not tables:
                raise
            return None, f"the tables in {exports} are older than the run, and could not be renewed: {error}"
        return elsewhere, None
    if tables:
        return None, (
            f"the tables in {exports} are older than the run, and no program seedscape was found to renew them; "
            f"run 'seedscape export {run}', or name the program in SEEDSCAPE"
        )
    raise ExportError(
        f"{exports} holds no tables, and no program seedscape was found to write them; run 'seedscape export {run}', put "
        "the program on PATH, or name it in SEEDSCAPE"
    )
