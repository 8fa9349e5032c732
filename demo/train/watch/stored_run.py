"""A run as its folder has it: one that has ended, or one that another process trains."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from demo.train.payload import curve_row, mark_rows, thin_curves, thin_vitals, vitals_row
from gan.config import Config
from gan.monitor.compare import best_step
from gan.monitor.doctor import diagnose
from gan.monitor.vitals_log import read_vitals
from gan.runner.monitored_run import PACE_S
from gan.runner.status import RunStatus
from gan.runs.history import read_history, read_marks
from gan.runs.snapshots import snapshot_steps

Numbered = tuple[list[list[Any]], int]  # rows, and the number of the next one


@dataclass(frozen=True)
class StoredRun:
    """Read once. Its rows are numbered as in the folder, which may differ from the same run live.

    A negative `status.rollbacks` tells the page so: -1 for a run that has ended, and for one that
    another process trains -2 and down by one with every rollback.
    """

    status: RunStatus
    folder: Path
    model: str
    curve: list[list[Any]]
    signs: list[list[Any]]
    changes: list[list[Any]]

    @classmethod
    def read(
        cls, status: RunStatus, folder: Path, model: str, elsewhere: bool = False
    ) -> StoredRun:
        """Read the folder and complete `status`; `elsewhere`: another process trains the run."""
        rows, vitals, marks = read_history(folder), read_vitals(folder), read_marks(folder)
        config = status.config or Config()
        status = replace(
            status,
            rollbacks=-1,
            step=status.step or (rows[-1]["step"] if rows else 0),
            best_step=best_step(vitals, snapshot_steps(folder)),
            diagnosis=diagnose(rows, vitals, config, marks) if vitals else None,
        )
        if elsewhere:
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
                left_s=max(0, status.goal_steps - newest["step"]) / rate if rate else None,
            )
        curve, signs = [curve_row(row) for row in rows], [vitals_row(row) for row in vitals]
        return cls(status, folder, model, curve, signs, mark_rows(marks))

    def rows(self, since: int) -> Numbered:
        """See `Live.rows`."""
        return thin_curves(self.curve[since:]), max(since, len(self.curve))

    def vitals(self, since: int) -> Numbered:
        """See `Live.vitals`."""
        return thin_vitals(self.signs[since:]), max(since, len(self.signs))

    def marks(self, since: int) -> Numbered:
        """See `Live.marks`."""
        return self.changes[since:], max(since, len(self.changes))


def _steps_per_s(rows: list[dict[str, Any]]) -> float:
    """Speed over the last few seconds of training; 0 if unknown."""
    last = rows[-1] if rows else None
    for row in reversed(rows):
        if last["elapsed_s"] - row["elapsed_s"] >= PACE_S:
            return (last["step"] - row["step"]) / (last["elapsed_s"] - row["elapsed_s"])
    return 0.0
