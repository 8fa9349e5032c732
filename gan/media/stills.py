"""Frames as still pictures: PNG files in a ZIP, or one sprite sheet."""

import contextlib
import zipfile
import zlib

import numpy as np

from gan.media import embedded, png
from gan.media.formats import sprite_grid
from gan.media.writer import Output, PooledWriter


class PngZip(PooledWriter):
    """frame_00000.png and so on, and recipe.json; no dates, so equal input gives equal bytes."""

    def __init__(self, output: Output) -> None:
        self._up = png.up_is_smaller(output.first)
        archive = zipfile.ZipFile(output.path, "w", zipfile.ZIP_STORED)
        if output.settings.note is not None:
            archive.writestr(zipfile.ZipInfo(embedded.ZIP_MEMBER), output.settings.note)
        super().__init__(output, archive)

    def part(self, frame: np.ndarray, before: np.ndarray | None) -> bytes:
        """Return a frame as a PNG file; `before` is ignored."""
        return png.picture(frame, self._up, self._output.palette, self._workers.aborted)

    def _store(self, picture: bytes) -> None:
        self._file.writestr(zipfile.ZipInfo(f"frame_{self._count:05d}.png"), picture)


class SpriteSheet:
    """One PNG of all frames, row by row from the top left, with its layout as a comment.

    Unused cells of the last row have level 0. Only one row of frames is in memory.
    """

    def __init__(self, output: Output) -> None:
        height, width, channels = output.shape
        frames = output.settings.frames
        self._columns, rows = sprite_grid(height, width, frames)
        self._output, self._column = output, 0
        self._up = png.up_is_smaller(output.first)
        self._row = np.zeros((height, self._columns * width, channels), np.uint8)
        self._above = None
        self._zip = zlib.compressobj(png.LEVEL)
        self._file = output.path.open("wb")
        sides = self._columns * width, rows * height
        self._file.write(png.header(*sides, channels, output.palette))
        layout = f"{frames} frames of {width} x {height} px, {self._columns} in a row"
        self._file.write(png.chunk(b"tEXt", f"Comment\0{layout}".encode()))

    def write(self, frame: np.ndarray) -> None:
        width = frame.shape[1]
        self._row[:, self._column * width : (self._column + 1) * width] = frame
        self._column += 1
        if self._column == self._columns:
            self._store()

    def finish(self) -> None:
        if self._column:
            self._row[:, self._column * self._output.shape[1] :] = 0
            self._store()
        self._data(self._zip.flush())
        self._file.write(png.END)
        self._file.close()

    def abort(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()

    def _store(self) -> None:
        for lines in np.array_split(png.scanlines(self._row, self._up, self._above), 8):
            self._output.check_stop()
            self._data(self._zip.compress(lines))
        self._above, self._column = self._row[-1].copy(), 0

    def _data(self, data: bytes) -> None:
        if data:
            self._file.write(png.chunk(b"IDAT", data))
