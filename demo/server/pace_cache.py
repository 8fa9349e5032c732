"""Time per training step on this machine, measured once for each kind of run."""

import dataclasses
import math
import threading
from typing import Any

from demo.endpoint import Refused
from gan.config import Config
from gan.runner.runner import Runner
from gan.runner.status import RunStatus
from gan.training.pace import MAX_STEP_S, measure, paced, shapes_ahead_s

# settings that do not affect the time per step
SAME = {"seed": 0, "steps": 1, "seconds": 0.0, "lr_g": 1e-3, "lr_d": 1e-3, "beta1": 0.5}
SAME |= {"beta2": 0.99, "lr_schedule": "constant", "ema_decay": 0.0, "train_images": 0}
SAME |= {"loss": "hinge", "d_slope": 0.2}
KEPT = 64


class PaceCache:
    """Measures one kind at a time, for about a second; other requests do not wait for it.

    Afterwards the runner loads the data of such a run, never during a measurement.
    """

    def __init__(self, runner: Runner, max_step_s: float = math.inf) -> None:
        self._runner, self._max_step_s = runner, max_step_s
        self._measuring = threading.Lock()
        self._step_s: dict[Config, float] = {}

    def of(self, config: Config, may_measure: bool) -> dict[str, Any]:
        """Return the seconds per step (`step_s`), of the run (`total_s`) and until its first shapes
        (`shapes_s`, None if unknown; `never`: digits do not become readable).

        {"busy": true} if it must be measured first and cannot be now; {"slow_s"} if a step takes
        longer than that, and was not measured to its end. Raises Refused: too slow for this server.
        """
        kind = dataclasses.replace(config, **SAME)
        step_s = self._step_s.get(kind)
        if step_s is None:
            if not may_measure or not self._measuring.acquire(blocking=False):
                return {"busy": True}
            try:
                if self._runner.is_preparing:
                    return {"busy": True}
                step_s = measure(kind).step_s
                kept = [*self._step_s.items(), (kind, step_s)][-KEPT:]
                self._step_s = dict(kept)  # replaced, never modified: it is read without a lock
                self._runner.prepare(kind)
            finally:
                self._measuring.release()
        self.check(config)
        if math.isinf(step_s):
            return {"slow_s": MAX_STEP_S}
        return dataclasses.asdict(paced(config, step_s))

    def shapes_s(self, run: RunStatus) -> float | None:
        """Return the seconds of training until a run shows its first shapes, from its start.

        None: unknown, or they are there.
        """
        if run.state != "running" or run.config is None:
            return None
        step_s = self._step_s.get(dataclasses.replace(run.config, **SAME))
        return shapes_ahead_s(run.config, run.step, run.elapsed_s, step_s)

    def check(self, config: Config) -> None:
        """Raise Refused if a step is known to be too slow for this server."""
        if self._step_s.get(dataclasses.replace(config, **SAME), 0.0) > self._max_step_s:
            raise Refused("step_slow", most=f"{self._max_step_s:g}")
