"""Fixed samples of a generator to measure directions on, within a computing budget."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from gan.models.generator import Generator
from gan.models.networks import SLOPE, MLPGenerator
from gan.models.portable import size

DRAW = 256  # images per batch: a visitor's own image is drawn between two batches
BUDGET = 40e9  # multiply-adds: half a second of two cores for a small network


@dataclass(frozen=True)
class SampleSizes:
    """Numbers of latents per purpose, and the most directions of `pca` and `sefa`."""

    fit: int = 1200  # to fit a trait
    held: int = 300  # to validate the fit
    ends: int = 100  # of `held`, to move along a direction
    features: int = 1000
    effect: int = 10
    pca: int = 16
    sefa: int = 64

    @property
    def images(self) -> int:
        """Approximate number of images drawn, with five measured directions and no random ones."""
        moved = self.effect * (5 + self.pca + self.sefa) + self.ends * 5
        return self.fit + self.held + self.features + 2 * moved


LEAST = SampleSizes(fit=200, held=60, ends=20, features=200, effect=2, pca=8, sefa=16)


class Sampler:
    """Fixed samples of a generator, determined by the seed.

    `z` float32 (n,z_dim) ~ N(0, I), `labels` int64 (n,) cycle through the classes (all 0 without
    classes). A network too slow for `BUDGET` gets fewer, but at least `LEAST`.
    """

    def __init__(self, generator: Generator, seed: int = 0) -> None:
        self.generator = generator
        self.sizes = _sizes(generator)
        count = max(self.sizes.fit + self.sizes.held, self.sizes.features)
        rng = np.random.default_rng(seed)
        self.z = rng.standard_normal((count, generator.z_dim), dtype=np.float32)
        self.labels = np.arange(count) % max(1, generator.classes)

    def draw(self, z: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Draw images uint8 (n,h,w,c)."""
        parts = [slice(i, i + DRAW) for i in range(0, max(1, len(z)), DRAW)]
        classes = self.generator.classes
        images = [self.generator.sample(z[p], labels[p] if classes else None) for p in parts]
        return np.concatenate(images)

    def ends(self, axes: np.ndarray, which: slice, sigma: float | np.ndarray) -> np.ndarray:
        """Draw the samples `which` at both ends of each axis, uint8 (directions,2,n,h,w,c).

        axes: unit vectors (directions,z_dim), along which the coordinate is set to -sigma, +sigma;
        `sigma` is one for all or (directions,).
        """
        far = np.broadcast_to(np.asarray(sigma, np.float32), len(axes))[:, None] * axes
        z, labels = self.z[which], self.labels[which]
        rest = z - (axes @ z.T)[:, :, None] * axes[:, None]
        moved = np.stack([rest - far[:, None], rest + far[:, None]], 1)
        every = np.broadcast_to(labels, moved.shape[:3]).reshape(-1)
        images = self.draw(moved.reshape(-1, z.shape[1]), every)
        return images.reshape(*moved.shape[:3], *images.shape[1:])

    def effects(self, axes: np.ndarray, sigma: float | np.ndarray = 2.0) -> np.ndarray:
        """Return the RMS change of a pixel (0..255) from -sigma to +sigma, (directions,)."""
        ends = self.ends(axes, slice(self.sizes.effect), sigma)
        change = np.subtract(ends[:, 1], ends[:, 0], dtype=np.float32)
        return np.sqrt(np.square(change).mean((1, 2, 3, 4), dtype=np.float64))

    def features(self) -> np.ndarray:
        """Return the activations after the second nonlinearity, float32 (n,features).

        Of clips, the images: activations do not show where things are.
        """
        count, network = self.sizes.features, self.generator.network
        z, classes = torch.from_numpy(self.z[:count]), max(1, self.generator.classes)
        weights = torch.eye(classes)[self.labels[:count]]
        pairs = zip(z.split(DRAW), weights.split(DRAW), strict=True)
        with torch.inference_mode():
            return torch.cat([_features(network, *pair) for pair in pairs]).numpy()


def within_groups(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Subtract from `values` (n,k) the mean of the rows in the same group."""
    out = np.empty_like(values)
    for group in np.unique(groups):
        rows = groups == group
        out[rows] = values[rows] - values[rows].mean(0)
    return out


def _features(network: nn.Module, z: Tensor, weights: Tensor) -> Tensor:
    if isinstance(network, MLPGenerator):
        return leaky_relu(network.fc[1](leaky_relu(network.fc[0](z), SLOPE)), SLOPE)
    if network.shift is not None:
        return network(z, weights).flatten(1)
    h = network.ups[0](leaky_relu(network.norms[0](network.first_map(z, weights)), SLOPE))
    return leaky_relu(network.norms[1](h), SLOPE).flatten(1)


def _sizes(generator: Generator) -> SampleSizes:
    full, least = SampleSizes(), vars(LEAST)
    share = min(1, BUDGET / (full.images * size(generator)[0]))
    sizes = {name: max(least[name], int(value * share)) for name, value in vars(full).items()}
    return SampleSizes(**sizes)
