"""One HTTP request over a socket of its own, as broken as it may be, and its answer."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse

READ_MAX = 100_000_000  # bytes of an answer
STREAM_S = 0.5  # of a stream of events
TIMEOUT_S = 20.0
ENDLESS = {"content-length", "transfer-encoding"}  # headers that promise another body


@dataclass(frozen=True)
class Call:
    """A request. `target` says what it calls; of the body `cut` bytes are not sent."""

    target: str
    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0

    def to_bytes(self) -> bytes:
        """Return what is sent."""
        length = {"content-length": str(len(self.body))} if self.body else {}
        headers = {"host": "127.0.0.1", "connection": "close"} | length | self.headers
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
        head = "\r\n".join(lines).encode("utf-8", "surrogatepass") + b"\r\n\r\n"
        return head + self.body[: len(self.body) - self.cut]


@dataclass(frozen=True)
class Answer:
    """What came back: status 0 if nothing did. `seconds` do not count the rest of a stream."""

    status: int
    body: bytes
    seconds: float
    headers: str = ""


def send(port: int, call: Call, stream_s: float = STREAM_S) -> Answer:
    """Send a request to this machine and read its answer; leave a stream after `stream_s`."""
    begun, status, body, headers, streams_s = time.perf_counter(), 0, b"", "", 0.0
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as connection:
        try:
            connection.sendall(call.to_bytes())
            if call.cut or not ENDLESS.isdisjoint(call.headers):
                connection.shutdown(socket.SHUT_WR)  # else the server waits for the rest
        except OSError:
            pass  # refused before all was sent; the answer may be there all the same
        answer = HTTPResponse(connection, method=call.method)
        try:
            answer.begin()
            status, headers, read_s = answer.status, str(answer.headers), TIMEOUT_S
            if "event-stream" in headers:
                streams_s, read_s = time.perf_counter(), stream_s
                connection.settimeout(stream_s)
            end_s = time.perf_counter() + read_s
            while len(body) < READ_MAX and time.perf_counter() < end_s:
                if not (piece := answer.read1()):
                    break
                body += piece
        except (OSError, HTTPException):
            pass
    return Answer(status, body, (streams_s or time.perf_counter()) - begun, headers)
