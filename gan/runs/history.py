"""A run's history: an append-only file of rows and marks, one JSON object per line.

A row is {"step", "loss_g", "loss_d", "d_real", "d_fake", "elapsed_s"}. A mark records an event:
{"step", "mark": "changed" | "rolled back" | ..., further values, and "note", a sentence, if the
user should know}. Lines are in the order of their steps.
"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

from gan.storage.layout import HISTORY


class History:
    """The `rows` and `marks` of a run; lines that a full disk refuses are written later."""

    def __init__(self, folder: Path) -> None:
        self.path = Path(folder) / HISTORY
        found = read_rows(self.path)
        self.rows = [line for line in found if "mark" not in line]
        self.marks = [line for line in found if "mark" in line]
        self._unwritten = b""

    def append(self, row: dict[str, Any]) -> None:
        """Add a row. Errors of the disk are raised by the next `sync`."""
        self.rows.append(row)
        self._write(row)

    def mark(self, step: int, kind: str, **values: Any) -> None:
        """Add a mark at `step`."""
        self._mark({"step": step, "mark": kind, **values})

    def sync(self) -> None:
        """Flush all lines to the disk.

        Raises:
            OSError: the disk is full or not writable; no line is truncated, the next call retries.
        """
        if not self.path.exists() and not self._unwritten:
            return
        with open(self.path, "ab", buffering=0) as file:
            self._flush(file)
            os.fsync(file.fileno())

    def cut(self, step: int) -> list[dict[str, Any]]:
        """Remove the lines after `step`, and a truncated last line. Returns the removed marks.

        The file is truncated in place, which works on a full disk too.
        """
        dropped = [mark for mark in self.marks if mark["step"] > step]
        # new lists: other threads read the old ones without a lock
        self.rows = [row for row in self.rows if row["step"] <= step]
        self.marks = [mark for mark in self.marks if mark["step"] <= step]
        unwritten = self._unwritten.splitlines(True)
        kept = [line for line in unwritten if json.loads(line)["step"] <= step]
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
        self._unwritten = b"".join(kept)
        return dropped

    def go_back(self, step: int, requested: dict[str, Any] | None = None) -> None:
        """Remove the lines after `step`, but keep marks of rollbacks.

        `requested`: the mark of the last rollback on request; added if it is to this step and
        missing.
        """
        for mark in self.cut(step):
            if mark["mark"] == "rolled back":
                self._mark(mark | {"step": step})
        if requested is not None and requested["step"] == step and requested not in self.marks:
            self._mark(requested)

    def _mark(self, mark: dict[str, Any]) -> None:
        self.marks.append(mark)
        self._write(mark)

    def _write(self, value: dict[str, Any]) -> None:
        self._unwritten += json.dumps(value).encode() + b"\n"
        try:
            with open(self.path, "ab", buffering=0) as file:
                self._flush(file)
        except OSError:  # `sync` raises it before the next checkpoint
            pass

    def _flush(self, file: Any) -> None:
        end = file.seek(0, os.SEEK_END)
        try:
            if file.write(self._unwritten) != len(self._unwritten):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        except OSError:
            file.truncate(end)  # a partial line would corrupt the next one
            raise
        self._unwritten = b""


def read_history(folder: Path) -> list[dict]:
    """Return the rows of a run's history; damaged lines are skipped."""
    return [line for line in read_rows(Path(folder) / HISTORY) if "mark" not in line]


def read_marks(folder: Path) -> list[dict]:
    """Return the marks of a run's history: changes of settings, rollbacks and other events."""
    return [line for line in read_rows(Path(folder) / HISTORY) if "mark" in line]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the JSON lines that have a step; damaged lines are skipped."""
    data = path.read_bytes() if path.exists() else b""
    return [value for line in data.splitlines() if (value := _parse(line)) is not None]


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:  # including bytes that are not UTF-8
        return None
    is_line = isinstance(value, dict) and type(value.get("step")) is int
    return value if is_line else None
