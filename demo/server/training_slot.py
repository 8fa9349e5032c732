"""The one training slot of a server, and the queue for it, first come first served.

Visitors whose pages are gone lose their place in the queue. While others wait, a run ends when its
owner is gone or it has had its time; while nobody waits, no run ends.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.endpoint import Refused, result, sentence_of
from demo.server.presence import GONE_S, Presence
from gan.runner.runner import Runner
from gan.storage.metadata import read_owner, write_owner

log = logging.getLogger(__name__)

ACTIVE = ("loading", "running", "paused")
TIMEOUT_S = 20
NOTICE_S = 60  # from the first visitor joining the queue to the end of a run past its limit
MOST_PER_ADDRESS = 30  # places in the queue: a class behind one router
MESSAGES_KEPT = 64


@dataclass
class QueuedRun:
    """A run to train for a visitor: `begin` starts it and returns the folders of its runs.

    `address`: of the visitor's network, "" without a limit.
    """

    owner: str
    begin: Callable[[], tuple[Future, tuple[Path, ...]]]
    address: str = ""
    pages: Presence = field(default_factory=Presence)


class TrainingSlot:
    """Trains one run at a time and queues up to `max_queue`, one per visitor. Thread-safe.

    While others wait, a run ends `max_run_s` after its start and `away_s` after its owner's last
    poll. `holder` is the mark of the visitor who started the current or last run. Nothing that
    waits is done while the lock is held.
    """

    def __init__(self, runner: Runner, max_queue: int, max_run_s: float, away_s: float) -> None:
        self.holder = ""
        self._run = ""  # of the holder; the runner's is still the last one while this one loads
        self._runner, self._max_queue = runner, max_queue
        self._max_run_s, self._away_s = max_run_s, away_s
        self._queue: list[QueuedRun] = []
        self._lock = threading.RLock()
        self._starting = self._ending = False
        self._pages = Presence()  # of the holder
        self._taken_s = self._waited_s = time.monotonic()  # start of the run, and of the waiting
        self._messages: dict[str, str] = {}  # by owner: why their queued run could not start
        self._ended: dict[str, dict[str, str]] = {}  # by owner: their run that was ended, and why

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
                run.pages = Presence()
                if not self._others():
                    self._waited_s = time.monotonic()
                self._queue.append(run)
                self._ended.pop(run.owner, None)
                return ""
            started = self._start(run)
        return result(started, TIMEOUT_S, "loading")

    def leave(self, owner: str) -> bool:
        """Leave the queue; False if the visitor was not in it."""
        with self._lock:
            before = len(self._queue)
            self._queue = [run for run in self._queue if run.owner != owner]
            return len(self._queue) < before

    def seen(self, owner: str, page: str = "", hidden: bool = False) -> None:
        """Note a poll of a visitor's page; `hidden`: it is in the background."""
        with self._lock:
            for pages in self._pages_of(owner):
                pages.seen(page, hidden)

    def holds(self, owner: str) -> bool:
        """Return whether a visitor has the current run or a place in the queue."""
        with self._lock:
            return self._position(owner) > 0 or (owner == self.holder and self.is_taken())

    def closed(self, owner: str, page: str = "") -> None:
        """Note that a visitor's page was closed; others of theirs may still be open."""
        with self._lock:
            for pages in self._pages_of(owner):
                pages.closed(page)

    def tell(self, why: str) -> None:
        """Record for the holder why their run is ended: "limit", "away" or "host"."""
        with self._lock:
            _keep(self._ended, self.holder, {"why": why, "run": self._run})

    def status(self, owner: str) -> dict[str, Any]:
        """The visitor's position (`place`, 0: not in the queue) among `waiting`, at most `most`.

        `wait_s`: the longest time until a run of theirs starts, queued now if it is not yet;
        `left_s`: the time until the current run ends because others wait, None if nobody does.
        `message`: why their queued run could not start, reported once. `ended`: {"why", "run"} of
        their last run if it was ended for others or by the owner of the server, else None.
        """
        with self._lock:
            now, place, waiting = time.monotonic(), self._position(owner), len(self._queue)
            ahead = place - 1 if place else waiting
            left_s, away_s = self._limit_s(now) - now, self._pages.gone_at_s(self._away_s) - now
            if away_s < self._away_s / 2:  # the owner is silent, not between two polls
                left_s = min(left_s, away_s)
            left_s, run_s = max(0.0, left_s), self._runner.status.left_s  # None: not known
            first_s = left_s if run_s is None else min(left_s, run_s)
            return {
                "place": place,
                "waiting": waiting,
                "most": self._max_queue,
                "wait_s": round(first_s + ahead * self._max_run_s),
                "left_s": round(left_s) if self._others() else None,
                "message": self._messages.pop(owner, ""),
                "ended": self._ended.get(owner),
            }

    def update(self) -> None:
        """Start the next run if the slot is free; end a run that others have waited for.

        Its last checkpoint stays even if it cannot be saved now.
        """
        with self._lock:
            self._drop_gone()
            now, is_away = time.monotonic(), self._pages.are_gone(self._away_s)
            is_over = is_away or now > self._limit_s(now)
            is_wanted = self.is_taken() and any(run.pages.are_here() for run in self._others())
            if is_over and is_wanted and not self._starting and not self._ending:
                why = "away" if is_away else "limit"
                log.info("Ending a run that others wait for (%s).", why)
                self._ending = True
                self.tell(why)
                self._runner.stop().add_done_callback(self._discard_unsaved)
            # not a page in the background that is silent: it may be gone
            run = next((run for run in self._queue if run.pages.are_here()), None)
            if run is None or self.is_taken():
                return
            self._queue.remove(run)
            started = self._start(run)
        started.add_done_callback(lambda future: self._report(run, future))

    def _limit_s(self, now: float) -> float:
        """Return the time at which the current run ends if others wait."""
        waited_s = self._waited_s if self._others() else now
        return max(self._taken_s + self._max_run_s, waited_s + min(NOTICE_S, self._max_run_s))

    def _others(self) -> list[QueuedRun]:
        """Return the runs that wait for the holder's."""
        return [run for run in self._queue if run.owner != self.holder]

    def _discard_unsaved(self, _: Future) -> None:
        if self._runner.status.state == "paused":  # it could not be saved
            self._runner.discard()

    def _drop_gone(self) -> None:
        """Drop the visitors from the queue who have not polled lately."""
        self._queue = [run for run in self._queue if not run.pages.are_gone(GONE_S)]

    def _pages_of(self, owner: str) -> list[Presence]:
        """Return the pages of a visitor's queued runs, and of the running one if it is theirs."""
        queued = [run.pages for run in self._queue if run.owner == owner]
        return [*queued, self._pages] if owner == self.holder else queued

    def _position(self, owner: str) -> int:
        return next((n for n, run in enumerate(self._queue, 1) if run.owner == owner), 0)

    def _report(self, run: QueuedRun, started: Future[str]) -> None:
        if (error := started.exception()) is None:
            return
        log.warning("The next run in the queue could not start: %r", error)
        with self._lock:
            _keep(self._messages, run.owner, sentence_of(error))

    def _start(self, run: QueuedRun) -> Future[str]:
        """Start a run in the free slot; the Future holds its name."""
        named: Future[str] = Future()
        before = self._run, self.holder, self._pages
        self._starting, self._ending, self._taken_s = True, False, time.monotonic()
        # at once: the last holder must not control this run while it loads
        self.holder, self._pages = run.owner, run.pages
        try:
            started, folders = run.begin()
            self._run = folders[0].name
        except Exception as error:  # the runner is closed
            started = Future()
            started.set_exception(error)

        def settle(future: Future) -> None:
            error = future.exception()
            with self._lock:
                self._starting = False
                if error is not None:
                    self._run, self.holder, self._pages = before
                    named.set_exception(error)
                    return self.update()  # a run may have been queued meanwhile
                self._ended.pop(run.owner, None)
            _sign(folders, run.owner)
            named.set_result(folders[0].name)

        started.add_done_callback(settle)
        return named


def _keep(messages: dict[str, Any], owner: str, message: Any) -> None:
    messages[owner] = message
    for first in list(messages)[:-MESSAGES_KEPT]:
        del messages[first]


def _sign(folders: tuple[Path, ...], owner: str) -> None:
    """Record the owner of runs that have none; if that fails they belong to the host."""
    for folder in folders:
        if not read_owner(folder):
            try:
                write_owner(folder, owner)
            except OSError as error:
                log.warning("Cannot record the owner of run %s: %s", folder.name, error)
