"""Produce the next items of a loop in a thread, while the current one is processed."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from gan.system import priority

T = TypeVar("T")
_END = object()


def prefetch(items: Iterable[T], depth: int) -> Iterator[T]:
    """Yield the items in order, up to `depth` of them produced in advance.

    Their exceptions are raised here. Closing the iterator joins the thread after the present item.
    """
    source, coming = iter(items), deque[Future]()
    pool = ThreadPoolExecutor(1, "prefetch", priority.lower)
    try:
        for _ in range(depth):
            coming.append(pool.submit(next, source, _END))
        while (item := coming.popleft().result()) is not _END:
            coming.append(pool.submit(next, source, _END))
            yield item
    finally:
        pool.shutdown(cancel_futures=True)
