"""recipe.json of a ZIP file, without trusting its sizes (APPNOTE.TXT 6.3, PKWARE).

Python's zipfile would read a central directory of any length into memory.
"""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

MEMBER = "recipe.json"
_TAIL = 22 + 65_535  # end of central directory record and comment
_DIRECTORY_MAX = 16_000_000  # bytes; 100,000 frames need 6 million
_STORED, _DEFLATED = 0, 8


def read_zip(file: BinaryIO, size: int, limit: int) -> bytes | None:
    """Return at most `limit` bytes of the member, in any folder of the archive."""
    directory = _directory(file, size)
    at = 0
    while directory[at : at + 4] == b"PK\1\2":
        flags, method = struct.unpack_from("<HH", directory, at + 8)
        packed, _, name, extra, comment = struct.unpack_from("<IIHHH", directory, at + 20)
        (start,) = struct.unpack_from("<I", directory, at + 42)
        called = directory[at + 46 : at + 46 + name].decode(errors="replace")
        if called.rpartition("/")[2] == MEMBER:
            return None if flags & 1 else _member(file, start, method, min(packed, limit), limit)
        at += 46 + name + extra + comment
    return None


def _directory(file: BinaryIO, size: int) -> bytes:
    start = max(0, size - _TAIL)
    file.seek(start)
    tail = file.read(_TAIL)
    at = tail.rindex(b"PK\5\6")
    length, offset = struct.unpack_from("<II", tail, at + 12)
    if tail[at - 20 : at - 16] == b"PK\6\7":  # ZIP64 locator, for more than 65,535 files
        (record,) = struct.unpack_from("<Q", tail, at - 12)
        file.seek(record)
        length, offset = struct.unpack_from("<QQ", file.read(56), 40)
    if length > _DIRECTORY_MAX or offset + length > size:
        return b""
    file.seek(offset)
    return file.read(length)


def _member(file: BinaryIO, start: int, method: int, packed: int, limit: int) -> bytes | None:
    file.seek(start)
    head = file.read(30)
    name, extra = struct.unpack_from("<HH", head, 26)
    file.seek(start + 30 + name + extra)
    raw = file.read(packed)
    if method == _STORED:
        return raw
    try:
        return zlib.decompressobj(-15).decompress(raw, limit) if method == _DEFLATED else None
    except zlib.error:
        return None
