"""The page in a real browser."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import browser
import pytest
from conftest import make_fresh, make_run
from test_damage import change

import seedscape
from seedscape.report import write_page

PROGRAM = browser.find()
CHOOSE = """(async () => {
  for (const view of seedscape.figures.values()) {
    await view.draw();
    for (const [index, select] of view.selects.entries()) {
      const last = [...select.options].findLastIndex(option => !option.disabled);
      await view.choose(index, last);
    }
  }
})()"""
"""Draws every figure with the last choice of each of its selects."""
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium here: apt-get install chromium")


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Browser]:
    assert PROGRAM is not None
    with browser.Browser(PROGRAM, tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(scope="module")
def report(run: seedscape.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_page(run, path)
    return path


@pytest.mark.parametrize("width", [1600, 400])
def test_every_figure_renders(window: browser.Browser, report: Path, width: int) -> None:
    seconds = window.open(report, width, is_phone=width < 600)
    assert seconds < 10, "under 3 s on a machine that does nothing else"
    window.evaluate("seedscape.drawAll()")
    empty = window.evaluate(
        """[...document.querySelectorAll('figure')].filter(figure => !figure.querySelector('.plot .main-svg') ||
             [...figure.querySelectorAll('.plot')].some(plot => plot.dataset.state !== 'drawn' || plot.clientHeight < 60)).map(figure => figure.id)"""
    )
    assert empty == []
    # Nothing is cut off or makes the page scroll sideways.
    assert window.evaluate("document.documentElement.scrollWidth") <= width
    wide = window.evaluate(
        "[...document.querySelectorAll('.plot')].filter(plot => plot.querySelector('.main-svg').clientWidth > plot.clientWidth + 1).length"
    )
    assert wide == 0
    # Boxes of WebGL hold something.
    assert window.evaluate("document.querySelectorAll('.gl-container canvas').length") >= 1
    assert window.complaints == []


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of extreme numbers, odd names and parts that cannot be drawn."""
    run = make_run(tmp_path_factory.mktemp("odd"))
    name = "$a_b$ <b>x</b> %{x} اختبار " + "x" * 200
    extremes = itertools.cycle(("1e300", "5e-324", "-1e300", "inf", "0"))
    for table in ("cells", "epochs", "overfitting", "flatness", "trajectories", "curvature", "intervals"):
        change(
            run,
            table,
            lambda row: {
                **row,
                "task": row["task"].replace("SST-2", name),
                "variant": row["variant"].replace("long", "<b>long</b>"),
            },
        )
    change(run, "epochs", lambda row: {**row, "dev_loss": next(extremes)})
    values = {"MRPC-s0 x SST-2-s0": "1e300", "MRPC-s0 random 0 x 1 (filter)": "0.6931471805599453", "MRPC-s0 trajectory plane": "nan"}
    change(
        run,
        "surfaces",
        lambda row: row
        if row["surface"] not in values
        else {
            **row,
            "training_loss": values[row["surface"]],
            "dev_loss": "1e9",
            "status": "not finite" if values[row["surface"]] == "nan" else "done",
        },
    )
    (run / "exports/rollback.csv").write_bytes(b"\xff")
    make_fresh(run)
    path = run / "report.html"
    assert [failure.part for failure in write_page(seedscape.open(run), path)] == ["Rollback: drop of the main dev metric"]
    return path


@pytest.mark.parametrize("width", [1600, 400])
def test_odd_numbers_and_names_render(window: browser.Browser, odd: Path, width: int) -> None:
    window.open(odd, width, is_phone=width < 600)
    window.evaluate("seedscape.drawAll()")
    assert window.evaluate("document.querySelectorAll('p.failure').length") == 1
    waiting = window.evaluate("[...document.querySelectorAll('.plot')].filter(plot => plot.dataset.state !== 'drawn').length")
    assert waiting == 0 and window.evaluate("document.querySelectorAll('figure .trouble').length") == 0
    wide = window.evaluate(
        f"[...document.querySelectorAll('main *')].filter(element => element.getBoundingClientRect().right > {width} && "
        "!element.closest('.scroll, .plot')).map(element => element.outerHTML.slice(0, 100))"
    )
    assert wide == [] and window.evaluate("document.documentElement.scrollWidth") <= width
    # A name is no markup.
    assert window.evaluate("[...document.querySelectorAll('.plot text')].filter(text => text.textContent.includes('<b>long</b>')).length") > 0
    assert window.complaints == []


def test_every_choice_of_odd_numbers_draws(window: browser.Browser, odd: Path) -> None:
    window.open(odd, 1200)
    window.evaluate(CHOOSE)
    assert window.complaints == []


def test_every_choice_draws(window: browser.Browser, report: Path) -> None:
    window.open(report, 1200)
    window.evaluate(CHOOSE)
    assert window.complaints == []


def test_numbers_and_csv(window: browser.Browser, report: Path, run: seedscape.Run) -> None:
    window.open(report, 1200)
    rows = window.evaluate("seedscape.figures.get('rollback-bars').rows().then(found => found.rows.length)")
    assert rows == len(run.table("rollback"))
    # The choice filters the numbers, and texts with quotes and lines survive.
    surface = window.evaluate(
        "seedscape.figures.get('surface-3d').rows().then(found => found.rows.map(row => row.fields[0]))"
    )
    assert len(surface) == 38 and set(surface) == {"MRPC-s0 x SST-2-s0"}
    window.evaluate("document.querySelector('#metrics [data-do=numbers]').click()")
    window.evaluate("new Promise(done => setTimeout(done, 500))")
    assert window.evaluate("document.querySelectorAll('#metrics .numbers tbody tr').length") == 18
    assert window.complaints == []


def test_a_surface_turns_from_the_keyboard(window: browser.Browser, report: Path) -> None:
    window.open(report, 1200)
    window.evaluate("seedscape.figures.get('surface-3d').draw()")
    camera = "JSON.stringify(document.querySelector('#surface-3d .plot')._fullLayout.scene._scene.getCamera().eye)"
    before = window.evaluate(camera)
    window.evaluate("document.querySelector('#surface-3d [data-do=left]').focus()")
    window.press("Enter")
    window.evaluate("new Promise(done => setTimeout(done, 500))")
    assert window.evaluate(camera) != before
    assert window.complaints == []


def test_everything_that_acts_is_reached_by_keyboard_and_has_a_name(window: browser.Browser, report: Path) -> None:
    window.open(report, 1200)
    nameless = window.evaluate(
        """[...document.querySelectorAll('button, select, a, [tabindex]')].filter(element => element.tabIndex < 0 ||
             !(element.getAttribute('aria-label') || element.textContent.trim())).length"""
    )
    assert nameless == 0


def test_printing(window: browser.Browser, report: Path, tmp_path: Path) -> None:
    window.open(report, 1200)
    window.evaluate("seedscape.drawAll()")
    window.pdf(tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    assert window.complaints == []
