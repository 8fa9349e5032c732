"""Frames compressed on two threads at once, and written in the order they came."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from gan.system import priority

THREADS = 2  # of the two cores we count on; zlib and libwebp let others run meanwhile
WAITING = 2 * THREADS  # results not yet used: bounds the memory
_CHECK_S = 0.05
_PATIENCE_S = 0.25  # libwebp cannot be interrupted: a thread may outlive an abort by one picture


class OrderedPool:
    """`use` is called with each job's result, in the thread and the order of `do`.

    `check` is called while a result is awaited; it may raise to stop. `over` is set by `abort`,
    for jobs to look at.
    """

    def __init__(self, use: Callable[[Any], None], check: Callable[[], None]) -> None:
        self.over = threading.Event()
        self._use, self._check = use, check
        self._pool = ThreadPoolExecutor(THREADS, "compress", priority.lower)
        self._waiting: deque[Future] = deque()

    def do(self, job: Callable[..., Any], *given: Any) -> None:
        """Start `job(*given)`; wait for an older one if too many are under way."""
        self._waiting.append(self._pool.submit(job, *given))
        if len(self._waiting) > WAITING:
            self._use_oldest()

    def finish(self) -> None:
        """Use what is left."""
        while self._waiting:
            self._use_oldest()
        self._pool.shutdown()

    def abort(self) -> None:
        """Drop what is left."""
        self.over.set()
        running = [job for job in self._waiting if not job.cancel()]
        late = wait(running, _PATIENCE_S).not_done
        self._pool.shutdown(wait=not late, cancel_futures=True)

    def _use_oldest(self) -> None:
        while wait(list(self._waiting)[:1], _CHECK_S).not_done:
            self._check()
        self._use(self._waiting.popleft().result())
