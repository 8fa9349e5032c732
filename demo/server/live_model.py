"""Copies of the EMA weights of the current run, shared by all visitors."""

import threading
import time
from concurrent.futures import Future

from gan.models.generator import Generator
from gan.runner.runner import Runner

EVERY_S = 2.0


class LiveModel:
    """Copies a run's EMA weights at most every `every_s`, however many visitors ask.

    The runner copies between two training steps, so that training is not delayed, and a request
    waits for slow steps no longer than it asks to.
    """

    def __init__(self, runner: Runner, every_s: float = EVERY_S) -> None:
        self.every_s = every_s
        self._runner = runner
        self._lock = threading.Lock()
        self._run = ""
        self._known: Generator | None = None  # of `_run`, as the next two
        self._pending: Future[Generator] | None = None
        self._requested_s = float("-inf")

    def covers(self, run: str) -> bool:
        """Return whether this run is running or paused."""
        status = self._runner.status
        return bool(run) and status.run == run and status.state in ("running", "paused")

    def latest(self, run: str, wait_s: float = 0.0) -> Generator | None:
        """Return the newest copy of this run's weights; None if there is none yet."""
        if not self.covers(run):
            return None
        with self._lock:
            if self._run != run:
                self._run, self._known, self._pending = run, None, None
                self._requested_s = float("-inf")
            if self._pending is None and time.monotonic() - self._requested_s >= self.every_s:
                self._pending, self._requested_s = self._runner.generator(), time.monotonic()
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
            # names are unique: the run is still current, so the copy is of this run
            if made and not same and self._runner.status.run == run:
                self._known = made
