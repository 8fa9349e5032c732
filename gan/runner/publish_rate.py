"""How often a run is shown: as often as asked, where that costs only a small share of its time."""

from __future__ import annotations

import time
from collections.abc import Callable

SHARE = 0.025  # of the time, that showing may take
SLOWEST = 3  # times as long as asked for, at most


class PublishRate:
    """Tells when it is time again: every `every_s` on a machine that is fast enough.

    On a slow or busy one the wait is longer, so that training keeps its share.
    """

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._due_s = 0.0
        self._costs: list[float] = []  # seconds of the last three

    def is_due(self) -> bool:
        """Whether it is time."""
        return time.monotonic() >= self._due_s

    def strike(self, show: Callable[[], None]) -> None:
        """Show it now, and see how long that takes."""
        start_s = time.monotonic()
        show()
        self._costs = [*self._costs[-2:], time.monotonic() - start_s]
        # the least of three: vital signs, taken now and then, keep to a share of their own
        wait_s = min(min(self._costs) / SHARE, SLOWEST * self._every_s)
        self._due_s = time.monotonic() + max(self._every_s, wait_s)
