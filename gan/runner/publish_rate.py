"""Throttle publishing, so that it takes little of the time of training."""

from __future__ import annotations

import time
from collections.abc import Callable

SHARE = 0.025  # of the time: what publishing may take
SLOWEST = 3  # longest interval, in units of the requested one


class PublishRate:
    """Throttle: publish every `every_s`, less often on a slow or busy machine."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._due_s = 0.0
        self._costs: list[float] = []  # seconds of the last three

    def is_due(self) -> bool:
        """Return whether it is time to publish."""
        return time.monotonic() >= self._due_s

    def publish(self, do: Callable[[], None]) -> None:
        """Call `do` and measure how long it takes."""
        start_s = time.monotonic()
        do()
        self._costs = [*self._costs[-2:], time.monotonic() - start_s]
        # the least of three: the occasional vital signs are not counted
        wait_s = min(min(self._costs) / SHARE, SLOWEST * self._every_s)
        self._due_s = time.monotonic() + max(self._every_s, wait_s)
