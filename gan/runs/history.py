"""A run's history: an append-only file of rows and marks, one JSON object per line.

A row is {"step", "loss_g", "loss_d", "d_real", "d_fake", "elapsed_s"}, with the means of the last
`ROW_STEPS` steps. A mark records an event: {"step", "mark": "changed" | "rolled back" | ...,
further values, and "note", a sentence, if the user should know}. Lines are in the order of their
steps.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from gan.runs.validate_rows import Line, Mark, Row, parsed
from gan.storage.layout import HISTORY
from gan.training.trainer import StepStats

ROW_STEPS = 10
MEANS = ("loss_g", "loss_d", "d_real", "d_fake")


class JsonLines:
    """A file of JSON objects, one per line; lines that a full disk refuses are written later."""

    def __init__(self, path: Path) -> None:
        self.path, self._unwritten = path, b""

    def append(self, value: dict[str, Any]) -> None:
        """Add a line; on OSError no part of it is written, and the next call retries."""
        self._unwritten += json.dumps(value).encode() + b"\n"
        with open(self.path, "ab", buffering=0) as file:
            self._flush(file)

    def sync(self) -> None:
        """Flush all lines to the disk. Raises OSError as `append` does."""
        if not self.path.exists() and not self._unwritten:
            return
        with open(self.path, "ab", buffering=0) as file:
            self._flush(file)
            os.fsync(file.fileno())

    def cut(self, step: int) -> None:
        """Remove the lines after `step` and a truncated last line, even on a full disk."""
        unwritten = self._unwritten.splitlines(True)
        kept = [line for line in unwritten if json.loads(line)["step"] <= step]
        if self.path.exists():
            with open(self.path, "r+b") as file:
                end = 0
                for line in file:
                    value = parsed(line, [Line])
                    if not line.endswith(b"\n") or (value is not None and value["step"] > step):
                        break
                    end += len(line)
                file.truncate(end)
                os.fsync(file.fileno())
        self._unwritten = b"".join(kept)

    def _flush(self, file: Any) -> None:
        end = file.seek(0, os.SEEK_END)
        try:
            if file.write(self._unwritten) != len(self._unwritten):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        except OSError:
            file.truncate(end)  # a partial line would corrupt the next one
            raise
        self._unwritten = b""


class History(JsonLines):
    """The `rows` and `marks` of a run; `unfinished` are the steps after the last row."""

    def __init__(self, folder: Path) -> None:
        super().__init__(Path(folder) / HISTORY)
        lines = read_rows(self.path, Row, Mark)
        self.rows = [line for line in lines if "mark" not in line]
        self.marks = [line for line in lines if "mark" in line]
        self.unfinished: list[StepStats] = []

    def add(self, stats: StepStats, elapsed_s: float) -> None:
        """Add a step, taken after `elapsed_s` seconds of training; `ROW_STEPS` of them make a row.

        Errors of the disk are raised by the next `sync`.
        """
        self.unfinished.append(stats)
        if stats.step % ROW_STEPS:
            return
        row: dict[str, Any] = {"step": stats.step}
        for name in MEANS:
            row[name] = round(float(np.mean([getattr(one, name) for one in self.unfinished])), 5)
        self.unfinished = []
        self._append(self.rows, row | {"elapsed_s": round(elapsed_s, 2)})

    def mark(self, step: int, kind: str, **values: Any) -> None:
        """Add a mark at `step`."""
        self._append(self.marks, {"step": step, "mark": kind, **values})

    def go_back(self, step: int, requested: dict[str, Any] | None = None) -> None:
        """Remove the lines after `step`, and a truncated last line, but keep marks of rollbacks.

        `requested`: the mark of the last rollback on request; added if it is to this step and
        missing.
        """
        undone = [mark for mark in self.marks if mark["step"] > step]
        # new lists: other threads read the old ones without a lock
        self.rows = [row for row in self.rows if row["step"] <= step]
        self.marks = [mark for mark in self.marks if mark["step"] <= step]
        self.cut(step)
        for mark in undone:
            if mark["mark"] == "rolled back":
                self._append(self.marks, mark | {"step": step})
        if requested is not None and requested["step"] == step and requested not in self.marks:
            self._append(self.marks, requested)

    def _append(self, lines: list[dict[str, Any]], line: dict[str, Any]) -> None:
        lines.append(line)
        with contextlib.suppress(OSError):  # `sync` raises it before the next checkpoint
            self.append(line)


def read_rows(path: Path, *models: type[BaseModel]) -> list[dict[str, Any]]:
    """Return the lines that fit one of the `models`; others are damaged, and skipped."""
    data = path.read_bytes() if path.is_file() else b""
    return [row for line in data.splitlines() if (row := parsed(line, models)) is not None]
