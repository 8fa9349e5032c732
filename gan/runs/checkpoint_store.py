"""A run's checkpoints, and the model for use."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from torch import Tensor

from gan.runs.history import History
from gan.runs.milestones import checkpoint_names, keep_milestone, milestone_name, milestone_steps
from gan.runs.snapshots import snapshot_steps
from gan.storage.checkpoint_file import (
    CheckpointError,
    first_usable,
    save_checkpoint,
    weights_bytes,
)
from gan.storage.layout import CONFIG, MODEL, NEWEST, PREVIOUS
from gan.system.atomic import link_or_copy, write_atomic

log = logging.getLogger(__name__)
Used = TypeVar("Used")
Use = Callable[[dict[str, Any], dict[str, Any]], Used]  # of a checkpoint's state and numbers


class CheckpointStore:
    """The newest and the previous checkpoint of a run, its milestones, and its EMA model."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._good: str | None = None  # name of the file last loaded or saved

    def save(
        self, state: dict[str, Any], numbers: dict[str, Any], keep_previous: bool = True
    ) -> None:
        """Write a checkpoint; with `keep_previous`, the newest so far becomes the previous one.

        Raises OSError if the disk refuses; the earlier files remain.
        """
        # a damaged newest one must not replace the good previous one
        keep = self.folder / PREVIOUS if keep_previous and self._good == NEWEST else None
        save_checkpoint(self.folder / NEWEST, state, numbers, keep)
        self._good = NEWEST
        try:
            keep_milestone(self.folder / NEWEST, state["step_count"])
        except OSError as error:  # the checkpoint is saved; only a rollback target is missing
            log.warning("No milestone at step %d: %s", state["step_count"], error)

    def load(self, use: Use[Used], further: bool = False) -> tuple[Used, str | None]:
        """Return `use(state, numbers)` of the newest good checkpoint; CheckpointError without one.

        Also returns a sentence if the newest checkpoint was not good, else None. With `further`,
        the previous checkpoint is preferred. Nothing is written: see `settle`.
        """
        names = checkpoint_names(self.folder)
        if further:
            names[:2] = PREVIOUS, NEWEST
        made, self._good, note = first_usable(self.folder, use, names)
        return made, None if further else note

    def load_milestone(self, use: Use[Used], step: int) -> Used:
        """Return `use(state, numbers)` of the newest good milestone at or before `step`.

        Raises CheckpointError without one. Nothing is written: see `settle`.
        """
        steps = [each for each in reversed(milestone_steps(self.folder)) if each <= step]
        if not steps:
            raise CheckpointError(f"There is no milestone at or before step {step}.")
        made, self._good, _ = first_usable(self.folder, use, list(map(milestone_name, steps)))
        return made

    def settle(self) -> None:
        """Make the loaded checkpoint the newest one, before history and snapshots are cut."""
        if self._good not in (NEWEST, None):
            with contextlib.suppress(OSError):  # then it only keeps its old name
                link_or_copy(self.folder / self._good, self.folder / NEWEST)
                self._good = NEWEST

    def forget_previous(self, step: int) -> None:
        """Replace the previous checkpoint, of an abandoned future, by the milestone of `step`."""
        with contextlib.suppress(OSError):
            link_or_copy(self.folder / milestone_name(step), self.folder / PREVIOUS)

    def write_model(self, weights: dict[str, Tensor]) -> None:
        """Write the model for use unless its file has these weights.

        Raises OSError; the old file is kept then.
        """
        path, wanted = self.folder / MODEL, weights_bytes(weights)
        if not path.exists() or path.read_bytes() != wanted:
            write_atomic(path, wanted)


def never_saved(folder: Path) -> bool:
    """Return whether the run ended before its first checkpoint, so that it can restart."""
    saved = any((folder / name).exists() for name in checkpoint_names(folder))
    if saved or not (folder / CONFIG).is_file():
        return False
    return not (History(folder).rows or snapshot_steps(folder))
