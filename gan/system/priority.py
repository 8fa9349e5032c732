"""Scheduling priority: the page runs at nice 0, exports at 5, training at 10."""

import os
import sys
import threading

EXPORT, TRAINING = 5, 10


def lower(process: int | None = None, nice: int = EXPORT) -> None:
    """Lower the priority of a process or, on Linux, of the calling thread; never raise it.

    Call it before a thread's first torch operation: its OpenMP threads inherit the priority.
    """
    if process is None and sys.platform == "linux":
        process = threading.get_native_id()
    if process is not None and hasattr(os, "setpriority"):
        try:
            now = os.getpriority(os.PRIO_PROCESS, process)
            os.setpriority(os.PRIO_PROCESS, process, max(now, nice))
        except ProcessLookupError:  # it has ended
            pass
