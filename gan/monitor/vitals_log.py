"""Measure vital signs at intervals and log them to `vitals.jsonl` in the run's folder.

Measuring takes at most a fixed share of the training time, and its errors do not stop a run.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gan.monitor.real_features import FeatureSource
from gan.monitor.vitals import Probe
from gan.runs.history import JsonLines, read_rows
from gan.runs.run import Run
from gan.runs.validate_rows import Vitals as Signs
from gan.storage.layout import VITALS

FIRST_S = 2.0  # of training, before the first row
EVERY_S = 5.0  # of training between two rows; more if a row takes more than `SHARE` of the time
SHARE = 0.02
EARLY, EARLY_SHARE = 8, 0.06  # rows that may take more, as most problems show early
COLD_S = 10.0  # until the second row at the latest: most of the first one's cost is warm-up

log = logging.getLogger(__name__)


class Vitals:
    """The vital signs of a run. A rollback replaces `rows`; otherwise they only grow.

    `take()` is for the training thread only.
    """

    def __init__(self, run: Run, real_features: FeatureSource) -> None:
        self._run, self._real_features = run, real_features
        self._file = JsonLines(run.folder / VITALS)
        self.rows: list[dict[str, Any]] = []
        self._cut(read_vitals(run.folder))
        self._probe: Probe | None = None
        self._due_s = run.elapsed_s + min(FIRST_S, EVERY_S)
        self._costs: list[float] = []  # seconds of the last three rows

    def take(self, measure: bool = True) -> dict[str, Any] | None:
        """Drop rows of undone steps, `measure` when a row is due, and return the newest if any."""
        run = self._run
        try:
            if self._last_step() > run.step:
                self._due_s = run.elapsed_s + EVERY_S
                self._cut(self.rows)
            # at its goal in any case: runs are compared there
            due = run.elapsed_s >= self._due_s or run.is_done
            if measure and due and self._last_step() < run.step:
                self._measure()
        except Exception:
            log.exception("Measuring the vital signs of step %d failed.", run.step)
            self._due_s = float("inf")
        return self.rows[-1] if self.rows else None

    def _last_step(self) -> int:
        return self.rows[-1]["step"] if self.rows else -1

    def _cut(self, rows: list[dict[str, Any]]) -> None:
        """Keep the rows up to the present step, in memory and on disk."""
        self.rows = [row for row in rows if row["step"] <= self._run.step]
        self._write(self._file.cut, self._run.step)

    def _measure(self) -> None:
        run = self._run
        if self._probe is None:
            known = self._real_features(run.config.data, run.config.image_size)
            if known is None:  # still being extracted
                return
            self._probe = Probe(run.trainer, known)
        start = time.perf_counter()
        row = self._probe.measure()
        cost_s = time.perf_counter() - start
        self._costs = [*self._costs[-2:], cost_s]
        # the least of three: a busy machine slows the training down as well
        pause_s = min(self._costs) / (EARLY_SHARE if len(self.rows) < EARLY else SHARE)
        if len(self._costs) == 1:
            pause_s = min(pause_s, COLD_S)
        self._due_s = run.elapsed_s + max(EVERY_S, pause_s)
        row |= {"elapsed_s": round(run.elapsed_s, 2), "cost_s": round(cost_s, 3)}
        self.rows.append(row)
        self._write(self._file.append, row)

    def _write(self, change: Callable[[Any], None], value: Any) -> None:
        try:
            change(value)
        except OSError as error:
            log.warning("The vital signs could not be written: %s", error)


def read_vitals(folder: Path) -> list[dict[str, Any]]:
    """Read the rows of `vitals.jsonl`; none if there is no file, and damaged lines are left out."""
    try:
        return read_rows(Path(folder) / VITALS, Signs)
    except OSError:
        return []
