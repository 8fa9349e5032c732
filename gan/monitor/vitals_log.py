"""Measure vital signs at intervals and log them to `vitals.jsonl` in the run's folder.

Measuring takes at most a fixed share of the training time, and its errors do not stop a run.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gan.monitor.real_features import RealFeatures, RealFeaturesCache
from gan.monitor.vitals import Probe
from gan.runs.history import read_rows
from gan.runs.run import Run
from gan.storage.layout import VITALS
from gan.system.atomic import write_atomic

FIRST_S = 2.0  # of training, before the first row
EVERY_S = 5.0  # of training between two rows; more if a row takes more than `SHARE` of the time
SHARE = 0.02
COLD_S = 10.0  # until the second row at the latest: most of the first one's cost is warm-up

log = logging.getLogger(__name__)


class Vitals:
    """The vital signs of the present run. `take()` is for the training thread only."""

    def __init__(
        self,
        every_s: float = EVERY_S,
        share: float = SHARE,
        real_features: Callable[[str, int], RealFeatures | None] | None = None,
    ) -> None:
        self.every_s, self.share = every_s, share
        self._real_features = real_features or RealFeaturesCache().get
        self._shown: tuple[str, list[dict[str, Any]]] = ("", [])  # run and rows, set together
        self._run: Run | None = None
        self._probe: Probe | None = None
        self._due_s = 0.0
        self._costs: list[float] = []  # seconds of the last three rows
        self._torn = False  # the file may end in half a line

    def rows(self, run: str, since_row: int = 0) -> list[dict[str, Any]]:
        """Return the rows of the named run from `since_row` on. Thread-safe."""
        name, rows = self._shown
        return rows[max(0, since_row) :] if name == run else []

    def take(self, run: Run) -> dict[str, Any] | None:
        """Measure the run if a row is due, and return the newest row; None before the first.

        After a rollback, the rows of later steps are dropped.
        """
        try:
            if run is not self._run:
                self._run, self._due_s = run, run.elapsed_s + min(FIRST_S, self.every_s)
                self._costs = []
                self._cut(read_vitals(run.folder))
            elif self._last_step() > run.step:
                self._due_s = run.elapsed_s + self.every_s
                self._cut(self._shown[1])
            # at its goal in any case: runs are compared there
            due = run.elapsed_s >= self._due_s or run.is_done
            if due and self._last_step() < run.step:
                self._measure()
        except Exception:
            log.exception("Measuring the vital signs of step %d failed.", run.step)
            self._due_s = float("inf")
        rows = self._shown[1]
        return rows[-1] if rows else None

    def _last_step(self) -> int:
        rows = self._shown[1]
        return rows[-1]["step"] if rows else -1

    def _cut(self, rows: list[dict[str, Any]]) -> None:
        """Keep the rows up to the present step, in memory and on disk."""
        rows = [row for row in rows if row["step"] <= self._run.step]
        self._shown = (self._run.folder.name, rows)
        path = self._run.folder / VITALS
        if path.exists() and path.read_bytes() != _lines(rows):
            self._write(rewrite=True)

    def _measure(self) -> None:
        run, config = self._run, self._run.config
        known = self._real_features(config.data, config.image_size)
        if known is None:  # still being extracted
            return
        if self._probe is None or self._probe.trainer is not run.trainer:
            self._probe = Probe(run.trainer, known)
        start = time.perf_counter()
        row = self._probe.measure()
        cost_s = time.perf_counter() - start
        self._costs = [*self._costs[-2:], cost_s]
        # the least of three: a busy machine slows the training down as well
        pause_s = min(self._costs) / self.share
        if len(self._costs) == 1:
            pause_s = min(pause_s, COLD_S)
        self._due_s = run.elapsed_s + max(self.every_s, pause_s)
        row |= {"elapsed_s": round(run.elapsed_s, 2), "cost_s": round(cost_s, 3)}
        self._shown[1].append(row)
        self._write(rewrite=self._torn)

    def _write(self, rewrite: bool) -> None:
        """Append the last row, or rewrite the file."""
        path, rows = self._run.folder / VITALS, self._shown[1]
        try:
            if rewrite:
                write_atomic(path, _lines(rows))
            else:
                with open(path, "ab") as file:
                    file.write(_lines(rows[-1:]))
            self._torn = False
        except OSError as error:
            log.warning("The vital signs could not be written: %s", error)
            self._torn = True


def read_vitals(folder: Path) -> list[dict[str, Any]]:
    """Read the rows of `vitals.jsonl`; none if there is no file, and damaged lines are left out."""
    try:
        return read_rows(Path(folder) / VITALS)
    except OSError:
        return []


def _lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()
