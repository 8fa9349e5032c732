"""Serves demo/static/ to the browser tests, with some of its files changed or missing."""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

STATIC = Path(__file__).parents[2] / "demo/static"
PAGE = b"<!doctype html><meta charset=utf-8><title>test</title><link rel=icon href=data:,>"


class Site:
    """`files` maps a name to other bytes, or to None for a file that is not there."""

    def __init__(self) -> None:
        self.files: dict[str, bytes | None] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, self))
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def change(self, name: str, before: str, after: str) -> None:
        """Serve a file with one piece of it replaced."""
        served = self.files.get(name) or (STATIC / name).read_bytes()
        text = served.decode()
        assert text.count(before) == 1, f"{before!r} is not once in {name}"
        self.files[name] = text.replace(before, after).encode()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


class Handler(SimpleHTTPRequestHandler):
    """The empty page at /, and the files."""

    def __init__(self, site: Site, *args) -> None:
        self.site = site
        super().__init__(*args, directory=str(STATIC))

    def do_GET(self) -> None:
        """A file of the site, else of demo/static/."""
        name = self.path.split("?")[0].removeprefix("/")
        if name and name not in self.site.files:
            super().do_GET()
            return
        found = self.site.files.get(name, PAGE)
        if found is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if name.endswith(".js") else "text/html")
        self.end_headers()
        self.wfile.write(found)

    def log_message(self, *args) -> None:
        """Quiet."""
