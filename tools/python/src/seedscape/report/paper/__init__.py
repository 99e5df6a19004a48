"""Figures for papers: PDF with outlines of letters that a printer has, and PNG of 300 dots per inch. The same run gives the same
bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg

from ...run import Run
from .comparisons import attention, features, matrices
from .draw import SETTINGS, Drawing
from .finetuning import curves, epochs, flatness, metrics, paths, rollback
from .planes import surfaces


def write(run: Run, folder: Path) -> list[Path]:
    """Draws every figure into a folder, which is made. Returns the files. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with matplotlib.rc_context(SETTINGS):
        for stem, draw in drawings(run):
            figure = draw()
            FigureCanvasAgg(figure)
            for suffix, metadata in (
                ("pdf", {"CreationDate": None, "Creator": "seedscape"}),
                ("png", {"Software": "seedscape"}),
            ):
                path = folder / f"{stem}.{suffix}"
                figure.savefig(path, format=suffix, metadata=metadata)
                # The second file has the first one's layout, which takes long to find.
                figure.set_layout_engine("none")
                written.append(path)
    return written


def drawings(run: Run) -> Iterator[Drawing]:
    """All figures that the run has data for."""
    for part in (metrics, epochs, curves, surfaces, paths, flatness, rollback, attention, features, matrices):
        yield from part(run)
