"""The files being written on this server: each in its turn, in a thread, stopped when not wanted.

A visitor who cancels, leaves or asks anew stops what was asked before, in whatever state it is,
and every export has a folder of its own, which is gone when its `Job` is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from demo.export.queue import ExportQueue, Ticket
from gan.system import priority

TICK_S = 0.1  # between two looks at how far a job has come

OnFrame = Callable[[int, int], None]
Work = Callable[[Path, OnFrame, threading.Event], Any]


class Cancelled(Exception):
    """The export was told to stop, or its visitor went away."""


class Exports:
    """One per server. Visitors are Gradio sessions; each has one job of a kind at a time."""

    def __init__(self, at_once: int) -> None:
        self.queue = ExportQueue(at_once)
        # the encoders that these threads start inherit their priority: the page goes first
        self._pool = ThreadPoolExecutor(at_once, "export", priority.lower)
        self._jobs: dict[tuple[str, str], Job] = {}
        self._lock = threading.Lock()

    def begin(
        self, visitor: str, kind: str, work: Work, *, long: bool = False, expected_s: float = 1.0
    ) -> Job:
        """Put `work(folder, on_frame, stop)` in line; the visitor's earlier job is stopped.

        It runs in a thread of low priority, writes into `folder`, tells on_frame(done, total) and
        ends soon after `stop` is set, by raising anything. Close the job when its files are taken.

        Raises:
            demo.export.queue.QueueFullError: too many wait.
        """
        self.stop(visitor, kind)
        job = Job(self.queue, self._pool, work, Ticket(visitor, lambda: None, long, expected_s))
        with self._lock:
            self._jobs[visitor, kind] = job
        job.future.add_done_callback(lambda _: self._forget(visitor, kind, job))
        try:
            job.enter()
        except BaseException:
            self._forget(visitor, kind, job)
            raise
        return job

    def stop(self, visitor: str, kind: str | None = None) -> None:
        """Stop this visitor's job of this kind, or all of them."""
        with self._lock:
            jobs = [
                job
                for (whose, what), job in self._jobs.items()
                if whose == visitor and kind in (None, what)
            ]
        for job in jobs:
            job.stop()

    def close(self) -> None:
        """Stop all there is, and wait until it has ended."""
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.close()
        self._pool.shutdown()

    def _forget(self, visitor: str, kind: str, job: Job) -> None:
        with self._lock:
            if self._jobs.get((visitor, kind)) is job:
                del self._jobs[visitor, kind]


class Job:
    """One export: in line, at work, or ended. Any thread may ask and stop it."""

    def __init__(
        self, queue: ExportQueue, pool: ThreadPoolExecutor, work: Work, ticket: Ticket
    ) -> None:
        self.future: Future[Any] = Future()  # of what `work` gives
        self.at: tuple[int, int] = (0, 0)  # frames written, of how many; (0, 0) while it prepares
        self._queue, self._work, self._ticket = queue, work, ticket
        self._stop = threading.Event()
        self._ended: asyncio.Event | None = None  # of the loop that first asks
        self._folder: Path | None = None
        ticket.begin = lambda: pool.submit(self._run)

    def enter(self) -> None:
        """Stand in line. Raises `demo.export.queue.QueueFullError`."""
        self._queue.enter(self._ticket)

    @property
    def place(self) -> int:
        """The place in line, 1 being next; 0 when it waits no more."""
        return self._queue.place(self._ticket)

    def stop(self) -> None:
        """Have it end in `Cancelled`: at once while it waits, else as soon as the work sees it."""
        self._stop.set()
        if self._queue.give_up(self._ticket):
            self.future.set_exception(Cancelled())

    def close(self) -> None:
        """Stop it if it goes on, and remove its files, as soon as nobody writes them any more."""
        self.stop()
        self.future.add_done_callback(lambda _: self._sweep())

    async def tick(self) -> bool:
        """Wait a moment, less if it ends; whether it has ended."""
        if self._ended is None:
            self._ended, loop = asyncio.Event(), asyncio.get_running_loop()
            told = self._ended.set
            self.future.add_done_callback(lambda _: loop.call_soon_threadsafe(told))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), TICK_S)
        return self.future.done()

    def result(self) -> Any:
        """What the work gave, after its end.

        Raises:
            Cancelled: it was stopped.
            Exception: what the work raised.
        """
        return self.future.result()

    def _run(self) -> None:
        started = time.monotonic()

        def on_frame(done: int, total: int) -> None:
            if self._stop.is_set():
                raise Cancelled
            self.at = (done, total)
            if done:
                self._ticket.left_s = (time.monotonic() - started) * (total - done) / done

        made, failed = None, None
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="latent-studio-"))
            made = self._work(self._folder, on_frame, self._stop)
        except BaseException as error:
            failed = error
        # before the end is told: whoever hears of it may look for what is left
        if self._stop.is_set() or failed:
            self._sweep()
        self._queue.leave(self._ticket)
        if self._stop.is_set():
            failed = Cancelled()
        if failed:
            self.future.set_exception(failed)
        else:
            self.future.set_result(made)

    def _sweep(self) -> None:
        if self._folder is not None:
            with contextlib.suppress(OSError):
                shutil.rmtree(self._folder)
