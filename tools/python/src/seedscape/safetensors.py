"""Reads the safetensors files of a run: the losses and rates of every step."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from .errors import UnreadableError

_TYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "I32": "<i4", "U8": "u1", "BOOL": "?"}


def read(path: Path) -> dict[str, np.ndarray]:
    """All arrays of a file, by name. Raises UnreadableError."""
    try:
        data = path.read_bytes()
        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + size])
        arrays = {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            start, end = (8 + size + offset for offset in entry["data_offsets"])
            arrays[name] = np.frombuffer(data[start:end], _TYPES[entry["dtype"]]).reshape(entry["shape"])
        return arrays
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableError(
            f"{path} cannot be read as safetensors ({error!r}); it is a file that a run writes"
        ) from error
