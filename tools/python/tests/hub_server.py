"""A hub on this machine: what huggingface_hub asks of huggingface.co when it lists a repository and downloads from it.

Two servers, as there: the hub, which knows names and tokens, and the storage, to which large files are redirected and
which must never be sent a token. Faults are set by tests and happen as often as asked.
"""

import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

LARGE = (".safetensors", ".parquet", ".bin")


@dataclass
class Repo:
    files: dict[str, bytes]
    revisions: dict[str, str] = field(default_factory=lambda: {"main": "c" * 40})
    gated: bool = False
    private: bool = False
    token: str = "hf_good"
    conversion: int | None = None  # the number of the converter's pull request


@dataclass
class Faults:
    cut: list[int] = field(default_factory=list)  # of each next blob only so many bytes, then the connection ends
    stall: int | None = None  # so many bytes, then nothing until `resume`
    corrupt: bool = False
    ignore_range: bool = False
    status: int | None = None  # of every answer of the hub
    html: bool = False
    page: bool = False  # an HTML page from the storage


class HubServer:
    """`repos` by kind and name. `requests` holds (method, path, Range) of all that was asked."""

    def __init__(self) -> None:
        self.repos: dict[tuple[str, str], Repo] = {}
        self.faults = Faults()
        self.requests: list[tuple[str, str, str | None]] = []
        self.leaked: list[str] = []
        self.resume = threading.Event()
        self.hub = self.serve(HubHandler)
        self.storage = self.serve(StorageHandler)

    def serve(self, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        server.state = self  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.hub.server_port}"

    @property
    def storage_url(self) -> str:
        return f"http://127.0.0.1:{self.storage.server_port}"

    def ranges(self) -> list[str | None]:
        """The Range of every GET to the storage."""
        return [range for method, path, range in self.requests if method == "GET" and path.startswith("/blob/")]

    def close(self) -> None:
        self.resume.set()
        for server in (self.hub, self.storage):
            server.shutdown()
            server.server_close()


class Handler(BaseHTTPRequestHandler):
    @property
    def state(self) -> HubServer:
        return self.server.state  # type: ignore[attr-defined]

    def log_message(self, format: str, *arguments: Any) -> None:
        pass

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.state.requests.append((self.command, self.path, self.headers.get("Range")))
        try:
            self.respond()
        except (BrokenPipeError, ConnectionResetError):
            pass

    def respond(self) -> None:
        raise NotImplementedError


class HubHandler(Handler):
    def respond(self) -> None:
        faults = self.state.faults
        if faults.html:
            return self.answer(200, b"<html>Please log in</html>", Content_Type="text/html")
        if faults.status:
            return self.answer(faults.status, b"")
        path = urlsplit(self.path).path.strip("/")
        is_cached = path.startswith("api/resolve-cache/")
        path = path.removeprefix("api/resolve-cache/")
        is_api = path.startswith("api/")
        parts = [unquote(part) for part in path.removeprefix("api/").split("/")]
        kind = "model"
        if parts[0] in ("models", "datasets"):
            kind = parts.pop(0).removesuffix("s")
        name, rest = "/".join(parts[:2]), parts[2:]
        repo = self.state.repos.get((kind, name))
        known = self.headers.get("Authorization") == f"Bearer {repo.token}" if repo else False
        if repo is None or (repo.private and not known):
            return self.answer(401 if "Authorization" not in self.headers else 404, X_Error_Code="RepoNotFound")
        if is_api and rest == ["discussions"]:
            return self.discussions(repo)
        revision = rest[1] if len(rest) > 1 else "main"
        commit = repo.revisions.get(revision, revision if revision in repo.revisions.values() else None)
        if commit is None:
            return self.answer(404, X_Error_Code="RevisionNotFound")
        if is_api:
            siblings = [{"rfilename": file} for file in repo.files]
            body = {"id": name, "sha": commit, "private": repo.private, "siblings": siblings, "tags": []}
            return self.answer(200, json.dumps(body).encode(), Content_Type="application/json")
        if repo.gated and not known:
            return self.answer(
                403 if "Authorization" in self.headers else 401,
                X_Error_Code="GatedRepo", X_Error_Message=f"Access to {name} is restricted.",
            )  # fmt: skip
        self.resolve(repo, commit, "/".join(rest[2:]), is_cached)

    def discussions(self, repo: Repo) -> None:
        query = parse_qs(urlsplit(self.path).query)
        asked = query.get("author") == ["SFconvertbot"]
        found = [{"num": repo.conversion, "author": {"name": "SFconvertbot"}}] if asked and repo.conversion else []
        self.answer(200, json.dumps({"discussions": found, "count": len(found)}).encode())

    def resolve(self, repo: Repo, commit: str, file: str, is_cached: bool) -> None:
        content = repo.files.get(file)
        if content is None:
            return self.answer(404, X_Error_Code="EntryNotFound")
        if file.endswith(LARGE):
            digest = hashlib.sha256(content).hexdigest()
            self.answer(
                302, X_Repo_Commit=commit, X_Linked_Etag=f'"{digest}"', X_Linked_Size=str(len(content)),
                Location=f"{self.state.storage_url}/blob/{digest}?signed",
            )  # fmt: skip
        elif not is_cached:
            # As huggingface.co does with small files: to another path of the same host.
            self.answer(307, X_Repo_Commit=commit, Location=f"/api/resolve-cache{self.path}")
        else:
            git = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            self.answer(200, content, X_Repo_Commit=commit, ETag=f'"{git}"')


class StorageHandler(Handler):
    def respond(self) -> None:
        if "Authorization" in self.headers:
            self.state.leaked.append(self.path)
        if self.state.faults.page:
            return self.answer(200, b"<html>Please log in</html>", Content_Type="text/html; charset=utf-8")
        digest = urlsplit(self.path).path.removeprefix("/blob/")
        contents = [content for repo in self.state.repos.values() for content in repo.files.values()]
        content = next(content for content in contents if hashlib.sha256(content).hexdigest() == digest)
        faults = self.state.faults
        if faults.corrupt:
            content = bytes(byte ^ 1 for byte in content)
        begin, asked = 0, self.headers.get("Range")
        if asked and not faults.ignore_range:
            begin = int(asked.removeprefix("bytes=").partition("-")[0])
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        body = content[begin:]
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"another one"')
        self.end_headers()
        if faults.cut:
            self.wfile.write(body[: faults.cut.pop(0)])
        elif faults.stall is not None:
            self.wfile.write(body[: faults.stall])
            self.wfile.flush()
            self.state.resume.wait(30)
        else:
            self.wfile.write(body)
