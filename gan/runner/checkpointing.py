"""Checkpointing, retry, and rollback after divergence.

A full disk pauses training, but only after `MAX_UNSAVED_S`. A step that raises is retried from the
last checkpoint. A run that diverged is rolled back with gentler settings: with the same ones it
would diverge again.
"""

from __future__ import annotations

import errno
import logging
import time
from typing import Any

from gan.config import Config
from gan.runner.step_guard import StepGuard, StepInterrupted, StepTooSlow
from gan.runs.run import Diverged, Run
from gan.runs.trash import make_room
from gan.storage.checkpoint_file import CheckpointError
from gan.storage.run_lock import LockLost
from gan.system.disk import has_space
from gan.training.distributed_trainer import PeersLost
from gan.training.live_settings import MAX_DIVERGENCES, changed, difference, in_words, remedy
from gan.training.manual_step import ManualStep
from gan.training.trainer import StepStats

log = logging.getLogger(__name__)

MAX_UNSAVED_S = 60.0  # of training while the disk refuses, before the run is paused
MAX_RETRIES = 3  # of steps that raise, since the last checkpoint


class RunFailed(RuntimeError):
    """The run cannot continue; it is at its last good checkpoint."""


class FaultTolerantRun:
    """Steps a run and saves it often enough that a power cut loses at most `every_s` of training.

    `warning` is a sentence if the last save failed, else None.
    """

    def __init__(self, run: Run, every_s: float = 10.0, guard: StepGuard | None = None) -> None:
        self.run, self.every_s = run, every_s
        self._guard = guard or StepGuard()
        self.warning: str | None = None
        self._saved_s = time.monotonic()
        self._retries = 0
        self._saved: tuple[int, Config, int] | None = None
        self._saved_step = run.step
        self._unsaved_since_s: float | None = None
        self._recovered_to: int | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes of the run's marks: rollbacks, retries and damaged files."""
        return tuple(mark["note"] for mark in self.run.history.marks if "note" in mark)

    @property
    def must_pause(self) -> bool:
        """Whether saves have failed for so long that training on would risk too much."""
        since_s = self._unsaved_since_s
        return since_s is not None and time.monotonic() - since_s > MAX_UNSAVED_S

    def advance(self) -> StepStats | None:
        """Take one step, and save when it is time. Returns None if the run was rolled back.

        Raises RunFailed after too many retries or divergences, or without a usable checkpoint, and
        StepTooSlow with the last checkpoint loaded.
        """
        start, rollbacks = time.monotonic(), self.run.rollbacks
        try:
            with self._guard.step(self.run.config):
                stats = self.run.advance()
        except StepInterrupted as error:
            self._reload(error)
            self._note_saved()
            return None
        except StepTooSlow as error:
            self._reload(error)
            self.warning = str(error)
            raise
        except Diverged as error:
            self._recover(error)
            return None
        except PeersLost as error:
            raise RunFailed(
                f"{error} The run is at its last checkpoint, step {self._saved_step}: resume "
                "it with any number of processes."
            ) from error
        except LockLost as error:
            raise RunFailed(f"{error}") from error
        except Exception as error:
            self._retry(error)
            return None
        now = time.monotonic()
        # early, so that the next step may take twice as long as this one
        if now - self._saved_s + 2 * (now - start) >= 0.8 * self.every_s:
            self.save()
        return stats if self.run.rollbacks == rollbacks else None

    def save(self) -> bool:
        """Save what has changed. Returns False, and sets `warning`, when the disk refuses.

        If weights are not finite, the run is rolled back instead; RunFailed as in `advance`.
        """
        return self._saved == self._state() or self._save()

    def extend_patience(self) -> None:
        """Allow a resumed run `MAX_UNSAVED_S` again until it must pause."""
        self._unsaved_since_s = None

    def discard(self) -> None:
        """Go back to the last checkpoint. Raises RunFailed if none can be loaded."""
        if self._saved != self._state():
            self._reload(RunFailed("The run was ended without saving."))

    def configure(self, changes: dict[str, Any]) -> None:
        """See `Run.configure`; saved at once, so that a power cut does not undo it."""
        self.run.configure(changes)
        self.save()

    def manual_step(self, who: str) -> ManualStep:
        """See `Run.manual_step`; saved at once. Raises RunFailed as `advance` does.

        Raises RuntimeError if it failed and the last checkpoint was reloaded.
        """
        try:
            with self._guard.step(self.run.config):
                made = self.run.manual_step(who)
        except Diverged as error:
            self._recover(error)
            raise RuntimeError(self.notes[-1]) from error
        except Exception as error:  # half a step may have changed weights
            self._reload(error)
            raise RuntimeError(f"The step failed ({error}) and was undone.") from error
        self.save()
        return made

    def rollback(self, step: int, changes: dict[str, Any]) -> None:
        """See `Run.rollback`; when the disk refuses, `warning` is set instead."""
        try:
            self.run.rollback(step, changes)
        except OSError as error:
            self._warn(error)
        else:
            self._note_saved()
        self._saved_s, self._retries = time.monotonic(), 0

    def _state(self) -> tuple[int, Config, int]:
        return self.run.moves, self.run.config, self.run.rollbacks

    def _save(self, keep_previous: bool = True) -> bool:
        try:
            self._write(keep_previous)
        except Diverged as error:
            self._recover(error)
            return self.warning is None
        except LockLost as error:
            raise RunFailed(f"{error}") from error
        except OSError as error:
            if self._is_gone():
                raise RunFailed(
                    "The folder of this run is gone: it was moved or deleted, or its disk is away."
                ) from error
            self._warn(error)
            return False
        finally:
            self._saved_s = time.monotonic()
        self._note_saved()
        if keep_previous:
            self._retries = 0
        return True

    def _write(self, keep_previous: bool) -> None:
        try:
            self.run.save(keep_previous)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            folder = self.run.folder
            make_room(folder.parent, lambda: has_space(folder))  # of deleted runs
            self.run.save(keep_previous)

    def _is_gone(self) -> bool:
        try:
            return not self.run.folder.is_dir()
        except OSError:  # it cannot be seen for the moment
            return False

    def _note_saved(self) -> None:
        self.warning, self._saved, self._saved_step = None, self._state(), self.run.step
        self._unsaved_since_s = None

    def _warn(self, error: OSError) -> None:
        log.warning("The run could not be saved at step %d: %s", self.run.step, error)
        self._unsaved_since_s = self._unsaved_since_s or time.monotonic()
        self.warning = (
            f"The run could not be saved ({error.strerror or error}). Nothing is lost yet, "
            "and saving is retried; free some space on the disk. The run is paused if this takes "
            "longer than a minute."
        )

    def _recover(self, error: Diverged) -> None:
        count, reached, present = self.run.divergences + 1, self.run.step, self.run.config
        # if it diverged again before the next checkpoint, that state is unusable: use the previous
        at_once = self._saved_step == self._recovered_to
        self._reload(error, previous=at_once and count <= MAX_DIVERGENCES)
        if count > MAX_DIVERGENCES:
            raise RunFailed(
                f"{error} It was rolled back {MAX_DIVERGENCES} times with gentler settings and "
                f"diverged again. It is at its last good state, step {self.run.step}; start "
                "again with lower learning rates, or with more R1."
            )
        gentler = changed(present, remedy(present, count))
        changes = difference(self.run.config, gentler)
        self.run.trainer.configure(gentler)
        self.run.divergences = count
        listed = in_words(changes) or "no change left"
        note = (
            f"{error} Rolled back to step {self.run.step} with a change ({listed}); "
            f"{count} of at most {MAX_DIVERGENCES} times."
        )
        values = {"from_step": reached, "changes": changes, "note": note}
        self.run.history.mark(self.run.step, "rolled back", **values)
        log.warning("%s", note)
        self._recovered_to = self.run.step
        # keep the previous checkpoint: it may be needed next
        self._save(keep_previous=False)

    def _retry(self, error: Exception) -> None:
        reached = self.run.step
        log.exception("The step after %d raised.", reached)
        self._reload(error)
        self._retries += 1
        if self._retries > MAX_RETRIES:
            raise RunFailed(
                f"A step failed {self._retries} times: {error} The run is at its last good "
                f"state, step {self.run.step}."
            ) from error
        note = f"A step failed after step {reached} ({error}); retried from step {self.run.step}."
        self.run.history.mark(self.run.step, "repeated", from_step=reached, note=note)

    def _reload(self, error: Exception, previous: bool = False) -> None:
        try:
            self.run.reload(previous)
        except CheckpointError as none:
            raise RunFailed(f"{error} No checkpoint can be loaded: {none}") from error
        self._saved_s = time.monotonic()
