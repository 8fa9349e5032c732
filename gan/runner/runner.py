"""One background thread that trains, and the only one to touch training tensors.

Jobs go in through a queue and are done between steps; out comes an immutable `RunStatus`, replaced
whole and read without waiting. A job's error returns through its Future; what goes wrong in a step
is the `Keeper`'s, and what that gives up on becomes `status.error`. No thread starts before the
first job; `close()` joins it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from gan.config import Config
from gan.data.image_set import is_available
from gan.datasets import DATASETS
from gan.models.generator import Generator
from gan.monitor.real_features import RealFeaturesCache
from gan.runner.publish_rate import PublishRate
from gan.runner.readings import Readings
from gan.runner.slot import Lane
from gan.runner.slots import Lanes
from gan.runs import open_runs
from gan.runs.run import Run
from gan.system import priority
from gan.system.job_thread import JobThread
from gan.system.machine import set_threads
from gan.training.manual_step import ManualStep, look

log = logging.getLogger(__name__)


class Runner(Readings):
    """Starts, pauses, resumes and stops one run, or a pair in step, at a time.

    `publish_every_s`: how old a status gets, where showing it costs little (see `PublishRate`).
    `checkpoint_every_s` bounds how much training a power cut can cost. `on_end` is called in the
    training thread when a run has ended, though not by `close`: it must not wait for a job.
    """

    def __init__(
        self,
        publish_every_s: float = 1.0,
        checkpoint_every_s: float = 10.0,
        on_end: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self.checkpoint_every_s, self._beat = checkpoint_every_s, PublishRate(publish_every_s)
        self._worker = JobThread(
            "trainer", _begin, lambda: self.status.state == "running", self._advance
        )
        self._on_end = on_end
        self._real_features = RealFeaturesCache()

    def prepare(self, config: Config) -> None:
        """Begin to read the real images that vital signs of such a run compare with, and return.

        Done for the first time during a run, it would hold that up for two seconds. Only a data set
        that has a name, at its own size, and is on this machine: what was read is kept, and others
        would be too many, too large, or downloaded.
        """
        known = DATASETS.get(config.data)
        if known and known.image_size == config.image_size and is_available(config.data):
            self._real_features.get(config.data, config.image_size)

    @property
    def is_preparing(self) -> bool:
        """Whether such images are being read now: beside that, steps take fifty times as long."""
        return self._real_features.is_reading

    def start(
        self,
        config: Config,
        folder: Path,
        seconds: float | None = None,
        *,
        paused: bool = False,
        beside: tuple[Config, Path] | None = None,
    ) -> Future[None]:
        """Begin a new run in a new folder; it ends after `config.steps` or `seconds` of training.

        `paused`: it waits for `resume`, or for steps by hand. `beside`: a second run, in a folder
        beside the first one's; the two go step by step, and `seconds` are of both together.

        The Future holds RuntimeError while another run goes on, else what `Run.create` raises.
        """
        plans = [(config, Path(folder)), *([beside] if beside else [])]
        how = (config, lambda: open_runs.begin(plans), seconds, "paused" if paused else "running")
        return self._worker.submit(lambda: self._open(*how))

    def resume_run(self, folder: Path, seconds: float | None = None) -> Future[None]:
        """Go on with a stopped run, or pair, from the last checkpoint."""
        how = (None, lambda: open_runs.go_on(Path(folder)), seconds, "running")
        return self._worker.submit(lambda: self._open(*how))

    def pause(self) -> Future[None]:
        """Hold the run between two steps, saved; nothing when none is running."""
        return self._worker.submit(lambda: self._switch("running", "paused"))

    def resume(self) -> Future[None]:
        """Let a paused run go on."""
        return self._worker.submit(lambda: self._switch("paused", "running"))

    def stop(self) -> Future[None]:
        """Save the run and end it; it can be resumed later."""
        return self._worker.submit(self._finish)

    def configure(self, **changes: Any) -> Future[None]:
        """Change `steering.STEERABLE` settings of the run that goes on, from its next step.

        The Future holds ConfigError for a value out of range, LookupError when no run goes on, or
        a pair does: it would not differ any more in the one thing it is there to compare.
        """
        return self._worker.submit(lambda: self._steer(lambda lane: lane.configure(changes)))

    def roll_back(self, step: int | None = None, **changes: Any) -> Future[int]:
        """Go back to the newest milestone at or before `step`, or before the run's last healthy
        one, with the settings of then but for `changes`; the step it stands at. It goes on, or
        waits, as it did.

        The Future holds what `configure`'s does, or CheckpointError when nothing is kept.
        """
        return self._worker.submit(lambda: self._steer(lambda lane: lane.roll_back(step, changes)))

    def step_d(self) -> Future[ManualStep]:
        """Move D alone, of a paused run or the first of a pair; LookupError while none is."""
        return self._worker.submit(lambda: self._hand_step("D"))

    def step_g(self) -> Future[ManualStep]:
        """Move G alone: a step of the run. See `step_d`."""
        return self._worker.submit(lambda: self._hand_step("G"))

    def look(self) -> Future[ManualStep]:
        """How things stand before a step by hand; it moves nothing. See `step_d`."""
        return self._worker.submit(lambda: look(self._lanes.held().run.trainer))

    def generator(self) -> Future[Generator]:
        """A copy of the run's EMA weights, of the first of a pair; LookupError without a run."""
        return self._worker.submit(self._copy_generator)

    def close(self) -> None:
        """Save and end the run, and join the thread. Afterwards every job is refused."""
        self._on_end = None
        self._worker.close(lambda: self._finish(whatever=True))

    def _open(
        self,
        config: Config | None,
        opener: Callable[[], list[Run]],
        seconds: float | None,
        state: str,
    ) -> None:
        if self._lanes.live:
            raise RuntimeError("A run is already going on; stop it first.")
        before, loading = self.status, {"state": "loading", "config": config, "error": None}
        self.status = replace(before, version=before.version + 1, **loading)
        try:
            lanes = [
                Lane(run, self.checkpoint_every_s, self._real_features.get) for run in opener()
            ]
        except Exception:
            self.status = replace(before, version=before.version + 2)
            raise
        for lane in lanes:
            lane.open(state)
        self._lanes = Lanes(lanes, seconds)
        self._show()

    def _advance(self) -> None:
        news = self._lanes.advance()
        if news or self._beat.is_due():
            self._beat.strike(lambda: self._each(Lane.refresh))

    def _each(self, deed: Callable[[Lane], None]) -> None:
        for lane in self._lanes.live:
            deed(lane)
        self._show()

    def _show(self) -> None:
        """Replace `status` by what the runs show now; tell when they have ended."""
        self.status = self._lanes.shown(self.status.version + 1)
        if not self._lanes.live and self._on_end is not None:
            try:
                self._on_end()
            except Exception:
                log.exception("What follows the end of a run went wrong.")

    def _switch(self, before: str, after: str) -> None:
        if self.status.state == before:
            self._each(lambda lane: lane.hold(after))

    def _finish(self, whatever: bool = False) -> None:
        if self._lanes.live:
            self._each(lambda lane: lane.finish(whatever))

    def _steer(self, deed: Callable[[Lane], Any]) -> Any:
        return self._shown(deed, self._lanes.alone())

    def _hand_step(self, who: str) -> ManualStep:
        return self._shown(lambda lane: lane.manual_step(who), self._lanes.held())

    def _shown(self, deed: Callable[[Lane], Any], lane: Lane) -> Any:
        try:
            return deed(lane)
        finally:
            self._show()

    def _copy_generator(self) -> Generator:
        lane = self._lanes.find("")
        if lane is None:
            raise LookupError("No run has been started yet.")
        return lane.run.generator()


def _begin() -> None:
    priority.lower(nice=priority.TRAINING)
    set_threads()
