"""What every writer of frames is told, what it must do, and how it fails."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np


class ExportError(RuntimeError):
    """The file could not be written: disk full, no such folder, no encoder, encoder died."""


class Stopped(Exception):
    """The `stop` event was set; no file is left."""


@dataclass(frozen=True)
class Target:
    """A file to be.

    `first`: its first frame, uint8 (H, W, 1) or (H, W, 3). `palette`: uint8 (256, 3), what the
    levels of a frame (H, W, 1) stand for; None: grey. `smooth`: enlarged without hard pixel edges.
    `loops`: how often it plays, 0 for ever. `count`: of the frames, where that is known. `common`:
    colours uint8 (256, 3) for all frames of a colour GIF; None: each frame's own. `note`: a recipe.
    """

    path: Path
    first: np.ndarray
    rate: Fraction
    palette: np.ndarray | None = None
    smooth: bool = False
    loops: int = 0
    count: int | None = None
    common: np.ndarray | None = None
    note: str | None = None
    stop: threading.Event | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """(H, W, C) of every frame."""
        return self.first.shape

    def check_stop(self) -> None:
        """Raises Stopped if it is time to."""
        if self.stop is not None and self.stop.is_set():
            raise Stopped


class Writer(Protocol):
    """Takes a target's frames one by one. May raise OSError, ExportError or Stopped."""

    def write(self, frame: np.ndarray) -> None:
        """Take one frame, uint8 of the target's shape."""

    def finish(self) -> None:
        """Complete the file."""

    def abort(self) -> None:
        """Stop at once; no process or thread is left, what there is of the file may be."""
