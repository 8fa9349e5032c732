"""Lossless animations written frame by frame: APNG and WebP.

libwebp's animation encoder keeps its output in memory until the end. ffmpeg's APNG encoder takes 5
to 8 times the processor time for hard pixels (240 frames of 448 x 448: 1.4 to 2.4 s against 0.3 s).
Only the region that changed since the previous frame is stored.
"""

import io
import struct
from typing import NamedTuple

import numpy as np
from PIL import Image

from gan.media import png
from gan.media.writer import Output, PooledWriter

CONTROL_AT = 33  # bytes of an APNG's signature and IHDR, before the number of frames


def changed(frame: np.ndarray, before: np.ndarray | None) -> tuple[int, int, int, int]:
    """Return (top, left, bottom, right) of the changed region, top and left even.

    The region is one pixel if nothing changed, and the whole frame if `before` is None.
    """
    if before is None:
        return 0, 0, *frame.shape[:2]
    differs = frame != before
    rows = np.flatnonzero(differs.any(axis=(1, 2)))
    if not len(rows):
        return 0, 0, 1, 1
    columns = np.flatnonzero(differs[rows[0] : rows[-1] + 1].any(axis=(0, 2)))
    top, left = int(rows[0]) & ~1, int(columns[0]) & ~1  # WebP only supports even offsets
    return top, left, int(rows[-1]) + 1, int(columns[-1]) + 1


class Part(NamedTuple):
    """A compressed region and its position."""

    left: int
    top: int
    width: int
    height: int
    data: bytes


class _Animation(PooledWriter):
    """A writer of changed regions. Subclasses define `_compress(pixels)`."""

    def __init__(self, output: Output) -> None:
        super().__init__(output, output.path.open("wb"))

    def part(self, frame: np.ndarray, before: np.ndarray | None) -> Part:
        """Compress the region of `frame` that differs from the previous frame."""
        top, left, bottom, right = changed(frame, before)
        data = self._compress(frame[top:bottom, left:right])
        return Part(left, top, right - left, bottom - top, data)


class Apng(_Animation):
    """Animated PNG (W3C PNG, third edition, section 12), 8 bits per sample of grey or palette."""

    def __init__(self, output: Output) -> None:
        super().__init__(output)
        height, width, channels = output.shape
        self._up = png.up_is_smaller(output.first)
        self._file.write(png.header(width, height, channels, output.palette, self._control()))

    def _control(self) -> bytes:
        return png.chunk(b"acTL", struct.pack(">II", self._count, self._output.settings.loops))

    def _compress(self, pixels: np.ndarray) -> bytes:
        return png.compressed(pixels, self._up, self._workers.aborted)

    def _store(self, part: Part) -> None:
        rate = self._output.settings.rate
        position = part.width, part.height, part.left, part.top
        number = 2 * self._count  # fcTL and fdAT are numbered together, and IDAT is not
        # dispose: none, blend: source
        control = (max(0, number - 1), *position, rate.denominator, rate.numerator, 0, 0)
        self._file.write(png.chunk(b"fcTL", struct.pack(">IIIIIHHBB", *control)))
        if self._count:
            self._file.write(png.chunk(b"fdAT", struct.pack(">I", number) + part.data))
        else:
            self._file.write(png.chunk(b"IDAT", part.data))

    def _end(self) -> None:
        self._file.write(png.END)
        self._file.seek(CONTROL_AT)
        self._file.write(self._control())


class Webp(_Animation):
    """Animated lossless WebP (RFC 9649)."""

    def __init__(self, output: Output) -> None:
        super().__init__(output)
        height, width, _ = output.shape
        self._file.write(b"RIFF\0\0\0\0WEBP")
        self._chunk(b"VP8X", b"\x02\0\0\0" + _three(width - 1) + _three(height - 1))
        self._chunk(b"ANIM", b"\0\0\0\xff" + struct.pack("<H", output.settings.loops))

    def _compress(self, pixels: np.ndarray) -> bytes:
        """Return a VP8L chunk that stores uint8 (h,w,1) or (h,w,3) exactly."""
        palette = self._output.palette
        if palette is not None:
            pixels = palette[pixels[..., 0]]
        image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
        buffer = io.BytesIO()
        # Method 0 ignores small palettes (fifteen times the bytes); 2 to 6 are slower, not smaller.
        image.save(buffer, "WEBP", lossless=True, method=1, quality=20)
        return buffer.getvalue()[12:]  # after the RIFF header

    def _store(self, part: Part) -> None:
        # differences of rounded times: whole milliseconds whose errors do not add up
        rate = self._output.settings.rate
        start, end = (round(1000 * n / rate) for n in (self._count, self._count + 1))
        position = part.left // 2, part.top // 2, part.width - 1, part.height - 1
        numbers = [_three(number) for number in (*position, end - start)]
        self._chunk(b"ANMF", b"".join(numbers) + b"\x02" + part.data)  # no blending

    def _chunk(self, name: bytes, data: bytes) -> None:
        self._file.write(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2))

    def _end(self) -> None:
        size = self._file.tell() - 8
        self._file.seek(4)
        self._file.write(struct.pack("<I", size))


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")
