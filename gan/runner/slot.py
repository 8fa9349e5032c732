"""One run in the training thread: its keeper, its vital signs, and what is shown of it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gan.monitor.compare import best_step
from gan.monitor.diagnosis import Diagnosis
from gan.monitor.doctor import diagnose, healthy_steps
from gan.monitor.real_features import RealFeatures
from gan.monitor.vitals_log import Vitals
from gan.runner.fault_tolerance import Keeper, RunFailed
from gan.runner.status import RunStatus
from gan.runs.milestones import milestone_steps
from gan.runs.run import Run
from gan.runs.snapshots import snapshot_steps
from gan.training.manual_step import ManualStep

PACE_S = 5.0  # of training, over which its speed is a mean

log = logging.getLogger(__name__)


class Lane:
    """Advances a run and publishes `status`, which is replaced whole and never changes.

    All but `status` and `rows` of the vital signs belongs to the training thread.
    """

    def __init__(
        self, run: Run, every_s: float, real_features: Callable[[str, int], RealFeatures | None]
    ) -> None:
        self.run, self.keeper, self.vitals = (
            run,
            Keeper(run, every_s),
            Vitals(real_features=real_features),
        )
        self.status = RunStatus(run=run.folder.name, config=run.config, goal_steps=run.config.steps)
        self._restart_pace()

    @property
    def is_live(self) -> bool:
        """Whether it goes on, or could: it is neither done nor has it failed."""
        return self.status.state in ("running", "paused")

    def open(self, state: str) -> None:
        """Show it for the first time; one that has reached its goal is done."""
        self.publish("done" if self._is_done(False) else state, keep=self.run.step == 0)
        if not self.is_live:
            self.run.close()

    def advance(self, out_of_time: bool) -> bool:
        """One step. Whether something came of it that should be shown at once: it went back, is
        done, or failed."""
        rewinds = self.run.rewinds
        try:
            stats = self.keeper.advance()
            if self._is_done(out_of_time):
                self.keeper.save()  # which may find that it diverged, and go back
                if self._is_done(out_of_time):
                    self.finish()
        except RunFailed as error:
            self.fail(error)
        except Exception as error:
            self._break_off(error)
        else:
            if stats is not None:
                self.status = replace(self.status, stats=stats)
        return self.run.rewinds != rewinds or not self.is_live

    def refresh(self) -> None:
        """Show it while it runs. An error in that ends the run, and never the thread."""
        try:
            self.publish("running")
        except Exception as error:
            self._break_off(error)

    def publish(self, state: str, keep: bool = True) -> None:
        """Show the run as it is now; `keep`: this is a frame of its film, too."""
        run = self.run
        images, opinions = run.sheet.judged()
        images.setflags(write=False)
        row = self.vitals.take(run)
        signs, kept = self.vitals.rows(run.folder.name), set(snapshot_steps(run.folder))
        best, lost = best_step(signs, kept | {run.step} if keep else kept), None
        if keep:
            try:
                run.keep_snapshot(images, best)
            except OSError as error:  # the film lacks a frame; the run goes on
                lost = f"A picture of the run could not be kept ({error.strerror or error})."
        self.status = replace(
            self.status,
            state=state,
            images=images,
            opinions=opinions,
            vitals=row,
            diagnosis=self._diagnosis(signs),
            best_step=best,
            config=run.config,
            **self._pace(),
            **self._told(),
        )
        if lost and not self.keeper.warning:
            self.status = replace(self.status, warning=lost)

    def hold(self, state: str) -> None:
        """Pause it, saved, or let it go on."""
        if state == "paused" and not self._save():
            return
        self.publish(state)
        self._restart_pace()

    def finish(self, whatever: bool = False) -> None:
        """Save and end the run; on a full disk it is held instead, unless it must end."""
        if self._save():
            self.publish("paused" if self.keeper.warning and not whatever else "done")
        if not self.is_live:
            self.run.close()

    def fail(self, error: Exception) -> None:
        """End the run at its last good state, and say why."""
        self.status = replace(
            self.status, state="failed", error=str(error), left_s=None, **self._told()
        )
        self.run.close()

    def configure(self, changes: dict[str, Any]) -> None:
        """See `Run.configure`."""
        self.keeper.configure(changes)
        self.status = replace(self.status, config=self.run.config, **self._told())

    def manual_step(self, who: str) -> ManualStep:
        """See `Keeper.manual_step`."""
        try:
            made = self.keeper.manual_step(who)
        except RunFailed as error:
            self.fail(error)
            raise
        self.publish(self.status.state, keep=who == "G")
        return made

    def roll_back(self, step: int | None, changes: dict[str, Any]) -> int:
        """See `Keeper.rewind`; without a step, to the last at which the doctor found it healthy."""
        if step is None:
            signs = self.vitals.rows(self.run.folder.name)
            spans = healthy_steps(self.run.rows, signs, self.run.config)
            step = spans[-1][1] if spans else 0
        self.keeper.rewind(step, changes)
        self.publish(self.status.state)
        self._restart_pace()
        return self.run.step

    def _break_off(self, error: Exception) -> None:
        """For an error that is not of a step: what was trained is good."""
        log.error("The run stopped at step %d.", self.run.step, exc_info=error)
        with contextlib.suppress(RunFailed):
            self.keeper.save()
        self.fail(error)

    def _is_done(self, out_of_time: bool) -> bool:
        return self.run.step >= self.run.config.steps or out_of_time

    def _save(self) -> bool:
        """Whether the run still stands; the keeper's `warning` says if the disk refused."""
        try:
            self.keeper.save()
        except RunFailed as error:
            self.fail(error)
            return False
        return True

    def _diagnosis(self, signs: list[dict[str, Any]]) -> Diagnosis | None:
        try:
            return diagnose(self.run.rows, signs, self.run.config, self.run.history.marks)
        except Exception:  # it looks at the run, and must never end it
            log.exception("No finding at step %d.", self.run.step)
            return None

    def _told(self) -> dict[str, Any]:
        run, keeper = self.run, self.keeper
        return {
            "step": run.step,
            "elapsed_s": run.elapsed_s,
            "cpu_s": run.cpu_s,
            "warning": keeper.warning,
            "notes": keeper.notes,
            "rewinds": run.rewinds,
            "milestones": tuple(milestone_steps(run.folder)),
        }

    def _restart_pace(self) -> None:
        self._paced = (self.run.step, self.run.elapsed_s)

    def _pace(self) -> dict[str, Any]:
        """Its speed over a few seconds, and the time that is left at it."""
        run, (step, elapsed_s) = self.run, self._paced
        if run.step < step:  # it went back
            self._restart_pace()
            return {}
        rate = (run.step - step) / max(run.elapsed_s - elapsed_s, 1e-9)
        if run.elapsed_s - elapsed_s > PACE_S:
            self._restart_pace()
        left_s = (run.config.steps - run.step) / rate if rate else None
        images_per_s = rate * run.config.batch_size or self.status.images_per_s
        return {"images_per_s": images_per_s, "left_s": left_s}
