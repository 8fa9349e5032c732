"""The background thread that trains, the only one to touch training tensors.

Jobs enter through a queue that is drained between steps. A job's error returns through its Future;
an error of a step is handled by `FaultTolerantRun`, or becomes `status.error`. The thread starts
with the first job; `close()` joins it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from gan.config import Config
from gan.data.image_set import is_available
from gan.datasets import DATASETS
from gan.models.generator import Generator
from gan.monitor.real_features import RealFeaturesCache
from gan.runner.status import RunStatus
from gan.runner.training_loop import TrainingLoop
from gan.system import priority
from gan.system.job_thread import JobThread
from gan.system.machine import set_threads
from gan.training.manual_step import ManualStep


class Runner:
    """A `TrainingLoop` in a background thread: starts, pauses, resumes and stops runs.

    `history`, `marks` and `vitals` are those of the loop. `on_end` is called in the training
    thread when a run has ended, but not by `close`; it must not wait for a job.
    """

    def __init__(
        self,
        publish_every_s: float = 1.0,
        checkpoint_every_s: float = 10.0,
        on_end: Callable[[], None] | None = None,
    ) -> None:
        self._real_features = RealFeaturesCache()
        self._loop = loop = TrainingLoop(
            self._real_features.get, publish_every_s, checkpoint_every_s, on_end
        )
        self._thread = JobThread(
            "trainer", _begin, lambda: loop.status.state == "running", loop.advance
        )
        self.history, self.marks, self.vitals = loop.history, loop.marks, loop.vitals

    @property
    def status(self) -> RunStatus:
        """The newest status, an immutable object that the training thread replaces."""
        return self._loop.status

    def prepare(self, config: Config) -> None:
        """Start extracting the real features for the vital signs of such a run.

        During the run it would delay training by two seconds. Only bundled or downloaded data sets
        at their own size are read: the result stays in memory, and others may be large.
        """
        known = DATASETS.get(config.data)
        if known and known.image_size == config.image_size and is_available(config.data):
            self._real_features.get(config.data, config.image_size)

    @property
    def is_preparing(self) -> bool:
        """Whether features are being extracted; steps take up to 50 times as long meanwhile."""
        return self._real_features.is_reading

    def start(
        self,
        config: Config,
        folder: Path,
        limit_s: float | None = None,
        *,
        paused: bool = False,
        beside: tuple[Config, Path] | None = None,
    ) -> Future[None]:
        """Start a new run, or two in step with `beside`; see `TrainingLoop.start`."""
        plans = [(config, Path(folder)), *([beside] if beside else [])]
        return self._thread.submit(lambda: self._loop.start(plans, limit_s=limit_s, paused=paused))

    def resume_run(self, folder: Path, limit_s: float | None = None) -> Future[None]:
        """Resume a stopped run, or pair; see `TrainingLoop.resume`."""
        return self._thread.submit(lambda: self._loop.resume(Path(folder), limit_s=limit_s))

    def pause(self) -> Future[None]:
        """Pause the run between two steps, saved; does nothing when none is running."""
        return self._thread.submit(self._loop.pause)

    def resume(self) -> Future[None]:
        """Continue a paused run."""
        return self._thread.submit(self._loop.unpause)

    def stop(self) -> Future[None]:
        """Save the run and end it; it can be resumed later."""
        return self._thread.submit(self._loop.finish)

    def configure(self, **changes: Any) -> Future[None]:
        """Change `STEERABLE` settings from the next step on; see `TrainingLoop.configure`."""
        return self._thread.submit(lambda: self._loop.configure(changes))

    def rollback(self, step: int | None = None, **changes: Any) -> Future[int]:
        """Roll back to the newest milestone at or before `step`; see `TrainingLoop.rollback`."""
        return self._thread.submit(lambda: self._loop.rollback(step, changes))

    def manual_step(self, who: str) -> Future[ManualStep]:
        """Step "D" or "G" alone; see `TrainingLoop.manual_step`."""
        return self._thread.submit(lambda: self._loop.manual_step(who))

    def look(self) -> Future[ManualStep]:
        """Return the state before a manual step, without a step."""
        return self._thread.submit(self._loop.look)

    def generator(self) -> Future[Generator]:
        """Return a copy of the EMA weights of the first run; LookupError without a run."""
        return self._thread.submit(self._loop.generator)

    def close(self) -> None:
        """Save and end the run, and join the thread. Later jobs are refused."""
        self._loop.on_end = None
        self._thread.close(lambda: self._loop.finish(force=True))


def _begin() -> None:
    priority.lower(nice=priority.TRAINING)
    set_threads()
