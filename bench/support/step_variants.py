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


def channels_first(trainer: Trainer) -> None:
    """Feature maps one after the other in memory, as PyTorch has them if nobody asks."""
    for network in (trainer.G, trainer.D, trainer.ema):
        network.to(memory_format=torch.contiguous_format)


def float32(trainer: Trainer) -> None:
    """All of it in float32."""
    trainer._bfloat16 = False


def bfloat16(trainer: Trainer) -> None:
    """Convolutions and matrix products in bfloat16, whether the processor is made for it or not."""
    trainer._bfloat16 = True


def plain(trainer: Trainer) -> None:
    """As a script has it that does nothing about speed."""
    channels_first(trainer)
    float32(trainer)


VARIANTS: dict[str, Callable[[Trainer], None]] = {
    "channels first": channels_first,
    "float32": float32,
    "bfloat16": bfloat16,
    "float32, channels first": plain,
}


def compiled(trainer: Trainer) -> float:
    """G and D by `torch.compile`, but for R1, which compiled code cannot differentiate twice.

    Takes the steps that make it compile; returns their seconds.
    """
    forward = trainer.D.forward
    trainer.G.compile()
    fast, penalty = torch.compile(forward), trainer_module.r1_penalty
    trainer.D.forward = fast

    def uncompiled(*args: Any) -> Any:
        with patch.object(trainer.D, "forward", forward):
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
