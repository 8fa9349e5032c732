"""The files of a folder or of a bundle; symbolic links are never followed."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from gan.data.intake.messages import SkipCounts
from gan.data.intake.names import Parts, decode_name, skip_reason

BUNDLE = b'{"latent_studio_images": 1}\n'
LONGEST_HEADER_BYTES = 8_192
DEEPEST = 32  # folders within folders


class SourceError(Exception):
    """The source cannot be read at all; a key of `gan.data.intake.messages.SENTENCES`."""


def read_bundle(path: Path) -> Iterator[tuple[str, int, int]]:
    """Yield name, start and size of each file in a bundle."""
    with open(path, "rb") as file:
        end = file.seek(0, 2)
        file.seek(len(BUNDLE))
        while line := file.readline(LONGEST_HEADER_BYTES):
            try:
                header = json.loads(line)
                name, size = header["name"], header["bytes"]
            except (ValueError, LookupError, TypeError, RecursionError) as error:
                raise SourceError("bundle_damaged") from error
            start = file.tell()
            if not isinstance(name, str) or type(size) is not int or not 0 <= size <= end - start:
                raise SourceError("bundle_damaged")
            yield name, start, size
            file.seek(start + size)


def walk(root: Path, skipped: SkipCounts) -> Iterator[tuple[str, Parts]]:
    """Yield path and name of every regular file below a folder."""
    waiting: list[tuple[str, Parts]] = [(str(root), ())]
    while waiting:
        folder, parts = waiting.pop()
        try:
            inside = os.scandir(folder)
        except OSError:
            skipped.add("unreadable", "/".join(parts))
            continue
        with inside:
            for found in inside:
                below = (*parts, decode_name(found.name.encode("utf-8", "surrogateescape")))
                if found.is_symlink():
                    skipped.add("link", found.name)
                elif found.is_dir(follow_symlinks=False):
                    if len(below) < DEEPEST and skip_reason((below[-1], "x")) is None:
                        waiting.append((found.path, below))
                    else:
                        skipped.add("hidden", below[-1])
                elif found.is_file(follow_symlinks=False):
                    yield found.path, below
                else:
                    skipped.add("unreadable", below[-1])


def open_regular(path: str) -> BinaryIO:
    """Open a file, unless it has become a link or a pipe since it was listed."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError("not a regular file")
    return os.fdopen(handle, "rb")


def open_at(path: Path, start: int) -> BinaryIO:
    file = open(path, "rb")
    file.seek(start)
    return file
