"""Recipes embedded in exported files.

GIF: comment. PNG and APNG: iTXt chunk. WebP: XMP description. MP4 and WebM: comment tag, written by
ffmpeg (`ffmetadata`). ZIP: recipe.json.

Files are untrusted: only the container is read, a bounded part of any file, and pixels are never
decoded.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

from gan.media import embedded_images as images
from gan.media import embedded_video as video
from gan.media import embedded_zip

TEXT_MAX = 400_000  # characters of JSON; 64 keyframes of 512 numbers need 180,000
BYTES_MAX = 4 * TEXT_MAX  # as UTF-8
FILE_MAX = 4_000_000_000  # bytes
ZIP_MEMBER = embedded_zip.MEMBER

# writers for formats that get their text after the encoder has finished
APPENDED: Mapping[str, Callable[[BinaryIO, bytes], None]] = MappingProxyType(
    {
        "gif": images.write_gif,
        "apng": images.write_png,
        "sprite": images.write_png,
        "webp": images.write_webp,
    }
)


def compact(data: dict[str, Any]) -> str:
    """Serialise a recipe for any format: printable ASCII without <, > and &."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\x7f":  # in JSON they only occur in strings
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def append(path: Path | str, format: str, text: str) -> None:
    """Embed `compact` text in a finished file of a format in APPENDED, in place.

    Raises:
        ValueError: another format, a file that is not of it, or text not made by `compact`.
        OSError: the file cannot be written; it is then incomplete.
    """
    if format not in APPENDED:
        raise ValueError(f"Text can be appended to {', '.join(APPENDED)}, not to {format!r}.")
    if len(text) > TEXT_MAX or not (text.isascii() and text.isprintable()) or "<" in text:
        raise ValueError("The text of a recipe must be made by `compact`.")
    with Path(path).open("r+b") as file:
        try:
            APPENDED[format](file, text.encode())
        except (struct.error, IndexError) as error:
            raise ValueError(f"{Path(path).name} is not a complete {format} file.") from error


def ffmetadata(text: str) -> str:
    """Return a metadata file for ffmpeg, with the text as the comment tag."""
    for sign in "\\=;#\n":  # the backslash first, since the others are escaped with it
        text = text.replace(sign, f"\\{sign}")
    return f";FFMETADATA1\ncomment={text}\n"


def read_text(path: Path | str) -> str | None:
    """Return the unchecked JSON that a file embeds or is; None if there is none or it is damaged.

    Raises:
        ValueError: the file is larger than FILE_MAX.
        OSError: the file cannot be read.
    """
    path = Path(path)
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size > FILE_MAX:
            raise ValueError(f"{path.name} is larger than {FILE_MAX // 1_000_000_000} GB.")
        file.seek(0)
        head = file.read(16)
        try:
            raw = _reader(head)(file, size, BYTES_MAX)
            return None if raw is None else raw.decode("utf-8-sig")
        except (struct.error, IndexError, ValueError):  # damaged lengths
            return None


def _reader(head: bytes) -> Callable[[BinaryIO, int, int], bytes | None]:
    if head.startswith((b"GIF87a", b"GIF89a")):
        return images.read_gif
    if head.startswith(images.PNG):
        return images.read_png
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return images.read_webp
    if head[4:8] == b"ftyp":
        return video.read_mp4
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return video.read_webm
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        return embedded_zip.read_zip
    return _read_json


def _read_json(file: BinaryIO, size: int, limit: int) -> bytes | None:
    file.seek(0)
    raw = file.read(limit)
    if not raw.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return None
    # too long for a recipe, which `load` reports
    return raw if size <= limit else b" " * limit
