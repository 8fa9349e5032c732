"""How well a clip closes, how evenly it moves, and whether it stays near the prior, in numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from gan.latent.timing import latent_steps

RESTING = 1e-6  # of the largest step, and of sqrt(d): less is no move
ROWS = 512  # latents looked at at once, which bounds the memory


class Figures(NamedTuple):
    """`seam`: the closing step over the median moving one, None where the clip does not close.

    `jump`: the largest step over that median. Both are 0 where nothing moves. `norm_min` and
    `norm_max`: of the latents, as shares of sqrt(d).
    """

    seam: float | None
    jump: float
    norm_min: float
    norm_max: float


class ImageFigures(NamedTuple):
    """`seam` and `jump` as of Figures, of the root mean square difference of neighbours.

    `closing`: the closing step over the largest inner one; None where the clip does not close.
    """

    seam: float | None
    jump: float
    closing: float | None


def figures(z: np.ndarray, weights: np.ndarray | None = None, closes: bool = True) -> Figures:
    """Of latents (n,d), n >= 2, and of their class weights (n,c) where those move too."""
    steps = []
    for start in range(0, len(z), ROWS):
        rows = np.arange(start, min(start + ROWS, len(z)) + 1) % len(z)
        classes = None if weights is None else weights[rows]
        steps.append(latent_steps(z[rows].astype(np.float64), classes))
    radius = float(np.sqrt(z.shape[1]))
    seam, jump, _ = _of_steps(np.concatenate(steps), closes, RESTING * radius)
    norms = np.linalg.norm(z, axis=1) / radius
    return Figures(seam, jump, float(norms.min()), float(norms.max()))


def image_figures(pictures: np.ndarray, closes: bool = True) -> ImageFigures:
    """Of the pictures (n,h,w,c) of a clip, n >= 2."""
    steps = list(image_steps(pictures))
    steps.append(rms(pictures[-1], pictures[0]))
    return ImageFigures(*_of_steps(np.array(steps), closes))


def image_steps(pictures: np.ndarray) -> Iterator[float]:
    """Root mean square differences of neighbours, n - 1 of them, one at a time."""
    return (rms(a, b) for a, b in zip(pictures[:-1], pictures[1:], strict=True))


def rms(a: np.ndarray, b: np.ndarray) -> float:
    """Root mean square difference of two pictures of one shape, in levels of 255."""
    # in whole numbers, so that the browser finds the very same
    apart = np.subtract(a, b, dtype=np.int32)
    return float(np.sqrt(np.sum(np.square(apart), dtype=np.int64) / apart.size))


def _of_steps(
    steps: np.ndarray, closes: bool, least: float = 0.0
) -> tuple[float | None, float, float | None]:
    """steps (n,): the last one is the closing one. If none is above `least`, nothing moves."""
    inner, closing = steps[:-1], float(steps[-1])
    counted = steps if closes else inner
    moving = inner[inner > max(RESTING * counted.max(), least)]
    if not len(moving):
        return (0.0 if closes else None), 0.0, (0.0 if closes else None)
    middle, largest = float(np.median(moving)), float(counted.max())
    jump = largest / middle
    return (closing / middle, jump, closing / float(inner.max())) if closes else (None, jump, None)
