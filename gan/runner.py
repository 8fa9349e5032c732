"""One background thread that trains, and the only one to touch training tensors.

Jobs go in through a queue and are done between steps; out comes an immutable `Snapshot`, replaced
whole and read without waiting. A job's error returns through its Future; an error in a step ends
the run and becomes `snapshot.error`. No thread starts before the first job; `close()` joins it.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gan.config import Config
from gan.generator import Generator
from gan.machine import lower_thread_priority, set_threads
from gan.run import Run
from gan.trainer import StepStats

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Snapshot:
    """What can be shown of a run. `images` uint8 (60,h,w,c), read-only: column k is class k.

    `state` is one of idle, loading, running, paused, done, failed.
    """

    version: int = 0
    state: str = "idle"
    run: str = ""
    config: Config | None = None
    step: int = 0
    goal_steps: int = 0
    elapsed_s: float = 0.0
    images_per_s: float = 0.0
    left_s: float | None = None
    stats: StepStats | None = None
    images: np.ndarray | None = None
    error: str | None = None


class Runner:
    """Starts, pauses, resumes and stops one run at a time.

    `publish_every_s` bounds how old a snapshot is, `checkpoint_every_s` how much training a power
    cut can cost.
    """

    def __init__(self, publish_every_s: float = 1.0, checkpoint_every_s: float = 10.0) -> None:
        self.publish_every_s, self.checkpoint_every_s = publish_every_s, checkpoint_every_s
        self.snapshot = Snapshot()
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._start_lock = threading.Lock()
        self._closed = False
        self._run: Run | None = None  # from here on: the thread's own
        self._goal_s: float | None = None
        self._published_s = self._saved_s = 0.0
        self._paced: tuple[int, float] = (0, 0.0)

    def start(self, config: Config, folder: Path, seconds: float | None = None) -> Future[None]:
        """Begin a new run in a new folder; it ends after `config.steps` or `seconds` of training.

        The Future holds RuntimeError while another run goes on, else what `Run.create` raises.
        """
        return self._submit(lambda: self._open(config, lambda: Run.create(config, folder), seconds))

    def resume_run(self, folder: Path, seconds: float | None = None) -> Future[None]:
        """Go on with a stopped run from its last checkpoint."""
        return self._submit(lambda: self._open(None, lambda: Run.resume(folder), seconds))

    def pause(self) -> Future[None]:
        """Hold the run between two steps, saved; nothing when none is running."""
        return self._submit(lambda: self._switch("running", "paused"))

    def resume(self) -> Future[None]:
        """Let a paused run go on."""
        return self._submit(lambda: self._switch("paused", "running"))

    def stop(self) -> Future[None]:
        """Save the run and end it; it can be resumed later."""
        return self._submit(lambda: self._finish("done"))

    def generator(self) -> Future[Generator]:
        """A copy of the present run's EMA weights; LookupError when there is no run."""
        return self._submit(self._copy_generator)

    def history(self, since_row: int = 0) -> list[dict]:
        """Rows of the present or last run's history from row `since_row` on."""
        run = self._run
        return run.rows[max(0, since_row) :] if run else []

    def close(self) -> None:
        """Save and end the run, and join the thread. Afterwards every job is refused."""
        with self._start_lock:
            self._closed = True
            thread = self._thread
        if thread is not None:
            self._jobs.put((lambda: self._finish("done"), Future()))
            thread.join()

    def _submit(self, job: Callable[[], Any]) -> Future:
        future: Future = Future()
        with self._start_lock:
            if self._closed:
                future.set_exception(RuntimeError("The trainer has been shut down."))
                return future
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="trainer", daemon=True)
                self._thread.start()
            self._jobs.put((job, future))
        return future

    def _loop(self) -> None:
        lower_thread_priority()
        set_threads()
        while True:
            running = self.snapshot.state == "running"
            if self._closed and self._jobs.empty() and not running:
                return
            self._do_jobs(wait=not running)
            if self.snapshot.state == "running":
                self._advance()

    def _do_jobs(self, wait: bool) -> None:
        """Every waiting job; requests from the page thus go first between steps."""
        while wait or not self._jobs.empty():
            job, future = self._jobs.get()
            wait = False
            try:
                result = job()
            except Exception as error:
                future.set_exception(error)
            else:
                future.set_result(result)

    def _open(
        self, config: Config | None, opener: Callable[[], Run], seconds: float | None
    ) -> None:
        if self.snapshot.state in ("running", "paused"):
            raise RuntimeError("A run is already going on; stop it first.")
        before = self.snapshot
        self._replace(state="loading", config=config, error=None)
        try:
            run = opener()
        except Exception:
            self.snapshot = replace(before, version=self.snapshot.version + 1)
            raise
        self._run, self._goal_s = run, seconds
        self._saved_s = time.monotonic()
        self._paced = (run.step, run.elapsed_s)
        self.snapshot = Snapshot(
            version=self.snapshot.version,
            run=run.folder.name,
            config=run.config,
            goal_steps=run.config.steps,
        )
        self._publish("running", keep=run.step == 0)

    def _advance(self) -> None:
        run = self._run
        try:
            stats = run.advance()
            if not np.isfinite([stats.loss_g, stats.loss_d]).all():
                raise FloatingPointError(
                    f"The losses are no longer finite at step {stats.step}. Start again with lower "
                    "learning rates, or resume from the last checkpoint."
                )
            now = time.monotonic()
            if self._goal_reached():
                self._finish("done")
                return
            if now - self._published_s >= self.publish_every_s:
                self._publish("running", stats=stats)
            if now - self._saved_s >= self.checkpoint_every_s:
                run.save()
                self._saved_s = time.monotonic()
        except Exception as error:
            log.exception("The run stopped at step %d.", run.step)
            run.close()
            self._replace(state="failed", error=str(error), left_s=None)

    def _goal_reached(self) -> bool:
        run = self._run
        out_of_time = self._goal_s is not None and run.elapsed_s >= self._goal_s
        return run.step >= run.config.steps or out_of_time

    def _publish(self, state: str, stats: StepStats | None = None, keep: bool = True) -> None:
        run = self._run
        images = run.samples()
        images.setflags(write=False)
        if keep:
            run.keep_frame(images)
        step, elapsed_s = self._paced
        rate = (run.step - step) / max(run.elapsed_s - elapsed_s, 1e-9)
        if run.elapsed_s - elapsed_s > 5:  # a window of about five seconds
            self._paced = (run.step, run.elapsed_s)
        left_s = (run.config.steps - run.step) / rate if rate else None
        if left_s is not None and self._goal_s is not None:
            left_s = min(left_s, max(0.0, self._goal_s - run.elapsed_s))
        self._published_s = time.monotonic()
        self._replace(
            state=state,
            step=run.step,
            elapsed_s=run.elapsed_s,
            images_per_s=rate * run.config.batch_size or self.snapshot.images_per_s,
            left_s=left_s if state in ("running", "paused") else None,
            stats=stats or self.snapshot.stats,
            images=images,
        )

    def _switch(self, before: str, after: str) -> None:
        if self.snapshot.state != before:
            return
        if after == "paused":
            self._run.save()
        self._publish(after)
        self._paced = (self._run.step, self._run.elapsed_s)

    def _finish(self, state: str) -> None:
        if self.snapshot.state not in ("running", "paused"):
            return
        self._run.save()
        self._publish(state)
        self._run.close()

    def _copy_generator(self) -> Generator:
        if self._run is None:
            raise LookupError("No run has been started yet.")
        return self._run.generator()

    def _replace(self, **changes: Any) -> None:
        self.snapshot = replace(self.snapshot, version=self.snapshot.version + 1, **changes)
