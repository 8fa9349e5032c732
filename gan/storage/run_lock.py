"""Run lock: at most one process trains a run, whatever machine it is on.

The owner is named in `training.json` in the run's folder. The lock is a lease: the owner renews the
file's modification time every `RENEW_S` seconds, and the lease expires after `EXPIRES_S` without
renewal, or as soon as the owner, if it was a process of this machine, is dead. An owner that was
suspended past that finds the lock taken over and gets `LockLost`. File-system locks are not used,
since shared folders often lack them. The clocks of machines that share runs must agree within 30 s.
"""

import contextlib
import json
import os
import socket
import threading
import time
import uuid
import weakref
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, TypeAdapter

from gan.storage.layout import LOCK
from gan.system.atomic import is_alive

RENEW_S = 5.0
EXPIRES_S = 60.0
LARGEST_BYTES = 4096
ATTEMPTS = 3  # to take over a lock that others are taking over, too


class LockedElsewhere(RuntimeError):
    """Another process trains this run; the message names it."""


class LockLost(RuntimeError):
    """The lock on this run expired, and another process has taken it."""


@dataclass(frozen=True)
class LockOwner:
    """A process that trains a run; the fields are those of `training.json`.

    `space` is its PID namespace (containers of one host may have several), `since` the time of
    locking in seconds since 1970, `token` unique to one `RunLock`.
    """

    host: str
    space: str
    process: Annotated[int, Field(ge=1, lt=2**31)]
    since: Annotated[float, Field(allow_inf_nan=False)]
    token: str

    @classmethod
    def this_process(cls) -> Self:
        return cls(*machine(), os.getpid(), time.time(), uuid.uuid4().hex)

    @property
    def is_on_this_machine(self) -> bool:
        """Whether its process number means the same here."""
        return (self.host, self.space) == machine()

    @property
    def is_this_process(self) -> bool:
        return self.is_on_this_machine and self.process == os.getpid()


_OWNER = TypeAdapter(LockOwner)


def lock_owner(folder: Path) -> LockOwner | None:
    """Return the owner of the lock on the run in `folder`; None if it is free or has expired."""
    path = Path(folder) / LOCK
    owner = _read(path)
    if owner is None or _age_s(path) > EXPIRES_S:
        return None
    return None if owner.is_on_this_machine and not is_alive(owner.process) else owner


def is_locked(folder: Path) -> bool:
    """Return whether a process other than this one trains the run in `folder`."""
    owner = lock_owner(folder)
    return owner is not None and not owner.is_this_process


class RunLock:
    """The lock on a run, renewed by a thread until `release` or until the object is collected.

    A process may lock a run more than once: releasing one lock keeps the others.
    """

    def __init__(self, folder: Path) -> None:
        """Raise LockedElsewhere if another process owns it, OSError if it cannot be written."""
        path, owner = Path(folder) / LOCK, LockOwner.this_process()
        _acquire(path, owner)
        released, self._lost = threading.Event(), threading.Event()
        # `release()` frees the run for other processes; further calls do nothing
        self.release = weakref.finalize(self, _release, path, owner.token, released)
        threading.Thread(
            target=_renew, args=(path, owner, released, self._lost), name="run-lock", daemon=True
        ).start()

    def check(self) -> None:
        """Raise `LockLost` if another process has taken the lock."""
        if self._lost.is_set():
            raise LockLost("The lock on this run expired, and another process now trains the run.")


def machine() -> tuple[str, str]:
    """Return host name and PID namespace: process numbers are comparable where both are equal."""
    try:
        return socket.gethostname(), os.readlink("/proc/self/ns/pid")
    except OSError:  # not Linux
        return socket.gethostname(), ""


def _acquire(path: Path, owner: LockOwner) -> None:
    for _ in range(ATTEMPTS):
        if _create(path, owner):
            return
        found, other = _read(path), lock_owner(path.parent)
        if other is not None and not other.is_this_process:
            raise LockedElsewhere(
                f"This run is being trained by process {other.process} on {other.host}. Stop it "
                f"there first; if it was killed, try again in {EXPIRES_S:.0f} s."
            )
        if found is None and _age_s(path) < EXPIRES_S:  # perhaps being written right now
            time.sleep(0.1)
            found = _read(path)
        _remove(path, found.token if found else None)
    raise LockedElsewhere("Another process is starting to train this run; try again.")


def _create(path: Path, owner: LockOwner) -> bool:
    """Write a new lock file; False if there is one already."""
    text, temporary = json.dumps(asdict(owner)), path.with_name(f".{path.name}.{owner.token}.part")
    try:
        temporary.write_text(text)
        try:
            os.link(temporary, path)  # it appears with its content
        except FileExistsError:
            return False
        except OSError:  # no hard links on this file system: the file is empty for a moment
            with open(path, "x") as file:
                file.write(text)
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    return True


def _read(path: Path) -> LockOwner | None:
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST_BYTES else b""
        return _OWNER.validate_json(data, strict=True)
    except (OSError, ValueError):
        return None


def _remove(path: Path, token: str | None) -> None:
    """Remove the lock file if it still has this token."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return
    found = _read(aside)
    if (found.token if found else None) != token:  # replaced since it was read: put it back
        with contextlib.suppress(OSError):
            os.link(aside, path)
    aside.unlink(missing_ok=True)


def _release(path: Path, token: str, released: threading.Event) -> None:
    released.set()
    with contextlib.suppress(OSError):
        found = _read(path)
        if found is not None and found.token == token:
            path.unlink()


def _renew(path: Path, owner: LockOwner, released: threading.Event, lost: threading.Event) -> None:
    while not released.wait(RENEW_S):
        found = _read(path)
        if found is not None and not found.is_this_process:
            lost.set()
            return
        with contextlib.suppress(OSError):  # the disk may be away for a while
            if found is None and not path.exists():
                _create(path, owner)
            os.utime(path)


def _age_s(path: Path) -> float:
    try:
        return abs(time.time() - path.stat().st_mtime)
    except OSError:
        return float("inf")
