"""Vital signs of a run in progress: is G good, is it varied, does D still tell it anything?

Measured on the EMA's images of fixed latents and on the present D, in a few tenths of a second.
Nothing here moves the run: no weight, no running mean, no random number of its.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gan.metrics.neighbours import NEIGHBOURS, memorisation, precision_recall
from gan.models.generator import to_pixels
from gan.monitor.real_features import RealFeatures, fixed_choice, kinds, spread
from gan.runs.preview import scores
from gan.training.trainer import Trainer

SAMPLES = 500  # images of G: the Frechet distance's error halves with four times as many
SCORED = 256  # images of each kind that D is asked about
BINS = 24  # of D's scores: half a logit each; what lies beyond counts at the ends
LIMIT = 6.0
LEARNT_BY_HEART = 5000  # training images at most for `memorisation`: a small G holds no more
CHUNK = 100  # images at once; bounds the memory


class Probe:
    """Takes the vital signs of one trainer, always on the same latents and real images."""

    def __init__(self, trainer: Trainer, real_features: RealFeatures) -> None:
        self.trainer, self.real_features = trainer, real_features
        config = trainer.config
        # other latents than the ones on show, which people may pick apart by eye
        rng = np.random.default_rng((config.seed, 1))
        z = rng.standard_normal((SAMPLES, config.z_dim)).astype(np.float32)
        self._z = torch.from_numpy(z).to(trainer.device)
        labels = torch.arange(SAMPLES) % max(1, config.classes)
        self._asked = trainer._classes(labels)
        self._train = self._kept(*fixed_choice(trainer.data, SCORED))
        self._held = real_features.held and self._kept(*fixed_choice(real_features.held, SCORED))

    def measure(self) -> dict[str, Any]:
        """One row; what cannot be measured here is left out.

        step; frechet and frechet_error, squared, in the reader's features; diversity, their
        variance within a class over that of real images in the same mix of classes (where the
        reader knows none, their whole variance), 1 is like real; precision and recall of 500
        samples against 500 real images, 0..1; memorisation (`gan.metrics.neighbours`) where there
        are at most 5,000 training images; with a judge, confidence, its mean belief 0..1, and
        classes, how many samples it read as each; d_real and d_fake, counts of D's scores in `BINS`
        bins of half a logit from -6 to 6; gap, D's mean belief in training images minus held-out
        ones, -1..1; grad_g and grad_d, the norms of the last step's gradients; where augmentation
        is steered, its present probability augment, and certainty, how sure D is of real images
        (`gan.training.adaptive_augment`).
        """
        images = self._images()
        row: dict[str, Any] = {"step": self.trainer.step_count}
        if self.real_features.reader is not None and bool(images.isfinite().all()):
            row |= self._read(images)
        row |= self._scored(images[:SCORED])
        for name, network in (("grad_g", self.trainer.G), ("grad_d", self.trainer.D)):
            row |= _numbers(**{name: gradient_norm(network)})
        if self.trainer.config.augment_target:
            steered = self.trainer.adaptive
            row |= _numbers(augment=steered.probability, certainty=steered.certainty)
        return row

    @torch.no_grad()
    def _images(self) -> Tensor:
        parts = zip(self._z.split(CHUNK), self._asked.split(CHUNK), strict=True)
        return torch.cat([self.trainer.ema(z, asked) for z, asked in parts])

    def _read(self, images: Tensor) -> dict[str, Any]:
        real_features = self.real_features
        pixels = to_pixels(images)
        features, beliefs = real_features.reader.read(pixels)
        found, classes = kinds(features, [beliefs])
        counts = np.bincount(found, minlength=classes)
        free = (counts - 1).clip(0)
        real = (free * real_features.spreads).sum()
        within = (free * spread(features, found, classes)).sum()
        distance = real_features.frechet.estimate(features)
        row = _numbers(
            frechet=distance.value,
            frechet_error=distance.error,
            diversity=within / real if real else None,
            memorisation=self._memorisation(pixels),
        )
        if len(real_features.features) > NEIGHBOURS:
            row |= _numbers(**precision_recall(features, real_features.features)._asdict())
        if beliefs is not None:
            row |= {"classes": counts.tolist()}
            row |= _numbers(confidence=float(beliefs.max(1).mean()))
        return row

    def _memorisation(self, pixels: np.ndarray) -> float | None:
        seen = self.trainer.data.images
        if len(seen) > LEARNT_BY_HEART or len(self.real_features.held.labels) < 4:
            return None
        unseen = self.real_features.held.some(len(seen), 0).images
        both = (images.permute(0, 2, 3, 1).numpy() for images in (seen, unseen))
        return memorisation(pixels, *both).value

    @torch.no_grad()
    def _scored(self, images: Tensor) -> dict[str, Any]:
        fake = scores(self.trainer, images, self._asked[:SCORED])
        real = scores(self.trainer, *self._train)
        row = {"d_real": histogram(real), "d_fake": histogram(fake)}
        if self._held is not None:
            held = scores(self.trainer, *self._held)
            row |= _numbers(gap=float(real.sigmoid().mean() - held.sigmoid().mean()))
        return row

    def _kept(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        return images.to(self.trainer.device), self.trainer._classes(labels)


def histogram(scores: Tensor) -> list[int]:
    """Counts of finite scores (n,) in `BINS` bins from -LIMIT to LIMIT; the ends are open."""
    scores = scores[scores.isfinite()]
    bins = ((scores + LIMIT) / (2 * LIMIT) * BINS).floor().clamp(0, BINS - 1).long()
    return torch.bincount(bins, minlength=BINS).tolist()


def gradient_norm(network: nn.Module) -> float | None:
    """Euclidean norm of the gradients left by the last step; None before the first."""
    gradients = [weight.grad for weight in network.parameters() if weight.grad is not None]
    return float(torch.nn.utils.get_total_norm(gradients)) if gradients else None


def _numbers(**values: float | None) -> dict[str, float]:
    """Four digits of each that is a finite number."""
    known = {name: value for name, value in values.items() if value is not None}
    return {name: float(f"{value:.4g}") for name, value in known.items() if np.isfinite(value)}
