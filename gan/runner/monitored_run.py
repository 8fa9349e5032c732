"""One run in the training loop, with its vital signs and its published status."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace
from typing import Any

from gan.monitor.compare import best_step
from gan.monitor.diagnosis import Diagnosis
from gan.monitor.doctor import diagnose, healthy_steps
from gan.monitor.real_features import FeatureSource
from gan.monitor.vitals_log import Vitals
from gan.runner.checkpointing import FaultTolerantRun, RunFailed
from gan.runner.status import RunStatus
from gan.runner.step_guard import StepGuard, StepTooSlow
from gan.runs.milestones import milestone_steps
from gan.runs.run import Run
from gan.runs.snapshots import snapshot_steps
from gan.training.manual_step import ManualStep

PACE_S = 5.0  # of training, over which the speed is averaged

log = logging.getLogger(__name__)


class MonitoredRun:
    """Advances a run and publishes its `status`, which other threads may read, like `vitals.rows`.

    The status is an immutable object that is replaced.
    """

    def __init__(
        self,
        run: Run,
        checkpoint_every_s: float,
        real_features: FeatureSource,
        guard: StepGuard | None = None,
    ) -> None:
        self.run, self._safe = run, FaultTolerantRun(run, checkpoint_every_s, guard)
        self._opened_step = run.step
        self.vitals = Vitals(run, real_features)
        schedule = run.trainer.schedule
        self.status = RunStatus(
            run=run.folder.name,
            config=run.config,
            goal_steps=schedule.goal_steps(run.config.steps),
            goal_s=schedule.goal_s,
        )
        self._restart_pace()

    @property
    def is_live(self) -> bool:
        """Whether it is running or paused: neither done nor failed."""
        return self.status.state in ("running", "paused")

    def open(self, state: str) -> None:
        """Publish the first status; the run is done if it has reached its goal."""
        self.publish("done" if self.run.is_done else state, keep=self.run.step == 0)

    def advance(self) -> bool:
        """Take one step, and finish at the goal.

        Returns whether to publish at once: the run was rolled back, is done, or failed. If a step
        is too slow, the run fails at its first one, and is paused after a change of settings.
        """
        rollbacks = self.run.rollbacks
        try:
            stats = self._safe.advance()
            if self.run.is_done:
                self._safe.save()  # rolls back if the weights are not finite
                if self.run.is_done:
                    self.finish()
        except RunFailed as error:
            self._fail(error)
        except StepTooSlow as error:
            if self.run.step == self._opened_step:
                self._fail(error)
            else:
                self.publish("paused", keep=False)
        except Exception as error:
            self.break_off(error)
        else:
            if stats is not None:
                self.status = replace(self.status, stats=stats)
            if self.is_live and self._safe.must_pause:
                self.publish("paused", keep=False)
        return self.run.rollbacks != rollbacks or self.status.state != "running"

    def refresh(self) -> None:
        """Publish the status of a running run. An error ends the run, not the thread."""
        if self.status.state != "running":
            return
        try:
            self.publish("running")
        except Exception as error:
            self.break_off(error)

    def publish(self, state: str, keep: bool = True) -> None:
        """Replace `status`; with `keep`, also write a snapshot. A run that is done is closed."""
        run = self.run
        images, opinions = run.preview.judged()
        images.setflags(write=False)
        # a pause or a stop must not wait for a measurement
        row, signs = self.vitals.take(state == "running" or run.is_done), self.vitals.rows
        kept = set(snapshot_steps(run.folder))
        best, lost = best_step(signs, kept | {run.step} if keep else kept), None
        if keep:
            try:
                run.keep_snapshot(images, best)
            except OSError as error:  # the film lacks a snapshot; the run continues
                lost = f"A snapshot could not be written ({error.strerror or error})."
        self.status = replace(
            self.status,
            state=state,
            images=images,
            opinions=opinions,
            vitals=row,
            diagnosis=self._diagnosis(signs),
            best_step=best,
            **self._pace(),
            **self._counts() | {"warning": self._safe.warning or lost},
        )
        if not self.is_live:
            self.run.close()

    def pause(self) -> None:
        """Save the run and pause it."""
        if self._save():
            self.unpause("paused")

    def unpause(self, state: str = "running") -> None:
        """Continue the run."""
        self._safe.extend_patience()
        self.publish(state)
        self._restart_pace()

    def finish(self, force: bool = False) -> None:
        """Save and end the run. On a full disk it is paused instead, unless `force`."""
        if self._save():
            self.publish("paused" if self._safe.warning and not force else "done")

    def discard(self) -> None:
        """End the run at its last checkpoint, without saving."""
        try:
            self._safe.discard()
            self.publish("done", keep=False)
        except Exception as error:  # the folder may be gone
            self._fail(error)

    def configure(self, changes: dict[str, Any]) -> None:
        """See `Run.configure`."""
        self._safe.configure(changes)
        self.status = replace(self.status, **self._counts())

    def manual_step(self, who: str) -> ManualStep:
        """See `FaultTolerantRun.manual_step`."""
        try:
            made = self._safe.manual_step(who)
        except RunFailed as error:
            self._fail(error)
            raise
        self.publish(self.status.state, keep=who == "G")
        return made

    def rollback(self, step: int | None, changes: dict[str, Any]) -> int:
        """See `Run.rollback`; without `step`, to the last healthy one. Returns the step reached."""
        if step is None:
            spans = healthy_steps(self.run.rows, self.vitals.rows, self.run.config)
            step = spans[-1][1] if spans else 0
        self._safe.rollback(step, changes)
        self.unpause(self.status.state)
        return self.run.step

    def break_off(self, error: Exception) -> None:
        """End the run after an error outside of a step: its state is good. Raises nothing."""
        log.error("The run stopped at step %d.", self.run.step, exc_info=error)
        with contextlib.suppress(Exception):
            self._safe.save()
        self._fail(error)

    def _fail(self, error: Exception) -> None:
        """End the run at its last good state, with the error in `status`. Raises nothing."""
        counts: dict[str, Any] = {}
        with contextlib.suppress(OSError):  # a disk that is away must not keep the run in progress
            counts = self._counts()
        self.status = replace(self.status, state="failed", error=str(error), left_s=None, **counts)
        self.run.close()

    def _save(self) -> bool:
        """Save, and return whether the run can continue; `warning` is set if the disk refused."""
        try:
            self._safe.save()
        except RunFailed as error:
            self._fail(error)
            return False
        return True

    def _diagnosis(self, signs: list[dict[str, Any]]) -> Diagnosis | None:
        try:
            return diagnose(self.run.rows, signs, self.run.config, self.run.history.marks)
        except Exception:  # a diagnosis must never end a run
            log.exception("The diagnosis failed at step %d.", self.run.step)
            return None

    def _counts(self) -> dict[str, Any]:
        run = self.run
        return {
            "config": run.config,
            "step": run.step,
            "elapsed_s": run.elapsed_s,
            "cpu_s": run.cpu_s,
            "warning": self._safe.warning,
            "notes": self._safe.notes,
            "rollbacks": run.rollbacks,
            "milestones": tuple(milestone_steps(run.folder)),
        }

    def _restart_pace(self) -> None:
        self._paced = (self.run.step, self.run.elapsed_s)

    def _pace(self) -> dict[str, Any]:
        run, (step, elapsed_s) = self.run, self._paced
        if run.step < step:  # it was rolled back
            self._restart_pace()
            return {}
        rate = (run.step - step) / max(run.elapsed_s - elapsed_s, 1e-9)
        if run.elapsed_s - elapsed_s > PACE_S:
            self._restart_pace()
        return {
            "images_per_s": rate * run.config.batch_size or self.status.images_per_s,
            "left_s": run.trainer.schedule.left_s(run.step, run.elapsed_s, rate),
        }
