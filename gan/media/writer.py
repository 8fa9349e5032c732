"""The settings of an export, and what the classes that write the formats share."""

import contextlib
import threading
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import IO, Any, Protocol
from zipfile import ZipFile

import numpy as np

from gan.media.formats import SIDE_MAX, check_fps, sprite_grid
from gan.media.frame_style import FrameStyle, check_whole
from gan.system.ordered_pool import OrderedPool

LOOPS_MAX = 1000


class ExportError(RuntimeError):
    """The file could not be written: disk full, no such folder, no encoder, encoder failed."""


class Stopped(Exception):
    """The `stop` event was set; no file is left."""


@dataclass(frozen=True)
class ExportSettings:
    """What to write. Raises ValueError for values that the format does not support.

    format: one of FORMATS. fps: see `check_fps`. frames: their number. loops: how often a GIF, WebP
    or APNG plays, 0 to 1000, 0 forever; else the player decides. note: text of a recipe to embed.
    """

    format: str
    fps: float
    frames: int
    style: FrameStyle = FrameStyle()
    loops: int = 0
    note: str | None = None

    def __post_init__(self) -> None:
        check_fps(self.format, self.fps)
        check_whole("loop count", self.loops, 0, LOOPS_MAX)

    @property
    def rate(self) -> Fraction:
        """The exact frame rate of the file."""
        return check_fps(self.format, self.fps)

    def size(self, shape: tuple[int, int, int]) -> tuple[int, int, int]:
        """Return (H, W, C) of a styled frame of shape (h, w, c).

        Raises ValueError if programs could not open the picture or sprite sheet.
        """
        height, width, channels = self.style.size(*shape)
        if max(height, width) > SIDE_MAX:
            raise ValueError(
                f"The picture would be {width:,} x {height:,} px, and {SIDE_MAX:,} px a side is "
                "the most."
            )
        if self.format == "sprite":
            sprite_grid(height, width, self.frames)
        return height, width, channels


@dataclass(frozen=True)
class Output:
    """A file to write.

    first: the first frame without palette, uint8 (H,W,1) or (H,W,3). common: the palette shared by
    all frames of a colour GIF, uint8 (256,3); None: one palette per frame.
    """

    path: Path
    settings: ExportSettings
    first: np.ndarray
    common: np.ndarray | None = None
    stop: threading.Event | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """(H, W, C) of every frame."""
        return self.first.shape

    @property
    def palette(self) -> np.ndarray | None:
        """The colour of each level of a frame (H,W,1), uint8 (256,3); None: grey."""
        return self.settings.style.palette

    def check_stop(self) -> None:
        if self.stop is not None and self.stop.is_set():
            raise Stopped


class Writer(Protocol):
    """Writes the frames of an output one by one. May raise OSError, ExportError or Stopped."""

    def write(self, frame: np.ndarray) -> None:
        """Add a frame, uint8 of the output's shape."""

    def finish(self) -> None:
        """Complete the file."""

    def abort(self) -> None:
        """Stop all processes and threads at once; an incomplete file may be left."""


class PooledWriter:
    """A Writer that compresses frames in threads and stores the results in order.

    Subclasses define `part(frame, before)`, which compresses a frame, and `_store(part)`.
    """

    def __init__(self, output: Output, file: IO[bytes] | ZipFile) -> None:
        self._output, self._file, self._count, self._before = output, file, 0, None
        self._workers = OrderedPool(self._count_stored, output.check_stop)

    def write(self, frame: np.ndarray) -> None:
        self._workers.submit(self.part, frame, self._before)
        self._before = frame

    def finish(self) -> None:
        self._workers.finish()
        self._end()
        self._file.close()

    def abort(self) -> None:
        self._workers.abort()
        with contextlib.suppress(OSError):
            self._file.close()

    def _count_stored(self, part: Any) -> None:
        self._store(part)
        self._count += 1

    def _end(self) -> None:
        pass
