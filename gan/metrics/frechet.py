"""The Frechet distance between two sets of features, and an estimate for few samples.

The covariance of a few hundred samples is noisy, which biases their distance upwards by a term in
1/n. A jackknife over ten groups removes it (Quenouille 1956) and gives an error (Tukey 1958).
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

GROUPS = 10


class FeatureStatistics(NamedTuple):
    """Mean float64 (d,) and covariance float64 (d,d) of a set of features."""

    mean: np.ndarray
    covariance: np.ndarray


def feature_statistics(features: np.ndarray) -> FeatureStatistics:
    """Return the mean and covariance of features (n,d), n at least 2."""
    features = np.asarray(features, dtype=np.float64)
    return FeatureStatistics(features.mean(0), np.atleast_2d(np.cov(features, rowvar=False)))


def frechet_distance(a: FeatureStatistics, b: FeatureStatistics) -> float:
    """Return |mean_a - mean_b|^2 + tr(A + B - 2 (AB)^(1/2)), squared like an FID; at least 0.

    The eigenvalues of AB are those of the symmetric A^(1/2) B A^(1/2), so that no complex numbers
    occur. Not torch-fidelity's, which it equals (a test): vital signs need eleven distances at once
    from a stored root, and no torchvision in the training process.
    """
    mean, covariance = torch.from_numpy(a.mean), torch.from_numpy(a.covariance)
    return max(0.0, float(FrechetDistance(b).distances(mean[None], covariance[None])))


class DistanceEstimate(NamedTuple):
    """A squared distance and its standard error."""

    value: float
    error: float


class FrechetDistance:
    """Squared distances (Heusel et al. 2017) to one set of real images, whose root is stored.

    In torch, since NumPy's BLAS threads spin while waiting: ten times as slow beside other work.
    """

    def __init__(self, real: FeatureStatistics) -> None:
        self._mean = torch.from_numpy(real.mean)
        covariance = torch.from_numpy(real.covariance)
        values, vectors = torch.linalg.eigh(covariance)
        self._trace = covariance.trace()
        self._root = (vectors * values.clamp(min=0).sqrt()) @ vectors.T

    def distances(self, means: Tensor, covariances: Tensor) -> Tensor:
        """Return the plain distances (m,) of statistics float64 (m,d) and (m,d,d)."""
        products = self._root @ covariances @ self._root
        values = torch.linalg.eigvalsh((products + products.mT) / 2)
        overlap = values.clamp(min=0).sqrt().sum(1)
        gaps = (means - self._mean).square().sum(1)
        traces = covariances.diagonal(dim1=1, dim2=2).sum(1) + self._trace
        return gaps + traces - 2 * overlap

    def estimate(self, features: np.ndarray) -> DistanceEstimate:
        """Estimate the distance of features (n,d) without the bias of a small n; at least 0.

        Consecutive samples form a group, so a fixed order of classes should repeat within n / 10.
        The bias of the real statistics remains: use many real images.
        Raises ValueError: fewer than 4 samples per group.
        """
        size = len(features) // GROUPS
        if size < 4:
            raise ValueError(
                f"{len(features)} samples are too few; at least {4 * GROUPS} are needed."
            )
        groups = torch.from_numpy(np.asarray(features, np.float64)[: size * GROUPS])
        groups = groups.view(GROUPS, size, -1)
        sums, squares = groups.sum(1), groups.mT @ groups
        # first all samples, then all but one group at a time
        counts = torch.full((GROUPS + 1, 1), size * (GROUPS - 1), dtype=torch.float64)
        counts[0] = size * GROUPS
        sums = torch.cat([sums.sum(0)[None], sums.sum(0) - sums])
        squares = torch.cat([squares.sum(0)[None], squares.sum(0) - squares])
        means = sums / counts
        scatter = squares - (counts * means)[:, :, None] * means[:, None, :]
        found = self.distances(means, scatter / (counts[:, :, None] - 1)).numpy()
        full, parts = found[0], found[1:]
        value = GROUPS * full - (GROUPS - 1) * parts.mean()
        error = np.sqrt((GROUPS - 1) / GROUPS * ((parts - parts.mean()) ** 2).sum())
        return DistanceEstimate(max(0.0, float(value)), float(error))
