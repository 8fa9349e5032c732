"""Training in memory: steps, by the machine or by hand, and the history they make."""

from __future__ import annotations

import copy
import time
from typing import Any

import numpy as np

from gan.config import Config
from gan.models.generator import Generator
from gan.runs.history import History
from gan.runs.history_rows import HistoryRows
from gan.runs.preview import Preview
from gan.training import live_settings
from gan.training.manual_step import ManualStep, manual_step
from gan.training.trainer import StepStats, Trainer


class Diverged(FloatingPointError):
    """The losses or the weights are no longer finite numbers."""


class Training:
    """A trainer with its history.

    `elapsed_s` is the time its steps took and `cpu_s` their processor time; `moves` counts what
    moved its weights.
    """

    def __init__(self, trainer: Trainer, history: History) -> None:
        self.trainer, self.history = trainer, history
        self.elapsed_s, self.cpu_s, self.moves = 0.0, 0.0, 0
        self.sheet = Preview(trainer)
        self._rows = HistoryRows(history)

    @property
    def config(self) -> Config:
        """The present one: what may be steered can differ from config.json."""
        return self.trainer.config

    @property
    def step(self) -> int:
        """Steps of G taken so far."""
        return self.trainer.step_count

    @property
    def rows(self) -> list[dict]:
        """The rows of history."""
        return self.history.rows

    def advance(self) -> StepStats:
        """One step; every `rows.ROW_STEPS` steps a line of history with their means.

        Raises:
            Diverged: a loss is not finite. The weights are of no use any more: `roll_back`.
        """
        start, cpu = time.perf_counter(), time.process_time()
        stats = self.trainer.step()
        self._count(start, cpu)
        self._note(stats)
        return stats

    def manual_step(self, who: str) -> ManualStep:
        """Move "D" or "G" alone; G's move is a step of the run.

        Raises:
            ValueError: `who` is neither.
            Diverged: see `advance`.
        """
        start, cpu = time.perf_counter(), time.process_time()
        made = manual_step(self.trainer, who)
        self._count(start, cpu)
        if who == "G":
            after = made.after
            beliefs = float(after.d_real.mean()), float(after.d_fake.mean())
            self._note(StepStats(made.step, after.loss_g, after.loss_d, *beliefs))
        return made

    def configure(self, changes: dict[str, Any]) -> None:
        """Other learning rates, steps of D or R1 from the next step on, marked in the history.

        Raises:
            ConfigError: see `steering.changed`; nothing was changed.
        """
        before, after = self.config, live_settings.changed(self.config, changes)
        if after != before:
            self.trainer.configure(after)
            made = live_settings.difference(before, after)
            self.history.mark(self.step, "changed", changes=made)

    def generator(self) -> Generator:
        """A copy of the present EMA weights, for use."""
        return Generator(
            self.config, copy.deepcopy(self.trainer.ema), self.trainer.data.class_names
        )

    def _count(self, start_s: float, cpu_s: float) -> None:
        self.elapsed_s += time.perf_counter() - start_s
        self.cpu_s += time.process_time() - cpu_s
        self.moves += 1

    def _note(self, stats: StepStats) -> None:
        if not np.isfinite([stats.loss_g, stats.loss_d]).all():
            raise Diverged(f"The losses were no longer finite numbers at step {stats.step}.")
        self._rows.add(stats, self.elapsed_s)
