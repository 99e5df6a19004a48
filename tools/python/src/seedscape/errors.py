"""What can go wrong. Every message says what was got, what was expected and what to do."""

from __future__ import annotations


class SeedscapeError(Exception):
    """Something the user can mend. `exit_code` is what the command line ends with, as in the Swift program."""

    exit_code = 65


class NoRunError(SeedscapeError):
    """A folder that holds no run."""


class UnreadableError(SeedscapeError):
    """A file of a run that cannot be read, or is not what it should be."""


class UnknownNameError(SeedscapeError, KeyError):
    """A surface, cell or comparison that the run does not have."""

    def __str__(self) -> str:
        return str(self.args[0])


class ExportError(SeedscapeError):
    """The program that writes the tables is not there, or failed."""

    exit_code = 74


class WriteError(SeedscapeError):
    """A report that cannot be written."""

    exit_code = 74
