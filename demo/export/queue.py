"""A fair queue for a few export slots.

First in, first out, with three exceptions: a visitor has at most one slot; a network that has one
lets others go first; and long exports leave one slot free, so that short ones never wait for a long
one. With a single slot all exports share it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

QUEUE_MAX = 24  # waiting exports; below the 40 events that Gradio runs at once
MOST_PER_ADDRESS = 4  # of them


class QueueFullError(RuntimeError):
    """Too many exports are waiting; the message is for the visitor."""


@dataclass(eq=False)
class QueueEntry:
    """A visitor's export in the queue; `begin` is called once, when it gets a slot.

    `address`: of the visitor's network, "" without a limit.
    """

    visitor: str
    begin: Callable[[], None]
    long: bool = False
    left_s: float = 1.0  # in its slot, updated during the export
    address: str = ""


class ExportQueue:
    """The slots and the queue for them. Thread-safe; no method blocks."""

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self._long_slots = max(1, slots - 1)
        self._lock = threading.Lock()
        self._waiting: list[QueueEntry] = []
        self._running: list[QueueEntry] = []

    def enter(self, entry: QueueEntry) -> None:
        """Join the queue, or begin at once in a free slot. Raises QueueFullError."""
        with self._lock:
            if len(self._waiting) >= QUEUE_MAX:
                raise QueueFullError(
                    f"{QUEUE_MAX} exports are waiting already; try again in a minute."
                )
            near = sum(entry.address == other.address for other in self._waiting if entry.address)
            if near >= MOST_PER_ADDRESS:
                raise QueueFullError(
                    f"{MOST_PER_ADDRESS} exports from your network are waiting already; try again "
                    "in a minute."
                )
            self._waiting.append(entry)
        self._start()

    def cancel(self, entry: QueueEntry) -> bool:
        """Leave the queue; return False, changing nothing, if the entry has a slot already."""
        with self._lock:
            waiting = entry in self._waiting
            if waiting:
                self._waiting.remove(entry)
        return waiting

    def leave(self, entry: QueueEntry) -> None:
        """Release the slot for the next entry."""
        with self._lock:
            self._running.remove(entry)
        self._start()

    def position(self, entry: QueueEntry) -> int:
        """Return the position in the queue, 1 being next; 0 if the entry is not waiting."""
        with self._lock:
            return self._waiting.index(entry) + 1 if entry in self._waiting else 0

    def wait_s(self, visitor: str, long: bool) -> float:
        """Return how long this visitor's next export would wait, assuming the known durations."""
        with self._lock:
            waiting, running = list(self._waiting), list(self._running)
        mine = QueueEntry(visitor, lambda: None, long)
        ends = {entry: max(0.0, entry.left_s) for entry in running}
        waiting.append(mine)
        now = 0.0
        while True:
            while (started := self._next(waiting, list(ends))) is not None:
                if started is mine:
                    return now
                waiting.remove(started)
                ends[started] = now + max(0.0, started.left_s)
            first = min(ends, key=ends.__getitem__)
            now = ends.pop(first)

    def _start(self) -> None:
        """Begin the entries that get a slot now, outside the lock, since `begin` may block."""
        started = []
        with self._lock:
            while (entry := self._next(self._waiting, self._running)) is not None:
                self._waiting.remove(entry)
                self._running.append(entry)
                started.append(entry)
        for entry in started:
            entry.begin()

    def _next(self, waiting: list[QueueEntry], running: list[QueueEntry]) -> QueueEntry | None:
        if len(running) >= self.slots:
            return None
        served = {entry.visitor for entry in running}
        room = sum(entry.long for entry in running) < self._long_slots
        ready = [t for t in waiting if t.visitor not in served and (room or not t.long)]
        near = {entry.address for entry in running if entry.address}
        return next((t for t in ready if t.address not in near), ready[0] if ready else None)
