"""Metrics of nearest neighbours: precision, recall and memorisation.

Distances are computed in blocks to bound the memory: 10,000 x 10,000 would take 400 MB.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from gan.metrics.report import Figure

NEIGHBOURS = 3  # k of Kynkaanniemi et al. 2019
BLOCK = 1000
QUERIES = 2000  # samples that `memorisation` measures
SIDE = 32  # px: larger images are averaged down


class PrecisionRecall(NamedTuple):
    """Shares, 0..1: of samples near real images, and of real images near samples."""

    precision: float
    recall: float


def precision_recall(fake: np.ndarray, real: np.ndarray) -> PrecisionRecall:
    """Measure features (n,d) against (m,d) (Kynkaanniemi et al. 2019, k = 3).

    A sample is precise if some real image is no farther from it than from its own third neighbour;
    recall is the reverse. Both fall with fewer images: compare equal counts only. Equals
    torch-fidelity's (a test), which would import torchvision into the training process.
    Raises ValueError: one of the sets has 3 images or fewer.
    """
    if min(len(fake), len(real)) <= NEIGHBOURS:
        raise ValueError(f"Precision and recall need at least {NEIGHBOURS + 1} images of each.")
    ours, theirs = (torch.from_numpy(np.ascontiguousarray(each)) for each in (fake, real))
    return PrecisionRecall(
        _within(ours, theirs, _radii(theirs)), _within(theirs, ours, _radii(ours))
    )


def _radii(features: Tensor) -> Tensor:
    """Return the distance (n,) of each to its third neighbour; the first is the point itself."""
    distances = (torch.cdist(part, features) for part in features.split(BLOCK))
    return torch.cat([each.kthvalue(NEIGHBOURS + 1).values for each in distances])


def _within(queries: Tensor, centres: Tensor, radii: Tensor) -> float:
    """Return the share of queries inside the ball of at least one centre."""
    parts = [(torch.cdist(part, centres) <= radii).any(1) for part in queries.split(BLOCK)]
    return float(torch.cat(parts).float().mean())


def memorisation(fake: np.ndarray, seen: np.ndarray, held: np.ndarray) -> Figure:
    """Measure how much closer samples are to training images (`seen`) than to held-out ones.

    About 1 without copies, 0 for copies; `floor` is the value of held-out images. The median ratio
    of the distances to the nearest `seen` and the nearest held-out image, over the same ratio of
    held-out images (one half is measured against the other). The distance to the nearest training
    image alone is small for smooth or ordinary images too. Distances are between pixels, at most
    32 px a side, of the first 2,000 samples. All images are uint8 (n,h,w,c).
    Raises ValueError: fewer than 4 images are held out.
    """
    if len(held) < 4:
        raise ValueError("Memorisation needs at least 4 held-out images.")
    known, unseen = _flat(seen), _flat(held[np.random.default_rng(0).permutation(len(held))])
    first, second = unseen.chunk(2)
    real = _nearer(first[:QUERIES], known, second)
    value = _nearer(_flat(fake[:QUERIES]), known, second) / real
    return Figure(value, _nearer(second[:QUERIES], known, first) / real)


def _nearer(queries: Tensor, seen: Tensor, unseen: Tensor) -> float:
    """Return the median ratio of distances to the nearest seen and the nearest unseen image."""
    apart = nearest(queries, unseen).clamp(min=1e-6)
    return float((nearest(queries, seen) / apart).median().clamp(min=1e-9))


def nearest(queries: Tensor, among: Tensor) -> Tensor:
    """Return the distance (n,) of each query (n,d) to the closest of `among` (m,d)."""
    parts = [torch.cdist(queries, block).amin(1) for block in among.split(BLOCK)]
    return torch.stack(parts).amin(0)


def _flat(images: np.ndarray) -> Tensor:
    pixels = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2)
    side = min(SIDE, pixels.shape[2])
    parts = [adaptive_avg_pool2d(part.float(), side) for part in pixels.split(BLOCK)]
    return torch.cat(parts).flatten(1) / 255
