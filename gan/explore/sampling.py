"""Ask a generator for samples to measure something on, within a fixed amount of computing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from gan.models.generator import Generator
from gan.models.networks import SLOPE, MLPGenerator

DRAW = 256  # images in a row; between two such rows a visitor's own picture gets its turn
BUDGET = 40e9  # multiply-adds: half a second of two processor cores for a small network


@dataclass(frozen=True)
class Counts:
    """How many latents to use for what, and the most directions to measure."""

    fit: int = 1200  # to fit a trait to
    held: int = 300  # to see how well that went
    ends: int = 100  # of those, to move along a direction
    features: int = 1000
    effect: int = 10
    pca: int = 16
    sefa: int = 64

    @property
    def images(self) -> int:
        """About how many images that makes, with five measured directions."""
        moved = self.effect * (5 + self.pca + self.sefa) + self.ends * 5
        return self.fit + self.held + self.features + 2 * moved


LEAST = Counts(fit=200, held=60, ends=20, features=200, effect=2, pca=8, sefa=16)


class Probe:
    """A generator and fixed samples of it: the same ones for the same seed.

    `z` float32 (n,z_dim) ~ N(0, I), `labels` int64 (n,), the classes in turn (all 0 where there
    are none). A network too slow for `BUDGET` gets fewer of them, but never below `LEAST`.
    """

    def __init__(self, generator: Generator, seed: int = 0) -> None:
        self.generator = generator
        self.counts = _counts(generator.network)
        count = max(self.counts.fit + self.counts.held, self.counts.features)
        rng = np.random.default_rng(seed)
        self.z = rng.standard_normal((count, generator.z_dim), dtype=np.float32)
        self.labels = np.arange(count) % max(1, generator.classes)

    def draw(self, z: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Images uint8 (n,h,w,c)."""
        asked = labels if self.generator.classes else None
        parts = [
            self.generator.sample(z[i : i + DRAW], None if asked is None else asked[i : i + DRAW])
            for i in range(0, max(1, len(z)), DRAW)
        ]
        return np.concatenate(parts)

    def ends(self, axes: np.ndarray, which: slice, sigma: float) -> np.ndarray:
        """Images uint8 (directions,2,n,h,w,c) of the samples `which`, moved to both ends.

        A sample's coordinate along each of axes (directions,z_dim), of unit length, becomes
        -sigma and then +sigma; the rest of it stays.
        """
        z, labels = self.z[which], self.labels[which]
        rest = z - (axes @ z.T)[:, :, None] * axes[:, None]
        moved = np.stack([rest - sigma * axes[:, None], rest + sigma * axes[:, None]], 1)
        every = np.broadcast_to(labels, moved.shape[:3]).reshape(-1)
        images = self.draw(moved.reshape(-1, z.shape[1]), every)
        return images.reshape(*moved.shape[:3], *images.shape[1:])

    def effects(self, axes: np.ndarray) -> np.ndarray:
        """Root mean square change of a pixel (0 to 255) from -2 to +2 sigma, (directions,)."""
        ends = self.ends(axes, slice(self.counts.effect), 2.0)
        change = np.subtract(ends[:, 1], ends[:, 0], dtype=np.float32)
        return np.sqrt(np.square(change).mean((1, 2, 3, 4), dtype=np.float64))

    def features(self) -> np.ndarray:
        """What the network holds after its second nonlinearity, float32 (n,features)."""
        count, network = self.counts.features, self.generator.network
        z, classes = torch.from_numpy(self.z[:count]), max(1, self.generator.classes)
        weights = torch.eye(classes)[self.labels[:count]]
        with torch.inference_mode():
            parts = [
                _features(network, *both)
                for both in zip(z.split(DRAW), weights.split(DRAW), strict=True)
            ]
            return torch.cat(parts).numpy()


def within_groups(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """`values` (n,k) less the mean of the rows that share a group."""
    out = np.empty_like(values)
    for group in np.unique(groups):
        rows = groups == group
        out[rows] = values[rows] - values[rows].mean(0)
    return out


def _features(network: nn.Module, z: Tensor, weights: Tensor) -> Tensor:
    if isinstance(network, MLPGenerator):
        return leaky_relu(network.fc[1](leaky_relu(network.fc[0](z), SLOPE)), SLOPE)
    if network.embed is not None:
        z = torch.cat([z, network.embed(weights)], 1)
    h = network.fc(z).unflatten(1, (-1, network.base, network.base))
    h = network.ups[0](leaky_relu(network.norms[0](h), SLOPE))
    return leaky_relu(network.norms[1](h), SLOPE).flatten(1)


def _counts(network: nn.Module) -> Counts:
    full = Counts()
    share = BUDGET / (full.images * multiply_adds(network))
    if share >= 1:
        return full
    least = vars(LEAST)
    fewer = {name: max(least[name], int(value * share)) for name, value in vars(full).items()}
    return Counts(**fewer)


def multiply_adds(network: nn.Module) -> int:
    """Of drawing one image, those of the linear and convolution layers."""
    total = sum(m.weight.numel() for m in network.modules() if isinstance(m, nn.Linear))
    if not isinstance(network, MLPGenerator):
        for stage, up in enumerate(network.ups):
            total += up.conv.weight.numel() * (network.base << stage) ** 2
    return total
