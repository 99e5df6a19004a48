"""Folders that get their name in one step, when all that belongs in them is there and checked.

A folder NAME is made in the hidden `.NAME.partial` beside it. What is in it, with sizes and hashes, its `source.json`
says, so that a second run sees without a network that all is there.
"""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .hub import (
    BAD_INPUT,
    INPUT_OUTPUT,
    USAGE,
    Content,
    FetchError,
    Interrupted,
    RemoteFile,
    Source,
    megabytes,
    receive,
    translated,
)

RECORD = "source.json"
RECORD_FORMAT = "seedscape source 1"
PAUSES = (1.0, 2.0, 4.0, 8.0, 8.0)  # seconds before another try of a broken download; all again after any progress
BLOCK = 1 << 20


class Staging:
    """The hidden folder `.NAME.partial` beside a folder NAME to be made: what is there so far, for this and later runs.

    Left behind when a transfer or the user stops the work; removed when it is done, or when its content is of no use.
    """

    def __init__(self, destination: Path, say: Callable[[str], None]):
        self.destination = Path(os.path.abspath(destination))
        self.folder = self.destination.with_name(f".{self.destination.name}.partial")
        self.new = self.folder / "new"
        self.say = say

    def __enter__(self) -> Self:
        while True:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.lock = open(self.folder / "lock", "w")
            try:
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.lock.close()
                raise FetchError(
                    INPUT_OUTPUT, f"another run is writing {self.destination}; wait until it is done"
                ) from None
            except OSError:
                pass  # a file system without locks
            try:
                if os.path.samestat(os.fstat(self.lock.fileno()), os.stat(self.folder / "lock")):
                    break
            except FileNotFoundError:
                pass  # the run that held the lock has just removed the folder
            self.lock.close()
        shutil.rmtree(self.new, ignore_errors=True)
        self.new.mkdir()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        done = error is None or (isinstance(error, FetchError) and error.status in (USAGE, BAD_INPUT))
        shutil.rmtree(self.new, ignore_errors=True)
        if done or self.kept() == 0:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.close()

    def kept(self) -> int:
        """Bytes that a later run need not fetch."""
        return sum(path.stat().st_size for path in self.folder.glob("*") if path.name != "lock" and path.is_file())

    def require_space(self, remotes: list[RemoteFile], extra: int = 0) -> None:
        needed = sum(remote.size or 0 for remote in remotes) + extra - self.kept()
        free = shutil.disk_usage(self.folder).free
        if needed > free:
            raise FetchError(
                INPUT_OUTPUT,
                f"{self.destination.parent} has {megabytes(free)} free, {megabytes(needed)} are needed; make room or "
                "name another folder",
            )

    def fetch(self, remote: RemoteFile, source: Source) -> Path:
        """The file's whole content, checked, in a file of this folder."""
        # Named after the ETag: what an earlier run left is of use only if the content is still the same.
        key = hashlib.sha256(remote.etag.encode()).hexdigest()[:16]
        whole = self.folder / f"{remote.name.replace('/', '--')}.{key}"
        part = whole.with_name(f"{whole.name}.part")
        if not whole.exists():
            self.say(f"{remote.name}, {megabytes(remote.size)}")
            self._transfer(remote, part, source)
            os.replace(part, whole)
        return whole

    def _transfer(self, remote: RemoteFile, part: Path, source: Source) -> None:
        pauses = list(PAUSES)
        with open(part, "a+b") as file:
            while True:
                content = Content(remote)
                file.seek(0)
                while block := file.read(BLOCK):
                    content.add(block)
                before = content.size
                if before:
                    self.say(f"{remote.name}: going on from {megabytes(before)}")
                try:
                    if content.size != remote.size:
                        with translated(source):
                            receive(remote, file, content)
                    break
                except OSError as error:
                    raise FetchError(
                        INPUT_OUTPUT,
                        f"{part} cannot be written after {content.size} bytes ({error}); make room, and the same command goes "
                        "on from there, or name another folder",
                    ) from error
                except Interrupted as error:
                    if content.size > before:
                        pauses = list(PAUSES)
                    if not pauses:
                        raise FetchError(
                            INPUT_OUTPUT,
                            f"the download of {remote.name} broke off at {content.size} of {remote.size} bytes: "
                            f"{error}; the same command goes on from there",
                        ) from error
                    time.sleep(pauses.pop(0))
            file.flush()
            os.fsync(file.fileno())
        if difference := content.difference():
            part.unlink()
            raise FetchError(
                INPUT_OUTPUT,
                f"{remote.name} arrived damaged: {difference}; nothing of it is kept: run the same command again, and "
                "if that does not help, without proxy or mirror (HF_ENDPOINT)",
            )

    def install(self, files: dict[str, Path], source: Source, commit: str, **facts: Any) -> None:
        """Gives the folder its name, with these files and their record in it."""
        # Hashed before they are moved: what is in `new` when the user stops the work is lost.
        listing = {name: {"size": path.stat().st_size, "sha256": sha256(path)} for name, path in files.items()}
        for name, path in files.items():
            os.replace(path, self.new / name)
        record = {"format": RECORD_FORMAT, **asdict(source), "commit": commit, **facts, "files": listing}
        with open(self.new / RECORD, "w", encoding="utf-8") as file:
            file.write(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        old = self.folder / "old"
        shutil.rmtree(old, ignore_errors=True)
        if self.destination.is_dir() and any(self.destination.iterdir()):
            os.rename(self.destination, old)
        try:
            os.rename(self.new, self.destination)
        except BaseException:
            if old.exists() and not self.destination.exists():
                os.rename(old, self.destination)
            raise


def require_writable(destination: Path) -> None:
    """Whether the folder can be made, before anything is fetched for it. Raises FetchError."""
    folder = Staging(destination, lambda message: None).folder
    place = next(parent for parent in folder.parents if os.path.lexists(parent))
    try:
        if len(os.fsencode(folder.name)) > 255:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        with tempfile.TemporaryFile(dir=folder if folder.is_dir() else place) as file:
            file.write(bytes(4096))
    except OSError as error:
        raise FetchError(
            INPUT_OUTPUT, f"{destination} cannot be made, as writing failed in {place}: {error.strerror}; name another folder"
        ) from error


def is_whole(destination: Path, source: Source) -> bool:
    """Whether the folder holds all of the source already, by its record and every file's SHA-256.

    False when it is missing, empty, or this source damaged: it may be replaced. Raises when it holds anything else.
    """
    if not os.path.lexists(destination):
        return False
    if destination.is_symlink() or not destination.is_dir():
        raise FetchError(BAD_INPUT, f"{destination} is not a folder; name another")
    names = {path.name for path in destination.iterdir()}
    if not names:
        return False
    advice = "name an empty or new folder, or remove this one"
    record = read_record(destination)
    if record is None:
        raise FetchError(BAD_INPUT, f"{destination} holds '{min(names)}' and no {RECORD} of this program; {advice}")
    if any(record.get(key) != value for key, value in asdict(source).items()):
        got = f"{record.get('part') or ''} {record.get('repository')} at revision '{record.get('revision')}'"
        expected = f"{source.part or ''} {source.repository} at revision '{source.revision}'"
        raise FetchError(BAD_INPUT, f"{destination} holds {got}, expected {expected}; {advice}")
    if foreign := names - set(record["files"]) - {RECORD}:
        raise FetchError(BAD_INPUT, f"{destination} holds '{min(foreign)}', which is not part of {source}; {advice}")
    return all(
        (destination / name).is_file()
        and (destination / name).stat().st_size == facts["size"]
        and sha256(destination / name) == facts["sha256"]
        for name, facts in record["files"].items()
    )


def read_record(folder: Path) -> dict[str, Any] | None:
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    is_ours = isinstance(record, dict) and record.get("format") == RECORD_FORMAT
    files = record.get("files") if is_ours else None
    is_whole = isinstance(files, dict) and all(isinstance(f, dict) and {"size", "sha256"} <= set(f) for f in files.values())
    return record if is_whole else None


def sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
