"""The one training slot of a server, and the queue for it, first come first served.

While others wait, nobody holds the slot for long: see `IDLE_S` and `HELD_S`. Visitors who are gone
lose their place in the queue.
"""

import logging
import math
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
HELD_S = 4 * 3600  # after which any run does, on a public server
GONE_S = 20  # without a poll, after which a visitor leaves the queue
HIDDEN_GONE_S = 90  # for a page in the background, which browsers let poll once a minute
MOST_PER_ADDRESS = 2  # places in the queue
MESSAGES_KEPT = 16


@dataclass
class QueuedRun:
    """A run to train for a visitor: `begin` starts it and returns the folders of its runs.

    `address`: of the visitor's network, "" without a limit. `gone_at_s`: when it leaves the queue.
    """

    owner: str
    begin: Callable[[], tuple[Future, tuple[Path, ...]]]
    address: str = ""
    gone_at_s: float = math.inf


class TrainingSlot:
    """Trains one run at a time and queues up to `max_queue`, one per visitor. Thread-safe.

    `holder` is the mark of the visitor who started the current or last run. Nothing that waits is
    done while the lock is held.
    """

    def __init__(self, runner: Runner, max_queue: int, max_held_s: float = math.inf) -> None:
        self.holder = ""
        self._runner, self._max_queue, self._max_held_s = runner, max_queue, max_held_s
        self._queue: list[QueuedRun] = []
        self._lock = threading.RLock()
        self._starting = False
        self._touched_s = self._taken_s = time.monotonic()
        self._messages: dict[str, str] = {}  # by owner: why their queued run could not start

    def is_taken(self) -> bool:
        """Return whether a run is in progress, paused, or about to start."""
        return self._starting or self._runner.status.state in ACTIVE

    def take(self, run: QueuedRun) -> str:
        """Start a run and return its name; "" when it was queued.

        Raises:
            Refused: the queue is full, this visitor or their network is in it, or the images take
                long to load.
            Exception: whatever `run.begin` or its Future raises.
        """
        with self._lock:
            if self.is_taken():
                self._drop_gone()
                if self._position(run.owner):
                    raise Refused("already_queued")
                near = sum(run.address == other.address for other in self._queue if run.address)
                if near >= MOST_PER_ADDRESS:
                    raise Refused("queue_address", most=MOST_PER_ADDRESS)
                if len(self._queue) >= self._max_queue:
                    raise Refused("queue_full" if self._max_queue else "busy", most=self._max_queue)
                self._queue.append(run)
                run.gone_at_s = time.monotonic() + GONE_S
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

    def seen(self, owner: str, hidden: bool = False) -> None:
        """Keep the visitor's place in the queue; `hidden`: their page is in the background."""
        with self._lock:
            for run in self._queue:
                if run.owner == owner:
                    run.gone_at_s = time.monotonic() + (HIDDEN_GONE_S if hidden else GONE_S)

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
        """Start the next run if the slot is free; stop a run that others have waited for too long.

        Its last checkpoint stays even if it cannot be saved now.
        """
        with self._lock:
            self._drop_gone()
            now, paused = time.monotonic(), self._runner.status.state == "paused"
            idle = paused and now - self._touched_s > IDLE_S
            if self._queue and (idle or now - self._taken_s > self._max_held_s):
                log.info("Stopping a run that others wait for.")
                self._touched_s = self._taken_s = now
                self._runner.stop().add_done_callback(self._discard_unsaved)
            if self.is_taken() or not self._queue:
                return
            run = self._queue.pop(0)
            started = self._start(run)
        started.add_done_callback(lambda future: self._report(run, future))

    def _discard_unsaved(self, _: Future) -> None:
        if self._runner.status.state == "paused":  # it could not be saved
            self._runner.discard()

    def _drop_gone(self) -> None:
        """Drop the visitors from the queue who have not polled lately."""
        now = time.monotonic()
        self._queue = [run for run in self._queue if now <= run.gone_at_s]

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
        self._touched_s = self._taken_s = time.monotonic()
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
