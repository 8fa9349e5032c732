"""What is shown of a trainer: its EMA on the fixed latents, and D's belief in each image."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import Tensor

from gan.models.generator import to_pixels
from gan.runs.snapshots import COLUMNS, fixed_latents
from gan.training.trainer import Trainer


class Preview:
    """The contact sheet of one trainer. Nothing here moves it: no weight, no random number."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._z = torch.from_numpy(fixed_latents(trainer.config)).to(trainer.device)
        labels = torch.arange(len(self._z)) % COLUMNS % max(1, trainer.config.classes)
        self._classes = trainer._classes(labels)

    def images(self) -> np.ndarray:
        """uint8 (ROWS*COLUMNS,h,w,c); column k shows class k."""
        return to_pixels(self._draw())

    def judged(self) -> tuple[np.ndarray, np.ndarray | None]:
        """`images`, and D's belief in each, float32 (ROWS*COLUMNS,) of 0..1, that it is real.

        No beliefs where they are not finite numbers.
        """
        images = self._draw()
        beliefs = scores(self._trainer, images, self._classes).sigmoid().float().numpy()
        return to_pixels(images), beliefs if np.isfinite(beliefs).all() else None

    @torch.no_grad()
    def _draw(self) -> Tensor:
        return self._trainer.ema(self._z, self._classes)


@torch.no_grad()
def scores(trainer: Trainer, images: Tensor, classes: Tensor) -> Tensor:
    """D's scores (n,) of images (n,c,h,w), on the CPU, as the D that G plays against gives them.

    That is in training mode, where batch norm looks at the batch, and in batches of the size of
    training: the last one reaches back, for an odd batch has other statistics. By a copy of D: in
    that mode a forward pass moves its running means.
    """
    judge = copy.deepcopy(trainer.D)
    size = min(trainer.config.batch_size, len(images))
    found = torch.empty(len(images), device=images.device)
    for start in (*range(0, len(images) - size, size), len(images) - size):
        part = slice(start, start + size)
        found[part] = judge(images[part], classes[part])
    return found.cpu()
