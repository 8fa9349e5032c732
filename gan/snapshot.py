"""What can be shown of a run at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gan.config import Config
from gan.trainer import StepStats


@dataclass(frozen=True)
class Snapshot:
    """What can be shown of a run. `images` uint8 (60,h,w,c), read-only: column k is class k.

    `vitals` is the newest row of `gan.vitals`. `state` is one of idle, loading, running, paused,
    done, failed. `error` says why it failed, `warning` what is wrong at present though training
    goes on (a full disk), and `notes` what happened to the run: roll-backs, a damaged checkpoint
    passed over. `rewinds` counts how often it went back to an earlier step, so that history
    already sent is void.
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
    rewinds: int = 0
