"""Exports give way to the page: encoders and the threads of an export run at nice 5."""

from __future__ import annotations

import os
import sys
import threading

NICE = 5  # the page runs at 0, training at 10


def lower(process: int | None = None) -> None:
    """Of a new process or, on Linux, of the calling thread; what is lower already stays."""
    if process is None and sys.platform == "linux":
        process = threading.get_native_id()
    if process is not None and hasattr(os, "setpriority"):
        try:
            now = os.getpriority(os.PRIO_PROCESS, process)
            os.setpriority(os.PRIO_PROCESS, process, max(now, NICE))
        except ProcessLookupError:  # it is over already
            pass
