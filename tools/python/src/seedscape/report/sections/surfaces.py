"""Loss surfaces: to turn, as contours, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...landscape import Surface
from ...run import Run
from ...tables import VALUES
from .. import style, traces
from ..blocks import Figure, Panel, Section, Select, Table, compose, plain
from .planes import aspect, contour, flat_layout, known_surfaces, pin_top, shows, standing, titled


def section(run: Run) -> Section:
    """All surfaces of a run."""
    return compose(
        "surfaces",
        "Loss surfaces",
        "<p>The loss on a plane: f(α, β) = J(θ₀ + α d₁ + β s d₂), with d₁ = θ₁ − θ₀ from the fine-tuning on the task that is evaluated, d₂ = θ₂ − "
        "θ₀ from that on another task, and s = |d₁| / |d₂|, so that both axes have one unit of length. θ₀ is (0, 0), θ₁ is (1, 0), θ₂ is (0, "
        "1/s); these three are evaluated exactly. Planes along random directions, and along a trajectory’s principal directions, have θ₁ "
        "at (0, 0).</p><p>[LL] claims that pre-training gives a good initial point with a wide basin, and that the surface of the "
        "generalisation error agrees with that of the training loss. A plane is two directions of millions; d₁ and d₂ are not at right "
        "angles in general (the cosine is in <code>axes.csv</code>), but are drawn so.</p>",
        ("a surface to turn", lambda: _turning(run, known_surfaces(run))),
        ("contours", lambda: _contours(run, known_surfaces(run))),
        ("training loss against dev loss and dev error", lambda: _agreement(run, known_surfaces(run))),
        ("scratch against pre-trained", lambda: _starts(run, known_surfaces(run))),
        ("by layer group", lambda: _groups(run, known_surfaces(run))),
        ("agreement of training and generalisation", lambda: _correlations(run, known_surfaces(run))),
    )


def _correlations(run: Run, surfaces: list[Surface]) -> Table | None:
    agreement = run.table("agreement")
    shown = agreement[agreement["surface"].isin([surface.name for surface in surfaces])]
    if not surfaces or len(agreement) == 0:
        return None
    return Table(
        "agreement",
        "Agreement of training and generalisation",
        "<p>Spearman’s rank correlation of the training loss with dev loss and dev error over the grid’s finite points. 1: both surfaces "
        "order all points alike. On a wide range almost any surface agrees with itself, as far points are bad on both sets.</p>",
        shown[["surface", "points", "spearman_dev_loss", "spearman_dev_error"]].rename(
            columns={"spearman_dev_loss": "ρ with dev loss", "spearman_dev_error": "ρ with dev error"}
        ),
    )


def _values(surfaces: Sequence[Surface], name: str) -> np.ndarray:
    return np.concatenate([surface.values[name].ravel() for surface in surfaces])


_VALUE = [style.word(name) for name in VALUES]


def _turning(run: Run, surfaces: list[Surface]) -> Figure:
    views: dict[tuple[int, ...], list[Panel]] = {}
    for s, surface in enumerate(surfaces):
        for v, name in enumerate(VALUES):
            if np.isfinite(surface.values[name]).any():
                views[(s, v)] = [standing(run, surface, name, traces.Scale(surface.values[name], name))]
    return Figure(
        "surface-3d",
        "A surface to turn",
        "<p>Drag to turn, pinch to come nearer; or use the buttons. Pins: the exact points θ₀ (start), θ₁ (fine-tuned on the task), θ₂ "
        "(fine-tuned on the other task); a pin stands on the surface and reaches above it, as a hill may hide its foot. Orange: "
        "the fine-tuning’s snapshots at their nearest points of the plane, at the plane’s loss there. α leads to θ₁, β to θ₂. Where the scale is logarithmic, its title says so. Holes are points that are missing; small diamonds at the top are "
        "losses that are not finite.</p>",
        views,
        [Select("Surface", [s.name for s in surfaces], "surface", [s.name for s in surfaces]), Select("Value", _VALUE)],
        "surfaces",
        560,
        700,
    )


def _contours(run: Run, surfaces: list[Surface]) -> Figure:
    views: dict[tuple[int, ...], list[Panel]] = {}
    for s, surface in enumerate(surfaces):
        for v, name in enumerate(VALUES):
            if shows(surface, name):
                scale = traces.Scale(surface.values[name], name)
                views[(s, v)] = [
                    Panel(contour(run, surface, name, scale), flat_layout(surface), titled(run, surface), aspect=aspect(surface))
                ]
    return Figure(
        "surface-contour",
        "Contours, with the fine-tuning’s path",
        "<p>The same surfaces from above. Circle, star and square: θ₀, θ₁, θ₂, exact. White line: the path of the fine-tuning, each snapshot at its "
        "nearest point of the plane. Open symbols and a dotted line: more than a tenth of the snapshot’s way from θ₀ lies off the plane, and "
        "its loss is not the colour below it (see the section on paths); the title says how far. Blank: missing; ×: not finite.</p>",
        views,
        [Select("Surface", [s.name for s in surfaces], "surface", [s.name for s in surfaces]), Select("Value", _VALUE)],
        "surfaces",
        520,
        700,
    )


def _agreement(run: Run, surfaces: list[Surface]) -> Figure:
    views: dict[tuple[int, ...], list[Panel]] = {}
    for s, surface in enumerate(surfaces):
        panels = []
        for name in VALUES:
            if shows(surface, name):
                scale = traces.Scale(surface.values[name], name)
                panels.append(
                    Panel(
                        contour(run, surface, name, scale, path=False),
                        flat_layout(surface),
                        style.word(name),
                        aspect=aspect(surface),
                    )
                )
        if panels:
            views[(s,)] = panels
    return Figure(
        "surface-errors",
        "Training loss against dev loss and dev error",
        "<p>[LL]: the surface of the generalisation error agrees with that of the training loss, so what is flat in training is flat on "
        "new data. Compare where the valleys lie and how wide they are; the table below has the rank correlations. Each panel has its own "
        "scale.</p>",
        views,
        [Select("Surface", [s.name for s in surfaces], "surface", [s.name for s in surfaces])],
        "surfaces",
        380,
        360,
    )


def partners(run: Run, surfaces: list[Surface]) -> list[tuple[Surface, Surface]]:
    """Surfaces of a pre-trained start with those of the same task, seed and directions from scratch."""
    cells = run.cells
    if len(cells) == 0:
        return []
    key = ["task", "variant", "head_seed", "order_seed"]
    scratch = {tuple(row[key]): str(row["cell"]) for _, row in cells[cells["initialisation"] == "scratch"].iterrows()}
    renamed = {
        str(row["cell"]): scratch[tuple(row[key])]
        for _, row in cells[cells["initialisation"] == "pretrained"].iterrows()
        if tuple(row[key]) in scratch
    }
    by_name = {surface.name: surface for surface in surfaces}
    pairs = []
    for surface in surfaces:
        if surface.cell not in renamed:
            continue
        name = renamed[surface.cell] + surface.name.removeprefix(surface.cell)
        if surface.other and surface.other in renamed:
            name = name.replace(f" x {surface.other}", f" x {renamed[surface.other]}")
        if name in by_name:
            pairs.append((surface, by_name[name]))
    return pairs


def _starts(run: Run, surfaces: list[Surface]) -> Figure | None:
    pairs = partners(run, surfaces)
    if not pairs:
        return None
    views: dict[tuple[int, ...], list[Panel]] = {}
    for p, pair in enumerate(pairs):
        for v, name in enumerate(VALUES):
            values = _values(pair, name)
            if not np.isfinite(values).any():
                continue
            # One scale for both, or the colours would not compare.
            scale = traces.Scale(values, name)
            titles = [
                titled(run, surface, f"{word}: {surface.name}, |d₁| = {style.number(surface.length, 3)}")
                for word, surface in zip(("pre-trained", "from scratch"), pair, strict=True)
            ]
            views[(p, v, 0)] = [
                Panel(contour(run, surface, name, scale), flat_layout(surface), title, aspect=aspect(surface))
                for surface, title in zip(pair, titles, strict=True)
            ]
            standings = [standing(run, surface, name, scale) for surface in pair]
            views[(p, v, 1)] = [
                Panel(panel.traces, _same_height(panel.layout, scale), title, is_3d=True)
                for panel, title in zip(standings, titles, strict=True)
            ]
    return Figure(
        "surface-starts",
        "Scratch against pre-trained, side by side",
        "<p>One colour scale for both. [LL]: from a pre-trained start the basin around θ₁ is wider, and its slope leads there from θ₀. Mind the unit: "
        "each plane is in units of its own |d₁|, which the titles give.</p>",
        views,
        [
            Select("Surface", [pair[0].name for pair in pairs], "surface", [[s.name for s in pair] for pair in pairs]),
            Select("Value", _VALUE),
            Select("Drawn as", ["contours", "3-D"]),
        ],
        "surfaces",
        430,
        420,
    )


def _same_height(layout: dict[str, Any], scale: traces.Scale) -> dict[str, Any]:
    scene = {**layout["scene"], "zaxis": {**layout["scene"]["zaxis"], "range": [plain(scale.low), plain(pin_top(scale))]}}
    return {**layout, "scene": scene}


def _group_title(surface: Surface) -> str:
    return surface.group + (f", rest at {'θ₀' if surface.elsewhere == 'theta0' else 'θ₁'}" if surface.elsewhere else "")


def _groups(run: Run, surfaces: list[Surface]) -> Figure | None:
    families: dict[str, list[Surface]] = {}
    for surface in surfaces:
        families.setdefault(surface.base_name, []).append(surface)
    families = {name: family for name, family in families.items() if any(s.group != "all" for s in family)}
    if not families:
        return None
    views: dict[tuple[int, ...], list[Panel]] = {}
    for f, family in enumerate(families.values()):
        for v, name in enumerate(VALUES):
            values = _values(family, name)
            if not np.isfinite(values).any():
                continue
            scale = traces.Scale(values, name)
            views[(f, v)] = [
                Panel(contour(run, s, name, scale), flat_layout(s), _group_title(s), aspect=aspect(s)) for s in family
            ]
    return Figure(
        "surface-groups",
        "By layer group",
        "<p>Only the layers that a panel names move along d₁ and d₂; the others stay. One colour scale for all panels. [LL]: the lower "
        "the layers, the flatter the surface and the less the task depends on what they learned.</p>",
        views,
        [
            Select("Surface", list(families), "surface", [[s.name for s in family] for family in families.values()]),
            Select("Value", _VALUE),
        ],
        "surfaces",
        360,
        340,
    )
