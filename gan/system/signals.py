"""Stop requests by Ctrl-C or the system, handled between two training steps."""

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def stop_event(ignore_repeats: bool = False) -> Iterator[threading.Event]:
    """Yield an event that the first SIGINT or SIGTERM sets; a second one ends the process at once.

    With `ignore_repeats` it does not: launchers of several processes forward signals that these
    have already received. Outside the main thread, which alone handles signals, it is never set.
    """
    event, before = threading.Event(), {}

    def stop(number: int, _: object) -> None:
        event.set()
        if not ignore_repeats:
            signal.signal(number, before[number] or signal.SIG_DFL)

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, stop)
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
