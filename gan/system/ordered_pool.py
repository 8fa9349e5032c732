"""Compress frames in two threads, and write them in order."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from gan.system import priority

THREADS = 2  # zlib and libwebp release the GIL
WAITING = 2 * THREADS  # results not yet used; bounds the memory
_CHECK_S = 0.05
_ABORT_S = 0.25  # libwebp cannot be interrupted: a thread may outlive an abort by one frame


class OrderedPool:
    """Calls `use` with each job's result, in the thread and the order of `submit`.

    `check` is called while waiting and may raise to stop. Jobs may poll `aborted`, set by `abort`.
    """

    def __init__(self, use: Callable[[Any], None], check: Callable[[], None]) -> None:
        self.aborted = threading.Event()
        self._use, self._check = use, check
        self._pool = ThreadPoolExecutor(THREADS, "compress", priority.lower)
        self._waiting: deque[Future] = deque()

    def submit(self, job: Callable[..., Any], *args: Any) -> None:
        """Start `job(*args)`; wait for the oldest one if too many are in progress."""
        self._waiting.append(self._pool.submit(job, *args))
        if len(self._waiting) > WAITING:
            self._use_oldest()

    def finish(self) -> None:
        while self._waiting:
            self._use_oldest()
        self._pool.shutdown()

    def abort(self) -> None:
        self.aborted.set()
        running = [job for job in self._waiting if not job.cancel()]
        late = wait(running, _ABORT_S).not_done
        self._pool.shutdown(wait=not late, cancel_futures=True)

    def _use_oldest(self) -> None:
        while wait(list(self._waiting)[:1], _CHECK_S).not_done:
            self._check()
        self._use(self._waiting.popleft().result())
