"""Wait for what another thread or process does, however busy the machine is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(condition: Callable[[], T], seconds: float = 120) -> T:
    """Return the first true value of `condition`; fail after `seconds`."""
    end_s = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end_s, f"not true within {seconds} s"
        time.sleep(0.005)
    return found


class NewThreads:
    """The threads that were started since this object was made and are still alive."""

    def __init__(self) -> None:
        self._before = set(threading.enumerate())

    def alive(self) -> set[threading.Thread]:
        """Return them. A thread of another test that ends meanwhile makes no difference."""
        return set(threading.enumerate()) - self._before
