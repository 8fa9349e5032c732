"""A run as its folder has it: one that has ended, or one that another process trains."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, Self

from demo.train.payload import curve_row, mark_rows, thin_curves, thin_vitals, vitals_row
from gan.config import Config
from gan.monitor.compare import best_step
from gan.monitor.doctor import diagnose
from gan.monitor.vitals_log import read_vitals
from gan.runner.monitored_run import PACE_S
from gan.runner.status import RunStatus
from gan.runs.history import History
from gan.runs.snapshots import snapshot_steps


class ChartRows(NamedTuple):
    """Rows of `CURVES`, of vital signs and of marks, in the format of `demo.train.payload`."""

    rows: list[list[Any]]
    vitals: list[list[Any]]
    marks: list[list[Any]]


@dataclass(frozen=True)
class StoredRun:
    """Read once. Its rows are numbered as in the folder, which may differ from the same run live.

    A negative `status.rollbacks` tells the page so: -1 for a run that has ended, and for one that
    another process trains -2 and down by one with every rollback.
    """

    status: RunStatus
    folder: Path
    model: str
    history: ChartRows

    @classmethod
    def read(cls, status: RunStatus, folder: Path, model: str, elsewhere: bool = False) -> Self:
        """Read the folder and complete `status`; `elsewhere`: another process trains the run.

        Raises ValueError: all of its history is damaged.
        """
        history, vitals = History(folder), read_vitals(folder)
        rows, marks = history.rows, history.marks
        if not (rows or marks) and history.path.is_file() and history.path.stat().st_size:
            raise ValueError(f"No line of {history.path.name} can be read.")
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
                left_s=_left_s(status, newest, rate),
            )
        curve, signs = [curve_row(row) for row in rows], [vitals_row(row) for row in vitals]
        return cls(status, folder, model, ChartRows(curve, signs, mark_rows(marks)))

    def new(self, counts: Sequence[int]) -> tuple[ChartRows, list[int]]:
        """See `Live.new`."""
        rows, vitals, marks = (
            rows[count:] for rows, count in zip(self.history, counts, strict=True)
        )
        history = ChartRows(thin_curves(rows), thin_vitals(vitals), marks)
        return history, added(counts, (rows, vitals, marks))


def added(counts: Sequence[int], rows: Sequence[list[Any]]) -> list[int]:
    """Return the counts with the lengths of new rows added."""
    return [count + len(new) for count, new in zip(counts, rows, strict=True)]


def _left_s(status: RunStatus, newest: dict[str, Any], rate: float) -> float | None:
    if status.goal_s is not None:
        return max(0.0, status.goal_s - newest["elapsed_s"])
    return max(0, status.goal_steps - newest["step"]) / rate if rate else None


def _steps_per_s(rows: list[dict[str, Any]]) -> float:
    """Speed over the last few seconds of training; 0 if unknown."""
    last = rows[-1] if rows else None
    for row in reversed(rows):
        if last["elapsed_s"] - row["elapsed_s"] >= PACE_S:
            return (last["step"] - row["step"]) / (last["elapsed_s"] - row["elapsed_s"])
    return 0.0
