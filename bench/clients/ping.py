"""What another visitor notices: a cheap request again and again, and how long its answer takes."""

from __future__ import annotations

import threading
import time
import urllib.request

EVERY_S = 0.2


class Ping:
    """A context manager that asks a server every 0.2 s.

    `slowest_s` is the longest answer, `then` what `busy` told meanwhile. `busy` may be set to what
    goes on.
    """

    def __init__(self, port: int) -> None:
        self.slowest_s, self.then, self.busy = 0.0, "", ""
        self._address = f"http://127.0.0.1:{port}/gradio_api/app_id"
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Ping:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._done.wait(EVERY_S):
            before, begun = self.busy, time.perf_counter()
            try:
                urllib.request.urlopen(self._address, timeout=60).close()
            except OSError:
                pass  # counts as long as it took
            took_s = time.perf_counter() - begun
            if took_s > self.slowest_s:
                self.slowest_s, self.then = took_s, f"{before} {self.busy}"
