"""A run's files to go on from and to use: checkpoints and the model, always consistent."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from torch import Tensor

from gan.runs.history import read_history
from gan.runs.milestones import keep_milestone, milestone_name, milestone_steps
from gan.runs.snapshots import snapshot_steps
from gan.storage.checkpoint import CheckpointError, first_usable, save_checkpoint, weights_bytes
from gan.storage.layout import CONFIG, MODEL, NEWEST, PREVIOUS
from gan.system.atomic import link_or_copy, write_atomic

log = logging.getLogger(__name__)
Used = TypeVar("Used")


class CheckpointStore:
    """The newest checkpoint of a folder, the one before, milestones, and the EMA for use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._good: str | None = None  # name of the file whose state is going on; None: not known

    def save(
        self, state: dict[str, Any], numbers: dict[str, Any], keep_previous: bool = True
    ) -> None:
        """Write a checkpoint; `keep_previous`: what was newest becomes the one before.

        Raises:
            OSError: the disk said no; the earlier files still stand.
        """
        # a damaged one must not take the place of the good one before it
        keep = self.folder / PREVIOUS if keep_previous and self._good == NEWEST else None
        save_checkpoint(self.folder / NEWEST, state, numbers, keep)
        self._good = NEWEST
        try:
            keep_milestone(self.folder / NEWEST, state["step_count"])
        except OSError as error:  # the run is saved, and can go back less far
            log.warning("No milestone at step %d: %s", state["step_count"], error)

    def load(
        self, use: Callable[[dict[str, Any], dict[str, Any]], Used], further: bool = False
    ) -> tuple[Used, str | None]:
        """What `use(state, numbers)` makes of the newest good checkpoint, and a sentence if it is
        not the newest one. `further`: of the one before, if there is one, on purpose.

        Nothing is written: see `settle`.

        Raises:
            CheckpointError: none is good.
        """
        names = (PREVIOUS, NEWEST) if further else (NEWEST, PREVIOUS)
        made, self._good, note = first_usable(self.folder, use, (*names, *self._milestones()))
        return made, None if further else note

    def load_milestone(
        self, use: Callable[[dict[str, Any], dict[str, Any]], Used], step: int
    ) -> Used:
        """What `use(state, numbers)` makes of the newest good milestone at or before `step`.

        Nothing is written: see `settle`.

        Raises:
            CheckpointError: there is none.
        """
        names = self._milestones(step)
        if not names:
            raise CheckpointError(f"Nothing is kept of step {step} or before it.")
        made, self._good, _ = first_usable(self.folder, use, names)
        return made

    def settle(self) -> None:
        """What was loaded becomes the newest one: history and frames are about to follow it."""
        if self._good not in (NEWEST, None):
            with contextlib.suppress(OSError):  # then it stays where it is
                link_or_copy(self.folder / self._good, self.folder / NEWEST)
                self._good = NEWEST

    def forget_previous(self, step: int) -> None:
        """The milestone of `step` becomes the one before: what was, is of an abandoned future."""
        with contextlib.suppress(OSError):
            link_or_copy(self.folder / milestone_name(step), self.folder / PREVIOUS)

    def write_model(self, weights: dict[str, Tensor]) -> None:
        """The model for use holds these weights; a crash may have left it older.

        Raises:
            OSError: the disk said no; the earlier file still stands.
        """
        path, wanted = self.folder / MODEL, weights_bytes(weights)
        if not path.exists() or path.read_bytes() != wanted:
            write_atomic(path, wanted)

    def _milestones(self, step: float = float("inf")) -> list[str]:
        """Names of those at or before `step`, newest first."""
        return [milestone_name(s) for s in reversed(milestone_steps(self.folder)) if s <= step]


def never_saved(folder: Path) -> bool:
    """Whether a process ended between config.json and the first checkpoint: nothing is lost."""
    begun = any((folder / name).exists() for name in (NEWEST, PREVIOUS))
    if begun or milestone_steps(folder) or not (folder / CONFIG).is_file():
        return False
    return not (read_history(folder) or snapshot_steps(folder))
