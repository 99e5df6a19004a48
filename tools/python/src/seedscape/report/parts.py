"""The parts of a report, each drawn for itself: one that cannot be drawn stops no other."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..errors import SeedscapeError, WriteError

DEBUG = "SEEDSCAPE_DEBUG"
"""The environment variable that asks for the tracebacks of what could not be drawn."""

_Drawn = TypeVar("_Drawn")


@dataclass(frozen=True)
class Failure:
    """A part that could not be drawn."""

    part: str
    """Such as `Loss curves: along random directions`, `figures/rollback-MRPC.pdf`."""
    reason: str
    """One line."""

    def __str__(self) -> str:
        return f"{self.part}: {self.reason}"


def attempt(part: str, draw: Callable[[], _Drawn]) -> _Drawn | Failure:
    """What `draw` returns, or the reason why it returns nothing; a report that cannot be written is no failure of a part, and is
    raised. With SEEDSCAPE_DEBUG set, the traceback goes to standard error."""
    try:
        with warnings.catch_warnings():
            # Extreme numbers and letters that a font lacks: the figure shows what they come to.
            warnings.simplefilter("ignore", RuntimeWarning)
            warnings.simplefilter("ignore", UserWarning)
            return draw()
    except WriteError:
        raise
    except Exception as error:
        if os.environ.get(DEBUG):
            traceback.print_exc(file=sys.stderr)
        return Failure(part, reason(error))


def reason(error: Exception) -> str:
    """An error in one line. One that is no answer to bad input or to the system is called a fault of the program."""
    if isinstance(error, MemoryError):
        text = "there is not enough memory"
    elif isinstance(error, (SeedscapeError, OSError)):
        text = str(error)
    else:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        text = (
            f"a fault of seedscape ({type(error).__name__}: {error}, in {Path(frame.filename).name}, line {frame.lineno}); "
            f"please report it, with what the environment variable {DEBUG}=1 adds"
        )
    return " ".join(text.split())
