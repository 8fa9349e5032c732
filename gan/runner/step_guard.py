"""Ends a training step that takes too long, or that nobody wants to wait for."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator

from gan.config import Config
from gan.training.interruptible import interruptible

QUICK_S = 0.5  # steps that take less are not checked
BUSY = 3.0  # how much slower a step may be while the machine does other work


class StepInterrupted(RuntimeError):
    """A step was ended on request; some weights may have changed."""


class StepTooSlow(RuntimeError):
    """A step takes longer than this machine allows; the message is for the user."""


class StepGuard:
    """Checks the long steps of one training thread while they run.

    A step may take `max_step_s` of the training thread's processor time, and `BUSY` times as much
    wall time, since other work slows it down. Any thread may set `patience_s`: a step that has
    lasted longer is interrupted.
    """

    def __init__(
        self,
        max_step_s: float = math.inf,
        clock_s: Callable[[], float] = time.monotonic,
        cpu_s: Callable[[], float] = time.thread_time,
    ) -> None:
        self.patience_s = math.inf
        self._max_step_s, self._clock_s, self._cpu_s = max_step_s, clock_s, cpu_s
        self._quick: set[Config] = set()  # settings whose last step was quick

    @property
    def is_hurried(self) -> bool:
        """Whether another thread waits for the end of the step."""
        return self.patience_s < math.inf

    @contextlib.contextmanager
    def step(self, config: Config) -> Iterator[None]:
        """Check a step with these settings, the block, unless the last one was quick.

        Raises StepInterrupted or StepTooSlow inside the block; a checkpoint must then be loaded.
        """
        start_s, start_cpu_s = self._clock_s(), self._cpu_s()

        def check() -> None:
            took_s = self._clock_s() - start_s
            if max(took_s / BUSY, self._cpu_s() - start_cpu_s) > self._max_step_s:
                raise StepTooSlow(
                    f"One training step takes more than {self._max_step_s:g} s on this server, "
                    "which is its limit. Choose a smaller width, batch size or image size, or "
                    "fewer D steps."
                )
            if took_s > self.patience_s:
                raise StepInterrupted("A step was ended before its end.")

        with contextlib.nullcontext() if config in self._quick else interruptible(check):
            yield
        quick = self._clock_s() - start_s < QUICK_S
        (self._quick.add if quick else self._quick.discard)(config)
