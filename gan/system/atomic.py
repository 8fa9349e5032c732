"""Files that are whole or not there, whatever is killed, cut off or full while they are written."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

ENDING = ".part"  # of what is being written


def write_atomic(path: Path, data: bytes, keep: Path | None = None, sync: bool = True) -> None:
    """Write to a temporary name, fsync, rename: a reader sees the old file or the new one.

    `keep`: a name in the same folder under which the old file stays. At every moment there is a
    whole file at `path` if there was one before. Without `sync` nobody waits for the disk, and a
    power cut may leave the file cut short; a killed process never does.

    Raises:
        OSError: the disk is full or not writable; the old file is untouched.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}{ENDING}")
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        if keep is not None and path.exists():
            also_name(path, keep)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    if sync:
        sync_folder(path.parent)  # the rename itself must survive a power cut, too


def also_name(path: Path, other: Path, sync: bool = True) -> None:
    """`other` becomes a second name of the file at `path`: a copy where links are not known.

    At every moment there is a whole file at `other` if there was one before. Without `sync` a power
    cut may take the new name away.

    Raises:
        OSError: the disk said no; both are as they were.
    """
    temporary = other.with_name(f".{other.name}.{os.getpid()}{ENDING}")
    temporary.unlink(missing_ok=True)
    try:
        try:
            os.link(path, temporary)
        except OSError:
            shutil.copyfile(path, temporary)
        os.replace(temporary, other)
        if sync:
            sync_folder(other.parent)
    finally:  # renaming onto another name of the same file does nothing and leaves it
        temporary.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """`value` as indented JSON, atomically."""
    write_atomic(path, (json.dumps(value, indent=2) + "\n").encode())


def sync_folder(folder: Path) -> None:
    """What was renamed, made or removed in a folder is on the disk (POSIX; elsewhere nothing)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def is_leftover(path: Path) -> bool:
    """Whether this is a temporary file of `write_atomic`, of this process or of another one."""
    return path.name.startswith(".") and path.suffix == ENDING


def sweep(folder: Path) -> None:
    """Remove what killed processes left half written; one still alive keeps its own."""
    for path in filter(is_leftover, list(folder.iterdir()) if folder.is_dir() else []):
        owner = path.name.removesuffix(ENDING).rpartition(".")[2]
        # in a container the next process often has the same number as the killed one
        if not owner.isdigit() or int(owner) == os.getpid() or not is_alive(int(owner)):
            path.unlink(missing_ok=True)


def is_alive(process: int) -> bool:
    """Whether there is a process of this number; False where that cannot be told."""
    if os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is another user's
        pass
    return True
