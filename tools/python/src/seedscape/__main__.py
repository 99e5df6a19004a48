"""`python -m seedscape report DIR`"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import __version__
from .errors import SeedscapeError
from .run import open


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit code: 0 done, 64 usage, 65 bad input, 74 input or output."""
    parser = _parser()
    try:
        options = parser.parse_args(arguments)
    except SystemExit as error:
        return 0 if error.code in (0, None) else 64
    # Drawing takes a second to load, which `--help` need not wait for.
    from .report import write_figures, write_page

    try:
        run = open(options.directory)
        if run.remark:
            print(f"seedscape: {run.remark}", file=sys.stderr)
        page = options.output or run.path / "report.html"
        write_page(run, page)
        print(page)
        if options.figures:
            folder = page.parent / "figures"
            count = len(write_figures(run, folder))
            print(f"{folder} ({count} files)")
    except SeedscapeError as error:
        print(f"seedscape: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m seedscape", description="Draws the results of a run of seedscape.")
    parser.add_argument("--version", action="version", version=f"seedscape {__version__} for Python")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    report = commands.add_parser(
        "report",
        help="one HTML page, and figures for papers",
        description="Writes report.html, one page that needs no network, and figures/ beside it: PDF and PNG for papers.",
    )
    report.add_argument("directory", type=Path, help="the run directory")
    report.add_argument(
        "--output", type=Path, metavar="FILE", help="the page (default: report.html in the run directory)"
    )
    report.add_argument("--no-figures", dest="figures", action="store_false", help="the page alone")
    return parser


if __name__ == "__main__":
    sys.exit(main())
