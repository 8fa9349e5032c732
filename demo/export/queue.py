"""Who may export now: a few slots, shared fairly by all visitors.

In the order in which they came, with two exceptions: a visitor has one slot at most, and long
exports leave one slot to the short ones, which therefore never wait for a long one. Where there
is one slot only, all wait for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

QUEUE_MAX = 24  # waiting; below the 40 events that Gradio runs at once for the whole page


class QueueFullError(RuntimeError):
    """Too many wait already, in a sentence for the visitor."""


class Ticket:
    """One visitor's wish for a slot. `begin` is called once, when the turn has come.

    `left_s` is how much longer it will hold its slot, as far as is known; whoever works in the
    slot keeps it up to date.
    """

    def __init__(
        self, visitor: str, begin: Callable[[], None], long: bool = False, left_s: float = 1.0
    ) -> None:
        self.visitor, self.begin, self.long, self.left_s = visitor, begin, long, left_s


class ExportQueue:
    """The slots and the line before them. Safe to share between threads; no call waits."""

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self._long_slots = max(1, slots - 1)
        self._lock = threading.Lock()
        self._waiting: list[Ticket] = []
        self._running: list[Ticket] = []

    def enter(self, ticket: Ticket) -> None:
        """Stand in line; if there is a free slot, `ticket.begin` is called at once.

        Raises:
            QueueFullError: `QUEUE_MAX` wait already.
        """
        with self._lock:
            if len(self._waiting) >= QUEUE_MAX:
                raise QueueFullError(
                    f"{QUEUE_MAX} exports are waiting already; try again in a minute."
                )
            self._waiting.append(ticket)
        self._call()

    def give_up(self, ticket: Ticket) -> bool:
        """Leave the line; False if the turn has come already, and then nothing changes."""
        with self._lock:
            early = ticket in self._waiting
            if early:
                self._waiting.remove(ticket)
        return early

    def leave(self, ticket: Ticket) -> None:
        """Give back the slot, which goes to the next."""
        with self._lock:
            self._running.remove(ticket)
        self._call()

    def place(self, ticket: Ticket) -> int:
        """1 is the next in line; 0 is not waiting any more."""
        with self._lock:
            return self._waiting.index(ticket) + 1 if ticket in self._waiting else 0

    def wait_s(self, visitor: str, long: bool) -> float:
        """How long this visitor's next export would wait, if all goes on as it is known now."""
        with self._lock:
            waiting, running = list(self._waiting), list(self._running)
        mine = Ticket(visitor, lambda: None, long)
        ends = {ticket: max(0.0, ticket.left_s) for ticket in running}
        waiting.append(mine)
        now = 0.0
        while True:
            while (called := self._next(waiting, list(ends))) is not None:
                if called is mine:
                    return now
                waiting.remove(called)
                ends[called] = now + max(0.0, called.left_s)
            first = min(ends, key=ends.__getitem__)
            now = ends.pop(first)

    def _call(self) -> None:
        """Begin whatever may begin now; outside the lock, as it is other people's code."""
        called = []
        with self._lock:
            while (ticket := self._next(self._waiting, self._running)) is not None:
                self._waiting.remove(ticket)
                self._running.append(ticket)
                called.append(ticket)
        for ticket in called:
            ticket.begin()

    def _next(self, waiting: list[Ticket], running: list[Ticket]) -> Ticket | None:
        if len(running) >= self.slots:
            return None
        served = {ticket.visitor for ticket in running}
        room = sum(ticket.long for ticket in running) < self._long_slots
        able = (t for t in waiting if t.visitor not in served and (room or not t.long))
        return next(able, None)
