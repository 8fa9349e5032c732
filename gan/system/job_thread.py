"""A thread that alternates between queued jobs and its own work."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class JobThread:
    """Runs `turn()` repeatedly while `busy()`, and all queued jobs before each turn.

    The first job starts the thread, which calls `begin()`. What a job raises is the result of its
    Future; what `turn` raises is passed to `broken`, which must end what it was busy with.
    """

    def __init__(
        self,
        name: str,
        begin: Callable[[], None],
        busy: Callable[[], bool],
        turn: Callable[[], None],
        broken: Callable[[Exception], None],
    ) -> None:
        self._name, self._begin, self._busy, self._turn = name, begin, busy, turn
        self._broken = broken
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

    def close(self, last: Callable[[], Any], timeout_s: float | None = None) -> bool:
        """Run the queued jobs, then `last`, which ends the work; refuse later ones; join.

        Returns False if the thread still runs after `timeout_s`.
        """
        with self._lock:
            self._closed = True
            thread = self._thread
        if thread is not None:
            self._jobs.put((last, Future()))
            thread.join(timeout_s)
        return thread is None or not thread.is_alive()

    def _loop(self) -> None:
        self._begin()
        while True:
            busy = self._busy()
            if self._closed and self._jobs.empty() and not busy:
                return
            self._run_jobs(wait=not busy)
            if self._busy():
                try:
                    self._turn()
                except Exception as error:  # the thread must go on: jobs wait for it
                    self._broken(error)

    def _run_jobs(self, wait: bool) -> None:
        while wait or not self._jobs.empty():
            job, future = self._jobs.get()
            wait = False
            try:
                future.set_result(job())
            except Exception as error:
                future.set_exception(error)
