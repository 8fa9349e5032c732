"""Produce the next items of a loop in a thread, while the current one is processed."""

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from gan.system import priority

T = TypeVar("T")
_END = object()


def prefetch(items: Iterable[T], depth: int) -> Iterator[T]:
    """Yield the items in order, up to `depth` of them produced in advance.

    Their exceptions are raised here. Closing the iterator ends and joins the thread after the item
    in progress.
    """
    results: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
    room, closed = threading.Semaphore(depth), threading.Event()

    def produce() -> None:
        priority.lower()
        try:
            for item in items:
                results.put((item, None))
                room.acquire()
                if closed.is_set():
                    return
            results.put((_END, None))
        except BaseException as error:
            results.put((_END, error))

    thread = threading.Thread(target=produce, name="prefetch", daemon=True)
    thread.start()
    try:
        while True:
            item, error = results.get()
            if error is not None:
                raise error
            if item is _END:
                return
            yield item
            room.release()
    finally:
        closed.set()
        room.release()
        thread.join()
