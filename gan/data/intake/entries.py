"""Files that lie in a folder, or one behind the other in a bundle; links are not followed."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from gan.data.intake.names import Parts, readable, reason_to_skip
from gan.data.intake.skipped import Tally

BUNDLE = b'{"latent_studio_images": 1}\n'
LONGEST_HEADER_BYTES = 8_192
DEEPEST = 32  # folders in folders


class SourceError(Exception):
    """Nothing can be read of the whole: a key of `gan.data.intake.errors.SENTENCES`."""


class Part:
    """A stretch of a file, to be read once."""

    def __init__(self, path: Path, start: int, size: int) -> None:
        self._file, self._left = open(path, "rb"), size
        self._file.seek(start)

    def __enter__(self) -> Part:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, count: int) -> bytes:
        data = self._file.read(min(count, self._left))
        self._left -= len(data)
        return data


def bundled(path: Path) -> Iterator[tuple[str, int, int]]:
    with open(path, "rb") as file:
        whole = file.seek(0, 2)
        file.seek(len(BUNDLE))
        while line := file.readline(LONGEST_HEADER_BYTES):
            try:
                header = json.loads(line)
                name, size = header["name"], header["bytes"]
            except (ValueError, LookupError, TypeError, RecursionError) as error:
                raise SourceError("bundle_damaged") from error
            start = file.tell()
            if not isinstance(name, str) or type(size) is not int or not 0 <= size <= whole - start:
                raise SourceError("bundle_damaged")
            yield name, start, size
            file.seek(start + size)


def walk(root: Path, tally: Tally) -> Iterator[tuple[str, Parts]]:
    """Every plain file below a folder; what is linked to is not looked at."""
    waiting: list[tuple[str, Parts]] = [(str(root), ())]
    while waiting:
        folder, parts = waiting.pop()
        try:
            inside = os.scandir(folder)
        except OSError:
            tally.add("unreadable", "/".join(parts))
            continue
        with inside:
            for found in inside:
                name = found.name.encode("utf-8", "surrogateescape")
                below = (*parts, readable(name))
                if found.is_symlink():
                    tally.add("link", found.name)
                elif found.is_dir(follow_symlinks=False):
                    if len(below) < DEEPEST and reason_to_skip((below[-1], "x")) is None:
                        waiting.append((found.path, below))
                    else:
                        tally.add("hidden", below[-1])
                elif found.is_file(follow_symlinks=False):
                    yield found.path, below
                else:
                    tally.add("unreadable", below[-1])


def open_plain(path: str) -> BinaryIO:
    """Not what has become a link or a pipe meanwhile."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError("it is not a plain file")
    return os.fdopen(handle, "rb")
