"""Draws a run: one page for the browser, figures for papers."""

from __future__ import annotations

import logging
from pathlib import Path

from ..errors import WriteError
from ..run import Run
from . import files, page
from .parts import Failure
from .sections import sections


def write_page(run: Run, path: Path) -> list[Failure]:
    """Writes the page; a reader of the file sees the old one or the new one. Returns what could not be drawn: the page has a box
    with the reason in its place. Raises WriteError."""
    drawn = sections(run)
    # Half of a surrogate pair, which JSON can hold and UTF-8 cannot, is a question mark.
    data = page.render(run, drawn).encode("utf-8", errors="replace")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(path, data)
    except OSError as error:
        raise WriteError(f"{path} cannot be written ({error}); name another place with --output") from error
    return [block for section in drawn for block in section.blocks if isinstance(block, Failure)]


def write_figures(run: Run, folder: Path) -> tuple[list[Path], list[Failure]]:
    """Writes every figure as PDF and PNG into a folder. Returns the files, and what could not be drawn: where a file of that name is
    from an earlier report, it is removed. Raises WriteError."""
    # Without a home it makes do with a temporary folder, and need not say so.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    # Not before it is needed: the page does without it.
    from . import paper

    try:
        return paper.write(run, folder)
    except OSError as error:
        raise WriteError(f"{folder} cannot be written ({error}); name another place with --output") from error
