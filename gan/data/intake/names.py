"""What the names of files say: which may be images, and which folders are their classes."""

from __future__ import annotations

import re
from collections.abc import Sequence

IMAGES = frozenset(
    "jpg jpeg jpe jfif png apng gif webp bmp dib tif tiff ppm pgm pbm pnm mpo".split()
)
ARCHIVES = frozenset("zip rar 7z tar gz tgz bz2 tbz xz txz zst cbz cbr iso jar".split())
HIDDEN = frozenset({"__macosx", "thumbs.db", "desktop.ini", "@eadir", "$recycle.bin"})
SPLITS = frozenset("train training test testing val valid validation dev".split())
LONGEST_CLASS = 40
LOOSE = "-"  # the class of what lies beside the folders of the others

Parts = tuple[str, ...]


def parts_of(name: str) -> Parts | None:
    """The folders and the file of a name in an archive; None if it points outside of it."""
    name = name.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or "\0" in name:
        return None
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    return None if ".." in parts else parts


def reason_to_skip(parts: Parts) -> str | None:
    """A key of `gan.data.intake.skipped.REASONS` for what is no image by its name alone."""
    if any(part.startswith(".") or part.lower() in HIDDEN for part in parts):
        return "hidden"
    _, dot, ending = parts[-1].lower().rpartition(".")
    if ending in ARCHIVES and dot:
        return "archive"
    # a long "ending" is none: such a file may be an image all the same
    return (
        "other"
        if dot
        and ending not in IMAGES
        and len(ending) <= 5
        and ending.isalnum()
        and not ending.isdigit()
        else None
    )


def classes_of(names: Sequence[Parts]) -> list[str]:
    """The class of each of these images by its sub-folder; "" for all where there are no classes.

    Folders around everything say nothing; of nested ones the outermost says the class, unless it
    is one of the usual halves of a data set ("train", "test"), below which it is looked for.
    """
    folders = [parts[:-1] for parts in names]
    shared = _shared(folders)
    folders = [folder[shared:] for folder in folders]
    if all(folder and folder[0].lower() in SPLITS for folder in folders):
        folders = [folder[1:] for folder in folders]
        shared = _shared(folders)
        folders = [folder[shared:] for folder in folders]
    found = [class_name(folder[0]) if folder else LOOSE for folder in folders]
    return found if len(set(found)) > 1 else [""] * len(found)


def in_order(classes: Sequence[str]) -> list[str]:
    """The names once each, sorted as people do: 2 before 10."""

    def key(name: str) -> tuple[list[tuple[int, int, str]], str]:
        pieces = re.findall(r"\d+|\D+", name.casefold())
        numbered = [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in pieces]
        return numbered, name

    return sorted(set(classes), key=key)


def class_name(folder: str) -> str:
    """A folder's name as one that can be shown."""
    words = "".join(c if c.isprintable() and not "\ud800" <= c <= "\udfff" else " " for c in folder)
    return " ".join(words.split())[:LONGEST_CLASS].rstrip() or LOOSE


def readable(name: bytes) -> str:
    """A name in an archive that does not say how it is written: UTF-8, Chinese, or DOS."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        pairs = rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])+"  # GB 2312, as Windows packs it
        if re.fullmatch(pairs, name):
            return name.decode("gb2312", "replace")
        return name.decode("cp437")


def _shared(folders: Sequence[Parts]) -> int:
    """How many outer folders are around all of them."""
    if not folders:
        return 0
    low, high = min(folders), max(folders)
    count = 0
    while count < min(len(low), len(high)) and low[count] == high[count]:
        count += 1
    return count
