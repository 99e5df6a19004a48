"""Draws a run: one page for the browser, figures for papers."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from ..errors import SeedscapeError
from ..run import Run
from . import page, paper
from .sections import sections


class WriteError(SeedscapeError):
    """A report that cannot be written."""

    exit_code = 74


def write_page(run: Run, path: Path) -> None:
    """Writes the page; a reader of the file sees the old one or the new one. Raises WriteError."""
    text = page.render(run, sections(run))
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, "utf-8", newline="\n")
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise WriteError(f"{path} cannot be written ({error}); name another place with --output") from error


def write_figures(run: Run, folder: Path) -> list[Path]:
    """Writes every figure as PDF and PNG into a folder. Returns the files. Raises WriteError."""
    try:
        return paper.write(run, folder)
    except OSError as error:
        raise WriteError(f"{folder} cannot be written ({error}); name another place with --output") from error
