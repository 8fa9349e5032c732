"""Other ways to run the very same training step, to be timed beside it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import torch

from bench.support.step_parts import has_r1
from gan import trainer as trainer_module
from gan.trainer import Trainer


def channels_last(trainer: Trainer) -> None:
    """Weights, and so feature maps, with their channels side by side in memory."""
    for network in (trainer.G, trainer.D, trainer.ema):
        network.to(memory_format=torch.channels_last)


def bfloat16(trainer: Trainer) -> None:
    """Convolutions and matrix products in bfloat16, weights and Adam in float32."""
    step = trainer.step

    def rounded() -> Any:
        with torch.autocast("cpu", torch.bfloat16):
            return step()

    trainer.step = rounded


def both(trainer: Trainer) -> None:
    """Channels last, in bfloat16."""
    channels_last(trainer)
    bfloat16(trainer)


VARIANTS: dict[str, Callable[[Trainer], None]] = {
    "channels last": channels_last,
    "bfloat16 autocast": bfloat16,
    "both": both,
}


def compiled(trainer: Trainer) -> float:
    """G and D by `torch.compile`, but for R1, which compiled code cannot differentiate twice.

    Takes the steps that make it compile; returns their seconds.
    """
    plain = trainer.D.forward
    trainer.G.compile()
    fast, penalty = torch.compile(plain), trainer_module.r1_penalty
    trainer.D.forward = fast

    def uncompiled(*args: Any) -> Any:
        with patch.object(trainer.D, "forward", plain):
            return penalty(*args)

    step = trainer.step

    def with_plain_r1() -> Any:
        with patch.object(trainer_module, "r1_penalty", uncompiled):
            return step()

    trainer.step = with_plain_r1
    begun = time.perf_counter()
    while trainer.step_count < 2 or has_r1(trainer):
        trainer.step()
    return time.perf_counter() - begun
