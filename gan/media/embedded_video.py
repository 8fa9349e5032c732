"""The comment tag of MP4 (ISO 14496-12 boxes) and WebM (EBML, RFC 8794) files."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO

STEPS_MAX = 10_000  # boxes read on one level
_BOXES = (b"moov", b"udta", b"meta", b"ilst", b"\xa9cmt", b"data")
_SEGMENT, _TAGS, _TAG, _SIMPLE, _NAME, _TEXT = (
    0x18538067, 0x1254C367, 0x7373, 0x67C8, 0x45A3, 0x4487,
)  # fmt: skip


def read_mp4(file: BinaryIO, size: int, limit: int) -> bytes | None:
    """Return the comment in iTunes metadata, where ffmpeg writes it."""
    start, end = 0, size
    for kind in _BOXES:
        found = next((box for box in _boxes(file, start, end) if box[0] == kind), None)
        if found is None:
            return None
        _, start, end = found
        start += {b"meta": 4, b"data": 8}.get(kind, 0)  # version and flags; type and language
    return _bytes(file, start, end, limit)


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    for _ in range(STEPS_MAX):
        if start + 8 > end:
            return
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        inside = start + 8
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
            inside += 8
        after = end if size == 0 else start + size
        if not inside <= after <= end:
            return
        yield kind, inside, after
        start = after


def read_webm(file: BinaryIO, size: int, limit: int) -> bytes | None:
    """Return the tag COMMENT of the file."""
    span = next(_named(file, _SEGMENT, 0, size), None)
    span = span and next(_named(file, _TAGS, *span), None)
    if span is None:
        return None
    # read at once, which bounds the number of elements
    memory = io.BytesIO(_bytes(file, *span, 2 * limit))
    for tag in _named(memory, _TAG, 0, len(memory.getbuffer())):
        for simple in _named(memory, _SIMPLE, *tag):
            name = next(_named(memory, _NAME, *simple), None)
            text = next(_named(memory, _TEXT, *simple), None)
            if name and text and _bytes(memory, *name, 100).upper() == b"COMMENT":
                return _bytes(memory, *text, limit)
    return None


def _named(file: BinaryIO, name: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    return ((first, last) for kind, first, last in _elements(file, start, end) if kind == name)


def _elements(file: BinaryIO, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    for _ in range(STEPS_MAX):
        if start + 2 > end:
            return
        file.seek(start)
        head = file.read(12)
        kind_length = 9 - head[0].bit_length()
        size_length = 9 - head[kind_length].bit_length()
        inside = start + kind_length + size_length
        if kind_length > 4 or size_length > 8:
            return
        kind = int.from_bytes(head[:kind_length])
        size = int.from_bytes(head[kind_length : kind_length + size_length])
        size &= (1 << 7 * size_length) - 1
        unknown = size == (1 << 7 * size_length) - 1  # live recording: to the end
        after = end if unknown else inside + size
        if after > end:
            return
        yield kind, inside, after
        start = after


def _bytes(file: BinaryIO, start: int, end: int, limit: int) -> bytes:
    file.seek(start)
    return file.read(max(0, min(end - start, limit)))
