"""Animated pictures without loss, written frame by frame: APNG and WebP.

libwebp's own animation encoder keeps all it has made in memory until the end, and ffmpeg's APNG
takes four times as long. Either format is a list of pictures with a place and a time each; only
the part that changed since the last frame is stored.
"""

from __future__ import annotations

import contextlib
import io
import struct
from typing import NamedTuple

import numpy as np
from PIL import Image

from gan.media import png
from gan.media.writer import Target
from gan.system.ordered_pool import OrderedPool


def changed(frame: np.ndarray, before: np.ndarray | None) -> tuple[int, int, int, int]:
    """(top, left, bottom, right) of what differs, top and left even; one pixel if nothing does."""
    if before is None:
        return 0, 0, *frame.shape[:2]
    differs = frame != before
    rows = np.flatnonzero(differs.any(axis=(1, 2)))
    if not len(rows):
        return 0, 0, 1, 1
    columns = np.flatnonzero(differs[rows[0] : rows[-1] + 1].any(axis=(0, 2)))
    top, left = int(rows[0]) & ~1, int(columns[0]) & ~1  # WebP knows only even places
    return top, left, int(rows[-1]) + 1, int(columns[-1]) + 1


class Part(NamedTuple):
    """A picture and where it goes."""

    left: int
    top: int
    width: int
    height: int
    data: bytes


class _Animation:
    """What the two have in common: the changed part of a frame, compressed, then stored."""

    def __init__(self, target: Target) -> None:
        self._target, self._count, self._before = target, 0, None
        self._file = target.path.open("wb")
        self._workers = OrderedPool(self._stored, target.check_stop)
        self._begin()

    def write(self, frame: np.ndarray) -> None:
        self._workers.submit(self.part, frame, self._before)
        self._before = frame

    def part(self, frame: np.ndarray, before: np.ndarray | None) -> Part:
        """What makes `frame` of the one before; all of it, if that is None."""
        top, left, bottom, right = changed(frame, before)
        data = self._compressed(frame[top:bottom, left:right])
        return Part(left, top, right - left, bottom - top, data)

    def finish(self) -> None:
        self._workers.finish()
        self._end()
        self._file.close()

    def abort(self) -> None:
        self._workers.abort()
        with contextlib.suppress(OSError):
            self._file.close()

    def _stored(self, part: Part) -> None:
        self._store(part)
        self._count += 1

    def _begin(self) -> None:
        raise NotImplementedError

    def _compressed(self, pixels: np.ndarray) -> bytes:
        raise NotImplementedError

    def _store(self, part: Part) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        raise NotImplementedError


class Apng(_Animation):
    """Animated PNG (W3C PNG, third edition, section 12); grey and palette stay 8 bits a pixel."""

    def _begin(self) -> None:
        height, width, channels = self._target.shape
        self._up, self._sequence = png.up_is_smaller(self._target.first), 0
        self._file.write(png.SIGNATURE)
        self._file.write(png.size_chunk(width, height, channels, self._target.palette is not None))
        self._frames_at = self._file.tell()
        self._file.write(self._control())
        self._file.write(png.palette_chunk(self._target.palette))

    def _control(self) -> bytes:
        return png.chunk(b"acTL", struct.pack(">II", self._count, self._target.loops))

    def _compressed(self, pixels: np.ndarray) -> bytes:
        return png.compressed(pixels, self._up, self._workers.aborted)

    def _store(self, part: Part) -> None:
        place = part.width, part.height, part.left, part.top
        delay = self._target.rate.denominator, self._target.rate.numerator
        control = (*place, *delay, 0, 0)  # it stays, and replaces what was there
        self._file.write(png.chunk(b"fcTL", struct.pack(">IIIIIHHBB", self._next(), *control)))
        if self._count:
            self._file.write(png.chunk(b"fdAT", struct.pack(">I", self._next()) + part.data))
        else:
            self._file.write(png.chunk(b"IDAT", part.data))

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence - 1

    def _end(self) -> None:
        self._file.write(png.END)
        self._file.seek(self._frames_at)
        self._file.write(self._control())


class Webp(_Animation):
    """Animated lossless WebP (RFC 9649)."""

    def _begin(self) -> None:
        height, width, _ = self._target.shape
        self._file.write(b"RIFF\0\0\0\0WEBP")
        self._chunk(b"VP8X", b"\x02\0\0\0" + _three(width - 1) + _three(height - 1))
        self._chunk(b"ANIM", b"\0\0\0\xff" + struct.pack("<H", self._target.loops))

    def _compressed(self, pixels: np.ndarray) -> bytes:
        return webp_data(pixels, self._target.palette)

    def _store(self, part: Part) -> None:
        place = part.left // 2, part.top // 2, part.width - 1, part.height - 1
        numbers = [_three(number) for number in (*place, self._milliseconds())]
        self._chunk(b"ANMF", b"".join(numbers) + b"\x02" + part.data)  # replaces what was there

    def _milliseconds(self) -> int:
        # whole ones, taken from the sum: the film as a whole is as long as it should be
        begins, ends = (round(1000 * n / self._target.rate) for n in (self._count, self._count + 1))
        return ends - begins

    def _chunk(self, name: bytes, data: bytes) -> None:
        self._file.write(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2))

    def _end(self) -> None:
        size = self._file.tell() - 8
        self._file.seek(4)
        self._file.write(struct.pack("<I", size))


def webp_data(pixels: np.ndarray, palette: np.ndarray | None) -> bytes:
    """A VP8L chunk that holds uint8 (h, w, 1) or (h, w, 3) exactly."""
    if palette is not None:
        pixels = palette[pixels[..., 0]]
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    buffer = io.BytesIO()
    # Method 0 gives up on few colours, fifteen times the bytes; 2 to 6 take longer for nothing.
    image.save(buffer, "WEBP", lossless=True, method=1, quality=20)
    return buffer.getvalue()[12:]  # after RIFF and the size of the file


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")
