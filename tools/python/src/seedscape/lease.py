"""Who is running a run directory, as `Sources/Ledger/Lease.swift` decides it."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path

LIFETIME = 60.0
"""Seconds without renewal after which a lease is stale."""


def holder(run: Path) -> str | None:
    """Who holds the lease of a run directory; None when it is free.

    Looks and changes nothing. The heartbeat is judged by this host's clock.
    """
    path = run / "lease"
    try:
        text, modified = path.read_text("utf-8"), path.stat().st_mtime
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        return f"a job whose lease cannot be read ({error})"
    # A heartbeat from far in the future is as stale as an old one: no job that is alive leaves it there.
    age = time.time() - modified
    is_fresh = abs(age) < LIFETIME
    seconds = f"renewed {int(max(0.0, min(age, LIFETIME)))} s ago"
    try:
        record = json.loads(text)
        host, process, start = str(record["host"]), int(record["process"]), record.get("processStart")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return f"another job that is just starting, or one that left a damaged lease ({seconds})" if is_fresh else None
    who = f"process {process} on host {host}" + (f", job {record['job']}" if record.get("job") else "")
    own = _machine()
    is_own = record["machine"] == own if record.get("machine") and own else host == socket.gethostname()
    if is_own and not _is_alive(process, start):
        return None
    return f"{who} ({seconds})" if is_fresh else None


def _machine() -> str | None:
    """What tells this machine, and this container on it, from others of the same host name; None where Linux does not say."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("utf-8")[:36]
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return None


def _is_alive(process: int, start: object) -> bool:
    """Whether a process of this machine lives and is the one that started then, in the kernel's clock ticks. One that has ended and
    waits for its parent does not live."""
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
    if len(fields) > 1 and fields[1] in ("Z", "X"):
        return False
    return start is None or len(fields) <= 20 or int(fields[20]) == start
