"""Measures that look at nearest neighbours: precision and recall, and whether images were copied.

In blocks, so that the memory stays bounded: ten thousand against ten thousand make 400 MB at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

NEIGHBOURS = 3  # Kynkaanniemi et al. 2019
BLOCK = 1000
QUERIES = 2000  # images whose nearest ones are looked for, to tell copies
SIDE = 32  # px: larger images are averaged down before they are compared


class PrecisionRecall(NamedTuple):
    """Shares, 0 to 1, of samples among the real ones and of real ones among the samples."""

    precision: float
    recall: float


def precision_recall(fake: np.ndarray, real: np.ndarray) -> PrecisionRecall:
    """Of features (n,d) and (m,d), both more than 3 (Kynkaanniemi et al. 2019, k = 3).

    A sample is precise if it lies no farther from some real one than that one's third neighbour,
    and a real one is recalled the other way round. Both fall with fewer images: compare equal
    counts only. As in torch-fidelity, which a test holds it equal to, and which would bring
    torchvision into every process that trains.

    Raises:
        ValueError: too few images to have three neighbours.
    """
    if min(len(fake), len(real)) <= NEIGHBOURS:
        raise ValueError(f"Precision and recall need at least {NEIGHBOURS + 1} images of each.")
    ours, theirs = (torch.from_numpy(np.ascontiguousarray(each)) for each in (fake, real))
    return PrecisionRecall(
        _within(ours, theirs, _radii(theirs)), _within(theirs, ours, _radii(ours))
    )


def _radii(features: Tensor) -> Tensor:
    """Distance (n,) of each to its third neighbour among the others."""
    # the nearest of all is the point itself
    parts = [
        torch.cdist(part, features).kthvalue(NEIGHBOURS + 1).values
        for part in features.split(BLOCK)
    ]
    return torch.cat(parts)


def _within(queries: Tensor, centres: Tensor, radii: Tensor) -> float:
    """Share of queries that lie in the ball of at least one centre."""
    parts = [(torch.cdist(part, centres) <= radii).any(1) for part in queries.split(BLOCK)]
    return float(torch.cat(parts).float().mean())


class Memorisation(NamedTuple):
    """How much closer samples are to training images than chance has it: 1 not at all, 0 copies.

    `floor`: the same of real images that were not trained on, 1 but for chance.
    """

    value: float
    floor: float


def memorisation(fake: np.ndarray, seen: np.ndarray, held: np.ndarray) -> Memorisation:
    """Of images uint8 (n,h,w,c), those `seen` in training, and at least 4 that were held out.

    The median of (distance to the nearest seen image) / (to the nearest held-out one), over what
    that is for held-out images, of which one half is looked at and the other stands for the
    unseen. The mere distance to the nearest training image, which others report, is small for
    whatever is smooth or ordinary too; that is why it is held against the unseen, and the half of
    few against the many seen is why it is held against real images. Distances are of pixels, at
    most 32 a side, and of the first 2,000 samples.

    Raises:
        ValueError: fewer than 4 images held out.
    """
    if len(held) < 4:
        raise ValueError("To tell copies from chance takes at least 4 images held out.")
    rng = np.random.default_rng(0)
    known, unseen = _flat(seen), _flat(held[rng.permutation(len(held))])
    first, second = unseen.chunk(2)
    real = _nearer(first[:QUERIES], known, second)
    value = _nearer(_flat(fake[:QUERIES]), known, second) / real
    return Memorisation(value, _nearer(second[:QUERIES], known, first) / real)


def _nearer(queries: Tensor, seen: Tensor, unseen: Tensor) -> float:
    """Median of the distance to the nearest seen over that to the nearest unseen."""
    apart = nearest(queries, unseen).clamp(min=1e-6)
    return float((nearest(queries, seen) / apart).median().clamp(min=1e-9))


def nearest(queries: Tensor, among: Tensor) -> Tensor:
    """Euclidean distance (n,) of each query (n,d) to the closest of `among` (m,d)."""
    found = torch.full((len(queries),), torch.inf)
    for block in among.split(BLOCK):
        for start in range(0, len(queries), BLOCK):
            kept = found[start : start + BLOCK]
            torch.minimum(
                kept, torch.cdist(queries[start : start + BLOCK], block).amin(1), out=kept
            )
    return found


def _flat(images: np.ndarray) -> Tensor:
    pixels = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2)
    side = min(SIDE, pixels.shape[2])
    parts = [adaptive_avg_pool2d(part.float(), side) for part in pixels.split(BLOCK)]
    return torch.cat(parts).flatten(1) / 255
