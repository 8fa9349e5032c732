"""The part of the Hugging Face Hub API that the client needs here, on 127.0.0.1 and in memory."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

TOKEN = "hf_thisIsASecretOfNobody"
OWNER = "ada"  # the account of the token
NOWHERE = "http://127.0.0.1:9"
LARGE = (".safetensors", ".png")  # suffixes in large file storage


def point(monkeypatch, address: str) -> None:
    """Make the Hub client of this process, which has already read HF_ENDPOINT, use `address`."""
    from huggingface_hub import constants

    template = constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(constants.ENDPOINT, address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "ENDPOINT", address)


def git_hash(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class Repo:
    """A repository: files by name for each commit; `refs` maps names to commits."""

    def __init__(self, private: bool = False) -> None:
        self.private, self.gated, self.refs = private, False, {}
        self.commits: dict[str, dict[str, bytes]] = {}

    def commit(self, files: dict[str, bytes]) -> str:
        oid = hashlib.sha1(json.dumps([len(self.commits), sorted(files)]).encode()).hexdigest()
        self.commits[oid] = {**self.at("main"), **files}
        self.refs["main"] = oid
        return oid

    def at(self, revision: str) -> dict[str, bytes]:
        return self.commits.get(self.refs.get(revision, revision), {})


class FakeHub:
    """A Hub server; `repos` may be changed while it runs.

    `xet`: folder used as Xet storage. `status`: HTTP error of every response. `wait_s`: delay
    before each piece of a large file. `swap`: bytes sent in place of every large file.
    """

    def __init__(self, xet: Path | None = None) -> None:
        self.repos: dict[str, Repo] = {}
        self.asked: list[tuple[str, str, bool]] = []  # method, path, with a token
        self.xet, self.status, self.wait_s, self.swap = xet, 0, 0.0, None
        self.stored: dict[str, bytes] = {}  # large files by SHA-256
        self.pointers: set[str] = set()  # to large files, of commits
        hub = self

        class Handler(_Handler):
            fake = hub

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(self, name: str, files: dict[str, bytes]) -> str:
        """Commit files to a repository, which is created if needed."""
        return self.repos.setdefault(name, Repo()).commit(files)

    def downloads(self) -> list[str]:
        return [path for method, path, _ in self.asked if method == "GET" and "/resolve/" in path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeHub

    def log_message(self, *_) -> None:
        """Log nothing."""

    def do_GET(self) -> None:
        self._answer("GET")

    def do_HEAD(self) -> None:
        self._answer("HEAD")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_PUT(self) -> None:
        self._answer("PUT")

    def _answer(self, method: str) -> None:
        hub, path = self.fake, unquote(urlsplit(self.path).path)
        length = int(self.headers.get("content-length") or 0)
        self.body = self.rfile.read(length)
        self.known = self.headers.get("authorization") == f"Bearer {TOKEN}"
        hub.asked.append((method, path, "authorization" in self.headers))
        if hub.status:
            return self._send(hub.status, b"{}", {"Retry-After": "7"})
        for pattern, wanted, answer in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and method in wanted:
                return answer(self, *found.groups())
        return self._send(404, b"{}")

    def _send(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if "Content-Length" not in (headers or {}):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _json(self, value, status: int = 200) -> None:
        self._send(status, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _error(self, status: int, code: str) -> None:
        self._send(status, b"{}", {"X-Error-Code": code, "X-Error-Message": code})

    def _repo(self, name: str) -> Repo | None:
        """Return the repository, or None after sending an error if this client cannot see it."""
        repo = self.fake.repos.get(name)
        if repo is None or (repo.private and not self.known):
            self._error(404 if self.known else 401, "RepoNotFound")
            return None
        return repo

    # --- the API -------------------------------------------------------------------------------
    def create(self) -> None:
        asked = json.loads(self.body)
        name = f"{asked['organization']}/{asked['name']}"
        if not self.known:
            return self._send(
                401, b"{}", {"X-Error-Message": "Invalid credentials in Authorization header"}
            )
        if name in self.fake.repos:
            return self._json({"url": f"{self.fake.address}/{name}"}, 409)
        if asked["organization"] != OWNER:
            return self._send(403, b"{}")
        self.fake.repos[name] = Repo(asked.get("visibility") == "private")
        return self._json({"url": f"{self.fake.address}/{name}"})

    def yaml(self) -> None:
        self._json({"errors": [], "warnings": []})

    def info(self, name: str, revision: str = "main") -> None:
        repo = self._repo(name)
        if repo is None:
            return None
        if revision not in repo.refs and revision not in repo.commits and repo.commits:
            return self._error(404, "RevisionNotFound")
        files = repo.at(revision)
        card = files.get("README.md", b"").decode()
        tags = re.findall(r"^- (\S+)$", card.split("---")[1] if "---" in card else "", re.M)
        siblings = []
        for path, data in files.items():
            one = {"rfilename": path, "size": len(data), "blobId": git_hash(data)}
            if path.endswith(LARGE):
                sha = hashlib.sha256(data).hexdigest()
                one["lfs"] = {"size": len(data), "sha256": sha, "pointerSize": 1}
            siblings.append(one)
        sha = repo.refs.get(revision, revision) if repo.commits else "0" * 40
        return self._json(
            {"id": name, "sha": sha, "private": repo.private, "tags": tags, "siblings": siblings}
        )

    def preupload(self, name: str, _revision: str) -> None:
        if self._repo(name) is None:
            return None
        if name.split("/")[0] != OWNER:
            return self._send(403, b"{}")
        files = [
            {
                "path": one["path"],
                "uploadMode": "lfs" if one["path"].endswith(LARGE) else "regular",
                "shouldIgnore": False,
            }
            for one in json.loads(self.body)["files"]
        ]
        return self._json({"files": files})

    def batch(self, _name: str) -> None:
        objects = json.loads(self.body)["objects"]
        self._json(
            {
                "transfer": "basic",
                "objects": [
                    {
                        **one,
                        "actions": {
                            "upload": {"href": f"{self.fake.address}/storage/{one['oid']}"}
                        },
                    }
                    for one in objects
                ],
            }
        )

    def store(self, oid: str) -> None:
        assert hashlib.sha256(self.body).hexdigest() == oid
        self.fake.stored[oid] = self.body
        self._send(200)

    def xet_token(self, _name: str, _kind: str, _revision: str) -> None:
        self._send(
            200,
            json.dumps(
                {
                    "casUrl": f"local://{self.fake.xet}",
                    "exp": int(time.time()) + 3600,
                    "accessToken": "storage",
                }
            ).encode(),
            {
                "Content-Type": "application/json",
                "X-Xet-Cas-Url": f"local://{self.fake.xet}",
                "X-Xet-Access-Token": "storage",
                "X-Xet-Token-Expiration": str(int(time.time()) + 3600),
            },
        )

    def commit(self, name: str, _revision: str) -> None:
        files = {}
        for line in self.body.splitlines():
            part = json.loads(line)
            value = part["value"]
            if part["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif part["key"] == "lfsFile":
                self.fake.pointers.add(value["oid"])
                files[value["path"]] = self.fake.stored.get(value["oid"], b"")
        oid = self.fake.add(name, files)
        self._json({"commitUrl": f"{self.fake.address}/{name}/commit/{oid}", "commitOid": oid})

    def resolve(self, name: str, revision: str, path: str) -> None:
        repo = self._repo(name)
        if repo is None:
            return None
        if repo.gated:
            return self._error(403, "GatedRepo")
        data = repo.at(revision).get(path)
        if data is None:
            return self._error(404, "EntryNotFound")
        commit = repo.refs.get(revision, revision)
        if not path.endswith(LARGE):
            return self._send(200, data, {"ETag": f'"{git_hash(data)}"', "X-Repo-Commit": commit})
        sha = hashlib.sha256(data).hexdigest()
        self.fake.stored[sha] = data
        # storage is another host: the token must not be sent there
        port = self.fake.address.rpartition(":")[2]
        return self._send(
            302,
            b"",
            {
                "Location": f"http://localhost:{port}/storage/{sha}",
                "X-Repo-Commit": commit,
                "X-Linked-Etag": f'"{sha}"',
                "X-Linked-Size": str(len(data)),
            },
        )

    def stored(self, oid: str) -> None:
        data = self.fake.stored[oid] if self.fake.swap is None else self.fake.swap
        self._send(200, b"", {"Content-Length": str(len(data)), "ETag": f'"{oid}"'})
        for start in range(0, len(data), 65_536):
            time.sleep(self.fake.wait_s)
            try:
                self.wfile.write(data[start : start + 65_536])
            except OSError:  # the client closed the connection
                return


NAME = r"([^/]+/[^/]+)"
ROUTES = (
    ("/api/repos/create", ("POST",), _Handler.create),
    ("/api/validate-yaml", ("POST",), _Handler.yaml),
    (f"/api/models/{NAME}", ("GET",), _Handler.info),
    (f"/api/models/{NAME}/revision/(.+)", ("GET",), _Handler.info),
    (f"/api/models/{NAME}/preupload/(.+)", ("POST",), _Handler.preupload),
    (f"/api/models/{NAME}/xet-(write|read)-token/(.+)", ("GET",), _Handler.xet_token),
    (f"/api/models/{NAME}/commit/(.+)", ("POST",), _Handler.commit),
    (f"/{NAME}.git/info/lfs/objects/batch", ("POST",), _Handler.batch),
    (f"/{NAME}/resolve/([^/]+)/(.+)", ("GET", "HEAD"), _Handler.resolve),
    ("/storage/([0-9a-f]{64})", ("PUT",), _Handler.store),
    ("/storage/([0-9a-f]{64})", ("GET",), _Handler.stored),
)
