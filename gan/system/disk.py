"""The free and used space of disks."""

import contextlib
import os
import shutil
from pathlib import Path

LEAST_FREE_BYTES = 1_000_000_000  # on every disk: with less, nothing new is begun


def has_space(folder: Path, more_bytes: int = 0) -> bool:
    """Return whether `more_bytes` fit on a folder's disk, with `LEAST_FREE_BYTES` left.

    The folder need not exist yet. Return True if this cannot be known.
    """
    try:
        free = shutil.disk_usage(existing(folder)).free
    except OSError:
        return True
    return free >= LEAST_FREE_BYTES + more_bytes


def existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    folder = Path(folder).absolute()
    return next((each for each in (folder, *folder.parents) if each.is_dir()), folder)


def used_bytes(folder: Path) -> int:
    """Return the bytes on disk of all in a folder; hard links count once.

    Files and folders may be deleted meanwhile.
    """
    sizes = {}
    for inside, folders, files in os.walk(folder):  # unlike rglob, skips a folder that is gone
        for name in (*folders, *files):
            with contextlib.suppress(OSError):
                known = os.lstat(os.path.join(inside, name))
                blocks = getattr(known, "st_blocks", -(-known.st_size // 512))
                sizes[known.st_dev, known.st_ino] = blocks * 512
    return sum(sizes.values())
