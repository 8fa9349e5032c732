"""Sees that a run is not lost: when it is saved, and what is done when a step goes wrong.

The runner and the command line step through it. A full disk does not stop the training; a step
that raises is taken again from the last checkpoint; a run that diverged goes back with a change,
for at the same settings it would diverge for ever.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from gan.config import Config
from gan.runs.run import Diverged, Run
from gan.storage.checkpoint import CheckpointError
from gan.storage.run_lock import LockLost
from gan.training.distributed_trainer import PeersLost
from gan.training.live_settings import MOST_ROLL_BACKS, changed, difference, in_words, remedy
from gan.training.manual_step import ManualStep
from gan.training.trainer import StepStats

log = logging.getLogger(__name__)

MOST_REPEATS = 3  # of steps that raise, before a checkpoint is passed


class RunFailed(RuntimeError):
    """The run cannot go on; the sentence says why. It stands at its last good checkpoint."""


class Keeper:
    """Steps a run and saves it so often that a power cut costs at most `every_s` of training.

    `warning` is a sentence while the last save failed, else None.
    """

    def __init__(self, run: Run, every_s: float = 10.0) -> None:
        self.run, self.every_s = run, every_s
        self.warning: str | None = None
        self._saved_s = time.monotonic()
        self._step_s, self._repeats = 0.0, 0
        self._saved: tuple[int, Config, int] | None = None
        self._saved_step: int | None = None
        self._stands_at = run.step
        self._rolled_to: int | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what happened to the run, since it began."""
        return tuple(mark["note"] for mark in self.run.history.marks if "note" in mark)

    def advance(self) -> StepStats | None:
        """One step, and a save when one is due. None when it went back instead.

        Raises:
            RunFailed: it has gone back as often as makes sense.
        """
        start, rewinds = time.monotonic(), self.run.rewinds
        try:
            stats = self.run.advance()
        except Diverged as error:
            self._roll_back(error)
            return None
        except PeersLost as error:
            raise RunFailed(
                f"{error} The run stands at its last checkpoint, step {self._stands_at}: resume "
                "it, with any number of processes."
            ) from error
        except LockLost as error:
            raise RunFailed(f"{error}") from error
        except Exception as error:
            self._repeat(error)
            return None
        self._step_s = time.monotonic() - start
        if self._is_due():
            self.save()
        return stats if self.run.rewinds == rewinds else None

    def save(self) -> bool:
        """Save what has changed; False, and `warning`, when the disk refuses.

        Weights that are not finite are not saved: the run goes back instead.

        Raises:
            RunFailed: see `advance`.
        """
        return self._saved == self._present() or self._save()

    def configure(self, changes: dict[str, Any]) -> None:
        """See `Run.configure`; saved at once, so that a power cut does not undo it.

        Raises:
            ConfigError: a setting that cannot change now, or a value out of range.
        """
        self.run.configure(changes)
        self.save()

    def manual_step(self, who: str) -> ManualStep:
        """See `Run.manual_step`; saved at once.

        Raises:
            RuntimeError: it went wrong, and the run went back to its last checkpoint.
            RunFailed: see `advance`.
        """
        try:
            made = self.run.manual_step(who)
        except Diverged as error:
            self._roll_back(error)
            raise RuntimeError(self.notes[-1]) from error
        except Exception as error:  # half a step may have moved something
            self._go_back(error)
            raise RuntimeError(f"The step went wrong ({error}); all is as before it.") from error
        self.save()
        return made

    def rewind(self, step: int, changes: dict[str, Any]) -> None:
        """See `Run.rewind`; a disk that refuses is told by `warning`.

        Raises:
            ConfigError, CheckpointError: nothing was changed.
        """
        try:
            self.run.rewind(step, changes)
        except OSError as error:
            self._refused(error)
        else:
            self._note_saved()
        self._saved_s, self._repeats = time.monotonic(), 0

    def _is_due(self) -> bool:
        """With room for the next step to take twice as long as this one, and for a busy machine."""
        since = time.monotonic() - self._saved_s
        return since + 2 * self._step_s >= 0.8 * self.every_s

    def _present(self) -> tuple[int, Config, int]:
        return self.run.moves, self.run.config, self.run.rewinds

    def _save(self, keep_previous: bool = True) -> bool:
        try:
            self.run.save(keep_previous)
        except Diverged as error:
            self._roll_back(error)
            return self.warning is None
        except LockLost as error:
            raise RunFailed(f"{error}") from error
        except OSError as error:
            self._refused(error)
            return False
        finally:
            self._saved_s = time.monotonic()
        self._note_saved()
        if keep_previous:
            self._repeats = 0
        return True

    def _note_saved(self) -> None:
        self.warning, self._saved, self._saved_step = None, self._present(), self.run.step
        self._stands_at = self.run.step

    def _refused(self, error: OSError) -> None:
        log.warning("The run could not be saved at step %d: %s", self.run.step, error)
        self.warning = (
            f"The run could not be saved ({error.strerror or error}). Nothing is lost yet, "
            "and saving is tried again; make room on the disk."
        )

    def _roll_back(self, error: Diverged) -> None:
        count, reached, present = self.run.roll_backs + 1, self.run.step, self.run.config
        # where it diverged again before the next checkpoint, that state is spoilt: the one before
        at_once = self._rolled_to is not None and self._saved_step == self._rolled_to
        self._go_back(error, further=at_once and count <= MOST_ROLL_BACKS)
        if count > MOST_ROLL_BACKS:
            raise RunFailed(
                f"{error} It was rolled back {MOST_ROLL_BACKS} times with gentler settings and "
                f"diverged again. It stands at its last good state, step {self.run.step}; start "
                "again with lower learning rates, or with more R1."
            )
        gentler = changed(present, remedy(present, count))
        changes = difference(self.run.config, gentler)
        self.run.trainer.configure(gentler)
        self.run.roll_backs = count
        told = in_words(changes) or "no change left"
        note = (
            f"{error} Rolled back to step {self.run.step} with a change ({told}); "
            f"{count} of at most {MOST_ROLL_BACKS} times."
        )
        values = {"from_step": reached, "changes": changes, "note": note}
        self.run.history.mark(self.run.step, "rolled back", **values)
        log.warning("%s", note)
        self._rolled_to = self.run.step
        # the checkpoint before this one stays what it is: it may be needed next
        self._save(keep_previous=False)

    def _repeat(self, error: Exception) -> None:
        reached = self.run.step
        log.exception("The step after %d raised.", reached)
        self._go_back(error)
        self._repeats += 1
        if self._repeats > MOST_REPEATS:
            raise RunFailed(
                f"A step failed {self._repeats} times: {error} The run stands at its last good "
                f"state, step {self.run.step}."
            ) from error
        note = f"A step failed after step {reached} ({error}); taken again from {self.run.step}."
        self.run.history.mark(self.run.step, "repeated", from_step=reached, note=note)

    def _go_back(self, error: Exception, further: bool = False) -> None:
        try:
            self.run.roll_back(further)
        except CheckpointError as none:
            raise RunFailed(f"{error} There is no good checkpoint to go back to: {none}") from error
        self._saved_s = time.monotonic()
