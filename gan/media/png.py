"""The parts of PNG (W3C, third edition) needed for frames, sprite sheets and APNGs.

Pillow needs the whole picture in memory, and its filters make hard enlarged pixels a third larger.
"""

import struct
import threading
import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
LEVEL = 6  # of zlib; 9 saves a tenth of the bytes in two to four times the time
_BYTES_AT_ONCE = 200_000  # a few milliseconds of compression
END = b"\0\0\0\0IEND\xaeB`\x82"


def chunk(name: bytes, data: bytes) -> bytes:
    """Return a chunk: length, name, data and checksum."""
    checksum = zlib.crc32(data, zlib.crc32(name))
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def header(
    width: int, height: int, channels: int, palette: np.ndarray | None, control: bytes = b""
) -> bytes:
    """Return all before the pixels, 8 bits per sample: IHDR, `control` and the PLTE, if any.

    palette: uint8 (256,3); None: grey or RGB.
    """
    colour = 3 if palette is not None else 2 if channels == 3 else 0
    size = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0))
    colours = b"" if palette is None else chunk(b"PLTE", palette.tobytes())
    return SIGNATURE + size + control + colours


def scanlines(pixels: np.ndarray, up: bool, above: np.ndarray | None = None) -> np.ndarray:
    """Return filtered rows, uint8 (h, 1 + w*c): filter None or, if `up`, filter Up.

    pixels: uint8 (h,w,c). above: the row above the first, (w,c), if there is one.
    """
    rows = pixels.reshape(len(pixels), -1)
    lines = np.empty((len(rows), 1 + rows.shape[1]), np.uint8)
    lines[:, 0] = 2 if up else 0
    if up:
        np.subtract(rows[1:], rows[:-1], out=lines[1:, 1:])
        lines[0, 1:] = rows[0] if above is None else rows[0] - above.reshape(-1)
    else:
        lines[:, 1:] = rows
    return lines


def compressed(pixels: np.ndarray, up: bool, over: threading.Event | None = None) -> bytes:
    """Compress a picture to the data of IDAT; truncated when `over` is set."""
    packer, done = zlib.compressobj(LEVEL), []
    lines = scanlines(pixels, up)
    at_once = max(1, _BYTES_AT_ONCE // lines.shape[1])
    for start in range(0, len(lines), at_once):
        if over is not None and over.is_set():
            break
        done.append(packer.compress(lines[start : start + at_once]))
    return b"".join([*done, packer.flush()])


def up_is_smaller(pixels: np.ndarray) -> bool:
    """Return whether filter Up compresses a picture better than filter None."""
    tried = {up: len(zlib.compress(scanlines(pixels, up), 1)) for up in (False, True)}
    return tried[True] < tried[False]


def picture(
    pixels: np.ndarray,
    up: bool,
    palette: np.ndarray | None = None,
    over: threading.Event | None = None,
) -> bytes:
    """Return a PNG file of uint8 (h,w,1), grey or palette, or (h,w,3)."""
    height, width, channels = pixels.shape
    data = chunk(b"IDAT", compressed(pixels, up, over))
    return header(width, height, channels, palette) + data + END
