"""Who trains a run: one process at a time, whatever machine it is on, and a file says which.

`training.json` in the run's folder names the process; its time of change is a heartbeat. Nothing
asks the file system for locks, which shared folders often do not have. A killed process is found
out at once on its own machine, and elsewhere when its heart has stood still for `STALE_S`; one that
was only asleep so long notices that the run is another's, and keeps its hands off. Machines that
share runs must agree on the time to within half a minute.
"""

from __future__ import annotations

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

from gan.storage.layout import LOCK
from gan.system.atomic import is_alive

BEAT_S = 5.0
STALE_S = 60.0
LARGEST_BYTES = 4096
TRIES = 3  # of taking over what another one takes over at the same time


class HeldElsewhere(RuntimeError):
    """Another process trains this run; the sentence says which."""


class HoldLost(RuntimeError):
    """Another process has taken this run over."""


@dataclass(frozen=True)
class Holder:
    """The process that trains a run: its `host` and number, and the time at which it began.

    `space` is its name space of process numbers: containers of one host may have several.
    """

    host: str
    space: str
    process: int
    since: float
    token: str

    @classmethod
    def here(cls) -> Holder:
        """This process."""
        space = ""
        with contextlib.suppress(OSError):
            space = os.readlink("/proc/self/ns/pid")
        return cls(socket.gethostname(), space, os.getpid(), time.time(), uuid.uuid4().hex)

    @property
    def is_neighbour(self) -> bool:
        """Whether it is, or was, a process that this one could see."""
        me = Holder.here()
        return (self.host, self.space) == (me.host, me.space)

    @property
    def is_me(self) -> bool:
        """Whether it is this process."""
        return self.is_neighbour and self.process == os.getpid()


def holder(folder: Path) -> Holder | None:
    """Who trains the run in this folder now, as far as can be seen; None when nobody does."""
    path = Path(folder) / LOCK
    try:
        silent_s = abs(time.time() - path.stat().st_mtime)
    except OSError:
        return None
    found = _read(path)
    if silent_s > STALE_S or found is None:
        return None
    return None if found.is_neighbour and not is_alive(found.process) else found


def elsewhere(folder: Path) -> Holder | None:
    """The same, but None when it is this process."""
    found = holder(folder)
    return None if found is None or found.is_me else found


class Hold:
    """A run that this process trains, until `release`, or until nobody knows this object any more.

    A thread of its own keeps the file fresh. What this process holds already it may take again, and
    lose the one and keep the other: within one process others see to it that a run has one trainer.
    """

    def __init__(self, folder: Path) -> None:
        """Raises HeldElsewhere: another process trains it. OSError: the folder is not writable."""
        path, me = Path(folder) / LOCK, Holder.here()
        _take(path, me)
        over, self._lost = threading.Event(), threading.Event()
        self._release = weakref.finalize(self, _let_go, path, me.token, over)
        beat = threading.Thread(
            target=_beat, args=(path, me, over, self._lost), name="hold", daemon=True
        )
        beat.start()

    def check(self) -> None:
        """Raises HoldLost: another process has taken the run over."""
        if self._lost.is_set():
            raise HoldLost("Another process has taken this run over, and goes on with it.")

    def release(self) -> None:
        """Let others have it; once is enough."""
        self._release()


def _take(path: Path, me: Holder) -> None:
    for _ in range(TRIES):
        if _create(path, me):
            return
        found, now = _read(path), elsewhere(path.parent)
        if now is not None:
            raise HeldElsewhere(
                f"This run is being trained by process {now.process} on {now.host}. Stop it there "
                f"first; if it was killed, try again in {STALE_S:.0f} s."
            )
        if found is None and _age_s(path) < STALE_S:  # it is being written at this moment
            time.sleep(0.1)
            found = _read(path)
        _remove(path, found.token if found else None)
    raise HeldElsewhere("Another process takes this run at the same moment.")


def _create(path: Path, me: Holder) -> bool:
    """Whether the file is this process's now; False when there is one. It is whole, or not there:
    but for file systems without hard links, where it is empty for a moment.
    """
    words, aside = json.dumps(asdict(me)), path.with_name(f".{path.name}.{me.token}.part")
    try:
        aside.write_text(words)
        os.link(aside, path)
    except FileExistsError:
        return False
    except OSError:
        return _create_in_place(path, words)
    finally:
        aside.unlink(missing_ok=True)
    return True


def _create_in_place(path: Path, words: str) -> bool:
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(words)
    except FileExistsError:
        return False
    return True


def _read(path: Path) -> Holder | None:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            return None
        values = json.loads(path.read_bytes())
        holder = Holder(**values)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    right = [type(getattr(holder, name)) is str for name in ("host", "space", "token")]
    return holder if all(right) and type(holder.process) is int else None


def _remove(path: Path, token: str | None) -> None:
    """Remove the file if it is still the one of this token."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return
    found = _read(aside)
    if (found.token if found else None) != token:  # a living one came between: it goes back
        with contextlib.suppress(OSError):
            os.link(aside, path)
    aside.unlink(missing_ok=True)


def _let_go(path: Path, token: str, over: threading.Event) -> None:
    over.set()
    with contextlib.suppress(OSError):
        found = _read(path)
        if found is not None and found.token == token:
            path.unlink()


def _beat(path: Path, me: Holder, over: threading.Event, lost: threading.Event) -> None:
    while not over.wait(BEAT_S):
        found = _read(path)
        if found is not None and not found.is_me:
            lost.set()
            return
        with contextlib.suppress(OSError):  # a disk that is not there now may come back
            if found is None and not path.exists():
                _create(path, me)
            os.utime(path)


def _age_s(path: Path) -> float:
    try:
        return abs(time.time() - path.stat().st_mtime)
    except OSError:
        return float("inf")
