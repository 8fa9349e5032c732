"""The one training slot of a server, and the queue for it, first come first served."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from demo.endpoint import Refused, result, sentence_of
from gan.runner.runner import Runner
from gan.storage.metadata import read_owner, write_owner

log = logging.getLogger(__name__)

ACTIVE = ("loading", "running", "paused")
TIMEOUT_S = 20
IDLE_S = 600  # after which a paused run makes room for a queued one
MESSAGES_KEPT = 16


@dataclass(frozen=True)
class QueuedRun:
    """A run to train for a visitor: `begin` starts it and returns the folders of its runs."""

    owner: str
    begin: Callable[[], tuple[Future, tuple[Path, ...]]]


class TrainingSlot:
    """Trains one run at a time and queues up to `max_queue`, one per visitor. Thread-safe.

    `holder` is the mark of the visitor who started the current or last run. Nothing that waits is
    done while the lock is held.
    """

    def __init__(self, runner: Runner, max_queue: int) -> None:
        self.holder = ""
        self._runner, self._max_queue = runner, max_queue
        self._queue: list[QueuedRun] = []
        self._lock = threading.RLock()
        self._starting = False
        self._touched_s = time.monotonic()
        self._messages: dict[str, str] = {}  # by owner: why their queued run could not start

    def is_taken(self) -> bool:
        """Return whether a run is in progress, paused, or about to start."""
        return self._starting or self._runner.status.state in ACTIVE

    def take(self, run: QueuedRun) -> str:
        """Start a run and return its name; "" when it was queued.

        Raises:
            Refused: the queue is full, this visitor is in it, or the images take long to load.
            Exception: whatever `run.begin` or its Future raises.
        """
        with self._lock:
            if self.is_taken():
                if self._position(run.owner):
                    raise Refused("already_queued")
                if len(self._queue) >= self._max_queue:
                    raise Refused("queue_full" if self._max_queue else "busy", most=self._max_queue)
                self._queue.append(run)
                return ""
            started = self._start(run)
        return result(started, TIMEOUT_S, "loading")

    def leave(self, owner: str) -> bool:
        """Leave the queue; False if the visitor was not in it."""
        with self._lock:
            before = len(self._queue)
            self._queue = [run for run in self._queue if run.owner != owner]
            return len(self._queue) < before

    def touch(self) -> None:
        """Note that the holder is active."""
        self._touched_s = time.monotonic()

    def status(self, owner: str) -> dict[str, str | int]:
        """The visitor's position (`place`, 0: not in the queue) among `waiting`, at most `most`.

        `message`: why their queued run could not start, reported once.
        """
        with self._lock:
            return {
                "place": self._position(owner),
                "waiting": len(self._queue),
                "most": self._max_queue,
                "message": self._messages.pop(owner, ""),
            }

    def update(self) -> None:
        """Start the next run if the slot is free; stop an idle paused run that others wait for."""
        with self._lock:
            paused = self._runner.status.state == "paused"
            if paused and self._queue and time.monotonic() - self._touched_s > IDLE_S:
                log.info("Stopping a paused run after %d s without activity.", IDLE_S)
                self.touch()
                self._runner.stop()
            if self.is_taken() or not self._queue:
                return
            run = self._queue.pop(0)
            started = self._start(run)
        started.add_done_callback(lambda future: self._report(run, future))

    def _position(self, owner: str) -> int:
        return next((n for n, run in enumerate(self._queue, 1) if run.owner == owner), 0)

    def _report(self, run: QueuedRun, started: Future[str]) -> None:
        if (error := started.exception()) is None:
            return
        log.warning("The next run in the queue could not start: %r", error)
        with self._lock:
            self._messages[run.owner] = sentence_of(error)
            for owner in list(self._messages)[:-MESSAGES_KEPT]:
                del self._messages[owner]

    def _start(self, run: QueuedRun) -> Future[str]:
        """Start a run in the free slot; the Future holds its name."""
        named: Future[str] = Future()
        # at once: the last holder must not control this run while it loads
        before, self.holder, self._starting = self.holder, run.owner, True
        self.touch()
        try:
            started, folders = run.begin()
        except Exception as error:  # the runner is closed
            self.holder, self._starting = before, False
            named.set_exception(error)
            return named

        def settle(future: Future) -> None:
            error = future.exception()
            with self._lock:
                self._starting = False
                if error is not None:
                    self.holder = before
            if error is None:
                _sign(folders, run.owner)
                named.set_result(folders[0].name)
            else:
                named.set_exception(error)
                self.update()  # a run may have been queued meanwhile

        started.add_done_callback(settle)
        return named


def _sign(folders: tuple[Path, ...], owner: str) -> None:
    """Record the owner of runs that have none; if that fails they belong to the host."""
    for folder in folders:
        if not read_owner(folder):
            try:
                write_owner(folder, owner)
            except OSError as error:
                log.warning("Cannot record the owner of run %s: %s", folder.name, error)
