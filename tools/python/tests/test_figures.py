"""Figures as they are drawn: what is cut off, what lies on what, which line is which."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import extents
import numpy as np
import pandas as pd
import pytest
from conftest import make_fresh, make_run
from matplotlib.collections import PolyCollection
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure as Drawn

import seedscape
from seedscape.report import paper, style, traces
from seedscape.report.blocks import Figure
from seedscape.report.paper import draw, maps, standing
from seedscape.report.sections import cells, consistency, curves, planes, rollback, sections, story

PLANE = "MRPC-s0 x SST-2-s0"


@pytest.fixture(autouse=True)
def _settings() -> Iterator[None]:
    with paper.settings():
        yield


def change(run: Path, name: str, edit: Callable[[dict[str, str]], dict[str, str]]) -> None:
    path = run / f"exports/{name}.csv"
    with path.open(newline="") as file:
        rows = [edit(row) for row in csv.DictReader(file)]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    make_fresh(run)


@pytest.fixture(scope="module")
def long_names(tmp_path_factory: pytest.TempPathFactory) -> seedscape.Run:
    """Tasks, variants and probes with names of 30 letters."""
    path = make_run(tmp_path_factory.mktemp("long"))
    names = {
        "MRPC": "MicrosoftParaphrasesOfOneCorpus"[:30],
        "mrpc-dev": "mrpc-dev-of-some-made-up-pairs",
        "SST-2": "sentiment-of-made-up-sentences",
        r"held\b": "held_with_frozen_embeddings_-1",
    }
    assert all(len(name) == 30 for name in names.values())
    for table in (path / "exports").glob("*.csv"):
        text = table.read_text()
        for old, new in names.items():
            text = re.sub(rf"\b{old}", new, text)
        table.write_text(text)
    make_fresh(path)
    return seedscape.open(path)


def drawn(run: seedscape.Run, stem: str) -> Drawn:
    found = dict(paper.drawings(run))[stem]
    assert callable(found)
    return paper.drawn(found)


def page(run: seedscape.Run, id: str) -> Figure:
    return next(
        block for section in sections(run) for block in section.blocks if isinstance(block, Figure) and block.id == id
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("names", ["short", "long"])
def test_no_text_is_cut_or_lies_on_another(run: seedscape.Run, long_names: seedscape.Run, names: str) -> None:
    faults = []
    for stem, found in paper.drawings(run if names == "short" else long_names):
        assert callable(found), found
        figure = paper.drawn(found)
        cut, overlapping = extents.cut(figure), extents.overlapping(figure)
        if cut or overlapping:
            faults.append((stem, cut, overlapping))
    assert faults == []


def test_every_kind_of_result_has_a_figure(run: seedscape.Run) -> None:
    stems = [stem for stem, _ in paper.drawings(run)]
    for kind in ("random", "barriers", "curvature", "path-losses", "curves", "rollback", "starts", "seeds", "tasks"):
        assert any(stem.startswith(f"{kind}-") for stem in stems), kind


# Grids of maps.


def test_as_many_maps_stand_side_by_side_as_fit() -> None:
    assert (maps.arrange(5, 6, 5.4).rows, maps.arrange(5, 6, 5.4).columns) == (1, 5)
    # 13 layers: two rows of about equal length, not four of four.
    many = maps.arrange(13, 6, 5.4)
    assert (many.rows, many.columns) == (3, 5) and many.side > 0.9
    # 26 models need large maps.
    assert maps.arrange(3, 26, 5.4).side >= 0.07 * 26 - 0.05


def test_maps_share_their_axes(run: seedscape.Run) -> None:
    figure = drawn(run, "seeds-MRPC-seeds-on-mrpc-dev-svcca")
    found = [axes for axes in figure.axes if axes.images]
    assert len(found) == 3
    labels = [[label.get_text() for label in axes.get_yticklabels() if label.get_text()] for axes in found]
    # Names to the left of the row alone, and only what tells the seeds apart.
    assert labels == [["θ₀", "s0", "s1", "s2"], [], []]
    assert "MRPC seeds on mrpc-dev" in [text.get_text() for text in figure.texts]


@pytest.mark.parametrize("size", [1e-5, 1.0])
def test_maps_of_small_numbers_have_room_for_them(size: float) -> None:
    frame = pd.DataFrame([[0.0, 0.314159], [0.314159, 0.0]], index=["theta0", "a-s0"], columns=["theta0", "a-s0"])
    figure = maps.draw_matrices([(f"layer {n}", size * frame) for n in range(1, 7)], "a seeds on a", "Jensen-Shannon divergence")
    draw.fold_titles(figure)
    assert extents.cut(figure) == [] and extents.overlapping(figure) == []


def test_equal_values_have_whiskers_of_no_length() -> None:
    found = traces.whiskers([style.Interval(5, 0.696078, 0.6960779999999999, 0.6960780000000001, "95 % t")], 4)
    assert found["array"] == found["arrayminus"] == [0.0]


def test_names_of_models() -> None:
    assert consistency.model_names(["theta0", "a-b-s0", "a-b-s12"]) == ["θ₀", "s0", "s12"]
    assert consistency.model_names(["theta0", "a-h0-o1", "a-h1-o1"]) == ["θ₀", "h0-o1", "h1-o1"]
    assert consistency.model_names(["a-s0", "b-s0"]) == ["a-s0", "b-s0"]


# Surfaces.


def test_contours_of_a_log_loss_below_one_are_solid(fresh: Path) -> None:
    losses = iter(np.geomspace(0.001, 2, 38))
    change(fresh, "surfaces", lambda row: {**row, "training_loss": repr(float(next(losses)))} if row["surface"] == PLANE else row)
    figure = drawn(seedscape.open(fresh), "surface-1-MRPC-s0-x-SST-2-s0-training_loss")
    assert "training loss (log scale)" in [axes.get_ylabel() for axes in figure.axes]
    lines = [c for c in figure.axes[0].collections if isinstance(c, QuadContourSet) and not c.filled]
    assert lines and all(pattern is None for _, pattern in lines[0].get_linestyle())


def test_side_by_side_says_how_long_the_way_is(run: seedscape.Run) -> None:
    figure = drawn(run, "starts-1-MRPC-s0-x-SST-2-s0-training_loss")
    length = style.number(run.surface(PLANE).length, 3)
    assert f"pre-trained, |d₁| = {length}" in " ".join(figure.axes[0].get_title().split())


def test_a_path_off_the_plane_is_marked(fresh: Path) -> None:
    shares = {"30": "0.54", "60": "0.72", "90": "0.05"}
    change(
        fresh,
        "trajectories",
        lambda row: {**row, "residual": shares.get(row["step"], "0") if row["cell"] == "MRPC-s0" else "0"},
    )
    run = seedscape.open(fresh)
    surface = run.surface(PLANE)
    assert planes.path_note(run, surface) == "path 54 to 72 % off the plane"
    (path,) = planes._path(run, surface)
    assert path["line"]["dash"] == "dot" and path["marker"]["line"]["color"][:4] == ["#000", "#fff", "#fff", "#000"]
    figure = drawn(run, "surface-1-MRPC-s0-x-SST-2-s0-training_loss")
    assert "54 to 72 % off the plane" in figure.axes[0].get_title()
    assert page(run, "surface-contour").views[(0, 0)][0].title == "path 54 to 72 % off the plane"
    # On the plane: a line, and nothing said.
    change(fresh, "trajectories", lambda row: {**row, "residual": "0.05"})
    run = seedscape.open(fresh)
    assert planes.path_note(run, surface) == "" and planes._path(run, surface)[0]["line"]["dash"] == "solid"


def test_what_a_hill_hides() -> None:
    alpha = beta = np.linspace(-1, 1, 21)
    ridge = np.where(np.abs(beta)[:, None] < 0.15, 1.0, 0.0) * np.ones((1, 21))
    view = standing.View(alpha, beta, ridge, 0.0, 1.15)
    # The eye is in front, at low beta.
    assert view.is_visible(0.0, -0.8, 0.0) and view.is_visible(0.0, 0.0, 1.0)
    assert not view.is_visible(0.0, 0.35, 0.0) and view.is_visible(0.0, 0.35, 1.15)
    holes = np.where(np.abs(beta)[:, None] < 0.15, np.nan, 0.0) * np.ones((1, 21))
    assert standing.View(alpha, beta, holes, 0.0, 1.15).is_visible(0.0, 0.35, 0.0)


def test_a_standing_surface_has_pins_and_a_colour_bar(run: seedscape.Run) -> None:
    figure = drawn(run, "surface-1-MRPC-s0-x-SST-2-s0-training_loss-3d")
    texts = [text for text, _ in extents.texts(figure)]
    assert {"θ₀", "θ₁", "α (towards θ₁)", "β (towards θ₂)", "training loss"} <= set(texts)
    panel = page(run, "surface-3d").views[(0, 0)][0]
    top = max(np.ravel([v for row in panel.traces[0]["z"] for v in row if v is not None]))
    pins = [trace for trace in panel.traces if trace.get("text", [""])[-1] in ("θ₀", "θ₁")]
    assert len(pins) == 2 and all(pin["z"][1] > top for pin in pins)


# Curves.


FIVE = pd.DataFrame([[0.01, 0.02, 0.5, 1.0, 2.0], [1.0, 1.1, 1.2, 0.9, 0.8]], index=[0.0, 1.0])


def test_intervals_on_a_logarithmic_axis() -> None:
    figure = style.interval(FIVE.iloc[0].to_numpy(), is_log=True)
    logs = style.interval(np.log(FIVE.iloc[0].to_numpy()))
    assert (figure.count, figure.kind) == (5, "95 % t") and figure.lowest > 0
    assert np.log([figure.mean, figure.lowest, figure.highest]) == pytest.approx([logs.mean, logs.lowest, logs.highest])
    # That of the values themselves reaches below 0.
    assert style.interval(FIVE.iloc[0].to_numpy()).lowest < 0


def test_bands_on_a_logarithmic_axis_stay_above_0() -> None:
    looks = style.looks(["a"])
    assert curves.is_log("training_loss", [FIVE]) and not curves.is_log("dev_error", [FIVE])
    bands = [trace for trace in curves._over_seeds({"a": FIVE}, "training_loss", looks) if trace.get("fill")]
    assert bands and min(bands[0]["y"]) > 0
    assert min(cells.over_seeds(FIVE, "a", looks["a"], "α")[0]["y"]) < 0  # type: ignore[type-var, call-overload]
    _, ((axes,),) = draw.new_figure()
    draw.draw_over_seeds(axes, FIVE, looks["a"], "a", is_log=True)
    band = next(c for c in axes.collections if isinstance(c, PolyCollection))
    assert min(path.vertices[:, 1].min() for path in band.get_paths()) > 0


def test_the_models_on_a_curve_are_named(run: seedscape.Run) -> None:
    texts = [text for text, _ in extents.texts(drawn(run, "curves-MRPC-training_loss"))]
    assert "θ₀" in texts and "θ₁" in texts


def test_lengths_are_those_of_the_run(run: seedscape.Run) -> None:
    caption = page(run, "curves-along").caption
    assert "moves much further" not in caption
    lengths = {c.length for c in run.curves if c.kind == "fine-tuning" and c.group == "all" and c.cell.startswith("MRPC-s")}
    told = {style.number(length, 3) for length in lengths}
    assert any(number in caption for number in told) and "pre-trained" in caption and "from scratch" in caption


# Rollback, metrics, the first screen.


def test_rollback_shows_every_seed_and_keeps_groups_apart(run: seedscape.Run) -> None:
    panels = page(run, "rollback-drops").views[()]
    assert all(re.search(": (single layers|groups of layers)$", panel.title) for panel in panels)
    seeds = [trace for panel in panels for trace in panel.traces if "mean" not in str(trace["name"])]
    assert sum(len(trace["x"]) for trace in seeds) == run.table("rollback")["drop"].notna().sum()
    assert style.parts_and_thirds(["high", "layer 1", "low", "layer 0", "pooler"]) == [
        ("single layers", ["layer 0", "layer 1", "pooler"]),
        ("groups of layers", ["low", "high"]),
    ]
    low, high = rollback.reach(pd.DataFrame({"start": "a", "group": "low", "drop": [0.1, 0.2, 0.9, 0.1, 0.1]}))
    assert low < 0 and high > style.interval([0.1, 0.2, 0.9, 0.1, 0.1]).highest


def test_the_baseline_is_named_by_the_metric(fresh: Path) -> None:
    assert [style.baseline(name) for name in ("accuracy", "f1", "matthews", "pearson")] == ["majority"] * 2 + ["no relation"] * 2
    for name in ("cells", "intervals"):
        path = fresh / f"exports/{name}.csv"
        path.write_text(path.read_text().replace("dev_accuracy", "dev_matthews").replace(",accuracy,", ",matthews,"))
    make_fresh(fresh)
    run = seedscape.open(fresh)
    notes = [note["text"] for panel in page(run, "metrics").views[(0,)] for note in panel.layout["annotations"]]
    assert set(notes) == {"no relation"}
    assert "no relation" in [text for text, _ in extents.texts(drawn(run, "metrics-MRPC"))]


def test_profiles_count_layers_from_one(run: seedscape.Run) -> None:
    table = story.profiles(run)
    assert set(table["profile"]) == {"rollback", "attention", "features"}
    layers: Any = table.groupby("profile")["layer"].agg(["min", "max"])
    assert layers.loc["rollback"].tolist() == layers.loc["attention"].tolist() == [1, run.layers]
    assert layers.loc["features"].tolist() == [0, run.layers]
    drops = run.table("rollback")
    mine = drops[(drops["group"] == "layer 0") & (drops["task"] == "MRPC") & (drops["variant"] == "plain")]
    first = table[(table["profile"] == "rollback") & (table["task"] == "MRPC") & (table["layer"] == 1)].iloc[0]
    assert first["mean"] == pytest.approx(mine[mine["initialisation"] == "pretrained"]["drop"].mean())


def test_profiles_do_without_a_table_that_cannot_be_read(fresh: Path) -> None:
    (fresh / "exports/rollback.csv").write_bytes(b"\xff")
    assert set(story.profiles(seedscape.open(fresh))["profile"]) == {"attention", "features"}


def test_the_landscape_of_the_first_screen_has_a_path(run: seedscape.Run) -> None:
    figure = story.landscape(run)
    assert figure is not None and PLANE in figure.views[()][0].title
    assert any(trace.get("name") == "path of the fine-tuning" for trace in figure.views[()][0].traces)
