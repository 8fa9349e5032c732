"""A loop's next things made in a thread of their own, while the last ones are worked on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from gan.system import priority

T = TypeVar("T")
_END = object()


def ahead(things: Iterable[T], depth: int) -> Iterator[T]:
    """The same things in order, up to `depth` of them made before they are asked for.

    What the making raises is raised here. Closing the iterator ends the thread after the thing
    that it is making; nothing is left of it.
    """
    done: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
    room, leave = threading.Semaphore(depth), threading.Event()

    def make() -> None:
        priority.lower()
        try:
            for thing in things:
                done.put((thing, None))
                room.acquire()
                if leave.is_set():
                    return
            done.put((_END, None))
        except BaseException as error:  # told to whoever waits, whatever it is
            done.put((_END, error))

    thread = threading.Thread(target=make, name="ahead", daemon=True)
    thread.start()
    try:
        while True:
            thing, error = done.get()
            if error is not None:
                raise error
            if thing is _END:
                return
            yield thing
            room.release()
    finally:
        leave.set()
        room.release()
        thread.join()
