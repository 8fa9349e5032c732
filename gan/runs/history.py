"""A run's history: rows of figures and marks, one JSON line each, appended and never lost.

A row is {"step", "loss_g", "loss_d", "d_real", "d_fake", "elapsed_s"}; a mark tells of something
that was done to the run: {"step", "mark": "changed" | "rolled back" | ..., further values, and
"note", a sentence, where people should be told}. Lines are in the order of their steps.
"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

from gan.storage.layout import HISTORY


class History:
    """`rows` and `marks` in memory, the same on disk; what a full disk refuses waits its turn."""

    def __init__(self, folder: Path) -> None:
        self.path = Path(folder) / HISTORY
        found = read_rows(self.path)
        self.rows = [line for line in found if "mark" not in line]
        self.marks = [line for line in found if "mark" in line]
        self._waiting = b""

    def append(self, row: dict[str, Any]) -> None:
        """One more row. A disk that says no is told of by the next `sync`."""
        self.rows.append(row)
        self._write(row)

    def mark(self, step: int, kind: str, **values: Any) -> None:
        """One more mark, at `step`."""
        self._mark({"step": step, "mark": kind, **values})

    def sync(self) -> None:
        """All of it is on the disk.

        Raises:
            OSError: the disk is full or not writable; no line is cut, the next call tries again.
        """
        if not self.path.exists() and not self._waiting:
            return
        with open(self.path, "ab", buffering=0) as file:
            self._flush(file)
            os.fsync(file.fileno())

    def cut(self, step: int) -> list[dict[str, Any]]:
        """Forget what came after `step`, and a last line cut short. Returns the marks forgotten.

        Works in place, so that a full disk does not stand in the way of going on.
        """
        dropped = [mark for mark in self.marks if mark["step"] > step]
        # new lists: others read the old ones without waiting
        self.rows = [row for row in self.rows if row["step"] <= step]
        self.marks = [mark for mark in self.marks if mark["step"] <= step]
        kept = [line for line in self._waiting.splitlines(True) if json.loads(line)["step"] <= step]
        if self.path.exists():
            with open(self.path, "r+b") as file:
                end = 0
                for line in file:
                    value = _parse(line)
                    if not line.endswith(b"\n") or (value is not None and value["step"] > step):
                        break
                    end += len(line)
                file.truncate(end)
                os.fsync(file.fileno())
        self._waiting = b"".join(kept)
        return dropped

    def go_back(self, step: int, asked: dict[str, Any] | None = None) -> None:
        """Forget what came after `step`, but not that the run was rolled back.

        `asked`: the mark of a roll-back to this step that somebody asked for; it is made unless it
        is there.
        """
        for mark in self.cut(step):
            if mark["mark"] == "rolled back":
                self._mark(mark | {"step": step})
        if asked is not None and asked["step"] == step and asked not in self.marks:
            self._mark(asked)

    def _mark(self, mark: dict[str, Any]) -> None:
        self.marks.append(mark)
        self._write(mark)

    def _write(self, value: dict[str, Any]) -> None:
        self._waiting += json.dumps(value).encode() + b"\n"
        try:
            with open(self.path, "ab", buffering=0) as file:
                self._flush(file)
        except OSError:  # `sync` will say so, before the next checkpoint
            pass

    def _flush(self, file: Any) -> None:
        whole = file.seek(0, os.SEEK_END)
        try:
            if file.write(self._waiting) != len(self._waiting):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        except OSError:
            file.truncate(whole)  # half a line would spoil the next one
            raise
        self._waiting = b""


def read_history(folder: Path) -> list[dict]:
    """Rows of a run's history; lines cut short or damaged are left out, and so are marks."""
    return [line for line in read_rows(Path(folder) / HISTORY) if "mark" not in line]


def read_marks(folder: Path) -> list[dict]:
    """Marks of a run's history: what was changed while it ran, and where it was rolled back."""
    return [line for line in read_rows(Path(folder) / HISTORY) if "mark" in line]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read the JSON lines that have a step; damaged lines are left out."""
    data = path.read_bytes() if path.exists() else b""
    return [value for line in data.splitlines() if (value := _parse(line)) is not None]


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:  # also of bytes that are no text
        return None
    whole = isinstance(value, dict) and type(value.get("step")) is int
    return value if whole else None
