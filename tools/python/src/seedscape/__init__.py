"""Reads the run directories of seedscape.

    import seedscape

    run = seedscape.open("runs/minute")
    run.cells                                   # one row per fine-tuning
    surface = run.surface("MRPC-s0 x SST-2-s0")
    surface.alpha, surface.beta, surface.values["training_loss"]
    run.matrix("MRPC seeds on mrpc-dev", layer=2)

`python -m seedscape report runs/minute` draws all of it.
"""

from .errors import ExportError, NoRunError, SeedscapeError, UnknownNameError, UnreadableError
from .landscape import Curve, Surface
from .run import Run, open

__all__ = [
    "Curve",
    "ExportError",
    "NoRunError",
    "Run",
    "SeedscapeError",
    "Surface",
    "UnknownNameError",
    "UnreadableError",
    "open",
]

__version__ = "0.1.0"
