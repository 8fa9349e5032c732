"""A thread that alternates between queued jobs and its own work."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class JobThread:
    """Runs `turn()` repeatedly while `busy()`, and all queued jobs before each turn.

    The first job starts the thread, which calls `begin()`. A job may raise, `turn` must not.
    """

    def __init__(
        self,
        name: str,
        begin: Callable[[], None],
        busy: Callable[[], bool],
        turn: Callable[[], None],
    ) -> None:
        self._name, self._begin, self._busy, self._turn = name, begin, busy, turn
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, job: Callable[[], Any]) -> Future:
        """Run a job in the thread after the current turn."""
        future: Future = Future()
        with self._lock:
            if self._closed:
                future.set_exception(RuntimeError("The trainer has been shut down."))
                return future
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name=self._name, daemon=True)
                self._thread.start()
            self._jobs.put((job, future))
        return future

    def close(self, last: Callable[[], Any]) -> None:
        """Run the queued jobs, then `last`, which ends the work; refuse later ones; join."""
        with self._lock:
            self._closed = True
            thread = self._thread
        if thread is not None:
            self._jobs.put((last, Future()))
            thread.join()

    def _loop(self) -> None:
        self._begin()
        while True:
            busy = self._busy()
            if self._closed and self._jobs.empty() and not busy:
                return
            self._run_jobs(wait=not busy)
            if self._busy():
                self._turn()

    def _run_jobs(self, wait: bool) -> None:
        while wait or not self._jobs.empty():
            job, future = self._jobs.get()
            wait = False
            try:
                future.set_result(job())
            except Exception as error:
                future.set_exception(error)
