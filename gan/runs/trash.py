"""Trash: deleted runs are kept for a day and can be restored."""

from __future__ import annotations

import contextlib
import shutil
import time
from pathlib import Path

from gan.system.atomic import sync_folder

TRASH = ".trash"  # within the folder of runs
KEPT_S = 24 * 3600


def move_to_trash(folder: Path) -> None:
    """Move a run to the trash atomically. Raises OSError if it is gone."""
    trash = folder.parent / TRASH
    trash.mkdir(exist_ok=True)
    folder.rename(trash / f"{time.time_ns()}.{folder.name}")
    sync_folder(folder.parent)


def trashed_runs(root: Path) -> dict[str, Path]:
    """Return the folders of the runs that can be restored, by name; the last deleted of each."""
    return {name: path for path, name, age_s in _trashed(root) if age_s < KEPT_S}


def restore_run(root: Path, name: str) -> Path:
    """Move a run out of the trash, and return its folder.

    Raises LookupError if it is no longer in the trash or another run has that name now.
    """
    trashed = trashed_runs(root).get(name)
    if trashed is None:
        raise LookupError("That run is gone: the trash keeps deleted runs for a day.")
    folder = root / trashed.name.partition(".")[2]
    if folder.exists():
        raise LookupError("Another run has that name now.")
    trashed.rename(folder)
    sync_folder(root)
    return folder


def empty_trash(root: Path) -> None:
    """Delete runs that have been in the trash for more than a day."""
    for path, _, age_s in _trashed(root):
        if age_s >= KEPT_S:
            with contextlib.suppress(OSError):
                shutil.rmtree(path)


def _trashed(root: Path) -> list[tuple[Path, str, float]]:
    """Return (folder, name of the run, seconds since deletion), the oldest first."""
    trash, found = Path(root) / TRASH, []
    for path in trash.iterdir() if trash.is_dir() else []:
        when_ns, _, name = path.name.partition(".")
        if when_ns.isdigit() and name:
            found.append((path, name, (time.time_ns() - int(when_ns)) / 1e9))
    return sorted(found, key=lambda one: -one[2])
