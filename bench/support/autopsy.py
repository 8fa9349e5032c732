"""What a run's G really does, by means that the doctor does not have: to label recordings by.

Of live weights on fresh latents: how the doctor's figures (of the EMA, on few fixed latents) are
worked out has no part in it.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch

from gan.data.image_set import ImageSet
from gan.metrics.frechet import Frechet, moments
from gan.metrics.judge import Judge
from gan.training.trainer import Trainer

DRAWN = 1000


class Autopsy:
    """Of one trainer, against `held` images that it never saw."""

    def __init__(self, trainer: Trainer, held: ImageSet, judge: Judge) -> None:
        self.trainer, self.judge = trainer, judge
        pixels = held.images.permute(0, 2, 3, 1).numpy()
        self._frechet = Frechet(moments(judge.features(pixels)))
        # as many of the one kind as of the other: the nearest of more is nearer
        count = min(1000, len(trainer.data.labels), len(held.labels))
        self._seen = _flat(trainer.data.images[:count])
        self._unseen = _flat(held.images[:count])
        self._rng = np.random.default_rng(7)
        every, labels = _flat(held.images), held.labels
        self._whole = every.std(0).mean()
        kinds = [every[labels == k].std(0).mean() for k in labels.unique()]
        self._within = torch.stack(kinds).mean()

    def images(self) -> np.ndarray:
        """`DRAWN` of the live G, uint8 (n,28,28,1); column k of ten is class k where told."""
        trainer = self.trainer
        z = torch.from_numpy(self._rng.standard_normal((DRAWN, trainer.config.z_dim))).float()
        classes = trainer._classes(torch.arange(DRAWN) % max(1, trainer.config.classes))
        live = copy.deepcopy(trainer.G)  # a pass in training mode moves its running means
        with torch.no_grad():
            parts = zip(z.split(100), classes.split(100), strict=True)
            # batch statistics of 100, as in training: the running ones belong to the EMA
            drawn = torch.cat([live(*part) for part in parts])
        return drawn.add(1).mul(127.5).round().clamp(0, 255).byte().permute(0, 2, 3, 1).numpy()

    def report(self, images: np.ndarray) -> dict[str, Any]:
        """classes: counts as the judge reads them; frechet; pixel_spread: mean standard deviation
        of a pixel over that of real images; class_spread: the same within what was asked for as one
        class; copies: share of images nearer to a training image
        than to any held-out one, 0.5 where nothing is copied; near: mean squared distance to the
        nearest training image over that to the nearest held-out one.
        """
        features, beliefs = self.judge.read(images)
        counts = np.bincount(beliefs.argmax(1), minlength=beliefs.shape[1])
        flat = _flat(torch.from_numpy(images))
        told = max(1, self.trainer.config.classes)
        within = torch.stack([flat[k::told].std(0).mean() for k in range(told)]).mean()
        spread = flat.std(0).mean() / self._whole
        seen, unseen = (torch.cdist(flat, x).min(1).values for x in (self._seen, self._unseen))
        return {
            "classes": counts.tolist(),
            "frechet": round(float(self._frechet.estimate(features).value), 3),
            "confidence": round(float(beliefs.max(1).mean()), 3),
            "pixel_spread": round(float(spread), 3),
            "class_spread": round(float(within / (self._within if told > 1 else self._whole)), 3),
            "copies": round(float((seen < unseen).float().mean()), 3),
            "near": round(float(seen.square().mean() / unseen.square().mean()), 3),
        }


def _flat(images: torch.Tensor) -> torch.Tensor:
    return images.reshape(len(images), -1).float() / 255
