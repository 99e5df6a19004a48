"""Figures for papers: PDF with outlines of letters that a printer has, and PNG of 300 dots per inch. The same run gives the same
bytes."""

from __future__ import annotations

import contextlib
import hashlib
import io
import math
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from ...run import Run
from .. import files
from ..parts import Failure, attempt
from .comparisons import attention, features, matrices
from .draw import MOST_LETTERS, SETTINGS, Drawing, fold_titles, short
from .finetuning import epochs, metrics
from .lines import barriers, curves, random
from .optima import curvature, flatness, rollback
from .planes import surfaces
from .trajectories import path_losses, paths


MOST_BYTES = 200
"""Of a file's name without extension: file systems take 255, with what is needed while it is written."""
FARTHEST = 8e307
"""An end of an axis: twice as much still is a number."""

FORMATS = {"pdf": {"CreationDate": None, "Creator": "seedscape"}, "png": {"Software": "seedscape"}}


def write(run: Run, folder: Path) -> tuple[list[Path], list[Failure]]:
    """Draws every figure into a folder, which is made. Returns the files, and what could not be drawn. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written, failures = [], []
    with settings():
        for stem, draw in drawings(run):
            figure = draw if isinstance(draw, Failure) else attempt(f"figures/{stem}", partial(drawn, draw))
            if isinstance(figure, Failure):
                failures.append(figure)
            for suffix in FORMATS:
                path = folder / f"{stem}.{suffix}"
                if not isinstance(figure, Failure):
                    data = attempt(f"figures/{path.name}", partial(saved, figure, suffix))
                    if isinstance(data, bytes):
                        files.write(path, data)
                        written.append(path)
                        continue
                    failures.append(data)
                # That of an earlier report would pass for this one's.
                path.unlink(missing_ok=True)
    return written, failures


@contextlib.contextmanager
def settings() -> Iterator[None]:
    """Those of all figures, and nothing of a user's own file."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield


def drawn(draw: Callable[[], Figure]) -> Figure:
    """A figure whose texts are what they say, and short enough. To be called within `settings`."""
    figure = draw()
    FigureCanvasAgg(figure)
    # All texts that are there now have names in them; those of a logarithmic axis, which are formulas, come later.
    for text in figure.findobj(Text):
        whole = text.get_text()
        text.set_parse_math("$" not in whole)
        if len(whole) > MOST_LETTERS:
            text.set_text(short(whole))
    fold_titles(figure)
    for axes in figure.axes:
        # What is between the ends of an axis has to be a number.
        for ends, put in ((axes.get_xlim(), axes.set_xlim), (axes.get_ylim(), axes.set_ylim)):
            if not math.isfinite(ends[1] - ends[0]):
                put(max(ends[0], -FARTHEST), min(ends[1], FARTHEST))
    return figure


def saved(figure: Figure, suffix: str) -> bytes:
    """A figure's file. To be called within `settings`."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format=suffix, metadata=FORMATS[suffix])
    # The second file has the first one's layout, which takes long to find.
    figure.set_layout_engine("none")
    return buffer.getvalue()


def _all(part: Callable[[Run], Iterator[Drawing]], run: Run) -> list[Drawing]:
    return list(part(run))


PARTS = (
    *(metrics, epochs, curves, random, barriers, surfaces, paths, path_losses, flatness, curvature, rollback),
    *(attention, features, matrices),
)
"""The kinds of figures; each finds those that the run has data for."""


def drawings(run: Run) -> Iterator[tuple[str, Callable[[], Figure] | Failure]]:
    """All figures that the run has data for, with the names of their files: no two alike, whatever the names in the run are, also
    where a file system takes capitals and small letters for the same. A failure where a kind of figure cannot be looked for."""
    taken: set[str] = set()
    for part in PARTS:
        name = part.__name__
        found = attempt(f"figures/{name}", partial(_all, part, run))
        for stem, draw in [(name, found)] if isinstance(found, Failure) else found:
            if len(stem) > MOST_BYTES:
                stem = f"{stem[: MOST_BYTES - 9]}-{hashlib.sha256(stem.encode()).hexdigest()[:8]}"
            number, wanted = 1, stem
            while stem.lower() in taken:
                number += 1
                stem = f"{wanted}-{number}"
            taken.add(stem.lower())
            yield stem, draw
