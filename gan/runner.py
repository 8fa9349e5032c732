"""One background thread that trains, and the only one to touch training tensors.

Jobs go in through a queue and are done between steps; out comes an immutable `Snapshot`, replaced
whole and read without waiting. A job's error returns through its Future; what goes wrong in a step
is the `Keeper`'s, and what that gives up on becomes `snapshot.error`. No thread starts before the
first job; `close()` joins it.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from gan.config import Config
from gan.generator import Generator
from gan.keeper import Keeper, RunFailed
from gan.machine import lower_thread_priority, set_threads
from gan.run import Run
from gan.snapshot import Snapshot
from gan.trainer import StepStats
from gan.vitals_log import Vitals
from gan.worker import Worker

log = logging.getLogger(__name__)


class Runner:
    """Starts, pauses, resumes and stops one run at a time.

    `publish_every_s` bounds how old a snapshot is, `checkpoint_every_s` how much training a power
    cut can cost.
    """

    def __init__(self, publish_every_s: float = 1.0, checkpoint_every_s: float = 10.0) -> None:
        self.publish_every_s, self.checkpoint_every_s = publish_every_s, checkpoint_every_s
        self.snapshot = Snapshot()
        self._worker = Worker("trainer", self._begin, self._is_running, self._advance)
        self._vitals = Vitals()
        self._run: Run | None = None  # from here on: the thread's own
        self._keeper: Keeper | None = None
        self._goal_s: float | None = None
        self._published_s = 0.0
        self._paced: tuple[int, float] = (0, 0.0)

    def start(self, config: Config, folder: Path, seconds: float | None = None) -> Future[None]:
        """Begin a new run in a new folder; it ends after `config.steps` or `seconds` of training.

        The Future holds RuntimeError while another run goes on, else what `Run.create` raises.
        """
        return self._worker.submit(
            lambda: self._open(config, lambda: Run.create(config, folder), seconds)
        )

    def resume_run(self, folder: Path, seconds: float | None = None) -> Future[None]:
        """Go on with a stopped run from its last checkpoint."""
        return self._worker.submit(lambda: self._open(None, lambda: Run.resume(folder), seconds))

    def pause(self) -> Future[None]:
        """Hold the run between two steps, saved; nothing when none is running."""
        return self._worker.submit(lambda: self._switch("running", "paused"))

    def resume(self) -> Future[None]:
        """Let a paused run go on."""
        return self._worker.submit(lambda: self._switch("paused", "running"))

    def stop(self) -> Future[None]:
        """Save the run and end it; it can be resumed later."""
        return self._worker.submit(lambda: self._finish("done"))

    def configure(self, **changes: Any) -> Future[None]:
        """Change `steering.STEERABLE` settings of the run that goes on, from its next step.

        The Future holds ConfigError for a value out of range, LookupError when no run goes on.
        """
        return self._worker.submit(lambda: self._configure(changes))

    def generator(self) -> Future[Generator]:
        """A copy of the present run's EMA weights; LookupError when there is no run."""
        return self._worker.submit(self._copy_generator)

    def history(self, since_row: int = 0) -> list[dict]:
        """Rows of the present or last run's history from row `since_row` on."""
        run = self._run
        return run.rows[max(0, since_row) :] if run else []

    def marks(self) -> list[dict]:
        """Marks of the present or last run's history: changes and roll-backs, each at a step."""
        run = self._run
        return run.history.marks[:] if run else []

    def vitals(self, run: str, since_row: int = 0) -> list[dict]:
        """Rows of vital signs of the run of that name, if it is the present or last one."""
        return self._vitals.rows(run, since_row)

    def close(self) -> None:
        """Save and end the run, and join the thread. Afterwards every job is refused."""
        self._worker.close(lambda: self._finish("done", whatever=True))

    def _is_running(self) -> bool:
        return self.snapshot.state == "running"

    def _begin(self) -> None:
        lower_thread_priority()
        set_threads()

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
        self._keeper = Keeper(run, self.checkpoint_every_s)
        self._paced = (run.step, run.elapsed_s)
        self.snapshot = Snapshot(
            version=self.snapshot.version,
            run=run.folder.name,
            config=run.config,
            goal_steps=run.config.steps,
        )
        self._publish("running", keep=run.step == 0)

    def _advance(self) -> None:
        try:
            stats = self._keeper.advance()
            if stats is None:  # it went back
                self._paced = (self._run.step, self._run.elapsed_s)
            if self._goal_reached():
                self._keeper.save()  # which may find that it diverged, and go back
            if self._goal_reached():
                self._finish("done")
            elif stats is None or time.monotonic() - self._published_s >= self.publish_every_s:
                self._publish("running", stats=stats)
        except RunFailed as error:
            self._fail(error)
        except Exception as error:  # not of a step: what was trained is good
            log.exception("The run stopped at step %d.", self._run.step)
            with contextlib.suppress(RunFailed):
                self._keeper.save()
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """End the run at its last good state, and say why."""
        run = self._run
        self._replace(
            state="failed",
            error=str(error),
            left_s=None,
            step=run.step,
            elapsed_s=run.elapsed_s,
            **self._told(),
        )

    def _goal_reached(self) -> bool:
        run = self._run
        out_of_time = self._goal_s is not None and run.elapsed_s >= self._goal_s
        return run.step >= run.config.steps or out_of_time

    def _publish(self, state: str, stats: StepStats | None = None, keep: bool = True) -> None:
        run = self._run
        images = run.samples()
        images.setflags(write=False)
        vitals = self._vitals.take(run)
        lost = None
        if keep:
            try:
                run.keep_frame(images)
            except OSError as error:  # the film lacks a frame; the run goes on
                lost = f"A picture of the run could not be kept ({error.strerror or error})."
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
            vitals=vitals,
            config=run.config,
            **self._told() | ({"warning": lost} if lost and not self._keeper.warning else {}),
        )

    def _told(self) -> dict[str, Any]:
        run, keeper = self._run, self._keeper
        return {"warning": keeper.warning, "notes": keeper.notes, "rewinds": run.rewinds}

    def _switch(self, before: str, after: str) -> None:
        if self.snapshot.state != before:
            return
        if after == "paused":
            self._save()
        self._publish(after)
        self._paced = (self._run.step, self._run.elapsed_s)

    def _finish(self, state: str, whatever: bool = False) -> None:
        """Save and end the run; on a full disk it is held instead, unless it must end."""
        if self.snapshot.state not in ("running", "paused"):
            return
        if not self._save() and not whatever:
            self._publish("paused")
            return
        self._publish(state)

    def _save(self) -> bool:
        try:
            return self._keeper.save()
        except RunFailed as error:
            self._fail(error)
            raise

    def _configure(self, changes: dict[str, Any]) -> None:
        if self.snapshot.state not in ("running", "paused"):
            raise LookupError("No run is going on whose settings could change.")
        self._keeper.configure(changes)
        self._replace(config=self._run.config, warning=self._keeper.warning)

    def _copy_generator(self) -> Generator:
        if self._run is None:
            raise LookupError("No run has been started yet.")
        return self._run.generator()

    def _replace(self, **changes: Any) -> None:
        self.snapshot = replace(self.snapshot, version=self.snapshot.version + 1, **changes)
