"""Loss surfaces: to turn, as contours, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ...landscape import Surface
from ...run import Run
from ...tables import VALUES
from .. import style, traces
from ..blocks import Figure, Panel, Section, Select, Table, Trace, compose, plain

_EXACT = {"theta0": ("circle", "#fff"), "theta1": ("star", "#fff"), "theta2": ("square", "#fff")}


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


def known_surfaces(run: Run) -> list[Surface]:
    """Those that have a point that was evaluated."""
    return [surface for surface in run.surfaces if np.isin(surface.status, ["done", "not finite"]).any()]


def shows(surface: Surface, name: str) -> bool:
    """Whether a map of a value has anything to show: a number, or a point whose number is not finite."""
    return bool(np.isfinite(surface.values[name]).any()) or len(bad_points(surface, name)[0]) > 0


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


_SIGNS = {"theta0": "θ₀", "theta1": "θ₁", "theta2": "θ₂"}


def sign(point: object) -> str:
    """A checkpoint's name in a plot."""
    return _SIGNS.get(str(point), str(point))


def axis_titles(surface: Surface) -> tuple[str, str]:
    if surface.kind == "models":
        other = surface.other.partition("-")[0] or surface.other
        return f"α (towards {surface.cell})", f"β (towards {surface.other or other})"
    if surface.kind == "trajectory":
        return "first principal direction, in |d₁|", "second principal direction, in |d₁|"
    return "α, in |weights|", "β, in |weights|"


def bad_points(surface: Surface, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Where the value is not finite."""
    i, j = np.nonzero((surface.status == "not finite") & ~np.isfinite(surface.values[name]))
    return surface.alpha[i], surface.beta[j]


def contour(
    run: Run,
    surface: Surface,
    name: str,
    scale: traces.Scale,
    *,
    bar: bool = True,
    path: bool = True,
    names: bool = True,
) -> list[Trace]:
    """A filled contour, with the path, the exact points and the points that are not finite."""
    values = surface.values[name].T
    placed = scale.place(values)
    step = (scale.high - scale.low) / 16
    hover = "%{z:.4g}" if scale.is_plain else "%{customdata:.4g}"
    drawn: list[Trace] = [
        {
            "type": "contour",
            "x": plain(surface.alpha),
            "y": plain(surface.beta),
            "z": plain(placed),
            "zmin": plain(scale.low),
            "zmax": plain(scale.high),
            "colorscale": style.LANDSCAPE,
            "connectgaps": False,
            "showscale": bar,
            "contours": {"start": plain(scale.low), "end": plain(scale.high), "size": plain(step)},
            "line": {"width": 0.5, "color": "rgba(255,255,255,0.55)"},
            "colorbar": traces.colour_bar(scale.title, **scale.ticks),
            "hovertemplate": f"α %{{x:.3g}}, β %{{y:.3g}}<br>{style.word(name)} {hover}<extra></extra>",
            **({} if scale.is_plain else {"customdata": plain(values)}),
        }
    ]
    steps = run.path_on(surface) if path else pd.DataFrame()
    if len(steps):
        residual = steps["residual"]
        texts = [
            f"step {step:.0f}"
            + (f", {100 * part:.0f} % of its way from θ₀ is off the plane" if np.isfinite(part) and part > 0 else "")
            for step, part in zip(steps["step"], residual, strict=True)
        ]
        drawn.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": plain(steps["alpha"]),
                "y": plain(steps["beta"]),
                "text": texts,
                "hovertemplate": "%{text}<extra></extra>",
                "name": "path of the fine-tuning",
                "line": {"color": "#fff", "width": 2.5},
                "marker": {"size": 6, "color": "#fff", "line": {"width": 1, "color": "#000"}},
                "showlegend": False,
            }
        )
    for point in surface.exact.to_dict("records"):
        if not (np.isfinite(point["alpha"]) and np.isfinite(point["beta"])):
            continue
        symbol, fill = _EXACT.get(str(point["point"]), ("circle", "#fff"))
        drawn.append(
            {
                "type": "scatter",
                "mode": "markers+text" if names else "markers",
                "x": [plain(point["alpha"])],
                "y": [plain(point["beta"])],
                "text": [sign(point["point"])],
                "textposition": "top right",
                "textfont": {"color": "#fff", "size": 14, "shadow": "1px 1px 2px #000, -1px -1px 2px #000"},
                "marker": {"symbol": symbol, "size": 12, "color": fill, "line": {"width": 1.5, "color": "#000"}},
                "hovertemplate": f"{style.word(str(point['point']))}: {style.word(name)} {style.number(point[name])}, exact"
                "<extra></extra>",
                "showlegend": False,
                "cliponaxis": False,
            }
        )
    drawn += _marked(surface, name)
    return drawn


def _marked(surface: Surface, name: str) -> list[Trace]:
    x, y = bad_points(surface, name)
    if len(x) == 0:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": plain(x),
            "y": plain(y),
            "showlegend": False,
            "name": "not finite",
            "marker": {"symbol": "x-thin-open", "size": 7, "color": "#000", "line": {"width": 2, "color": "#000"}},
            "hovertemplate": "α %{x:.3g}, β %{y:.3g}: not finite<extra></extra>",
        }
    ]


def flat_layout(surface: Surface, **more: Any) -> dict[str, Any]:
    """The layout of a contour: the window of the grid, one unit as long on both axes."""
    x, y = axis_titles(surface)
    return {
        "xaxis": traces.axis(
            x,
            range=[plain(surface.alpha.min()), plain(surface.alpha.max())],
            constrain="domain",
            showgrid=False,
            zeroline=False,
        ),
        "yaxis": traces.axis(
            y,
            range=[plain(surface.beta.min()), plain(surface.beta.max())],
            constrain="domain",
            showgrid=False,
            zeroline=False,
            scaleanchor="x",
        ),
        **more,
    }


def aspect(surface: Surface) -> float:
    """Height / width of the grid."""
    return float(np.ptp(surface.beta)) / max(float(np.ptp(surface.alpha)), 1e-9)


def _group_title(surface: Surface) -> str:
    return surface.group + (f", rest at {'θ₀' if surface.elsewhere == 'theta0' else 'θ₁'}" if surface.elsewhere else "")


def standing(run: Run, surface: Surface, name: str, scale: traces.Scale, *, bar: bool = True) -> Panel:
    """The surface in three dimensions, to turn."""
    values = surface.values[name].T
    placed = scale.place(values)
    hover = "%{z:.4g}" if scale.is_plain else "%{customdata:.4g}"
    drawn: list[Trace] = [
        {
            "type": "surface",
            "x": plain(surface.alpha),
            "y": plain(surface.beta),
            "z": plain(placed),
            "cmin": plain(scale.low),
            "cmax": plain(scale.high),
            "colorscale": style.LANDSCAPE,
            "showscale": bar,
            "connectgaps": False,
            "colorbar": traces.colour_bar(scale.title, **scale.ticks, x=1.0, len=0.7),
            "contours": {
                "z": {
                    "show": True,
                    "usecolormap": False,
                    "color": "rgba(255,255,255,0.5)",
                    "width": 1,
                    "start": plain(scale.low),
                    "end": plain(scale.high),
                    "size": plain((scale.high - scale.low) / 14),
                }
            },
            "lighting": {"ambient": 0.75, "diffuse": 0.5, "specular": 0.05, "roughness": 0.9},
            "hovertemplate": f"α %{{x:.3g}}, β %{{y:.3g}}<br>{style.word(name)} {hover}<extra></extra>",
            **({} if scale.is_plain else {"customdata": plain(values)}),
        }
    ]
    lift = 0.012 * (scale.high - scale.low)
    path = _path_heights(run, surface, name)
    if path is not None:
        x, y, z = path
        drawn.append(
            {
                "type": "scatter3d",
                "mode": "lines+markers",
                "x": plain(x),
                "y": plain(y),
                "z": plain(scale.place(z) + lift),
                "line": {"color": "#D55E00", "width": 6},
                "marker": {"size": 3, "color": "#D55E00"},
                "showlegend": False,
                "hovertemplate": "path of the fine-tuning<extra></extra>",
            }
        )
    points = [
        p
        for p in surface.exact.to_dict("records")
        if np.isfinite(p["alpha"]) and np.isfinite(p["beta"]) and np.isfinite(p[name])
    ]
    # A point far outside of the grid would shrink it.
    points = [p for p in points if is_inside(surface, p["alpha"], p["beta"])]
    if points:
        drawn.append(
            {
                "type": "scatter3d",
                "mode": "markers+text",
                "x": plain([p["alpha"] for p in points]),
                "y": plain([p["beta"] for p in points]),
                "z": plain(scale.place([p[name] for p in points]) + lift),
                "text": [sign(p["point"]) for p in points],
                "textfont": {"size": 15, "color": "#000"},
                "marker": {"size": 5, "color": "#000"},
                "showlegend": False,
                "customdata": plain([p[name] for p in points]),
                "hovertemplate": "%{text} %{customdata:.4g}, exact<extra></extra>",
            }
        )
    x_title, y_title = axis_titles(surface)
    bad_x, bad_y = bad_points(surface, name)
    if len(bad_x):
        drawn.append(
            {
                "type": "scatter3d",
                "mode": "markers",
                "x": plain(bad_x),
                "y": plain(bad_y),
                "z": [plain(scale.high)] * len(bad_x),
                "marker": {"symbol": "diamond", "size": 3, "color": "#000"},
                "showlegend": False,
                "hovertemplate": "α %{x:.3g}, β %{y:.3g}: not finite<extra></extra>",
            }
        )
    wide, deep = np.ptp(surface.alpha), np.ptp(surface.beta)
    longest = max(wide, deep, 1e-9)
    layout = {
        "scene": {
            "xaxis": traces.axis(x_title),
            "yaxis": traces.axis(y_title),
            "zaxis": traces.axis(scale.title, **scale.ticks),
            "aspectratio": {"x": plain(1.15 * wide / longest), "y": plain(1.15 * deep / longest), "z": 0.7},
        }
    }
    return Panel(drawn, layout, is_3d=True)


def is_inside(surface: Surface, alpha: float, beta: float) -> bool:
    return bool(
        surface.alpha.min() <= alpha <= surface.alpha.max() and surface.beta.min() <= beta <= surface.beta.max()
    )


def _path_heights(run: Run, surface: Surface, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """The path with the plane's own values at its coordinates, where they were evaluated."""
    path = run.path_on(surface)
    rows = run.trajectories[(run.trajectories["cell"] == surface.cell) & (run.trajectories["other"] == surface.other)]
    if surface.kind != "models" or len(path) == 0 or rows[f"plane_{name}"].isna().all():
        return None
    rows = rows.sort_values("step")
    x, y, z = (rows[column].to_numpy(float) for column in ("alpha", "beta", f"plane_{name}"))
    inside = np.array([is_inside(surface, a, b) for a, b in zip(x, y, strict=True)])
    return x[inside], y[inside], z[inside]


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
        "<p>Drag to turn, scroll or pinch to come nearer; or use the buttons. Black: the exact points θ₀ (start), θ₁ (fine-tuned on the task), θ₂ "
        "(fine-tuned on the other task). Orange: the fine-tuning’s snapshots at their nearest points of the plane, at the plane’s loss "
        "there. Where the scale is logarithmic, its title says so. Holes are points that are missing; small diamonds at the top are "
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
                    Panel(contour(run, surface, name, scale), flat_layout(surface), aspect=aspect(surface))
                ]
    return Figure(
        "surface-contour",
        "Contours, with the fine-tuning’s path",
        "<p>The same surfaces from above. Circle, star and square: θ₀, θ₁, θ₂, exact. White line: the path of the fine-tuning, each snapshot at its "
        "nearest point of the plane; point at a snapshot to see how much of it lies off the plane. What is far off the plane has another "
        "loss than the colour below it: see the section on paths. White: missing; ×: not finite.</p>",
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
                f"{word}: {surface.name}, |d₁| = {style.number(surface.length, 3)}"
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
    scene = {**layout["scene"], "zaxis": {**layout["scene"]["zaxis"], "range": [plain(scale.low), plain(scale.high)]}}
    return {**layout, "scene": scene}


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
