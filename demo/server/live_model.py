"""The weights of the run in progress, copied now and then for everyone who plays with it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future

from gan.models.generator import Generator
from gan.runner.runner import Runner

EVERY_S = 2.0


class LiveModel:
    """A copy of a run's EMA weights, made at most every `EVERY_S` however many visitors ask.

    The runner makes it between two training steps, so nobody holds up the training, and with slow
    steps nobody waits for it longer than they said.
    """

    def __init__(self, runner: Runner, every_s: float = EVERY_S) -> None:
        self.every_s = every_s
        self._runner = runner
        self._lock = threading.Lock()
        self._run = ""
        self._known: Generator | None = None  # of `_run`, like the two below
        self._pending: Future[Generator] | None = None
        self._asked_s = float("-inf")

    def covers(self, run: str) -> bool:
        """Whether this run is in progress, or paused."""
        status = self._runner.status
        return bool(run) and status.run == run and status.state in ("running", "paused")

    def latest(self, run: str, wait_s: float = 0.0) -> Generator | None:
        """The newest copy of this run's weights; None when there is none (yet)."""
        if not self.covers(run):
            return None
        with self._lock:
            if self._run != run:
                self._run, self._known, self._pending = run, None, None
                self._asked_s = float("-inf")
            if self._pending is None and time.monotonic() - self._asked_s >= self.every_s:
                self._pending, self._asked_s = self._runner.generator(), time.monotonic()
            pending = self._pending
        if pending is not None:
            self._take(run, pending, wait_s)
        with self._lock:
            return self._known if self._run == run else None

    def _take(self, run: str, pending: Future[Generator], wait_s: float) -> None:
        made = None
        try:
            made = pending.result(wait_s)
        except TimeoutError:
            return
        except (LookupError, RuntimeError):  # the run or the server has just ended
            pass
        with self._lock:
            if self._pending is not pending:
                return
            self._pending = None
            same = self._known and made and self._known.model_id == made.model_id
            # runs have names of their own: still this one means that it was this one's copy
            if made and not same and self._runner.status.run == run:
                self._known = made
