from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from pathlib import Path

import pytest

from seedscape import lease


def take(folder: Path, age: float = 0, **record: object) -> None:
    path = folder / "lease"
    path.write_text(json.dumps(record))
    os.utime(path, (time.time() - age, time.time() - age))


def test_no_file(tmp_path: Path) -> None:
    assert lease.holder(tmp_path) is None


def test_this_host(tmp_path: Path) -> None:
    take(tmp_path, host=socket.gethostname(), process=os.getpid(), job="12")
    assert lease.holder(tmp_path) == f"process {os.getpid()} on host {socket.gethostname()}, job 12 (renewed 0 s ago)"
    # A process of that number that started at another time is another one.
    take(tmp_path, host=socket.gethostname(), process=os.getpid(), processStart=1)
    assert lease.holder(tmp_path) is None
    gone = subprocess.Popen(["true"])
    gone.wait()
    take(tmp_path, host=socket.gethostname(), process=gone.pid)
    assert lease.holder(tmp_path) is None


def test_own_start_time(tmp_path: Path) -> None:
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    take(tmp_path, host=socket.gethostname(), process=os.getpid(), processStart=int(fields[19]))
    assert lease.holder(tmp_path) is not None


@pytest.mark.parametrize(("age", "held"), [(5, True), (61, False), (-5, True), (-3600, False)])
@pytest.mark.parametrize("host", ["elsewhere", socket.gethostname()])
def test_heartbeat(tmp_path: Path, age: float, held: bool, host: str) -> None:
    take(tmp_path, age, host=host, process=os.getpid())
    assert (lease.holder(tmp_path) is not None) == held


def test_a_machine_of_the_same_name(tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    take(tmp_path, host=socket.gethostname(), machine="another boot", process=gone.pid)
    assert lease.holder(tmp_path) is not None
    take(tmp_path, host="elsewhere", machine=lease._machine(), process=gone.pid)
    assert lease.holder(tmp_path) is None


def test_zombie(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    while Path(f"/proc/{ended.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.01)
    take(tmp_path, host=socket.gethostname(), process=ended.pid)
    assert lease.holder(tmp_path) is None
    ended.wait()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"host": "a"}'])
def test_half_written(tmp_path: Path, text: str) -> None:
    (tmp_path / "lease").write_text(text)
    assert (lease.holder(tmp_path) or "").startswith("another job that is just starting, or one that left a damaged lease")
    os.utime(tmp_path / "lease", (1, 1))
    assert lease.holder(tmp_path) is None
