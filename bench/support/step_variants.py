"""Variants of the training step, to be timed beside it."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import torch

from gan.config import Config
from gan.data.image_set import ImageSet
from gan.training.trainer import Trainer


@dataclass(frozen=True)
class Variant:
    """Changed settings, and whether tensors are contiguous (NCHW) instead of channels last."""

    changes: dict[str, Any]
    channels_first: bool = False

    def trainer(self, config: Config, images: ImageSet) -> Trainer:
        """Return a new trainer."""
        made = Trainer(dataclasses.replace(config, **self.changes), images)
        for network in (made.G, made.D, made.ema) if self.channels_first else ():
            network.to(memory_format=torch.contiguous_format)
        return made


FLOAT32, BFLOAT16 = {"precision": "float32"}, {"precision": "bfloat16"}
VARIANTS = {
    "channels first": Variant({}, channels_first=True),
    "float32": Variant(FLOAT32),
    "bfloat16": Variant(BFLOAT16),
    "float32, channels first": Variant(FLOAT32, channels_first=True),
}


def compiled(trainer: Trainer) -> float:
    """Compile G and D; return the seconds of the steps that trigger the compilation.

    D in steps with R1 stays eager: compiled code does not support double backward.
    """
    forward = trainer.D.forward
    trainer.G.compile()
    trainer.D.forward = torch.compile(forward)
    step = trainer.step

    def with_plain_r1() -> Any:
        if not trainer.has_r1:
            return step()
        with patch.object(trainer.D, "forward", forward):
            return step()

    trainer.step = with_plain_r1
    begun = time.perf_counter()
    while trainer.step_count < 2 or trainer.has_r1:
        trainer.step()
    return time.perf_counter() - begun
