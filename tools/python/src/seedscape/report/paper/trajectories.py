"""Figures of optimisation paths."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from matplotlib.figure import Figure

from ...landscape import file_name
from ...run import Run
from .. import style
from ..sections import paths as paths_section
from .draw import PAGE, Drawing, add_legend, draw_line, looks_of, new_figure


def paths(run: Run) -> Iterator[Drawing]:
    """Where snapshots lie."""
    paths = run.trajectories
    if len(paths) == 0 or paths["hao_alpha"].isna().all():
        return
    paths = paths.assign(start=style.starts(paths))
    _, order, look = looks_of(run, paths)

    def draw(task: str, x: str, y: str, x_title: str, y_title: str) -> Figure:
        figure, ((axes,),) = new_figure()
        seen: set[str] = set()
        for (_, start), rows in paths[paths["task"] == task].groupby(["trajectory", "start"], sort=False):
            rows = rows.sort_values("step")
            draw_line(axes, rows[x], rows[y], look[str(start)], "" if start in seen else str(start))
            seen.add(str(start))
        axes.set(xlabel=x_title, ylabel=y_title, title=task)
        add_legend(axes)
        return figure

    for task in dict.fromkeys(paths["task"]):
        yield (
            f"path-{file_name(task)}",
            partial(draw, task, "hao_alpha", "hao_beta", "along d₁ (α)", "length outside d₁, in |d₁|"),
        )
        if paths.loc[paths["task"] == task, "pc2"].notna().any():
            yield (
                f"path-{file_name(task)}-principal",
                partial(draw, task, "pc1", "pc2", "first principal direction", "second principal direction"),
            )


def path_losses(run: Run) -> Iterator[Drawing]:
    """The loss of the snapshots, of their places on the plane, and how far they are off it."""
    paths = run.trajectories
    looks = style.looks(label for _, label in paths_section.HEADS)

    def draw(trajectory: str) -> Figure:
        rows = paths[paths["trajectory"] == trajectory].sort_values("step")
        figure, (grid,) = new_figure(1, 3, PAGE, 2.3)
        for axes, value in zip(grid, ("training_loss", "dev_loss"), strict=False):
            for head, label in paths_section.HEADS:
                values = rows[f"{head}_{value}"].replace([np.inf, -np.inf], np.nan)
                if values.notna().any():
                    draw_line(axes, rows["step"], values, looks[label], label)
            axes.set(xlabel="optimiser step", ylabel=style.word(value))
        figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, handlelength=2.4)
        draw_line(grid[2], rows["step"], rows["residual"], style.Look("#000000", "solid", "circle"), "_")
        grid[2].set(xlabel="optimiser step", ylabel="share off the plane", ylim=(0, 1.05))
        figure.suptitle(trajectory, fontsize=8)
        return figure

    columns = [f"{head}_{value}" for head, _ in paths_section.HEADS for value in ("training_loss", "dev_loss")]
    known = paths[np.isfinite(paths[columns].to_numpy(float)).any(axis=1)]
    for trajectory in dict.fromkeys(known["trajectory"]):
        yield f"path-losses-{file_name(trajectory)}", partial(draw, trajectory)
