"""Preview images of a trainer: its EMA on fixed latents, and D's probability for each image."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import Tensor

from gan.models.generator import to_pixels
from gan.models.networks import frame_discriminator
from gan.runs.snapshots import COLUMNS, ROWS, clip_latents, fixed_latents
from gan.training.trainer import Trainer


class Preview:
    """The contact sheet of a trainer, whose weights and random numbers it does not change."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        config = trainer.config
        fixed = clip_latents(config) if config.motion_dim else fixed_latents(config)
        self._z = torch.from_numpy(fixed).to(trainer.device)
        # of clips, the rows of the sheet are successive moments
        self._times = torch.arange(ROWS, device=trainer.device) * (config.clip_span / ROWS)
        labels = torch.arange(ROWS * COLUMNS) % COLUMNS % max(1, config.classes)
        self._classes = trainer.classes(labels)

    def images(self) -> np.ndarray:
        """Return the images uint8 (ROWS*COLUMNS,h,w,c); column k shows class k.

        Of a model of clips, a column is a clip, and its rows are six moments within the span.
        """
        return to_pixels(self._draw())

    def judged(self) -> tuple[np.ndarray, np.ndarray | None]:
        """Return `images` and D's probabilities (n,) that they are real, None if not all finite."""
        images = self._draw()
        real = scores(self._trainer, images, self._classes).sigmoid().float().numpy()
        return to_pixels(images), real if np.isfinite(real).all() else None

    @torch.no_grad()
    def _draw(self) -> Tensor:
        ema, z = self._trainer.ema, self._z
        if self._trainer.config.motion_dim:
            z = ema.motion(z, self._times.expand(len(z), -1)).transpose(0, 1).flatten(0, 1)
        return ema(z, self._classes)


@torch.no_grad()
def scores(trainer: Trainer, images: Tensor, classes: Tensor) -> Tensor:
    """Return D's scores (n,) of images (n,c,h,w), on the CPU, computed as in training.

    D is in training mode, where batch norm uses the statistics of the batch. All batches have the
    size of training's, so the last one may overlap the one before. A copy of D is used: in training
    mode, a forward pass updates the running statistics.
    """
    discriminator = copy.deepcopy(frame_discriminator(trainer.D))
    size = min(trainer.config.batch_size, len(images))
    found = torch.empty(len(images), device=images.device)
    for start in (*range(0, len(images) - size, size), len(images) - size):
        part = slice(start, start + size)
        found[part] = discriminator(images[part], classes[part])
    return found.cpu()
