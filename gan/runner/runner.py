"""The background thread that trains, the only one to touch training tensors.

Jobs enter through a queue that is drained between steps; jobs that end or pause a run do not wait
for a long step, see `StepGuard`. A job's error returns through its Future;
an error of a step is handled by `FaultTolerantRun`, or becomes `status.error`. The thread starts
with the first job; `close()` joins it.
"""

from __future__ import annotations

import contextlib
import logging
import math
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from gan.config import Config
from gan.data.image_set import is_available
from gan.datasets import DATASETS
from gan.models.generator import Generator
from gan.monitor.real_features import RealFeaturesCache
from gan.runner.status import RunStatus
from gan.runner.step_guard import StepGuard
from gan.runner.training_loop import TrainingLoop
from gan.system import priority
from gan.system.job_thread import JobThread
from gan.system.machine import set_threads
from gan.training.manual_step import ManualStep

PATIENCE_S = 4.0  # how long a pause or a stop waits for the end of a step
CLOSE_S = 8.0  # how long `close` waits

log = logging.getLogger(__name__)


class Runner:
    """A `TrainingLoop` in a background thread: starts, pauses, resumes and stops runs.

    `history`, `marks` and `vitals` are those of the loop. `on_end` is called in the training
    thread when a run has ended, but not by `close`; it must not wait for a job. A run whose steps
    take more than `max_step_s` of processor time cannot be trained.
    """

    def __init__(
        self,
        publish_every_s: float = 1.0,
        checkpoint_every_s: float = 10.0,
        on_end: Callable[[], None] | None = None,
        max_step_s: float = math.inf,
    ) -> None:
        self._real_features = RealFeaturesCache()
        self._guard = guard = StepGuard(max_step_s)
        self._loop = loop = TrainingLoop(
            self._real_features.get, publish_every_s, checkpoint_every_s, on_end, guard=guard
        )
        self._thread = JobThread(
            "trainer",
            _begin,
            lambda: loop.status.state == "running",
            loop.advance,
            loop.break_off,
        )
        self._lock = threading.Lock()
        self._requested: list[tuple[str, float]] = []  # jobs that wait, with their patience
        self.history, self.marks, self.vitals = loop.history, loop.marks, loop.vitals

    @property
    def status(self) -> RunStatus:
        """The newest status, an immutable object that the training thread replaces."""
        with self._lock:
            requested = self._requested[-1][0] if self._requested else ""
        status = self._loop.status
        return replace(status, requested=requested) if requested else status

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
        *,
        paused: bool = False,
        beside: tuple[Config, Path] | None = None,
    ) -> Future[None]:
        """Start a new run, or two in step with `beside`; see `TrainingLoop.start`."""
        plans = [(config, Path(folder)), *([beside] if beside else [])]
        return self._thread.submit(lambda: self._loop.start(plans, paused=paused))

    def resume_run(self, folder: Path, **goal: float) -> Future[None]:
        """Resume a run, or pair, to its goal or a new one; see `TrainingLoop.resume`."""
        return self._thread.submit(lambda: self._loop.resume(Path(folder), **goal))

    def pause(self) -> Future[None]:
        """Pause the run between two steps, saved; does nothing when none is running."""
        return self._request("pause", self._loop.pause, PATIENCE_S)

    def resume(self) -> Future[None]:
        """Continue a paused run."""
        return self._thread.submit(self._loop.unpause)

    def stop(self) -> Future[None]:
        """Save the run and end it; it can be resumed later."""
        return self._request("stop", self._loop.finish, PATIENCE_S)

    def discard(self) -> Future[None]:
        """End the run at its last checkpoint, without saving and without waiting for a step."""
        return self._request("discard", self._loop.discard, 0.0)

    def configure(self, **changes: Any) -> Future[None]:
        """Change `STEERABLE` settings from the next step on; see `TrainingLoop.configure`."""
        return self._thread.submit(lambda: self._loop.configure(changes))

    def rollback(self, step: int | None = None, **changes: Any) -> Future[int]:
        """Roll back to the newest milestone at or before `step`; see `TrainingLoop.rollback`."""
        return self._thread.submit(lambda: self._loop.rollback(step, changes))

    def manual_step(self, who: str, run: str = "") -> Future[ManualStep]:
        """Step "D" or "G" alone; see `TrainingLoop.manual_step`."""
        return self._thread.submit(lambda: self._loop.manual_step(who, run))

    def look(self, run: str = "") -> Future[ManualStep]:
        """See `TrainingLoop.look`."""
        return self._thread.submit(lambda: self._loop.look(run))

    def generator(self) -> Future[Generator]:
        """Return a copy of the EMA weights of the first run; LookupError without a run."""
        return self._thread.submit(self._loop.generator)

    def close(self) -> None:
        """Save and end the run, and join the thread. Later jobs are refused.

        A long step is not waited for: the run is then at its last checkpoint.
        """
        self._loop.on_end = None
        with self._requesting("stop", PATIENCE_S):
            ended = self._thread.close(lambda: self._loop.finish(force=True), CLOSE_S)
        if not ended:
            log.warning("The run was left at its last checkpoint: a step takes too long.")
            self._loop.abandon()

    def _request(self, name: str, do: Callable[[], None], patience_s: float) -> Future[None]:
        """Submit a job, and interrupt the step before it if that takes more than `patience_s`."""
        waiting = contextlib.ExitStack()
        waiting.enter_context(self._requesting(name, patience_s))

        def job() -> None:
            with waiting:  # over before the Future has its result
                do()

        future = self._thread.submit(job)
        future.add_done_callback(lambda _: waiting.close())  # if it was refused
        return future

    @contextlib.contextmanager
    def _requesting(self, name: str, patience_s: float) -> Iterator[None]:
        request = (name, patience_s)
        self._change(self._requested.append, request)
        try:
            yield
        finally:
            self._change(self._requested.remove, request)

    def _change(self, do: Callable[[tuple[str, float]], None], request: tuple[str, float]) -> None:
        with self._lock:
            do(request)
            waiting = [patience_s for _, patience_s in self._requested]
            self._guard.patience_s = min(waiting, default=math.inf)


def _begin() -> None:
    priority.lower(nice=priority.TRAINING)
    set_threads()
