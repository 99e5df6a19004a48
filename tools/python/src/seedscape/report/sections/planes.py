"""One plane of the landscape: as contours and standing, with the path of its fine-tuning and its exact points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...landscape import Surface
from ...run import Run
from .. import style, traces
from ..blocks import Panel, Trace, plain

_HALO = "0 0 2px #fff, 0 0 2px #fff, 0 0 3px #fff, 0 0 4px #fff"
"""Round the letters on a map, which may be dark or light there."""
_EXACT = {"theta0": ("circle", "#fff"), "theta1": ("star", "#fff"), "theta2": ("square", "#fff")}


def known_surfaces(run: Run) -> list[Surface]:
    """Those that have a point that was evaluated."""
    return [surface for surface in run.surfaces if np.isin(surface.status, ["done", "not finite"]).any()]


def shows(surface: Surface, name: str) -> bool:
    """Whether a map of a value has anything to show: a number, or a point whose number is not finite."""
    return bool(np.isfinite(surface.values[name]).any()) or len(bad_points(surface, name)[0]) > 0


_SIGNS = {"theta0": "θ₀", "theta1": "θ₁", "theta2": "θ₂"}


def sign(point: object) -> str:
    """A checkpoint's name in a plot."""
    return _SIGNS.get(str(point), str(point))


def axis_titles(surface: Surface, is_short: bool = False) -> tuple[str, str]:
    """What the axes are; short where there is no room for names."""
    if surface.kind == "models" and is_short:
        return "α (towards θ₁)", "β (towards θ₂)"
    if surface.kind == "models":
        return f"α (towards {surface.cell})", f"β (towards {surface.other})"
    if surface.kind == "trajectory":
        return ("pc 1, in |d₁|", "pc 2, in |d₁|") if is_short else _PRINCIPAL
    return "α, in |weights|", "β, in |weights|"


_PRINCIPAL = ("first principal direction, in |d₁|", "second principal direction, in |d₁|")


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
    if path:
        drawn += _path(run, surface)
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
                "textfont": {"color": "#000", "size": 14, "shadow": _HALO},
                "marker": {"symbol": symbol, "size": 12, "color": fill, "line": {"width": 1.5, "color": "#000"}},
                "hovertemplate": f"{style.word(str(point['point']))}: {style.word(name)} {style.number(point[name])}, exact"
                "<extra></extra>",
                "showlegend": False,
                "cliponaxis": False,
            }
        )
    drawn += _marked(surface, name)
    return drawn


def _path(run: Run, surface: Surface) -> list[Trace]:
    """The path as a line, with an open symbol for each snapshot that is off the plane."""
    steps = run.path_on(surface)
    if len(steps) == 0:
        return []
    texts = [
        f"step {step:.0f}"
        + (f", {100 * share:.0f} % of its way from θ₀ is off the plane" if np.isfinite(share) and share > 0 else "")
        for step, share in zip(steps["step"], steps["residual"], strict=True)
    ]
    return [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": plain(steps["alpha"]),
            "y": plain(steps["beta"]),
            "text": texts,
            "hovertemplate": "%{text}<extra></extra>",
            "name": "path of the fine-tuning",
            "line": {"color": "#fff", "width": 2.5, "dash": "dot" if is_off(steps).any() else "solid"},
            "marker": {
                "size": 8,
                # An open symbol: nothing of the fine-tuning is at this place of the plane.
                "color": ["rgba(0,0,0,0.55)" if off else "#fff" for off in is_off(steps)],
                "line": {"width": 1.5, "color": ["#fff" if off else "#000" for off in is_off(steps)]},
            },
            "showlegend": False,
        }
    ]


OFF_PLANE = 0.1
"""The share of a snapshot's way from theta0 that may lie outside the plane before it is marked as off the plane."""


def is_off(steps: pd.DataFrame) -> pd.Series:
    """Whether each snapshot of a path is off the plane."""
    return steps["residual"] > OFF_PLANE


def path_note(run: Run, surface: Surface) -> str:
    """How far the snapshots that are off the plane lie off it, in words; "" where none is."""
    steps = run.path_on(surface)
    shares = steps.loc[is_off(steps), "residual"]
    if len(shares) == 0:
        return ""
    low, high = f"{100 * shares.min():.0f}", f"{100 * shares.max():.0f}"
    return f"path up to {high} % off the plane" if len(shares) == 1 or low == high else f"path {low} to {high} % off the plane"


def titled(run: Run, surface: Surface, *parts: str) -> str:
    """A panel's title: what it shows, and how far its path is off the plane."""
    return "; ".join(text for text in (*parts, path_note(run, surface)) if text)


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
            "",
            # Shorter lines: the axis of a small plane is short.
            title={"text": traces.lines(y, 20)},
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
    path = path_heights(run, surface, name)
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
    drawn += [_pin(point, name, scale) for point in points]
    x_title, y_title = axis_titles(surface, is_short=True)
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
    return Panel(drawn, layout, titled(run, surface) if path is not None else "", is_3d=True)


def pin_top(scale: traces.Scale) -> float:
    """Where a point's pin ends: above all of the surface, which may hide the point itself."""
    return scale.high + 0.15 * (scale.high - scale.low)


def _pin(point: dict[Any, Any], name: str, scale: traces.Scale) -> Trace:
    """An exact point: a mark on the surface, and a pin up to its name, which the surface cannot hide."""
    at = float(scale.place(point[name]))
    x, y = plain([point["alpha"]] * 2), plain([point["beta"]] * 2)
    return {
        "type": "scatter3d",
        "mode": "lines+markers+text",
        "x": x,
        "y": y,
        "z": plain([at, pin_top(scale)]),
        "line": {"color": style.INK, "width": 3},
        "text": ["", sign(point["point"])],
        "textposition": "top center",
        "textfont": {"size": 15, "color": style.INK},
        "marker": {"size": [5, 3], "color": style.INK},
        "showlegend": False,
        "hovertemplate": f"{sign(point['point'])} {style.number(float(point[name]))}, exact<extra></extra>",
    }


def is_inside(surface: Surface, alpha: float, beta: float) -> bool:
    return bool(
        surface.alpha.min() <= alpha <= surface.alpha.max() and surface.beta.min() <= beta <= surface.beta.max()
    )


def path_heights(run: Run, surface: Surface, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """The path with the plane's own values at its coordinates, where they were evaluated."""
    path = run.path_on(surface)
    rows = run.trajectories[(run.trajectories["cell"] == surface.cell) & (run.trajectories["other"] == surface.other)]
    if surface.kind != "models" or len(path) == 0 or rows[f"plane_{name}"].isna().all():
        return None
    rows = rows.sort_values("step")
    x, y, z = (rows[column].to_numpy(float) for column in ("alpha", "beta", f"plane_{name}"))
    inside = np.array([is_inside(surface, a, b) for a, b in zip(x, y, strict=True)])
    return x[inside], y[inside], z[inside]
