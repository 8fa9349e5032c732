"""The rows of a run's history: means over every `ROW_STEPS` steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gan.runs.history import History
from gan.training.trainer import StepStats

ROW_STEPS = 10
FIGURES = ("loss_g", "loss_d", "d_real", "d_fake")


class HistoryRows:
    """Averages steps into rows of `history`; `unfinished` are the steps of the next row."""

    def __init__(self, history: History, unfinished: Sequence[StepStats] = ()) -> None:
        self.history, self.unfinished = history, list(unfinished)

    def add(self, stats: StepStats, elapsed_s: float) -> None:
        """Add a step, taken after `elapsed_s` seconds of training."""
        self.unfinished.append(stats)
        if stats.step % ROW_STEPS:
            return
        row: dict[str, Any] = {"step": stats.step}
        for name in FIGURES:
            values = [getattr(each, name) for each in self.unfinished]
            row[name] = round(float(np.mean(values)), 5)
        self.unfinished = []
        self.history.append(row | {"elapsed_s": round(elapsed_s, 2)})
