"""Vital signs of a run in progress: quality and diversity of G, and what D still learns.

Measured on images of the EMA weights from fixed latents and on the present D, in a few tenths of a
second. Measuring changes no weight, no running mean and no random state of the run.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gan.data.image_set import ImageSet
from gan.metrics.neighbours import NEIGHBOURS, memorisation, precision_recall
from gan.models.generator import to_pixels
from gan.monitor.real_features import RealFeatures, predictions, spread
from gan.runs.preview import scores
from gan.training.trainer import Trainer

SAMPLES = 500  # images of G: four times as many halve the error of the Frechet distance
LIVE = 200  # images of the live weights, for their spread alone
SCORED = 256  # images of each kind that D scores
SPREAD = 500  # training images, whose spread is the reference for that of samples
BINS = 24  # of D's scores, half a logit each; the outermost are open
LIMIT = 6.0
MEMORISABLE = 5000  # training images: a small G cannot memorise more
CHUNK = 100  # bounds the memory


class Probe:
    """Measures the vital signs of one trainer, always on the same latents and real images."""

    def __init__(self, trainer: Trainer, real_features: RealFeatures) -> None:
        self.trainer, self.real_features = trainer, real_features
        config = trainer.config
        # not the latents of the preview
        rng = np.random.default_rng((config.seed, 1))
        z = rng.standard_normal((SAMPLES, config.z_dim)).astype(np.float32)
        self._z = torch.from_numpy(z).to(trainer.device)
        labels = torch.arange(SAMPLES) % max(1, config.classes)
        self._classes = trainer.classes(labels)
        self._labels = labels.to(trainer.device) if config.classes else None
        self._real_spreads = self._spreads_of_training()
        self._train = self._chosen(trainer.data)
        self._held = real_features.held and self._chosen(real_features.held)

    def measure(self) -> dict[str, Any]:
        """Return one row; what cannot be measured is left out.

        - step
        - frechet, frechet_error: squared distance and its standard error
        - diversity: variance of the features within a class over that of real images (without a
          judge, of all images), 1 is like real
        - pixel_spread: mean standard deviation of a pixel over that of training images, 1 is like
          real; class_spread: the same within the class requested of G
        - live_spread: class_spread of images of the live weights: if G changes the one picture that
          it draws of a class, the average still varies
        - precision, recall: of 500 samples against 500 real images, 0..1
        - memorisation: see `gan.metrics.neighbours`; with at most 5,000 training images
        - confidence: the judge's mean probability of its predictions, 0..1; classes: their counts
        - d_real, d_fake: counts of D's scores in `BINS` bins of half a logit from -6 to 6
        - gap, gap_error: D's mean probability of training images minus that of held-out ones,
          -1..1, and its standard error; separation: the same minus that of G's images
        - grad_g, grad_d: gradient norms of the last step
        - augment, certainty: ADA's probability and r_t (`gan.training.adaptive_augment`)
        """
        images = self._images()
        row: dict[str, Any] = {"step": self.trainer.step_count, **self._spreads(images)}
        row["live_spread"] = self._live_spread()
        if self.real_features.extractor is not None and bool(images.isfinite().all()):
            row |= self._image_signs(images)
        row |= self._score_signs(images[:SCORED])
        row |= {"grad_g": gradient_norm(self.trainer.G), "grad_d": gradient_norm(self.trainer.D)}
        if self.trainer.config.augment_target:
            row |= {"augment": self.trainer.adaptive.p, "certainty": self.trainer.adaptive.r_t}
        return _rounded(row)

    @torch.no_grad()
    def _images(self) -> Tensor:
        parts = zip(self._z.split(CHUNK), self._classes.split(CHUNK), strict=True)
        return torch.cat([self.trainer.ema(z, classes) for z, classes in parts])

    def _image_signs(self, images: Tensor) -> dict[str, Any]:
        real_features = self.real_features
        pixels = to_pixels(images)
        features, probabilities = real_features.extractor.extract(pixels)
        predicted, classes = predictions(features, [probabilities])
        counts = np.bincount(predicted, minlength=classes)
        free = (counts - 1).clip(0)
        real = (free * real_features.spreads).sum()
        within = (free * spread(features, predicted, classes)).sum()
        distance = real_features.frechet.estimate(features)
        row = {
            "frechet": distance.value,
            "frechet_error": distance.error,
            "diversity": within / real if real else None,
            "memorisation": self._memorisation(pixels),
        }
        if len(real_features.features) > NEIGHBOURS:
            row |= precision_recall(features, real_features.features)._asdict()
        if probabilities is not None:
            row |= {"classes": counts.tolist(), "confidence": probabilities.max(1).mean()}
        return row

    def _spreads_of_training(self) -> tuple[float, float | None]:
        data = self.trainer.data
        count = len(data.labels)
        chosen = np.random.default_rng(0).choice(count, min(SPREAD, count), replace=False)
        images, labels = data.batch(torch.from_numpy(chosen))
        return spreads(images, None if self._labels is None else labels)

    def _spreads(self, images: Tensor) -> dict[str, Any]:
        """Measure images float32 (n,c,h,w), whose classes are `self._labels`."""
        drawn = spreads(images, self._labels)
        pairs = zip(("pixel_spread", "class_spread"), drawn, self._real_spreads, strict=True)
        return {name: one / real for name, one, real in pairs if one is not None and real}

    @torch.no_grad()
    def _live_spread(self) -> float | None:
        real = self._real_spreads[1]
        if self._labels is None or not real:
            return None
        live = copy.deepcopy(self.trainer.G)  # training mode changes the running statistics
        parts = zip(self._z[:LIVE].split(CHUNK), self._classes[:LIVE].split(CHUNK), strict=True)
        images = torch.cat([live(z, classes) for z, classes in parts])
        drawn = spreads(images, self._labels[:LIVE])[1]
        return None if drawn is None else drawn / real

    def _memorisation(self, pixels: np.ndarray) -> float | None:
        seen, held = self.trainer.data, self.real_features.held
        if len(seen.labels) > MEMORISABLE or len(held.labels) < 4:
            return None
        unseen = held.subset(len(seen.labels), 0)
        return memorisation(pixels, seen.pixels(), unseen.pixels()).value

    @torch.no_grad()
    def _score_signs(self, images: Tensor) -> dict[str, Any]:
        fake = scores(self.trainer, images, self._classes[:SCORED])
        real = scores(self.trainer, *self._train)
        row = {"d_real": histogram(real), "d_fake": histogram(fake)}
        if self._held is not None:
            held, real = scores(self.trainer, *self._held).sigmoid(), real.sigmoid()
            row["gap"] = float(real.mean() - held.mean())
            row["separation"] = float(real.mean() - fake.sigmoid().mean())
            if len(held) > 1:
                row["gap_error"] = sum(float(one.var() / len(one)) for one in (real, held)) ** 0.5
        return row

    def _chosen(self, data: ImageSet) -> tuple[Tensor, Tensor]:
        """Return `SCORED` images in [-1, 1] and their classes, always the same ones."""
        count = len(data.labels)
        chosen = np.random.default_rng(0).choice(count, min(SCORED, count), replace=False)
        images, labels = data.batch(torch.from_numpy(chosen))
        return images.to(self.trainer.device), self.trainer.classes(labels)


def spreads(images: Tensor, labels: Tensor | None) -> tuple[float, float | None]:
    """Return the mean standard deviation of a pixel of images (n,c,h,w): of all, within a class.

    A class with a single image has none; without `labels` (n,), or such a class, the second is
    None.
    """
    flat = images.flatten(1)
    if labels is None:
        return float(flat.std(0).mean()), None
    groups = [flat[labels == label] for label in labels.unique()]
    within = [float(group.std(0).mean()) for group in groups if len(group) > 1]
    return float(flat.std(0).mean()), sum(within) / len(within) if within else None


def histogram(scores: Tensor) -> list[int]:
    """Count finite scores (n,) in `BINS` bins from -LIMIT to LIMIT; the outermost are open."""
    scores = scores[scores.isfinite()]
    bins = ((scores + LIMIT) / (2 * LIMIT) * BINS).floor().clamp(0, BINS - 1).long()
    return torch.bincount(bins, minlength=BINS).tolist()


def gradient_norm(network: nn.Module) -> float | None:
    """Return the norm of the gradients of the last step; None before the first."""
    gradients = [weight.grad for weight in network.parameters() if weight.grad is not None]
    return float(torch.nn.utils.get_total_norm(gradients)) if gradients else None


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    """Round to four digits and leave out what is None or not finite; counts stay as they are."""
    known = {}
    for name, value in row.items():
        if isinstance(value, int | list):
            known[name] = value
        elif value is not None and np.isfinite(value):
            known[name] = float(f"{value:.4g}")
    return known
