"""Temporary files and folders that name their process, so that those of a dead one can be removed.

Process numbers are reused, and several machines may share a folder: a name also holds the start of
the process, and its machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from gan.storage.run_lock import machine
from gan.system.atomic import is_alive

UNTOUCHED_S = 24 * 3600  # after which those of another machine are taken for abandoned
TEMPORARY_PREFIX = "latent-studio-"
OWNER = re.compile(r"(\d+)\.(\d*)\.([0-9a-f]{8})\.")


def own_prefix() -> str:
    """Return the start of the names of this process's temporary files and folders."""
    return f"{os.getpid()}.{_started(os.getpid())}.{_here()}."


def remove_abandoned(folder: Path, prefix: str = "", pattern: str = "*") -> None:
    """Remove the temporary files of dead processes in a folder, and of this one.

    Names of `prefix` and `pattern` are those of temporary files; `own_prefix` follows the prefix.
    Call it at the start of a server: containers reuse process numbers. Files of other processes
    that are alive stay, and those of other machines for `UNTOUCHED_S` after their last change.
    """
    for path in list(folder.glob(prefix + pattern)):
        if _is_abandoned(path, path.name.removeprefix(prefix)):
            shutil.rmtree(path, ignore_errors=True)
            with contextlib.suppress(OSError):  # a folder
                path.unlink()


@contextlib.contextmanager
def own_temporary_folder(root: Path) -> Iterator[Path]:
    """Make a folder in `root` for all temporary files of this process, and remove it at the end.

    Those that killed servers left in `root` are removed, too. The folder is also that of
    `tempfile`, and of child processes. Raises OSError.
    """
    root.mkdir(parents=True, exist_ok=True)
    remove_abandoned(root, TEMPORARY_PREFIX, "*.*.*.*")  # others may have files there
    prefix, before = TEMPORARY_PREFIX + own_prefix(), tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix=prefix, dir=root, ignore_cleanup_errors=True) as folder:
        tempfile.tempdir = os.environ["TMPDIR"] = folder
        try:
            with _in_use(folder):
                yield Path(folder)
        finally:
            tempfile.tempdir = before


@contextlib.contextmanager
def _in_use(folder: str) -> Iterator[None]:
    """Lock a folder so that systemd-tmpfiles keeps it, even if it is unused for days."""
    if os.name != "posix":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # not every file system has locks
            fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def _is_abandoned(path: Path, name: str) -> bool:
    owner = OWNER.match(name)
    if owner is None or name.startswith(own_prefix()):
        return True
    process, started, where = owner.groups()
    if where == _here():
        return not is_alive(int(process)) or _started(int(process)) != started
    with contextlib.suppress(OSError):
        return time.time() - path.stat().st_mtime > UNTOUCHED_S
    return False


def _here() -> str:
    return hashlib.sha256("\n".join(machine()).encode()).hexdigest()[:8]


def _started(process: int) -> str:
    """Return the start of a process in ticks since boot; "" if it is not known."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(errors="replace")
        return stat.rpartition(")")[2].split()[19]
    except (OSError, IndexError):  # not Linux, or gone
        return ""
