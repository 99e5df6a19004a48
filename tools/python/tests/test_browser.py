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
    rows = window.evaluate("seedscape.figures.get('rollback-drops').rows().then(found => found.rows.length)")
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


FIRST_SCREEN = """(() => {
  const box = id => { const b = document.getElementById(id).getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; };
  return {claims: box('claims'), landscape: box('landscape'), layers: box('layers'), lead: document.querySelector('.lead').getBoundingClientRect().top};
})()"""


def test_the_first_screen_tells_the_story(window: browser.Browser, report: Path) -> None:
    window.open(report, 1200)
    window.evaluate("Promise.all(['landscape', 'layers'].map(id => seedscape.figures.get(id).draw()))")
    found = window.evaluate(FIRST_SCREEN)
    claims, landscape, layers = found["claims"], found["landscape"], found["layers"]
    # Claims on the left, the landscape and the layers beside them; what was run comes after both.
    assert landscape[0] >= claims[2] and layers[0] >= claims[2] and layers[1] >= landscape[3]
    assert claims[1] < 150 and landscape[1] < 150 and layers[1] < 900
    assert found["lead"] >= max(claims[3], layers[3])
    assert window.complaints == []


def test_nothing_of_the_first_screen_is_cut_on_a_phone(window: browser.Browser, report: Path) -> None:
    window.open(report, 400, is_phone=True)
    window.evaluate("Promise.all(['landscape', 'layers'].map(id => seedscape.figures.get(id).draw()))")
    # No field is wider than the window, and none needs to be scrolled to.
    assert window.evaluate("document.querySelectorAll('.matrix .entry').length") > 5
    cut = window.evaluate(
        """[...document.querySelectorAll('#summary *')].filter(element => element.getBoundingClientRect().right > 400 ||
             (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== 'visible' && element.clientWidth > 0 && !element.closest('.plot')))
             .map(element => element.outerHTML.slice(0, 100))"""
    )
    assert cut == []
    assert window.complaints == []


def test_a_wheel_over_a_surface_scrolls_the_page(window: browser.Browser, report: Path) -> None:
    window.open(report, 1200)
    window.evaluate("seedscape.figures.get('surface-3d').draw()")
    window.evaluate("document.documentElement.style.scrollBehavior = 'auto'; document.querySelector('#surface-3d .plot').scrollIntoView({block: 'center'})")
    x, y = window.evaluate("(() => { const b = document.querySelector('#surface-3d .plot').getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()")
    camera = "JSON.stringify(document.querySelector('#surface-3d .plot')._fullLayout.scene._scene.getCamera().eye)"
    before, eye = window.evaluate("scrollY"), window.evaluate(camera)
    window.wheel(x, y, 200)
    window.evaluate("new Promise(done => setTimeout(done, 600))")
    assert window.evaluate("scrollY") > before + 50
    assert window.evaluate(camera) == eye


def test_numbers_have_six_digits_and_files_have_all(window: browser.Browser, report: Path) -> None:
    window.open(report, 1200)
    window.evaluate("seedscape.figures.get('path-losses').showNumbers()")
    texts = window.evaluate("[...document.querySelectorAll('#path-losses .numbers td')].map(field => [field.textContent, field.title])")
    numbers = [(shown, whole) for shown, whole in texts if whole.replace(".", "", 1).lstrip("-").isdecimal()]
    assert any(len(whole) > 14 for _, whole in numbers)
    for shown, whole in numbers:
        assert len(shown.replace(".", "").lstrip("-0")) <= 6 or shown == whole and "." not in whole
        assert float(shown) == pytest.approx(float(whole), rel=1e-5)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_and_plots_have_the_readers_colours(window: browser.Browser, report: Path, scheme: str) -> None:
    window.prefer(scheme)
    window.open(report, 1200)
    window.evaluate("Promise.all(['curves-along', 'metrics', 'surface-3d'].map(id => seedscape.figures.get(id).draw()))")
    ground, ink = window.evaluate("(() => { const s = getComputedStyle(document.body); return [s.backgroundColor, s.color]; })()")
    bright = [sum(int(part) for part in colour.strip("rgb()").split(",")) / 765 for colour in (ground, ink)]
    assert (bright[0] < 0.2 and bright[1] > 0.8) if scheme == "dark" else (bright[0] > 0.9 and bright[1] < 0.2)
    plots = window.evaluate("[...document.querySelectorAll('#curves-along .main-svg text')].map(text => getComputedStyle(text).fill)")
    assert plots and all((sum(map(int, fill.strip("rgb()").split(","))) / 765 > 0.5) == (scheme == "dark") for fill in plots)
    grounds = window.evaluate("[...document.querySelectorAll('.plot.js-plotly-plot')].map(plot => plot._fullLayout.paper_bgcolor)")
    assert set(grounds) == ({"#14171a"} if scheme == "dark" else {"#fff"})
    window.prefer("light")
    assert window.complaints == []
