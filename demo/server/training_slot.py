"""The one training slot, and the line before it: begins runs in the order in which they came."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future
from pathlib import Path

from demo.server.endpoint import Refused, result, without_folders
from demo.server.training_queue import QueuedRun, TrainingQueue
from gan.runner.runner import Runner
from gan.storage.metadata import change_about, read_about

log = logging.getLogger(__name__)

ACTIVE = ("loading", "running", "paused")
WAIT_S = 20
IDLE_S = 600  # a held run that nobody touches leaves the slot to those who wait
KEPT_WORDS = 16  # to visitors whose run could not start when their turn came


class TrainingSlot:
    """At most `most` wait. Safe between threads; nothing is done while the lock is held that waits.

    `holder` is the mark of whoever began the present or last run.
    """

    def __init__(self, runner: Runner, most: int) -> None:
        self.holder = ""
        self._runner = runner
        self._line = TrainingQueue(most)
        self._lock = threading.RLock()
        self._beginning = False
        self._touched_s = time.monotonic()
        self._told: dict[str, str] = {}

    def is_taken(self) -> bool:
        """Whether a run goes on, is held, or is about to begin."""
        return self._beginning or self._runner.status.state in ACTIVE

    def take(self, wish: QueuedRun) -> str:
        """Begin a run and return its name; "" when it was put in the line.

        Raises:
            Refused: the line is full, this visitor is in it, or the images take long to come.
            Exception: whatever `wish.begin` or its Future raises.
        """
        with self._lock:
            if self.is_taken():
                if self._line.place(wish.owner):
                    raise Refused("waiting_already")
                if self._line.is_full():
                    raise Refused("line_full" if self._line.most else "busy", most=self._line.most)
                self._line.enter(wish)
                return ""
            begun = self._begin(wish)
        return result(begun, WAIT_S, "loading")

    def leave(self, owner: str) -> bool:
        """Give up a place in the line; False when there was none."""
        with self._lock:
            return self._line.leave(owner)

    def touch(self) -> None:
        """Whoever holds the slot is still there."""
        self._touched_s = time.monotonic()

    def standing(self, owner: str) -> dict[str, str | int]:
        """`place` in the line (0: none) of `waiting`, at most `most`, and `told`: a sentence, said
        once, when their run could not start as its turn came.
        """
        with self._lock:
            return {
                "place": self._line.place(owner),
                "waiting": len(self._line),
                "most": self._line.most,
                "told": self._told.pop(owner, ""),
            }

    def look_after(self) -> None:
        """Begin the next run when the slot is free; end a held one that keeps others waiting."""
        with self._lock:
            held = self._runner.status.state == "paused"
            if held and len(self._line) and time.monotonic() - self._touched_s > IDLE_S:
                log.info("A held run that nobody touched leaves its slot to the next in line.")
                self.touch()
                self._runner.stop()
            if self.is_taken() or (wish := self._line.next()) is None:
                return
            begun = self._begin(wish)
        begun.add_done_callback(lambda future: self._after(wish, future))

    def _after(self, wish: QueuedRun, begun: Future[str]) -> None:
        if (error := begun.exception()) is None:
            return
        log.warning("The next run in line could not start: %r", error)
        with self._lock:
            self._told[wish.owner] = without_folders(str(error))
            for owner in list(self._told)[:-KEPT_WORDS]:
                del self._told[owner]

    def _begin(self, wish: QueuedRun) -> Future[str]:
        """Begin a run now that the slot is free; the Future holds its name."""
        begun: Future[str] = Future()
        # at once: whoever steered the last run must not steer this one while it loads
        before, self.holder, self._beginning = self.holder, wish.owner, True
        self.touch()
        try:
            started, folders = wish.begin()
        except Exception as error:  # the runner is closed
            self.holder, self._beginning = before, False
            begun.set_exception(error)
            return begun

        def settle(future: Future) -> None:
            error = future.exception()
            with self._lock:
                self._beginning = False
                if error is not None:
                    self.holder = before
            if error is None:
                _sign(folders, wish.owner)
                begun.set_result(folders[0].name)
            else:
                begun.set_exception(error)
                self.look_after()  # somebody may have come into the line meanwhile

        started.add_done_callback(settle)
        return begun


def _sign(folders: tuple[Path, ...], owner: str) -> None:
    """Whose the runs are, unless that is known already; a full disk leaves them the host's."""
    for folder in folders:
        if "owner" not in read_about(folder):
            try:
                change_about(folder, owner=owner)
            except OSError as error:
                log.warning("Whose run %s is could not be written: %s", folder.name, error)
