"""The training loop of the page and of the command line: one run, or two side by side."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gan.config import Config
from gan.models.generator import Generator
from gan.monitor.real_features import FeatureSource
from gan.runner.monitored_run import MonitoredRun
from gan.runner.publish_rate import PublishRate
from gan.runner.status import RunStatus
from gan.runner.step_guard import StepGuard
from gan.runs.pairs import create_runs, resume_runs
from gan.runs.run import Maker, Run
from gan.training.manual_step import ManualStep, look
from gan.training.trainer import Trainer

log = logging.getLogger(__name__)


class TrainingLoop:
    """Trains the runs it has opened, publishes `status` and saves checkpoints.

    Call all methods from one thread, except for `history`, `marks` and `vitals`; `status`, which is
    replaced and never changed, may be read from any thread too. Runs are identified by name; "" is
    the first.

    `publish_every_s`: interval of publishing, longer where it is slow (see `PublishRate`).
    `checkpoint_every_s`: how much training a power cut may lose. `on_end` is called when all runs
    have ended. `guard` may end steps before their end.
    """

    def __init__(
        self,
        real_features: FeatureSource,
        publish_every_s: float = 1.0,
        checkpoint_every_s: float = 10.0,
        on_end: Callable[[], None] | None = None,
        make: Maker = Trainer,
        guard: StepGuard | None = None,
    ) -> None:
        self.status, self.on_end, self._guard = RunStatus(), on_end, guard or StepGuard()
        self._real_features, self._make = real_features, make
        self._rate, self._checkpoint_every_s = PublishRate(publish_every_s), checkpoint_every_s
        self._runs: tuple[MonitoredRun, ...] = ()

    def history(self, since_row: int = 0, run: str = "") -> list[dict]:
        """Return the rows of history from `since_row` on; none if the run is not open."""
        found = self._find(run)
        return found.run.rows[max(0, since_row) :] if found else []

    def marks(self, run: str = "") -> list[dict]:
        """Return the marks of the history: changes and rollbacks, each at a step."""
        found = self._find(run)
        return found.run.history.marks[:] if found else []

    def vitals(self, run: str, since_row: int = 0) -> list[dict]:
        """Return the rows of vital signs from `since_row` on."""
        found = self._find(run)
        return found.vitals.rows[max(0, since_row) :] if found else []

    def start(
        self,
        plans: Sequence[tuple[Config, Path]],
        *,
        paused: bool = False,
    ) -> None:
        """Create one run, or two that train in step, each in a new folder.

        Raises RuntimeError if another run is open, and what `Run.create` raises.
        """
        with self._loading(plans[0][0]):
            self._open(create_runs(plans, self._make), "paused" if paused else "running")

    def resume(
        self,
        folder: Path,
        *,
        steps: int | None = None,
        seconds: float | None = None,
        alone: bool = False,
    ) -> None:
        """Resume a run from the last checkpoint, and the other one of its pair unless `alone`.

        `steps`, `seconds`: a new goal, see `Run.extend`.
        Raises RuntimeError if another run is open, and what `Run.resume` raises.
        """
        with self._loading():
            runs = [Run.resume(folder, self._make)] if alone else resume_runs(folder, self._make)
            for run in runs:
                run.extend(steps, seconds)
            self._open(runs, "running")

    def advance(self) -> None:
        """Take one step of each run, or only of the one that is behind; publish when due."""
        live = self._live
        behind = min(each.run.step for each in live)
        is_news = [each.advance() for each in live if each.run.step == behind]
        if self._guard.is_hurried and self._live:
            return  # what is waited for publishes
        if any(is_news) or self._rate.is_due():
            self._rate.publish(lambda: self._each(MonitoredRun.refresh))

    def pause(self) -> None:
        """Save the running runs and pause them."""
        if self.status.state == "running":
            self._each(MonitoredRun.pause)

    def unpause(self) -> None:
        """Continue the paused runs."""
        if self.status.state == "paused":
            self._each(MonitoredRun.unpause)

    def finish(self, force: bool = False) -> None:
        """Save and end the runs. On a full disk they are paused instead, unless `force`."""
        if self._live:
            self._each(lambda each: each.finish(force))

    def discard(self) -> None:
        """End the runs at their last checkpoints, without saving."""
        if self._live:
            self._each(MonitoredRun.discard)

    def break_off(self, error: Exception) -> None:
        """End the runs after an unexpected error. Raises nothing."""
        self._each(lambda each: each.break_off(error))

    def abandon(self) -> None:
        """Release the locks of the runs without saving: a step may be incomplete."""
        for each in self._live:
            each.run.close()

    def configure(self, changes: dict[str, Any]) -> None:
        """See `Run.configure`; raises LookupError unless a single run is open."""
        self._then_publish(self._single(), lambda each: each.configure(changes))

    def rollback(self, step: int | None, changes: dict[str, Any]) -> int:
        """See `MonitoredRun.rollback`; raises LookupError unless a single run is open."""
        return self._then_publish(self._single(), lambda each: each.rollback(step, changes))

    def manual_step(self, who: str, run: str = "") -> ManualStep:
        """Take a step of "D" or "G" in a paused run; raises LookupError if it is not paused."""
        return self._then_publish(self._paused(run), lambda each: each.manual_step(who))

    def look(self, run: str = "") -> ManualStep:
        """Evaluate a run in progress without a step; raises LookupError if it has ended."""
        found = self._find(run)
        if found is None or not found.is_live:
            raise LookupError("No run is in progress.")
        return look(found.run.trainer)

    def generator(self) -> Generator:
        """Return a copy of the EMA weights of the first run; raises LookupError without a run."""
        if not self._runs:
            raise LookupError("No run has been started yet.")
        return self._runs[0].run.generator()

    @property
    def _live(self) -> list[MonitoredRun]:
        return [each for each in self._runs if each.is_live]

    def _find(self, name: str) -> MonitoredRun | None:
        return next((each for each in self._runs if name in ("", each.run.folder.name)), None)

    @contextlib.contextmanager
    def _loading(self, config: Config | None = None) -> Iterator[None]:
        """Publish that runs are loaded; the previous status returns if the block raises."""
        if self._live:
            raise RuntimeError("A run is already in progress; stop it first.")
        before, loading = self.status, {"state": "loading", "config": config, "error": None}
        self.status = replace(before, version=before.version + 1, **loading)
        try:
            yield
        except BaseException:
            self.status = replace(before, version=before.version + 2)
            raise

    def _open(self, runs: list[Run], state: str) -> None:
        every_s, features, guard = self._checkpoint_every_s, self._real_features, self._guard
        made = [MonitoredRun(run, every_s, features, guard) for run in runs]
        try:
            for each in made:
                each.open(state)
        except BaseException:
            for run in runs:
                run.close()
            raise
        self._runs = tuple(made)
        self._publish()

    def _each(self, do: Callable[[MonitoredRun], None]) -> None:
        for each in self._live:
            do(each)
        self._publish()

    def _then_publish(self, each: MonitoredRun, do: Callable[[MonitoredRun], Any]) -> Any:
        try:
            return do(each)
        finally:
            self._publish()

    def _publish(self) -> None:
        first, *others = (each.status for each in self._runs)
        states = [first.state, *(other.state for other in others)]
        self.status = replace(
            first,
            version=self.status.version + 1,
            state=next((s for s in ("running", "paused") if s in states), first.state),
            left_s=self._left_s(),
            beside=others[0] if others else None,
        )
        if not self._live and self.on_end is not None:
            try:
                self.on_end()
            except Exception:
                log.exception("The callback at the end of a run raised.")

    def _single(self) -> MonitoredRun:
        if not self._live:
            raise LookupError("No run is in progress; start or resume one first.")
        if len(self._runs) > 1:
            raise LookupError(
                "The settings of two runs side by side cannot change: they must differ in one "
                "respect only."
            )
        return self._runs[0]

    def _paused(self, name: str) -> MonitoredRun:
        found = self._find(name)
        if found is None or found.status.state != "paused":
            raise LookupError("Manual steps need a paused run; pause it first.")
        return found

    def _left_s(self) -> float | None:
        lefts = [each.status.left_s for each in self._live]
        return None if not lefts or None in lefts else sum(lefts)
