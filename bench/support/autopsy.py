"""Measure what G draws independently of the vital signs, to label recorded runs.

Uses the live weights and new latents, where vital signs use the EMA and a few fixed latents.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from gan.data.image_set import ImageSet
from gan.metrics.feature_extractors import feature_extractor_for
from gan.metrics.frechet import FrechetDistance, feature_statistics
from gan.runs.preview import scores
from gan.training.trainer import Trainer

DRAWN = 1000  # samples
SEEN = 0.5  # logits by which D prefers training images to G's


class Autopsy:
    """Measures one trainer against held-out images."""

    def __init__(self, trainer: Trainer, held: ImageSet) -> None:
        self.trainer, self.extractor = trainer, feature_extractor_for(held)
        pixels = held.pixels()
        self._frechet = FrechetDistance(feature_statistics(self.extractor.extract(pixels)[0]))
        # equal numbers: the nearest of more images is nearer
        count = min(1000, len(trainer.data.labels), len(held.labels))
        self._seen = _flat(trainer.data.images[:count])
        self._unseen = _flat(held.images[:count])
        some = _flat(trainer.data.images[:DRAWN])
        self._train = some
        self._real = [one.subset(min(DRAWN, len(one.labels)), 0) for one in (trainer.data, held)]
        self._apart = float(
            torch.cdist(some, some).fill_diagonal_(torch.inf).min(1).values.median()
        )
        self._rng = np.random.default_rng(7)
        # with few images, the training set gives the better estimate
        spread = held if len(held.labels) > 1000 else trainer.data
        every, labels = _flat(spread.images), spread.labels
        self._whole = every.std(0).mean()
        kinds = [every[labels == k].std(0).mean() for k in labels.unique()]
        self._within = torch.stack(kinds).mean()

    def images(self) -> np.ndarray:
        """Draw `DRAWN` samples of the live G, uint8 (n,h,w,c), cycling through the classes."""
        trainer = self.trainer
        z = torch.from_numpy(self._rng.standard_normal((DRAWN, trainer.config.z_dim))).float()
        classes = trainer.classes(torch.arange(DRAWN) % max(1, trainer.config.classes))
        live = copy.deepcopy(trainer.G)  # training mode changes the running statistics
        with torch.no_grad():
            parts = zip(z.split(100), classes.split(100), strict=True)
            # batch statistics, as in training: the running ones belong to the EMA
            drawn = torch.cat([live(*part) for part in parts])
        return drawn.add(1).mul(127.5).round().clamp(0, 255).byte().permute(0, 2, 3, 1).numpy()

    def report(self, images: np.ndarray) -> dict[str, Any]:
        """Return the metrics of images.

        - classes: counts of the judge's predictions, if there is a judge
        - frechet: squared Frechet distance
        - pixel_spread: mean standard deviation of a pixel over that of real images; class_spread:
          the same within a class
        - copies: share of images nearer to a training image than to any held-out one, 0.5 without
          copies
        - nearest: median distance to the nearest training image over that of training images to
          each other, 0 of copies
        - near: mean squared distance to the nearest training image over that to the nearest
          held-out one
        - overfit: how far D's mean score of held-out images is from that of training images towards
          that of G's, 0..1: r_v of Karras et al. 2020, arXiv 2006.06676
        """
        features, probabilities = self.extractor.extract(images)
        counts = [] if probabilities is None else np.bincount(probabilities.argmax(1)).tolist()
        flat = _flat(torch.from_numpy(images))
        classes = max(1, self.trainer.config.classes)
        within = torch.stack([flat[k::classes].std(0).mean() for k in range(classes)]).mean()
        spread = flat.std(0).mean() / self._whole
        nearest = float(torch.cdist(flat, self._train).min(1).values.median())
        seen, unseen = (torch.cdist(flat, x).min(1).values for x in (self._seen, self._unseen))
        return {
            "classes": counts,
            "frechet": round(float(self._frechet.estimate(features).value), 3),
            "pixel_spread": round(float(spread), 3),
            "class_spread": round(
                float(within / (self._within if classes > 1 else self._whole)), 3
            ),
            "copies": round(float((seen < unseen).float().mean()), 3),
            "nearest": round(nearest / self._apart, 3),
            "near": round(float(seen.square().mean() / unseen.square().mean()), 3),
            "overfit": round(self._overfit(images), 3),
        }

    @torch.no_grad()
    def _overfit(self, images: np.ndarray) -> float:
        trainer, means = self.trainer, []
        drawn = torch.from_numpy(images).permute(0, 3, 1, 2)
        labels = torch.arange(len(drawn)) % max(1, trainer.config.classes)
        for one in (*self._real, replace(self._real[0], images=drawn, labels=labels)):
            scaled, labels = one.batch(torch.arange(len(one.labels)))
            means.append(float(scores(trainer, scaled, trainer.classes(labels)).mean()))
        trained, held, generated = means
        if trained - generated < SEEN:  # D has not learnt what real images look like
            return 0.0
        return float(np.clip((trained - held) / (trained - generated), 0, 1))


def _flat(images: torch.Tensor) -> torch.Tensor:
    return images.reshape(len(images), -1).float() / 255
