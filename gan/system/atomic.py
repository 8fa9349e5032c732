"""Atomic files: complete or absent after a kill, a power cut or a full disk."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from gan.system import strict_json

SUFFIX = ".part"  # of temporary files


def write_atomic(path: Path, data: bytes, keep: Path | None = None, sync: bool = True) -> None:
    """Write to a temporary file, fsync, rename: readers see the old file or the new one.

    The old file stays as `keep`, in the same folder. Without `sync` the disk is not waited for: a
    power cut may truncate the file, a killed process never does.
    Raises OSError: the disk is full or not writable; the old file is unchanged.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}{SUFFIX}")
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        if keep is not None and path.exists():
            link_or_copy(path, keep)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    if sync:
        sync_folder(path.parent)  # the rename must survive a power cut as well


def link_or_copy(path: Path, other: Path, sync: bool = True) -> None:
    """Make `other` a hard link to `path`, replacing it atomically; a copy if links are unsupported.

    Without `sync` a power cut may undo it.
    Raises OSError: the disk is full or not writable; both files are unchanged.
    """
    temporary = other.with_name(f".{other.name}.{os.getpid()}{SUFFIX}")
    temporary.unlink(missing_ok=True)
    try:
        try:
            os.link(path, temporary)
        except OSError:
            shutil.copyfile(path, temporary)
        os.replace(temporary, other)
        if sync:
            sync_folder(other.parent)
    finally:  # os.replace does nothing if both are links to the same file
        temporary.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON, atomically."""
    write_atomic(path, (json.dumps(value, indent=2) + "\n").encode())


def read_json(path: Path, most_bytes: int = 256_000) -> dict[str, Any]:
    """Read a JSON object; {} if it is missing, too large or damaged, or is something else."""
    try:
        value = read_strict(path, most_bytes)
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def read_strict(path: Path, most_bytes: int) -> Any:
    """Read a file with `strict_json.parse`. Raises OSError, and ValueError as that does."""
    with open(path, "rb") as file:
        return strict_json.parse(file.read(most_bytes + 1), most_bytes)


def sync_folder(folder: Path) -> None:
    """Flush renames and removals in a folder to the disk (POSIX; elsewhere nothing)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def is_leftover(path: Path) -> bool:
    """Return whether this is a temporary file of `write_atomic`, of any process."""
    return path.name.startswith(".") and path.suffix == SUFFIX


def sweep(folder: Path) -> None:
    """Remove the temporary files of dead processes and of this one."""
    for path in filter(is_leftover, list(folder.glob(".*"))):
        owner = path.name.removesuffix(SUFFIX).rpartition(".")[2]
        # restarted containers reuse process numbers
        if not owner.isdecimal() or int(owner) == os.getpid() or not is_alive(int(owner)):
            path.unlink(missing_ok=True)


def is_alive(process: int) -> bool:
    """Return whether a process of this number exists; False where that is unknown."""
    if os.name != "posix" or process <= 0:  # 0 and below are groups of processes
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # of another user
        pass
    return True
