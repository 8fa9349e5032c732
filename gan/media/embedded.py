"""Recipes inside the files that they make, and back out of them.

GIF: a comment. PNG and APNG: an iTXt chunk. WebP: XMP, its description. MP4 and WebM: the comment
tag, which ffmpeg writes (`ffmetadata`). ZIP: recipe.json. demo/static/carry.js reads the same.

Files come from strangers: reading looks at their frame only, a bounded part of any size of file,
and never decodes a pixel.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

from gan.media import embedded_images as pictures
from gan.media import embedded_video as tracks
from gan.media import embedded_zip

TEXT_MAX = 400_000  # characters of JSON: 64 keyframes of 512 numbers need 180,000
BYTES_MAX = 4 * TEXT_MAX  # of the same, as UTF-8
FILE_MAX = 4_000_000_000  # bytes
ZIP_MEMBER = embedded_zip.MEMBER

_WRITERS: Mapping[str, Callable[[BinaryIO, bytes], None]] = MappingProxyType(
    {
        "gif": pictures.write_gif,
        "apng": pictures.write_png,
        "sprite": pictures.write_png,
        "webp": pictures.write_webp,
    }
)


def compact(data: dict[str, Any]) -> str:
    """A recipe as text fit for every file: printable ASCII without <, > and &.

    Raises:
        ValueError: it would be too long to be read again.
    """
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\x7f":  # in JSON they stand nowhere but in strings
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    if len(text) > TEXT_MAX:
        raise ValueError(f"A recipe has at most {TEXT_MAX} characters; this one is longer.")
    return text


def append(path: Path | str, kind: str, text: str) -> None:
    """Put `compact` text into a finished "gif", "apng", "sprite" or "webp", in place.

    Raises:
        ValueError: another kind, a file that is not of it, or text that `compact` did not make.
        OSError: the file cannot be written; it is then torn.
    """
    if kind not in _WRITERS:
        raise ValueError(f"A recipe is put into {', '.join(_WRITERS)} this way, not {kind!r}.")
    if len(text) > TEXT_MAX or not (text.isascii() and text.isprintable()) or "<" in text:
        raise ValueError("The text of a recipe must be as `compact` makes it.")
    with Path(path).open("r+b") as file:
        try:
            _WRITERS[kind](file, text.encode())
        except (struct.error, IndexError) as error:
            raise ValueError(f"{Path(path).name} is not a whole {kind} file.") from error


def ffmetadata(text: str) -> str:
    """A metadata file for `ffmpeg -i FILE -map_metadata`, with the text as the comment tag."""
    for sign in "\\=;#\n":  # the backslash first: it is what the others get
        text = text.replace(sign, f"\\{sign}")
    return f";FFMETADATA1\ncomment={text}\n"


def read_text(path: Path | str) -> str | None:
    """The recipe that a file carries, or is: JSON, not yet checked. None: none, or a torn one.

    Raises:
        ValueError: the file is larger than any made here.
        OSError: it cannot be read.
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
        except (struct.error, IndexError, ValueError):  # torn: all readers trust lengths that lie
            return None


def _reader(head: bytes) -> Callable[[BinaryIO, int, int], bytes | None]:
    if head.startswith((b"GIF87a", b"GIF89a")):
        return pictures.read_gif
    if head.startswith(pictures.PNG):
        return pictures.read_png
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return pictures.read_webp
    if head[4:8] == b"ftyp":
        return tracks.read_mp4
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return tracks.read_webm
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        return embedded_zip.read_zip
    return _read_json


def _read_json(file: BinaryIO, size: int, limit: int) -> bytes | None:
    file.seek(0)
    raw = file.read(limit)
    if not raw.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return None
    # longer than any recipe, whatever the rest of it is
    return raw if size <= limit else b" " * limit
