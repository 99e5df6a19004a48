"""`python -m seedscape report DIR`"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import traceback
from pathlib import Path

from . import __version__
from .errors import SeedscapeError, WriteError
from .output import allow_any_name, tell
from .run import open


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit code: 0 done, 1 some parts could not be drawn, 64 usage, 65 bad input, 70 a fault of
    the program, 74 input or output, 130 interrupted."""
    allow_any_name()
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as error:
        return 0 if error.code in (0, None) else 64
    # No figure is shown on a screen, whatever the environment says.
    os.environ["MPLBACKEND"] = "agg"
    # Drawing takes a second to load, which `--help` need not wait for.
    from .report.parts import DEBUG, reason

    try:
        return _report(options)
    except KeyboardInterrupt:
        _complain("stopped; what is there is whole, the same command draws it all again")
        return 130
    except Exception as error:
        if os.environ.get(DEBUG):
            traceback.print_exc()
        _complain(reason(error))
        return error.exit_code if isinstance(error, SeedscapeError) else 74 if isinstance(error, OSError) else 70


def _report(options: argparse.Namespace) -> int:
    from .report import write_figures, write_page
    from .report.parts import Failure, attempt

    run = open(options.directory, options.tables, is_read_only=options.output is not None)
    if run.remark:
        _complain(run.remark)
    page = options.output or run.path / "report.html"
    folder = page.parent / "figures"
    code, failures = 0, []

    def draw_page() -> tuple[str, list[Failure]]:
        return str(page), write_page(run, page)

    def draw_figures() -> tuple[str, list[Failure]]:
        written, failed = write_figures(run, folder)
        return f"{folder} ({len(written)} files)", failed

    # Neither stops the other.
    told = []
    for name, draw in [("the page", draw_page), ("figures/", draw_figures)][: 2 if options.figures else 1]:
        try:
            found = attempt(name, draw)
        except WriteError as error:
            _complain(str(error))
            code = code or error.exit_code
            continue
        if isinstance(found, Failure):
            failures.append(found)
        else:
            told.append(found[0])
            failures += found[1]
    tell("\n".join(told))
    for failure in failures:
        _complain(f"not drawn: {failure}")
    if failures:
        _complain(f"{len(failures)} part{'s' if len(failures) > 1 else ''} of the report could not be drawn; all others are there")
    return code or (1 if failures else 0)


def _complain(text: str) -> None:
    with contextlib.suppress(OSError):
        print(f"seedscape: {text}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m seedscape", description="Draws the results of a run of seedscape.")
    parser.add_argument("--version", action="version", version=f"seedscape {__version__} for Python")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    report = commands.add_parser(
        "report",
        help="one HTML page, and figures for papers",
        description="Writes report.html, one page that needs no network, and figures/ beside it: PDF and PNG for papers. A part "
        "that cannot be drawn stops no other: the page has a box with the reason in its place.",
        epilog="Exit codes: 0 done, 1 some parts could not be drawn, 64 usage, 65 bad input, 70 a fault of the program, 74 input or "
        "output failed, 130 interrupted. With SEEDSCAPE_DEBUG=1 in the environment, faults come with their tracebacks.",
    )
    report.add_argument("directory", type=Path, help="the run directory")
    report.add_argument(
        "--output", type=Path, metavar="FILE", help="the page (default: report.html in the run directory)"
    )
    report.add_argument(
        "--tables",
        type=Path,
        metavar="DIR",
        help="read the tables of this folder, as 'seedscape export' wrote them, not those in the run directory",
    )
    report.add_argument("--no-figures", dest="figures", action="store_false", help="the page alone")
    return parser


if __name__ == "__main__":
    sys.exit(main())
