"""Read a folder without following links."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from gan.data.intake.messages import SkipCounts
from gan.data.intake.names import Parts, skip_reason

DEEPEST = 32  # folders within folders


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
                below = (*parts, found.name)
                if found.is_symlink():
                    skipped.add("link", found.name)
                elif found.is_dir(follow_symlinks=False):
                    reason = "too_deep" if len(below) >= DEEPEST else skip_reason((found.name, "x"))
                    if reason:
                        skipped.add(reason, found.name)
                    else:
                        waiting.append((found.path, below))
                elif found.is_file(follow_symlinks=False):
                    yield found.path, below
                else:  # a pipe or a device
                    skipped.add("other", found.name)


def open_regular(path: str) -> BinaryIO:
    """Open a file, unless it has become a link or a pipe since it was listed."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError("not a regular file")
    return os.fdopen(handle, "rb")
