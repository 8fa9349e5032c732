"""How well a loop closes, how evenly it moves, and whether it stays near the prior."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gan.latent.plan import Plan, rms
from gan.latent.timing import RESTING, latent_steps


class Metrics(NamedTuple):
    """seam: the closing step over the median moving one; None if the clip does not close.

    jump: the largest step over that median. Both are 0 if nothing moves. norm_min, norm_max: of
    the latents, in units of sqrt(d).
    """

    seam: float | None
    jump: float
    norm_min: float
    norm_max: float


class ImageMetrics(NamedTuple):
    """seam and jump as above, in image space; closing: the closing step over the largest other."""

    seam: float | None
    jump: float
    closing: float | None


def metrics(z: np.ndarray, weights: np.ndarray | None = None, closes: bool = True) -> Metrics:
    """Return the metrics of latents (n,d) with class weights (n,c)."""
    radius = float(np.sqrt(z.shape[1]))
    steps = latent_steps(z.astype(np.float64), weights, closed=True)
    seam, jump, _ = _of_steps(steps, closes, RESTING * radius)
    norms = np.linalg.norm(z, axis=1) / radius
    return Metrics(seam, jump, float(norms.min()), float(norms.max()))


def metrics_of(plan: Plan) -> Metrics:
    """Return the metrics of a plan."""
    return metrics(plan.z, plan.weights, plan.closes)


def image_metrics(images: np.ndarray, closes: bool = True) -> ImageMetrics:
    """Return the metrics of images (n,h,w,c)."""
    return ImageMetrics(*_of_steps(image_steps(images), closes))


def image_steps(images: np.ndarray) -> np.ndarray:
    """Return the RMS differences (n,) of each image and the next; the last one closes the loop."""
    return np.array([rms(a, b) for a, b in zip(images, np.roll(images, -1, axis=0), strict=True)])


def _of_steps(
    steps: np.ndarray, closes: bool, least: float = 0.0
) -> tuple[float | None, float, float | None]:
    inner, closing = steps[:-1], float(steps[-1])
    counted = steps if closes else inner
    moving = inner[inner > max(RESTING * counted.max(), least)]
    if not len(moving):
        return (0.0 if closes else None), 0.0, (0.0 if closes else None)
    median, largest = float(np.median(moving)), float(counted.max())
    jump = largest / median
    return (closing / median, jump, closing / float(inner.max())) if closes else (None, jump, None)
