"""Being told to stop, by Ctrl-C or by the system, without being cut off in the middle of a step."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def told_to_stop(patient: bool = False) -> Iterator[threading.Event]:
    """An event that is set by the first SIGINT or SIGTERM; a second one ends the process at once.

    `patient`: it does not. Whoever launches several processes hands on what they got already.
    Outside the main thread, which alone may ask for signals, it is never set.
    """
    told, before = threading.Event(), {}

    def stop(number: int, _: object) -> None:
        told.set()
        if not patient:
            signal.signal(number, before[number] or signal.SIG_DFL)

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, stop)
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
