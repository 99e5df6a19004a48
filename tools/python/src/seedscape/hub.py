"""What a Hugging Face hub says and sends: repositories, files, bytes.

huggingface_hub does the talking: names, tokens, HF_ENDPOINT, the hub's errors, each file's size and ETag. The bytes are
fetched here, because a second run of it (2.x) starts a broken file from the beginning; here it goes on where it was.
"""

import hashlib
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

USAGE, BAD_INPUT, UNAVAILABLE, INPUT_OUTPUT = 64, 65, 69, 74

TIMEOUT = 20.0  # seconds without an answer


class FetchError(Exception):
    """One line for the user: what was got, what was expected, what to do. `status` is the exit code."""

    def __init__(self, status: int, message: str):
        super().__init__(" ".join(message.split()))
        self.status = status


class Interrupted(FetchError):
    """A transfer broke off and may go on."""


@dataclass(frozen=True)
class Source:
    """What a folder is made from, as asked for."""

    kind: str  # "model" or "dataset"
    repository: str
    revision: str
    part: str | None = None  # a task of a data set

    def __str__(self) -> str:
        return self.repository if self.part is None else f"{self.part} of {self.repository}"


@dataclass(frozen=True)
class RemoteFile:
    name: str
    url: str  # of this very commit
    etag: str
    size: int | None


@dataclass(frozen=True)
class Repository:
    source: Source
    commit: str
    files: frozenset[str]

    def describe(self, name: str) -> RemoteFile:
        """Asks for a file's size and ETag."""
        hub = hugging_face()
        url = hub.hf_hub_url(
            self.source.repository, name, repo_type=self.source.kind, revision=self.commit, endpoint=endpoint()
        )
        with translated(self.source):
            metadata = hub.get_hf_file_metadata(url, timeout=TIMEOUT, endpoint=endpoint())
        if not metadata.etag:
            raise not_a_hub(f"no ETag for {name}")
        return RemoteFile(name, url, metadata.etag, metadata.size)


def hugging_face() -> Any:
    """The module huggingface_hub, quiet."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        import httpx2  # noqa: F401, I001  what version 2 speaks HTTP with
        import huggingface_hub.utils
    except ImportError as error:
        raise FetchError(
            UNAVAILABLE, f"needs the Python package huggingface_hub 2 ({error}); run tools/setup"
        ) from error
    huggingface_hub.utils.logging.set_verbosity_error()
    return huggingface_hub


def endpoint() -> str:
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


def page(source: Source) -> str:
    return f"{endpoint()}/{'datasets/' if source.kind == 'dataset' else ''}{source.repository}"


def open_repository(source: Source) -> Repository:
    """Asks which commit the revision is, and which files it has."""
    api = hugging_face().HfApi(endpoint=endpoint())
    with translated(source):
        information = api.repo_info(source.repository, repo_type=source.kind, revision=source.revision, timeout=TIMEOUT)
        names = frozenset(file.rfilename for file in information.siblings or [])
        commit = information.sha
    if not commit:
        raise not_a_hub("no commit for the revision")
    return Repository(source, commit, names)


def conversion_request(source: Source) -> str | None:
    """The revision of an open pull request in which the hub's own converter offers safetensors, if there is one."""
    hub = hugging_face()
    try:
        answer = hub.get_session().get(
            f"{endpoint()}/api/{source.kind}s/{source.repository}/discussions",
            params={"author": "SFconvertbot", "type": "pull_request", "status": "open"},
            headers=hub.utils.build_hf_headers(),
            timeout=TIMEOUT,
        )
        return f"refs/pr/{int(answer.json()['discussions'][0]['num'])}"
    except Exception:  # advice only: the error that it completes is the one to report
        return None


@contextmanager
def translated(source: Source) -> Iterator[None]:
    """Turns what huggingface_hub and its HTTP library raise into one line each."""
    import httpx2
    from huggingface_hub import errors

    what = f"{source.kind} repository '{source.repository}'"
    token = "set HF_TOKEN to a token of an account that may read it"
    try:
        yield
    except FetchError:
        raise
    except errors.HFValidationError as error:
        raise FetchError(
            USAGE, f"'{source.repository}' is no name on the hub ({error}); expected OWNER/NAME"
        ) from error
    except errors.OfflineModeIsEnabled as error:
        raise FetchError(
            UNAVAILABLE, f"HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set, so {source} is not fetched; unset it"
        ) from error
    except errors.GatedRepoError as error:
        raise FetchError(UNAVAILABLE, f"{what} is gated: ask for access at {page(source)}, then {token}") from error
    except errors.RevisionNotFoundError as error:
        raise FetchError(
            BAD_INPUT, f"{what} has no revision '{source.revision}'; the branches are at {page(source)}/tree/main"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise FetchError(
            BAD_INPUT,
            f"no {what} at {endpoint()}, or it is private; check the name (OWNER/NAME), or {token}",
        ) from error
    except errors.RemoteEntryNotFoundError as error:
        raise FetchError(BAD_INPUT, f"{what} lacks a file that it lists: {first_line(error)}") from error
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        if status in (401, 403):
            raise FetchError(
                UNAVAILABLE, f"{endpoint()} refused access to {source} (HTTP {status}); {token}"
            ) from error
        advice = "wait and run the same command again" if status == 429 or status >= 500 else "check HF_ENDPOINT"
        kind = Interrupted if status in (408, 429) or status >= 500 else FetchError
        raise kind(UNAVAILABLE, f"{endpoint()} answered with HTTP {status} for {source}; {advice}") from error
    except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
        raise FetchError(
            USAGE, f"HF_ENDPOINT is '{endpoint()}', expected a URL such as https://huggingface.co ({error})"
        ) from error
    except httpx2.TransportError as error:
        raise Interrupted(
            UNAVAILABLE,
            f"cannot reach {endpoint()} ({first_line(error)}); check the network, HTTPS_PROXY and HF_ENDPOINT, or run "
            "this on a machine with a network and copy the folder",
        ) from error
    except OSError:
        raise
    except (httpx2.HTTPError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise not_a_hub(first_line(error)) from error


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [""])[0] or type(error).__name__


def not_a_hub(got: str) -> FetchError:
    return FetchError(
        UNAVAILABLE,
        f"the answer of {endpoint()} is not the hub's ({got}); check HF_ENDPOINT, and whether a proxy or login page "
        "answers instead",
    )


class Content:
    """The hash of a file as it grows. The hub's ETag is the SHA-256 of a large file, Git's SHA-1 of a small one."""

    def __init__(self, remote: RemoteFile):
        self.remote = remote
        self.reset()

    def reset(self) -> None:
        remote = self.remote
        self.size = 0
        self.hash = None
        if re.fullmatch("[0-9a-f]{64}", remote.etag):
            self.hash = hashlib.sha256()
        elif re.fullmatch("[0-9a-f]{40}", remote.etag) and remote.size is not None:
            self.hash = hashlib.sha1(b"blob %d\0" % remote.size)

    def add(self, data: bytes) -> None:
        self.size += len(data)
        if self.hash:
            self.hash.update(data)

    def difference(self) -> str | None:
        """From what the hub announced."""
        if self.remote.size is not None and self.size != self.remote.size:
            return f"got {self.size} bytes, expected {self.remote.size}"
        if self.hash and self.hash.hexdigest() != self.remote.etag:
            return f"got content with hash {self.hash.hexdigest()}, expected {self.remote.etag}"
        return None


def receive(remote: RemoteFile, file: BinaryIO, content: Content) -> None:
    """Appends to `file` what it lacks; raises what the HTTP library and huggingface_hub raise."""
    hub = hugging_face()
    headers = hub.utils.build_hf_headers(library_name="seedscape", library_version="fetch")
    headers["Accept-Encoding"] = "identity"  # so that sizes and ranges are those of the content

    def start_over() -> None:
        file.truncate(0)
        content.reset()

    if remote.size is None or content.size > remote.size:
        start_over()
    begin = content.size
    if begin:
        headers["Range"] = f"bytes={begin}-"
    # The HTTP library follows a redirect to a storage host, and does not send the token there.
    with hub.get_session().stream("GET", remote.url, headers=headers, timeout=TIMEOUT) as response:
        hub.utils.hf_raise_for_status(response)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            raise not_a_hub(f"an HTML page in place of {remote.name}")
        got = response.headers.get("Content-Range", "")
        if begin and not (response.status_code == 206 and got.startswith(f"bytes {begin}-")):
            start_over()
            if response.status_code == 206:
                raise Interrupted(UNAVAILABLE, f"got the range '{got}', expected one from {begin}")
        progress = Progress(remote, content.size)
        try:
            for data in response.iter_bytes():
                file.write(data)
                content.add(data)
                progress.show(content.size)
        finally:
            progress.clear()
            file.flush()
    if remote.size is not None and content.size < remote.size:
        raise Interrupted(UNAVAILABLE, f"the server ended after {content.size} of {remote.size} bytes")


class Progress:
    """One line that is overwritten, on a terminal only."""

    def __init__(self, remote: RemoteFile, start: int):
        self.stream = sys.stderr if sys.stderr.isatty() else None
        self.remote, self.start, self.began, self.next = remote, start, time.monotonic(), 0.0

    def show(self, size: int) -> None:
        now = time.monotonic()
        if self.stream is None or now < self.next:
            return
        self.next = now + 0.5
        rate = (size - self.start) / max(now - self.began, 0.5)
        share = f" of {megabytes(self.remote.size)}, {100 * size // self.remote.size} %" if self.remote.size else ""
        self.stream.write(f"\r  {megabytes(size)}{share}, {megabytes(int(rate))}/s\033[K")
        self.stream.flush()

    def clear(self) -> None:
        if self.stream is not None:
            self.stream.write("\r\033[K")
            self.stream.flush()


def megabytes(size: int | None) -> str:
    if size is None:
        return "size unknown"
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size} bytes"
