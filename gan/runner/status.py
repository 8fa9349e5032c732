"""The published status of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gan.config import Config
from gan.monitor.diagnosis import Diagnosis
from gan.training.trainer import StepStats


@dataclass(frozen=True)
class RunStatus:
    """The status of a run at one moment; immutable.

    - `version` increases with each status.
    - `state` is one of idle, loading, running, paused, done, failed.
    - `requested` is what the run will do when its step ends: "pause", "stop", "discard" or "".
    - `goal_s` is the goal in seconds of training; if it is None, the goal is `goal_steps`.
    - `error` says why the run failed, `warning` what is wrong while training continues (a full
      disk); `notes` lists rollbacks and damaged checkpoints.
    - `images` uint8 (60,h,w,c), read-only: column k is class k. `opinions` float32 (60,) are D's
      probabilities, 0..1, that they are real.
    - `vitals` is the newest row of `gan.monitor.vitals`; `diagnosis` is that of the doctor.
    - `rollbacks` counts returns to an earlier step, which invalidate history already sent.
    - `cpu_s` is the processor time of all steps, including those undone by a rollback.
    - `best_step` is the snapshot with the lowest Frechet distance; `milestones` are the steps the
      run can be rolled back to.
    - `beside` is the second run of a pair; then `state` and `left_s` are those of both together: if
      only the first has failed, its `error` is set.
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
    requested: str = ""
    goal_s: float | None = None
