"""The page's sections, in order."""

from __future__ import annotations

from ...run import Run
from ..blocks import Section
from . import attention, cells, consistency, curves, features, flatness, making, overview, paths, rollback, surfaces


def sections(run: Run) -> list[Section]:
    """All sections; one without blocks has no data in this run."""
    return [
        overview.section(run),
        cells.results(run),
        cells.learning(run),
        curves.section(run),
        surfaces.section(run),
        paths.section(run),
        flatness.section(run),
        rollback.section(run),
        attention.section(run),
        features.section(run),
        consistency.section(run),
        making.intervals(run),
        making.timeline(run),
        making.failures(run),
        making.made(run),
    ]
