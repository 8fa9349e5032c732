"""Visitors without a browser: they repeat what a page asks until its first picture, then watch."""

from __future__ import annotations

import gzip
import http.client
import json
import queue
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

CONNECTIONS = 6  # of a browser, to one server
TIMEOUT_S = 60
POLL_S = 0.7  # of Watch, while a run trains
JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Request:
    """A request of the page; `body` is "" for a GET."""

    path: str
    body: str = ""


@dataclass
class Crowd:
    """Visitors of one server; `failures` counts what they could not do, by request and reason."""

    port: int
    visit: list[Request]  # the document first
    watch_id: int  # the component that answers the polls of Watch
    pictures_s: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    polls: int = 0
    _failed: set[str] = field(default_factory=set)

    def come(self, at_s: float, until_s: float) -> None:
        """Load the page `at_s` as a visitor of its own, then watch the run (`time.monotonic`)."""
        time.sleep(max(0.0, at_s - time.monotonic()))
        who = secrets.token_hex(16)
        begun = time.monotonic()
        document, *rest = self.visit
        waiting: queue.SimpleQueue[Request] = queue.SimpleQueue()
        for one in rest:
            waiting.put(one)
        first = self._connect()
        self._ask(first, document, who)
        others = [
            threading.Thread(target=self._drain, args=(waiting, who))
            for _ in range(CONNECTIONS - 1)
        ]
        for thread in others:
            thread.start()
        self._drain(waiting, who, first)
        for thread in others:
            thread.join()
        if who not in self._failed:
            self.pictures_s.append(time.monotonic() - begun)
        self._watch(who, until_s)

    def _watch(self, who: str, until_s: float) -> None:
        connection, cursor = self._connect(), {}
        while time.monotonic() < until_s:
            body = {
                "data": {"who": who, **cursor},
                "component_id": self.watch_id,
                "fn_name": "progress",
                "session_hash": "s" + who[:10],
            }
            answer = self._ask(
                connection, Request("/gradio_api/component_server/", json.dumps(body)), who
            )
            cursor = json.loads(answer)["cursor"] if answer else {}
            self.polls += 1
            time.sleep(POLL_S)
        connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)

    def _drain(self, waiting: queue.SimpleQueue[Request], who: str, connection: Any = None) -> None:
        connection = connection or self._connect()
        while True:
            try:
                self._ask(connection, waiting.get_nowait(), who)
            except queue.Empty:
                return connection.close()

    def _ask(self, connection: http.client.HTTPConnection, one: Request, who: str) -> bytes:
        """Return the answer to a request; count a failure and return nothing if it is none."""
        headers = {"x-studio-who": who, "accept-encoding": "gzip"} | (JSON if one.body else {})
        method = "POST" if one.body else "GET"
        try:
            connection.request(method, one.path, one.body.encode() or None, headers)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status < 400 and answer.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return self._fail(who, type(error).__name__, one)
        return body if answer.status < 400 else self._fail(who, str(answer.status), one)

    def _fail(self, who: str, why: str, one: Request) -> bytes:
        self._failed.add(who)
        self.failures[f"{why} {one.path.partition('?')[0]}"] += 1
        return b""
