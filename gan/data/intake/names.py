"""File names: which files may be images, and which folders are classes."""

import os
import re
from collections.abc import Sequence

from gan.storage.metadata import clean_title

IMAGES = frozenset(
    "jpg jpeg jpe jfif png apng gif webp bmp dib tif tiff ppm pgm pbm pnm mpo".split()
)
ARCHIVES = frozenset("zip rar 7z tar gz tgz bz2 tbz xz txz zst cbz cbr iso jar".split())
HIDDEN = frozenset({"__macosx", "thumbs.db", "desktop.ini", "@eadir", "$recycle.bin"})
SPLITS = frozenset("train training test testing val valid validation dev".split())
LONGEST_CLASS = 40
NO_FOLDER = "-"  # class of images beside the folders of the others

Parts = tuple[str, ...]


def safe_parts(name: str) -> Parts | None:
    """Split a name in an archive into folders and file; None if it points outside the archive."""
    name = name.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or "\0" in name:
        return None
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    return None if ".." in parts else parts


def skip_reason(parts: Parts) -> str | None:
    """Return why a file is not an image by its name alone: a key of `messages.REASONS`, or None."""
    if any(part.startswith(".") or part.lower() in HIDDEN for part in parts):
        return "hidden"
    _, dot, ending = parts[-1].lower().rpartition(".")
    if ending in ARCHIVES and dot:
        return "archive"
    if not dot or ending in IMAGES:
        return None
    # text after the last dot is not always an extension: the file may still be an image
    is_extension = len(ending) <= 5 and ending.isalnum() and not ending.isdigit()
    return "other" if is_extension else None


def class_names(names: Sequence[Parts]) -> list[str]:
    """Return the class of each image, by its sub-folder; "" for all if there are no classes.

    Folders around all images are ignored. Of nested folders the outermost is the class, unless all
    of these are splits of a data set ("train", "test"): then the next one is.
    """
    folders = _below_shared([parts[:-1] for parts in names])
    if all(folder and folder[0].lower() in SPLITS for folder in folders):
        folders = _below_shared([folder[1:] for folder in folders])
    titles = [clean_title(folder[0]) if folder else "" for folder in folders]
    found = [title[:LONGEST_CLASS].rstrip() or NO_FOLDER for title in titles]
    return found if len(set(found)) > 1 else [""] * len(found)


def natural_order(classes: Sequence[str]) -> list[str]:
    """Return the distinct names in natural order: 2 before 10."""

    def key(name: str) -> tuple[list[tuple[int, int, str]], str]:
        pieces = re.findall(r"\d+|\D+", name.casefold())
        numbered = [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in pieces]
        return numbered, name

    return sorted(set(classes), key=key)


def decode_name(name: bytes) -> str:
    """Decode a name of unknown encoding: UTF-8, GB 2312 or DOS."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        pairs = rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])+"  # GB 2312, as Windows packs it
        if re.fullmatch(pairs, name):
            return name.decode("gb2312", "replace")
        return name.decode("cp437")


def _below_shared(folders: list[Parts]) -> list[Parts]:
    shared = len(os.path.commonprefix(folders))
    return [folder[shared:] for folder in folders]
