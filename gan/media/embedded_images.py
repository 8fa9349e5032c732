"""Text embedded in GIF, PNG and WebP files.

The text is near the start or the end, so that only a part of a large file has to be read.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

PNG = b"\x89PNG\r\n\x1a\n"
KEYWORDS = (
    b"latent-studio-clip",
    b"latent-studio",
)  # of clips, and of pictures (gan/recipes/image_recipe.py)
MARK = b'{"latent_studio'  # the start of every recipe
HEAD = 2_000_000  # bytes at the start of a file in which its recipe ends
_CHUNKS_MAX = 10_000
_BLOCK = 1 << 20
_XMP_OPEN = b'<rdf:li xml:lang="x-default">'
_XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    b"<dc:description><rdf:Alt>" + _XMP_OPEN + b"%b</rdf:li></rdf:Alt></dc:description>"
    b'</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)


def write_gif(file: BinaryIO, text: bytes) -> None:
    """Insert a comment before the first frame, after the application extensions."""
    head = file.read(HEAD)
    at = _gif_tables(head)
    while head[at : at + 2] == b"!\xff":
        at = _sub_blocks(head, at + 2)[1]
    if head[:3] != b"GIF" or head[at] not in b"!,":
        raise IndexError("no frame of a GIF")
    parts = (text[i : i + 255] for i in range(0, len(text), 255))
    _insert(file, at, b"!\xfe" + b"".join(bytes([len(part)]) + part for part in parts) + b"\0")
    file.seek(0)
    file.write(b"GIF89a")  # GIF87a has no comments


def read_gif(file: BinaryIO, size: int, limit: int) -> bytes | None:
    """Return the comment before the first frame that is a recipe."""
    file.seek(0)
    head = file.read(HEAD)
    at = _gif_tables(head)
    while head[at] == ord("!"):
        label = head[at + 1]
        text, at = _sub_blocks(head, at + 2)
        if label == 0xFE and text.startswith(MARK):
            return text
    return None


def _gif_tables(head: bytes) -> int:
    # the end of the header and the global colour table
    flags = head[10]
    return 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)


def _sub_blocks(head: bytes, at: int) -> tuple[bytes, int]:
    parts = []
    while count := head[at]:
        parts.append(head[at + 1 : at + 1 + count])
        at += 1 + count
    return b"".join(parts), at + 1


def write_png(file: BinaryIO, text: bytes) -> None:
    """Insert an uncompressed iTXt chunk before IEND.

    Not before the pixels: with a chunk of more than 2 kB there, ffmpeg reads an animation as a
    still picture.
    """
    if file.read(len(PNG)) != PNG:
        raise IndexError("no PNG")
    end = file.seek(-12, 2)
    if file.read(8) != b"\0\0\0\0IEND":
        raise IndexError("no end of a PNG")
    body = b"iTXt" + KEYWORDS[0] + bytes(5) + text
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    _insert(file, end, chunk)


def read_png(file: BinaryIO, size: int, limit: int) -> bytes | None:
    """Return the text of one of KEYWORDS, before the pixels or near the end of the file."""
    for at, _, kind in _chunks(file):
        if kind in (b"IDAT", b"IEND"):
            break
        if kind in (b"iTXt", b"tEXt") and (text := _png_text(file, at, limit)) is not None:
            return text
    start = max(0, size - limit)
    file.seek(start)
    at = file.read(limit).rfind(b"iTXt" + KEYWORDS[0] + b"\0")
    return None if at < 4 else _png_text(file, start + at - 4, limit)


def _png_text(file: BinaryIO, at: int, limit: int) -> bytes | None:
    file.seek(at)
    length, kind = struct.unpack(">I4s", file.read(8))
    data = file.read(min(length, limit))
    keyword, _, rest = data.partition(b"\0")
    if keyword not in KEYWORDS or file.read(4) != struct.pack(">I", zlib.crc32(kind + data)):
        return None
    if kind == b"tEXt":
        return rest
    if rest[0]:  # compressed, which this app never writes
        return None
    return rest[2:].split(b"\0", 2)[2]  # after the language and the translated keyword


def _chunks(file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    # offset, length and name of each chunk
    at = len(PNG)
    for _ in range(_CHUNKS_MAX):
        file.seek(at)
        length, kind = struct.unpack(">I4s", file.read(8))
        yield at, length, kind
        at += length + 12
    raise IndexError("no picture within so many chunks")


def write_webp(file: BinaryIO, text: bytes) -> None:
    """Append an XMP packet with the text as description."""
    head = file.read(40)
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP" or len(head) < 40:
        raise IndexError("no WebP")
    if head[12:16] != b"VP8X":  # a simple file: metadata needs VP8X
        _insert(file, 12, struct.pack("<4sI", b"VP8X", 10) + _canvas(head))
    file.seek(20)
    flags = file.read(1)[0]
    file.seek(20)
    file.write(bytes([flags | 0x04]))
    end = file.seek(0, 2)
    packet = _XMP % text
    chunk = b"XMP " + struct.pack("<I", len(packet)) + packet + b"\0" * (len(packet) % 2)
    file.write(b"\0" * (end % 2) + chunk)
    end = file.tell()
    file.seek(4)
    file.write(struct.pack("<I", end - 8))


def _canvas(head: bytes) -> bytes:
    # flags, then width - 1 and height - 1 in 24 bits each
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        width, height, alpha = bits & 0x3FFF, bits >> 14 & 0x3FFF, bits >> 28 & 1
    elif head[12:16] == b"VP8 ":
        width, height = (size & 0x3FFF for size in struct.unpack("<HH", head[26:30]))
        width, height, alpha = width - 1, height - 1, 0
    else:
        raise IndexError("no picture in the WebP")
    return bytes([alpha << 4, 0, 0, 0]) + width.to_bytes(3, "little") + height.to_bytes(3, "little")


def read_webp(file: BinaryIO, size: int, limit: int) -> bytes | None:
    """Return the description in the XMP packet, the last chunk; recipes contain no "<"."""
    file.seek(max(0, size - limit))
    tail = file.read(limit)
    found = re.search(re.escape(_XMP_OPEN + MARK) + rb"[^<]*(?=<)", tail)
    return found[0].removeprefix(_XMP_OPEN) if found else None


def _insert(file: BinaryIO, at: int, data: bytes) -> None:
    # shifts the rest block by block from the end, without a second copy of the file
    end = file.seek(0, 2)
    while end > at:
        start = max(at, end - _BLOCK)
        file.seek(start)
        block = file.read(end - start)
        file.seek(start + len(data))
        file.write(block)
        end = start
    file.seek(at)
    file.write(data)
