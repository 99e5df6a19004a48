"""The page: one HTML file with all that it needs."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from functools import partial
from importlib import resources
from typing import Any

import pandas as pd
import plotly
from plotly.offline import get_plotlyjs

from ..run import Run
from ..tables import COLUMNS
from . import style
from .blocks import Block, Figure, Prose, Section, Table, plain
from .parts import Failure, attempt

MOST_BYTES = 11_500_000
"""Of a page, which has to stay small enough for mail. The largest tables are left out of one that would be larger."""


def render(run: Run, sections: list[Section]) -> str:
    """The page of these sections. The same run gives the same bytes."""
    sections = [section for section in sections if section.blocks]
    specs = "\n".join(
        _script(f"spec-{block.id}", _packed(_json(plain(_spec(block))).encode()))
        for section in sections
        for block in section.blocks
        if isinstance(block, Figure)
    )
    packed, missing = _tables(run, sections, MOST_BYTES - len(specs) - len(get_plotlyjs().encode()))
    known = set(packed)
    body = "\n".join(_section(section, known) for section in sections)
    tables = "\n".join(_script(f"table-{name}", data) for name, data in packed.items())
    contents = "\n".join(f'<li><a href="#{section.id}">{section.title}</a></li>' for section in sections)
    title = html.escape(f"{run.name} – seedscape")
    versions = f"plotly.py {plotly.__version__}"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="seedscape report">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>
{_asset("page.css")}</style>
</head>
<body>
<a class="skip" href="#{sections[0].id}">To the results</a>
<div class="page">
<nav class="contents" aria-label="Contents">
<details open><summary>Contents</summary>
<ol>
{contents}
<li><a href="#tables">All tables</a></li>
</ol>
</details>
</nav>
<main>
{body}
{_downloads(run, packed, missing)}
<footer>Made by <code>seedscape report</code> from the tables in <code>exports/</code>; drawn by {versions}. The page needs no
network. Figures for papers are in <code>figures/</code>.</footer>
</main>
</div>
<noscript><p class="notice">The figures need JavaScript. The tables do not.</p></noscript>
{specs}
{tables}
<script>{_guarded(get_plotlyjs())}</script>
<script>
{_guarded(_asset("page.js"))}</script>
</body>
</html>
"""


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath("assets", name).read_text("utf-8")


def _guarded(script: str) -> str:
    """A script as it may stand in a page."""
    return script.replace("</script", "<\\/script")


def _script(id: str, content: str) -> str:
    return f'<script type="text/plain" id="{html.escape(id)}">{content}</script>'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _packed(data: bytes) -> str:
    """Gzip in base64. No time in the header: the same data give the same bytes."""
    return base64.b64encode(gzip.compress(data, 9, mtime=0)).decode()


def _spec(figure: Figure) -> dict[str, Any]:
    return {
        "title": figure.title,
        "height": figure.height,
        "width": figure.width,
        "table": _table_name(figure),
        "first": _first(figure),
        "selects": [
            {"column": select.column, "values": (select.values or select.labels) if select.column else []}
            for select in figure.selects
        ],
        "views": {
            ",".join(map(str, key)): [
                {
                    "title": panel.title,
                    "is3d": panel.is_3d,
                    "height": panel.height,
                    "aspect": panel.aspect,
                    "traces": _literal(panel.traces),
                    "layout": _literal(panel.layout),
                }
                for panel in panels
            ]
            for key, panels in figure.views.items()
        },
    }


def _first(figure: Figure) -> tuple[int, ...]:
    """The choice to begin with: one that has something to show."""
    wanted = figure.first or (0,) * len(figure.selects)
    return wanted if wanted in figure.views else next(iter(figure.views))


# Plotly takes some tags as markup, also where they are part of a name.
_TAG = re.compile("<(?!/?extra>|br>)")


def _literal(value: Any) -> Any:
    """Texts of a figure with no markup but its own."""
    if isinstance(value, str):
        return _TAG.sub("&lt;", value)
    if isinstance(value, dict):
        return {key: _literal(entry) for key, entry in value.items()}
    return [_literal(entry) for entry in value] if isinstance(value, (list, tuple)) else value


def _table_name(figure: Figure) -> str:
    return figure.table if isinstance(figure.table, str) else f"figure-{figure.id}"


def _tables(run: Run, sections: list[Section], most: int) -> tuple[dict[str, str], str]:
    """Tables by name, packed; and what there is to say of those that are not among them, as HTML."""
    raw: dict[str, bytes] = {}
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Figure) and isinstance(block.table, pd.DataFrame):
                raw[f"figure-{block.id}"] = block.table.to_csv(index=False, lineterminator="\n").encode()
    damaged = []
    for name in COLUMNS:
        # A table that cannot be read has been told of by the sections that need it.
        found = attempt(name, partial(run.table_bytes, name))
        if isinstance(found, Failure):
            damaged.append(name)
        elif found is not None:
            raw[name] = found
    packed = {name: _packed(data) for name, data in raw.items()}
    left_out = []
    while packed and sum(map(len, packed.values())) > most:
        largest = max(packed, key=lambda name: len(packed[name]))
        left_out.append(largest)
        del packed[largest]
    missing = ""
    if left_out:
        names = ", ".join(sorted(left_out))
        missing += f"<p>Too large for this page, in the run's folder <code>exports/</code>: {names}.</p>"
    if damaged:
        missing += f'<p class="trouble">Not here, because they cannot be read: {", ".join(damaged)}.</p>'
    return packed, missing


def _section(section: Section, known: set[str]) -> str:
    blocks = "\n".join(_block(block, known) for block in section.blocks)
    level = "h1" if section.id == "summary" else "h2"
    return f"""<section id="{section.id}" aria-labelledby="{section.id}-title">
<{level} id="{section.id}-title">{section.title}</{level}>
{section.intro}
{blocks}
</section>"""


def _block(block: Block, known: set[str]) -> str:
    if isinstance(block, Prose):
        return block.html
    if isinstance(block, Failure):
        return f'<p class="notice failure"><strong>Not drawn: {html.escape(block.part)}.</strong> {html.escape(block.reason)}</p>'
    if isinstance(block, Table):
        return (
            f'<div class="table" id="{block.id}"><h3>{block.title}</h3>{table_html(block.frame, block.title, block.html)}'
            f'<div class="note">{block.caption}</div></div>'
        )
    selects = "".join(
        f'<label>{html.escape(select.name)}<select aria-label="{html.escape(select.name)} of {html.escape(block.title)}">'
        + "".join(f"<option>{html.escape(label)}</option>" for label in select.labels)
        + "</select></label>"
        for select in block.selects
    )
    has_3d = any(panel.is_3d for panels in block.views.values() for panel in panels)
    turn = _TURN if has_3d else ""
    controls = f'<div class="controls">{selects}{turn}</div>' if selects or turn else ""
    numbers = (
        '<button type="button" data-do="numbers" aria-expanded="false">Numbers</button>'
        '<button type="button" data-do="csv">CSV</button>'
        if _table_name(block) in known
        else "<span>numbers: in exports/</span>"
    )
    return f"""<figure id="{block.id}"{" class=wide" if block.width > 800 else ""} data-figure data-state="waiting" aria-labelledby="{block.id}-title">
<h3 id="{block.id}-title">{html.escape(block.title)}</h3>
{controls}
<div class="panels"></div>
<div class="tools">{numbers}<button type="button" data-do="svg">SVG</button><button type="button" data-do="png">PNG</button></div>
<div class="numbers" hidden></div>
<figcaption>{block.caption}</figcaption>
</figure>"""


_TURN = (
    '<div class="turn" role="group" aria-label="Turn the surface">'
    + "".join(
        f'<button type="button" data-do="{what}" aria-label="{label}" title="{label}">{sign}</button>'
        for what, label, sign in (
            ("left", "turn left", "←"),
            ("right", "turn right", "→"),
            ("up", "look from higher", "↑"),
            ("down", "look from lower", "↓"),
            ("nearer", "nearer", "+"),
            ("farther", "farther", "−"),
            ("front", "first view", "⟲"),
        )
    )
    + "</div>"
)


def table_html(frame: pd.DataFrame, title: str, as_html: tuple[str, ...] = ()) -> str:
    """A table for people: numbers to four digits, aligned; in a box that scrolls sideways."""
    numeric = [
        pd.api.types.is_numeric_dtype(frame[name]) and not pd.api.types.is_bool_dtype(frame[name]) for name in frame
    ]
    head = "".join(
        f'<th scope="col"{" class=n" if is_number else ""}>{html.escape(str(name))}</th>'
        for name, is_number in zip(frame.columns, numeric, strict=True)
    )
    rows = []
    for values in frame.itertuples(index=False):
        fields = []
        for name, value, is_number in zip(frame.columns, values, numeric, strict=True):
            text = style.number(value)
            kind = " class=n" if is_number else " class=long" if len(text) > 36 else ""
            fields.append(f"<td{kind}>{text if name in as_html else html.escape(text)}</td>")
        rows.append(f"<tr>{''.join(fields)}</tr>")
    return (
        f'<div class="scroll{" tall" if len(rows) > 24 else ""}" tabindex="0" role="region" aria-label="{html.escape(title)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _downloads(run: Run, packed: dict[str, str], missing: str) -> str:
    items = "".join(
        f'<li><button type="button" data-table="{name}">{name}.csv</button> {style.number(len(run.table(name)))} rows</li>'
        for name in COLUMNS
        if name in packed
    )
    return f"""<section id="tables" aria-labelledby="tables-title">
<h2 id="tables-title">All tables</h2>
<div class="intro"><p>As <code>seedscape export</code> wrote them, bit for bit. The columns are explained in the project's Tutorial,
“The tables”.</p>{missing}</div>
<ul class="downloads">{items}</ul>
</section>"""
