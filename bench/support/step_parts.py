"""Time each part of a training step while training."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from unittest.mock import patch

import torch

from gan.runs.run import Run
from gan.training import trainer as trainer_module

DATA, AVERAGE, NUMBERS, HISTORY = "drawing a batch", "EMA", "losses", "history"
BOOKKEEPING = (DATA, AVERAGE, NUMBERS, HISTORY)
R1 = "R1's first gradient"


class Parts:
    """Seconds by part, excluding nested parts; parts within R1 count as R1."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._stack: list[str] = []
        self._since = 0.0

    @contextlib.contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Count the time within the context as the part `name`."""
        self._turn()
        self._stack.append(R1 if R1 in self._stack else name)
        try:
            yield
        finally:
            self._turn()
            self._stack.pop()

    def wrapped(self, name: str, function: Callable) -> Callable:
        """Return a timed version of `function`."""

        def call(*args, **kwargs):
            with self.timed(name):
                return function(*args, **kwargs)

        return call

    def _turn(self) -> None:
        now = time.perf_counter()
        if self._stack:
            self.seconds[self._stack[-1]] += now - self._since
        self._since = now


@contextlib.contextmanager
def taken_apart(run: Run) -> Iterator[Parts]:
    """While within, every `run.advance()` adds to the parts."""
    parts, trainer = Parts(), run.trainer
    methods = [
        (run, "advance", HISTORY),
        (trainer, "step", NUMBERS),
        (trainer, "step_D", "rest of a step"),
        (trainer, "step_G", "rest of a step"),
        (trainer, "real_batch", DATA),
        (trainer, "_z", "drawing latents"),
        (trainer, "_update_ema", AVERAGE),
        (trainer.G, "forward", "G forward"),
        (trainer.D, "forward", "D forward"),
        (trainer.opt_G, "step", "Adam"),
        (trainer.opt_D, "step", "Adam"),
        (torch.Tensor, "backward", "backward"),
        (trainer_module, "r1_penalty", R1),
    ]
    with contextlib.ExitStack() as patches:
        for owner, name, part in methods:
            function = parts.wrapped(part, getattr(owner, name))
            patches.enter_context(patch.object(owner, name, function))
        yield parts
