"""What the commands print."""

from __future__ import annotations

import io
import os
import sys


def allow_any_name() -> None:
    """Names of files may hold bytes that are no letters: they are printed escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def tell(text: str) -> None:
    """Prints to standard output. Nobody needs to read it: a reader that has gone is no error. Raises OSError for anything else."""
    if not text:
        return
    try:
        print(text, flush=True)
    except OSError as error:
        # Else the interpreter tries again at its end, and complains.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise OSError(error.errno, f"standard output cannot be written: {error.strerror}") from error
