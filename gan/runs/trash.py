"""Trash: deleted runs are kept for a day, or until their room is needed, and can be restored."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from gan.storage.process_files import own_prefix, remove_abandoned
from gan.system.atomic import sync_folder

TRASH = ".trash"  # within the folder of runs
REMOVED = "removed."  # prefix of what is being deleted there
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
        raise LookupError(
            "That run is gone: the trash keeps deleted runs for a day, or until their space "
            "is needed."
        )
    folder = root / trashed.name.partition(".")[2]
    if folder.exists():
        raise LookupError("Another run has that name now.")
    trashed.rename(folder)
    sync_folder(root)
    return folder


def empty_trash(root: Path) -> None:
    """Delete runs that have been in the trash for more than a day."""
    remove_abandoned(Path(root) / TRASH, REMOVED)
    for path, _, age_s in _trashed(root):
        if age_s >= KEPT_S:
            _remove(path)


def make_room(root: Path, is_enough: Callable[[], bool]) -> bool:
    """Delete runs in the trash, the oldest first, until there is enough room.

    Returns whether there is.
    """
    for path, _, _ in _trashed(root):
        if is_enough():
            return True
        _remove(path)
    return is_enough()


def _remove(path: Path) -> None:
    """Delete a run of the trash; while this takes place it cannot be restored."""
    removed = path.with_name(REMOVED + own_prefix() + path.name)
    with contextlib.suppress(OSError):
        path.rename(removed)
        shutil.rmtree(removed)


def _trashed(root: Path) -> list[tuple[Path, str, float]]:
    """Return (folder, name of the run, seconds since deletion), the oldest first."""
    trash, found = Path(root) / TRASH, []
    for path in trash.iterdir() if trash.is_dir() else []:
        when_ns, _, name = path.name.partition(".")
        if when_ns.isdecimal() and name:
            found.append((path, name, (time.time_ns() - int(when_ns)) / 1e9))
    return sorted(found, key=lambda one: -one[2])
