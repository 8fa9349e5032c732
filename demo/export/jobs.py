"""The exports of this server: queued, written in threads, cancelled when no longer wanted.

A visitor who cancels, leaves or starts another export stops the previous one in any state. Every
export has its own folder, which is removed when its `ExportJob` is closed.
"""

import asyncio
import contextlib
import math
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from demo.export.queue import ExportQueue, QueueEntry
from demo.export.spec import ExportedFile, ExportSpec
from gan.media.writer import ExportError
from gan.system import priority

TICK_S = 0.1  # interval between progress updates
MOST_S = 900  # of one export on a public server


# (folder, bytes): raises OSError if there is no space for so many more
CheckDisk = Callable[[Path, int], None]


class Cancelled(Exception):
    """The export was cancelled, or its visitor left."""


class ExportJob(QueueEntry):
    """An export: queued, running or ended. Thread-safe.

    future: the exported file; raises Cancelled if the job was stopped. progress: (frames written,
    total), (0, 0) while the first frame is prepared.
    """

    def __init__(
        self,
        queue: ExportQueue,
        pool: ThreadPoolExecutor,
        visitor: str,
        spec: ExportSpec,
        address: str = "",
        most_s: float = math.inf,
        check_disk: CheckDisk = lambda _folder, _more_bytes: None,
    ) -> None:
        super().__init__(
            visitor, lambda: pool.submit(self._run), spec.long, spec.expected_s, address
        )
        self.future: Future[ExportedFile] = Future()
        self.progress: tuple[int, int] = (0, 0)
        self._queue, self._spec, self._most_s = queue, spec, most_s
        self._check_disk = check_disk
        self._stop = threading.Event()
        self._ended: asyncio.Event | None = None  # of the event loop of `tick`
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def position(self) -> int:
        """The position in the queue, 1 being next; 0 when it no longer waits."""
        return self._queue.position(self)

    def stop(self) -> None:
        """Cancel the job: at once while it waits, else as soon as the work notices."""
        self._stop.set()
        if self._queue.cancel(self):
            self.future.set_exception(Cancelled())

    def close(self) -> None:
        """Stop the job, and remove its files when it has ended."""
        self.stop()
        self.future.add_done_callback(lambda _: self._remove_files())

    async def tick(self) -> bool:
        """Wait for TICK_S or the end of the job; return whether it has ended."""
        if self._ended is None:
            self._ended, loop = asyncio.Event(), asyncio.get_running_loop()
            ended = self._ended.set
            self.future.add_done_callback(lambda _: loop.call_soon_threadsafe(ended))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), TICK_S)
        return self.future.done()

    def _run(self) -> None:
        started = time.monotonic()

        def on_frame(done: int, total: int) -> None:
            if self._stop.is_set():
                raise Cancelled
            if time.monotonic() - started > self._most_s:
                raise ExportError(
                    f"The export took more than {self._most_s / 60:.0f} minutes, the limit of this "
                    "server: choose fewer frames, a smaller grid or a smaller size."
                )
            self._check_disk(Path(self._folder.name), 0)
            self.progress = (done, total)
            if done:
                self.left_s = (time.monotonic() - started) * (total - done) / done

        result, error = None, None
        try:
            self._folder = tempfile.TemporaryDirectory(
                prefix="latent-studio-", ignore_cleanup_errors=True
            )
            folder = Path(self._folder.name)
            self._check_disk(folder, 0)
            result = self._spec.write(folder, on_frame, self._stop)
            self._check_disk(folder, result.size)  # Gradio makes a copy
        except BaseException as failure:
            error = failure
        # the files are gone before the future is set
        if self._stop.is_set() or error:
            self._remove_files()
        self._queue.leave(self)
        if self._stop.is_set():
            error = Cancelled()
        if error:
            self.future.set_exception(error)
        else:
            self.future.set_result(result)

    def _remove_files(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()


class Exports:
    """All exports of the server. A visitor (Gradio session) has one job of each kind at a time.

    `public`: whether the time of an export and one network's share of the queue are limited.
    """

    def __init__(
        self,
        at_once: int,
        public: bool = False,
        check_disk: CheckDisk = lambda _folder, _more_bytes: None,
    ) -> None:
        self.public, self._most_s = public, MOST_S if public else math.inf
        self._check_disk = check_disk
        self.queue = ExportQueue(at_once)
        # low priority, inherited by the encoders, keeps the page responsive
        self._pool = ThreadPoolExecutor(at_once, "export", priority.lower)
        self._jobs: dict[tuple[str, str], ExportJob] = {}
        self._lock = threading.Lock()

    def begin(self, visitor: str, kind: str, spec: ExportSpec, address: str = "") -> ExportJob:
        """Queue an export, and stop the visitor's previous job of this kind.

        It is written in a thread of low priority. Close the job when its files are taken. Raises
        QueueFullError if too many exports are waiting, in all or from this address.
        """
        self.stop(visitor, kind)
        job = ExportJob(
            self.queue, self._pool, visitor, spec, address, self._most_s, self._check_disk
        )
        with self._lock:
            self._jobs[visitor, kind] = job
        job.future.add_done_callback(lambda _: self._forget(visitor, kind, job))
        try:
            self.queue.enter(job)
        except BaseException:
            self._forget(visitor, kind, job)
            raise
        return job

    def stop(self, visitor: str, kind: str | None = None) -> None:
        """Stop the visitor's job of this kind, or all of the visitor's jobs."""
        with self._lock:
            jobs = [
                job
                for (owner, job_kind), job in self._jobs.items()
                if owner == visitor and kind in (None, job_kind)
            ]
        for job in jobs:
            job.stop()

    def close(self) -> None:
        """Stop all jobs and wait for their end."""
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.close()
        self._pool.shutdown()

    def _forget(self, visitor: str, kind: str, job: ExportJob) -> None:
        with self._lock:
            if self._jobs.get((visitor, kind)) is job:
                del self._jobs[visitor, kind]
