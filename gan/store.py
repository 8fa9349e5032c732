"""A run's files to go on from and to use: two checkpoints and the model, always consistent."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from torch import Tensor

from gan.atomic import also_name, write_atomic
from gan.checkpoint import NEWEST, PREVIOUS, first_usable, save_checkpoint, weights_bytes
from gan.frames import frame_steps
from gan.history import read_history

MODEL = "model.safetensors"

Used = TypeVar("Used")


class Store:
    """The newest checkpoint of a folder, the one before, and the EMA weights for use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._newest_is_good = False  # not known yet

    def save(
        self, state: dict[str, Any], numbers: dict[str, Any], keep_previous: bool = True
    ) -> None:
        """Write a checkpoint; `keep_previous`: what was newest becomes the one before.

        Raises:
            OSError: the disk said no; the earlier files still stand.
        """
        # a damaged one must not take the place of the good one before it
        keep = self.folder / PREVIOUS if keep_previous and self._newest_is_good else None
        save_checkpoint(self.folder / NEWEST, state, numbers, keep)
        self._newest_is_good = True

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
        made, name, note = first_usable(self.folder, use, names)
        self._newest_is_good = name == NEWEST
        return made, None if further else note

    def settle(self) -> None:
        """What was loaded becomes the newest one: history and frames are about to follow it."""
        if not self._newest_is_good:
            with contextlib.suppress(OSError):  # then it stays the one before
                also_name(self.folder / PREVIOUS, self.folder / NEWEST)
                self._newest_is_good = True

    def write_model(self, weights: dict[str, Tensor]) -> None:
        """The model for use holds these weights; a crash may have left it older.

        Raises:
            OSError: the disk said no; the earlier file still stands.
        """
        path, wanted = self.folder / MODEL, weights_bytes(weights)
        if not path.exists() or path.read_bytes() != wanted:
            write_atomic(path, wanted)


def never_saved(folder: Path) -> bool:
    """Whether a process ended between config.json and the first checkpoint: nothing is lost."""
    begun = any((folder / name).exists() for name in (NEWEST, PREVIOUS))
    if begun or not (folder / "config.json").is_file():
        return False
    return not (read_history(folder) or frame_steps(folder))
