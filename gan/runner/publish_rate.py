"""How often a status is published: as often as asked, where that costs little time."""

from __future__ import annotations

import time
from collections.abc import Callable

SHARE = 0.025  # of the time, that publishing may take
SLOWEST = 3  # times the interval asked for, at most


class PublishRate:
    """Says when to publish: every `every_s`, less often on a slow or busy machine."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._due_s = 0.0
        self._costs: list[float] = []  # seconds of the last three

    def is_due(self) -> bool:
        """Return whether it is time."""
        return time.monotonic() >= self._due_s

    def publish(self, do: Callable[[], None]) -> None:
        """Call `do` and measure how long it takes."""
        start_s = time.monotonic()
        do()
        self._costs = [*self._costs[-2:], time.monotonic() - start_s]
        # the least of three: vital signs, taken now and then, have a share of their own
        wait_s = min(min(self._costs) / SHARE, SLOWEST * self._every_s)
        self._due_s = time.monotonic() + max(self._every_s, wait_s)
