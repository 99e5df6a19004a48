from __future__ import annotations

import base64
import gzip
import json
import math
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest
from matplotlib.figure import Figure as Drawn
from test_run import make_live

import seedscape
from seedscape.__main__ import main
from seedscape.report import page, paper, style, write_page
from seedscape.report.blocks import Figure, plain
from seedscape.report.sections import claims, making, sections


@pytest.fixture(scope="module")
def text(run: seedscape.Run) -> str:
    return page.render(run, sections(run))


def figures(run: seedscape.Run) -> list[Figure]:
    return [block for section in sections(run) for block in section.blocks if isinstance(block, Figure)]


def test_the_same_run_gives_the_same_page(finished: Path, text: str) -> None:
    again = seedscape.open(finished)
    assert page.render(again, sections(again)) == text


def test_the_documentation_has_a_section_for_each_figure_in_the_pages_order(run: seedscape.Run) -> None:
    path = Path(__file__).parents[3] / "Sources/seedscape/Documentation.docc/Figures.md"
    headings = re.findall(r"^##+ (.*)", path.read_text("utf-8"), re.MULTILINE)
    rest = iter(headings)
    for figure in figures(run):
        title = figure.title.replace("’", "'")
        assert title in rest, f"Figures.md lacks {title!r}, or has it at another place"


def test_size(text: str) -> None:
    assert len(text.encode()) < 12_000_000


class Links(HTMLParser):
    """What a page loads, and its ids."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if known.get("id"):
            self.ids.append(str(known["id"]))
        self.loaded += [str(known[name]) for name in ("src", "data", "srcset") if known.get(name)]
        if known.get("href"):
            (self.links if tag == "a" else self.loaded).append(str(known["href"]))


def test_the_page_stands_alone(text: str) -> None:
    links = Links()
    links.feed(text)
    assert links.loaded == ["data:,"]
    assert len(links.ids) == len(set(links.ids))
    inner = [link[1:] for link in links.links if link.startswith("#")]
    assert inner and set(inner) <= set(links.ids)
    assert all(link.startswith("https://aclanthology.org/") for link in links.links if not link.startswith("#"))


def test_every_section_and_figure_is_there(text: str) -> None:
    found = set(re.findall(r'<figure id="([^"]+)"', text))
    assert found == {
        "landscape",
        "layers",
        "metrics",
        "epochs",
        "steps",
        "overfitting",
        "curves-along",
        "curves-groups",
        "curves-random",
        "curves-between",
        "surface-3d",
        "surface-contour",
        "surface-errors",
        "surface-starts",
        "surface-groups",
        "path-places",
        "path-losses",
        "flatness-widths",
        "curvature",
        "rollback-drops",
        "attention-heads",
        "attention-time",
        "features-layers",
        "features-time",
        "seed-profiles",
        "seed-matrix",
        "task-matrix",
        "timeline-ranks",
    }
    for word in (
        "the loss is not finite (nan), &quot;expected&quot; a number",
        "d93a98db0218571e39b6ea4832e19e81",
        "node1 (2 ranks)",
        "# A whole sweep",
    ):
        assert word in text, word


def test_plotly_knows_every_trace_and_layout(run: seedscape.Run) -> None:
    for figure in figures(run):
        assert figure.views, figure.id
        for key, panels in figure.views.items():
            assert len(key) == len(figure.selects)
            assert all(index < len(select.labels) for index, select in zip(key, figure.selects, strict=True)), figure.id
            # All views of a figure are made alike: a few of many are enough.
            for panel in panels if len(figure.views) < 20 or hash(key) % 5 == 0 else []:
                go.Figure(plain(panel.traces), plain(panel.layout))


def test_filters_name_columns_of_the_table(run: seedscape.Run) -> None:
    for figure in figures(run):
        assert figure.table is not None, figure.id
        table = run.table(figure.table) if isinstance(figure.table, str) else figure.table
        for select in figure.selects:
            if select.column:
                values = set(table[select.column].astype(str))
                asked = [[value] if isinstance(value, str) else value for value in select.values or select.labels]
                assert len(asked) == len(select.labels) and values & {value for some in asked for value in some}, (
                    figure.id,
                    select.name,
                )


def test_points_that_are_not_finite_are_marked_and_never_drawn_as_numbers(run: seedscape.Run) -> None:
    figure = next(figure for figure in figures(run) if figure.id == "surface-contour")
    which = figure.selects[0].labels.index("MRPC-scratch-s0 x SST-2-scratch-s0")
    contour, *others = figure.views[(which, 0)][0].traces
    flat = [value for row in plain(contour["z"]) for value in row]
    assert flat.count(None) == 4
    crosses = next(trace for trace in others if trace.get("name") == "not finite")
    assert len(crosses["x"]) == 2
    # A dev error is finite there.
    assert not any(trace.get("name") == "not finite" for trace in figure.views[(which, 2)][0].traces)


def test_pairs_share_one_scale(run: seedscape.Run) -> None:
    figure = next(figure for figure in figures(run) if figure.id == "surface-starts")
    first, second = (panel.traces[0] for panel in figure.views[(0, 0, 0)])
    assert (first["zmin"], first["zmax"]) == (second["zmin"], second["zmax"])


def test_sections_without_data_are_left_out(fresh: Path) -> None:
    for name in (
        "curves",
        "surfaces",
        "similarity",
        "attention",
        "consistency",
        "datasets",
        "rollback",
        "trajectories",
    ):
        (fresh / f"exports/{name}.csv").unlink()
    text = page.render(run := seedscape.open(fresh), sections(run))
    assert {"surfaces", "curves", "rollback", "attention", "features"}.isdisjoint(
        re.findall(r'<section id="([^"]+)"', text)
    )


def test_live_and_empty(fresh: Path) -> None:
    make_live(fresh)
    shutil.rmtree(fresh / "exports")
    text = page.render(run := seedscape.open(fresh), sections(run))
    assert "rank 1: MRPC-s1 &lt;curve&gt;" in text and "about 1 min 01 s left" in text and "<figure" not in text
    assert list(paper.drawings(run)) == []


def test_names_are_no_markup(fresh: Path) -> None:
    hostile = "</script><script>alert(1)</script>"
    for path in [*(fresh / "exports").glob("*.csv"), fresh / "sweep.yaml"]:
        path.write_text(path.read_text().replace("mrpc-dev", hostile))
    run = seedscape.open(fresh)
    text = page.render(run, sections(run))
    assert hostile not in text and "alert(1)" in text
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", stem) for stem, _ in paper.drawings(run))


def test_specifications_are_json(text: str) -> None:
    found = re.findall(r'<script type="text/plain" id="spec-[^"]+">(.*?)</script>', text)
    assert len(found) == 28
    for specification in found:
        value: Any = json.loads(gzip.decompress(base64.b64decode(specification)))
        assert set(value) == {"title", "height", "width", "table", "first", "selects", "views"}
        assert ",".join(map(str, value["first"])) in value["views"]


def test_tables_that_are_too_large_are_named(run: seedscape.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "MOST_BYTES", 1_000_000)
    text = page.render(run, sections(run))
    assert "Too large for this page" in text and "numbers: in exports/" in text


# Claims.


def claim(initialisation: str = "pretrained", **changes: object) -> pd.DataFrame:
    row = {
        "figure": "rollback drop",
        "task": "MRPC",
        "initialisation": initialisation,
        "variant": "plain",
        "detail": "high - low",
        "seeds": 5,
        "mean": 0.2,
        "lowest": 0.1,
        "highest": 0.3,
        "interval": "95 % t",
        "reason": "",
        **changes,
    }
    return pd.DataFrame([row])


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "holds"),
        ({"lowest": -0.1}, "undecided"),
        ({"lowest": -0.3, "highest": -0.1}, "refuted"),
        ({"interval": "range", "seeds": 3}, "holds"),
        ({"interval": "range", "lowest": -1.0}, "undecided"),
        ({"interval": "range", "seeds": 1, "lowest": 0.2, "highest": 0.2}, "undecided"),
        ({"interval": "", "seeds": 2, "lowest": math.nan, "highest": math.nan, "reason": "too few"}, "undecided"),
        ({"figure": "dev_error, late - early", "detail": "8 epochs", "lowest": -0.2, "highest": -0.1}, "holds"),
        ({"figure": "dev_error, late - early", "detail": "8 epochs"}, "refuted"),
    ],
)
def test_verdicts(
    changes: dict[str, object], verdict: str, monkeypatch: pytest.MonkeyPatch, run: seedscape.Run
) -> None:
    monkeypatch.setattr(seedscape.Run, "intervals", claim(**changes))
    (found,) = claims.verdicts(run)
    assert found.word == verdict and verdict in claims.WORDS
    field = claims.matrix([found])
    assert field is not None and f'<span class="verdict">{verdict}</span> <span class="effect">0.2</span>' in field.html
    # One seed has no interval, and a range is called so.
    assert ("one seed" in field.html) == (found.effect.count == 1)
    assert ("range of 1" in field.html) is False and (">range " in field.html) == (found.effect.kind == "range" and found.effect.count > 1)


def test_a_matrix_has_a_field_for_each_claim_and_task(monkeypatch: pytest.MonkeyPatch, run: seedscape.Run) -> None:
    rows = [claim(task=task) for task in ("MRPC", "SST-2 <b>")] + [claim(figure="training loss", detail="epoch 1", initialisation="pretrained - scratch")]
    monkeypatch.setattr(seedscape.Run, "intervals", pd.concat(rows))
    found = claims.matrix(claims.verdicts(run))
    assert found is not None
    assert found.html.count("<tr>") == 3 and found.html.count('<td class="none">') == 1 and found.html.count('class="entry') == 3
    assert "SST-2 &lt;b&gt;" in found.html and "<b>" not in found.html
    assert claims.matrix([]) is None


def test_another_verdict_fits_in() -> None:
    verdict = claims.Verdict(claims.CLAIMS[0], "MRPC", "", "not comparable", "2 of 5 learned nothing", style.interval([1, 2, 3, 4, 5]))
    field = claims.matrix([verdict])
    assert field is not None and "entry not-comparable" in field.html and "2 of 5 learned nothing" in field.html


# Timeline.


def test_timeline(run: seedscape.Run) -> None:
    bars, breaks = making.spans(run.work)
    assert len(breaks) == 1 and bars["begin"].min() == 0 and bars["units"].sum() == 5
    # Two points that were recorded together are one bar, as long as both.
    points = bars[bars["kind"] == "point"].iloc[0]
    assert points["units"] == 2 and points["seconds"] == 4.5
    for _, mine in bars.groupby("rank"):
        ends = (mine["begin"] + mine["seconds"]).to_numpy()
        assert (mine["begin"].to_numpy()[1:] >= ends[:-1] - 1e-9).all()
    assert (bars["begin"] + bars["seconds"]).max() < 200


def test_long_timelines_are_merged() -> None:
    work = pd.DataFrame(
        {
            "unit": "u",
            "kind": ["point", "probe"] * 10_000,
            "status": "done",
            "rank": [0, 1] * 10_000,
            "host": "h",
            "attempts": 1,
            "seconds": 0.5,
            "recorded": pd.Timestamp("2026-01-01") + pd.to_timedelta(range(20_000), unit="s"),
        }
    )
    bars, _ = making.spans(work)
    assert len(bars) <= making.MOST_BARS and bars["units"].sum() == 20_000


# Paper.


def test_paper_figures(run: seedscape.Run) -> None:
    drawn = list(paper.drawings(run))
    stems = [stem for stem, _ in drawn]
    assert len(stems) == len(set(stems))
    assert {
        "surface-1-MRPC-s0-x-SST-2-s0-training_loss",
        "rollback-MRPC",
        "starts-1-MRPC-s0-x-SST-2-s0-training_loss",
    } <= set(stems)
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", stem) for stem in stems)
    for _, draw in drawn:
        assert isinstance(draw(), Drawn)


def test_paper_bytes(run: seedscape.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    every = list(paper.drawings(run))
    wanted = (
        "surface-2-MRPC-s0-random-0-x-1-filter-training_loss",
        "rollback-MRPC",
        "surface-1-MRPC-s0-x-SST-2-s0-training_loss-3d",
    )
    monkeypatch.setattr(paper, "drawings", lambda run: [drawing for drawing in every if drawing[0] in wanted])
    (first, failures), (second, others) = (paper.write(run, tmp_path / name) for name in "ab")
    assert failures == others == []
    assert len(first) == 6
    for one, other in zip(first, second, strict=True):
        assert one.name == other.name and one.read_bytes() == other.read_bytes()
    assert b"CreationDate" not in first[0].read_bytes()


# Command line.


def test_command_line(
    fresh: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper, "drawings", lambda run: [])
    assert main(["report", str(fresh)]) == 0
    assert (fresh / "report.html").is_file() and (fresh / "figures").is_dir()
    assert capsys.readouterr().out.splitlines() == [str(fresh / "report.html"), f"{fresh / 'figures'} (0 files)"]
    other = tmp_path / "elsewhere/page.html"
    assert main(["report", "--no-figures", "--output", str(other), "--", str(fresh)]) == 0
    assert other.read_bytes() == (fresh / "report.html").read_bytes() and not (other.parent / "figures").exists()


def test_exit_codes(fresh: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 64
    assert main(["report", str(tmp_path / "nothing")]) == 65
    assert "holds no run" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main(["report", str(fresh), "--no-figures", "--output", str(tmp_path / "file/page.html")]) == 74
    assert "cannot be written" in capsys.readouterr().err
    assert main(["--help"]) == 0


def test_a_page_replaces_the_old_one(run: seedscape.Run, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    write_page(run, path)
    assert path.read_text().startswith("<!DOCTYPE html>") and list(tmp_path.iterdir()) == [path]
