"""A run that another process trains, watched through its folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from demo.train import vitals_rows
from demo.train.curve_rows import points, thin
from demo.train.mark_rows import Numbered, mark_rows
from gan.config import Config
from gan.monitor.best import best_step
from gan.monitor.doctor import diagnose
from gan.monitor.vitals_log import read_vitals
from gan.runner.monitored_run import PACE_S
from gan.runner.status import RunStatus
from gan.runs.history import read_history, read_marks
from gan.runs.snapshots import snapshot_steps


@dataclass(frozen=True)
class ExternalRun:
    """A run that another process trains, as its folder has it at one moment.

    Its rows are numbered as they are in the folder. Its `rollbacks` count down with every time it
    went back, from -2.
    """

    status: RunStatus
    folder: Path
    model: str
    figures: list[dict[str, Any]]
    signs: list[dict[str, Any]]
    deeds: list[list[Any]]

    @classmethod
    def read(cls, status: RunStatus, folder: Path, model: str) -> ExternalRun:
        """The folder's, with what it tells of itself added to `status`."""
        rows, vitals, marks = read_history(folder), read_vitals(folder), read_marks(folder)
        config = status.config or Config()
        newest = rows[-1] if rows else {"step": status.step, "elapsed_s": status.elapsed_s}
        rate = _steps_per_s(rows)
        status = replace(
            status,
            state="elsewhere",
            error=None,
            rollbacks=-2 - sum("from_step" in mark for mark in marks),
            step=newest["step"],
            elapsed_s=newest["elapsed_s"],
            images_per_s=rate * config.batch_size,
            left_s=max(0, config.steps - newest["step"]) / rate if rate else None,
            best_step=best_step(vitals, snapshot_steps(folder)),
            finding=diagnose(rows, vitals, config, marks) if vitals else None,
        )
        return cls(status, folder, model, rows, vitals, mark_rows(marks))

    def rows(self, since: int) -> Numbered:
        """See `Live.rows`."""
        rows = self.figures[since:]
        return thin([points(row) for row in rows]), since + len(rows)

    def vitals(self, since: int) -> Numbered:
        """See `Live.vitals`."""
        rows = self.signs[since:]
        return [vitals_rows.wire(row) for row in vitals_rows.thin(rows)], since + len(rows)

    def marks(self, since: int) -> Numbered:
        """See `Live.marks`."""
        return self.deeds[since:], max(since, len(self.deeds))


def _steps_per_s(rows: list[dict[str, Any]]) -> float:
    """Speed over the last few seconds of training; 0 when it is not known."""
    last = rows[-1] if rows else None
    for row in reversed(rows):
        if last["elapsed_s"] - row["elapsed_s"] >= PACE_S:
            return (last["step"] - row["step"]) / (last["elapsed_s"] - row["elapsed_s"])
    return 0.0
