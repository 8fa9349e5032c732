"""What can be shown of a run at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gan.config import Config
from gan.monitor.diagnosis import Diagnosis
from gan.training.trainer import StepStats


@dataclass(frozen=True)
class RunStatus:
    """What can be shown of a run. `images` uint8 (60,h,w,c), read-only: column k is class k.

    `opinions` float32 (60,) is D's belief, 0..1, that each of `images` is real. `vitals` is the
    newest row of `gan.monitor.vitals`, and `diagnosis` what the doctor makes of the run. `state` is
    one of idle, loading, running, paused, done, failed. `error` says why it failed, `warning` what
    is wrong at present though training goes on (a full disk), and `notes` what happened to the run:
    roll-backs, a damaged checkpoint passed over. `rollbacks` counts how often it went back to an
    earlier step, which makes history already sent void.

    `cpu_s` is the processor time of its steps so far, abandoned ones included. `best_step` is the
    kept picture of the lowest Frechet distance, and `milestones` are the steps it can go back to.

    `beside` is the second run of a pair; then `state` and `left_s` are those of the two together:
    a first run that failed while the second goes on has its `error` set.
    """

    version: int = 0
    state: str = "idle"
    run: str = ""
    config: Config | None = None
    step: int = 0
    goal_steps: int = 0
    elapsed_s: float = 0.0
    images_per_s: float = 0.0
    left_s: float | None = None
    stats: StepStats | None = None
    images: np.ndarray | None = None
    vitals: dict[str, Any] | None = None
    error: str | None = None
    warning: str | None = None
    notes: tuple[str, ...] = ()
    rollbacks: int = 0
    diagnosis: Diagnosis | None = None
    opinions: np.ndarray | None = None
    cpu_s: float = 0.0
    best_step: int | None = None
    milestones: tuple[int, ...] = ()
    beside: RunStatus | None = None
