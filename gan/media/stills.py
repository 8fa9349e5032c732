"""Frames as pictures to go on working with: PNGs in a ZIP, or all of them on one sheet."""

from __future__ import annotations

import contextlib
import math
import zipfile
import zlib

import numpy as np

from gan.media import embedded, png
from gan.media.formats import SIDE_MAX
from gan.media.writer import Target
from gan.system.ordered_pool import OrderedPool


class PngZip:
    """frame_00000.png and on, exact, and recipe.json; times are left out, so bytes are the same."""

    def __init__(self, target: Target) -> None:
        self._target, self._count = target, 0
        self._up = png.up_is_smaller(target.first)
        self._archive = zipfile.ZipFile(target.path, "w", zipfile.ZIP_STORED)
        if target.note is not None:
            self._archive.writestr(zipfile.ZipInfo(embedded.ZIP_MEMBER), target.note)
        self._workers = OrderedPool(self._store, target.check_stop)

    def write(self, frame: np.ndarray) -> None:
        self._workers.submit(self.part, frame)

    def part(self, frame: np.ndarray, before: np.ndarray | None = None) -> bytes:
        """A frame's own file; `before` makes no difference."""
        return png.picture(frame, self._up, self._target.palette, self._workers.aborted)

    def finish(self) -> None:
        self._workers.finish()
        self._archive.close()

    def abort(self) -> None:
        self._workers.abort()
        with contextlib.suppress(OSError):
            self._archive.close()

    def _store(self, picture: bytes) -> None:
        self._archive.writestr(zipfile.ZipInfo(f"frame_{self._count:05d}.png"), picture)
        self._count += 1


def sheet(shape: tuple[int, int, int], count: int | None) -> tuple[int, int]:
    """(columns, rows) of a sprite sheet, as near to a square as whole frames make it.

    Raises:
        ValueError: the number of frames is not known, or no browser could open the sheet.
    """
    if count is None:
        raise ValueError("A sprite sheet needs to know the number of frames beforehand.")
    height, width, _ = shape
    wanted = math.ceil(math.sqrt(count * height / width))
    columns = min(count, max(1, min(wanted, SIDE_MAX // width)))
    rows = math.ceil(count / columns)
    if columns * width > SIDE_MAX or rows * height > SIDE_MAX:
        raise ValueError(
            f"A sprite sheet of {count:,} frames would be {columns * width:,} x "
            f"{rows * height:,} px, and {SIDE_MAX:,} px a side is the most: choose fewer frames, a "
            "smaller size, or PNG frames in a ZIP."
        )
    return columns, rows


class SpriteSheet:
    """One PNG of all frames, row by row from the top left; a comment says how many and how large.

    What is left of the last row has the first colour. Only one row of frames is in memory.
    """

    def __init__(self, target: Target) -> None:
        self._columns, rows = sheet(target.shape, target.count)
        height, width, channels = target.shape
        self._target, self._place = target, 0
        self._up = png.up_is_smaller(target.first)
        self._row = np.zeros((height, self._columns * width, channels), np.uint8)
        self._above = None
        self._zip = zlib.compressobj(png.LEVEL)
        self._file = target.path.open("wb")
        self._file.write(png.SIGNATURE)
        sides = self._columns * width, rows * height, channels
        self._file.write(png.size_chunk(*sides, target.palette is not None))
        self._file.write(png.palette_chunk(target.palette))
        layout = f"{target.count} frames of {width} x {height} px, {self._columns} in a row"
        self._file.write(png.chunk(b"tEXt", f"Comment\0{layout}".encode()))

    def write(self, frame: np.ndarray) -> None:
        width = frame.shape[1]
        self._row[:, self._place * width : (self._place + 1) * width] = frame
        self._place += 1
        if self._place == self._columns:
            self._store()

    def finish(self) -> None:
        if self._place:
            self._row[:, self._place * self._target.shape[1] :] = 0
            self._store()
        self._data(self._zip.flush())
        self._file.write(png.END)
        self._file.close()

    def abort(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()

    def _store(self) -> None:
        for lines in np.array_split(png.scanlines(self._row, self._up, self._above), 8):
            self._target.check_stop()
            self._data(self._zip.compress(lines))
        self._above, self._place = self._row[-1].copy(), 0

    def _data(self, data: bytes) -> None:
        if data:
            self._file.write(png.chunk(b"IDAT", data))
