"""Measure the resident memory of a process tree (Linux)."""

from __future__ import annotations

import threading
from pathlib import Path


def tree(pid: int) -> list[int]:
    """Return the process ids of a process and its running descendants."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except OSError:
            continue
        found.append(one)
    return found


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process tree in MB (10^6 bytes)."""
    kilobytes = 0
    for one in tree(pid):
        try:
            lines = Path(f"/proc/{one}/status").read_text().splitlines()
        except OSError:
            continue
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return kilobytes * 1024 / 1e6


class Memory:
    """A context manager that samples a server's memory twice a second; `seen` in MB."""

    def __init__(self, pid: int) -> None:
        self.seen: list[float] = []
        self._pid, self._done = pid, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.5):
            self.seen.append(resident_mb(self._pid))
