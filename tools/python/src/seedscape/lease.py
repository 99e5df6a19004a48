"""Who is running a run directory, as `Sources/Ledger/Lease.swift` decides it."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path

LIFETIME = 60.0
"""Seconds without renewal after which another host's lease is stale."""


def holder(run: Path) -> str | None:
    """Who holds the lease of a run directory; None when it is free.

    Looks and changes nothing. Another host's lease is judged by this host's clock.
    """
    path = run / "lease"
    try:
        text, modified = path.read_text("utf-8"), path.stat().st_mtime
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        return f"a job whose lease cannot be read ({error})"
    age = time.time() - modified
    try:
        record = json.loads(text)
        host, process, start = str(record["host"]), int(record["process"]), record.get("processStart")
    except (ValueError, KeyError, TypeError, AttributeError):
        return "another job that is just starting" if age < LIFETIME else None
    who = f"process {process} on host {host}" + (f", job {record['job']}" if record.get("job") else "")
    if host == socket.gethostname():
        return who if _is_alive(process, start) else None
    return f"{who} (renewed {max(0, int(age))} s ago)" if age < LIFETIME else None


def _is_alive(process: int, start: object) -> bool:
    """Whether a process of this host lives and is the one that started then, in the kernel's clock ticks."""
    try:
        os.kill(process, 0)
    except PermissionError:
        pass
    except (OSError, OverflowError):
        return False
    try:
        text = Path(f"/proc/{process}/stat").read_text("utf-8", errors="replace")
    except OSError:
        return True
    # The second field, a name in parentheses, may hold spaces; the start is the 22nd (proc(5)).
    fields = text[text.rindex(")") :].split()
    return start is None or len(fields) <= 20 or int(fields[20]) == start
