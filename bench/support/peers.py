"""Two common GAN scripts, reimplemented from their layers and settings.

    python -m bench.support.peers dcgan OUT --seconds 60 600 --seed 0

dcgan: the 32x32 DCGAN with upsampling of PyTorch-GAN (E. Linder-Noren, MIT licence,
github.com/eriklindernoren/PyTorch-GAN, implementations/dcgan). article: the tutorial's MLP GAN,
z-128-256-784 against 784-256-128-1, leaky ReLU, sigmoid cross-entropy. Both use float32 PyTorch,
torchvision's MNIST through a `DataLoader`, the live weights for sampling, and none of this
repository's code. Their printing and saving of images is left out, in their favour.

Writes OUT/<seconds>.npz: samples uint8 (n,h,w), with batch norm in training mode as in the DCGAN
script ("train") and in evaluation mode ("eval"), and the number of steps.
"""

from __future__ import annotations

import argparse
import copy
import gzip
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy, binary_cross_entropy_with_logits
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

BUNDLED = Path(__file__).parents[2] / "assets/data/mnist"
LATENT, SAMPLES = 100, 10_000


class Dcgan:
    """One step updates G, then D on the same fakes; BCE, Adam 2e-4 (0.5, 0.999), batches of 64."""

    batch = 64
    shown = transforms.Compose(
        [transforms.Resize(32), transforms.ToTensor(), transforms.Normalize([0.5], [0.5])]
    )

    def __init__(self) -> None:
        self.G = nn.Sequential(
            nn.Linear(LATENT, 128 * 8 * 8),
            nn.Unflatten(1, (128, 8, 8)),
            nn.BatchNorm2d(128),
            *self._up(128, 128),
            *self._up(128, 64),
            nn.Conv2d(64, 1, 3, padding=1),
            nn.Tanh(),
        )
        widths = (1, 16, 32, 64, 128)
        downs = [self._down(i, o) for i, o in zip(widths, widths[1:], strict=False)]
        self.D = nn.Sequential(
            *[layer for down in downs for layer in down],
            nn.Flatten(),
            nn.Linear(128 * 2 * 2, 1),
            nn.Sigmoid(),
        )
        for network in (self.G, self.D):
            network.apply(self._begin)
        self.opt_G, self.opt_D = (
            torch.optim.Adam(network.parameters(), 2e-4, (0.5, 0.999))
            for network in (self.G, self.D)
        )

    def step(self, images: Tensor) -> None:
        real, fake = torch.ones(len(images), 1), torch.zeros(len(images), 1)
        fakes = self.G(torch.randn(len(images), LATENT))
        self.opt_G.zero_grad()
        binary_cross_entropy(self.D(fakes), real).backward()
        self.opt_G.step()
        self.opt_D.zero_grad()
        of_real = binary_cross_entropy(self.D(images), real)
        of_fake = binary_cross_entropy(self.D(fakes.detach()), fake)
        ((of_real + of_fake) / 2).backward()
        self.opt_D.step()

    def pixels(self, z: Tensor) -> Tensor:
        """Draw images (n,1,32,32) in 0..1."""
        return (self.G(z) + 1) / 2

    @staticmethod
    def _up(inputs: int, outputs: int) -> list[nn.Module]:
        # 0.8 is in the place of epsilon, as in the script
        return [
            nn.Upsample(scale_factor=2),
            nn.Conv2d(inputs, outputs, 3, padding=1),
            nn.BatchNorm2d(outputs, 0.8),
            nn.LeakyReLU(0.2, inplace=True),
        ]

    @staticmethod
    def _down(inputs: int, outputs: int) -> list[nn.Module]:
        conv = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1)
        norm = [] if inputs == 1 else [nn.BatchNorm2d(outputs, 0.8)]
        return [conv, nn.LeakyReLU(0.2, inplace=True), nn.Dropout2d(0.25), *norm]

    @staticmethod
    def _begin(layer: nn.Module) -> None:
        if isinstance(layer, nn.Conv2d):
            nn.init.normal_(layer.weight, 0.0, 0.02)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02)
            nn.init.zeros_(layer.bias)


class Article:
    """One step updates D, then G on fresh fakes; Adam 1e-3, batches of 128, pixels in 0..1."""

    batch = 128
    shown = transforms.ToTensor()

    def __init__(self) -> None:
        self.G = nn.Sequential(*self._layers(LATENT, 128, 256, 784), nn.Sigmoid())
        self.D = nn.Sequential(nn.Flatten(), *self._layers(784, 256, 128, 1))
        self.opt_G, self.opt_D = (
            torch.optim.Adam(network.parameters(), 1e-3) for network in (self.G, self.D)
        )

    def step(self, images: Tensor) -> None:
        real, fake = torch.ones(len(images), 1), torch.zeros(len(images), 1)
        fakes = self.G(torch.randn(len(images), LATENT)).detach()
        of_real = binary_cross_entropy_with_logits(self.D(images), real)
        of_fake = binary_cross_entropy_with_logits(self.D(fakes), fake)
        self.opt_D.zero_grad()
        (of_real + of_fake).backward()
        self.opt_D.step()
        scores = self.D(self.G(torch.randn(len(images), LATENT)))
        self.opt_G.zero_grad()
        binary_cross_entropy_with_logits(scores, real).backward()
        self.opt_G.step()

    def pixels(self, z: Tensor) -> Tensor:
        """Draw images (n,1,28,28) in 0..1."""
        return self.G(z).unflatten(1, (1, 28, 28))

    @staticmethod
    def _layers(*widths: int) -> list[nn.Module]:
        layers: list[nn.Module] = []
        for inputs, outputs in zip(widths, widths[1:], strict=False):
            layers += [nn.Linear(inputs, outputs), nn.LeakyReLU(0.2)]
        return layers[:-1]  # no leaky ReLU after the last


PEERS = {"dcgan": Dcgan, "article": Article}


def samples(peer: Dcgan | Article, training: bool) -> np.ndarray:
    """Draw `SAMPLES` images uint8 (n,h,w) in batches as in training."""
    rng = torch.Generator().manual_seed(12345)
    drawn, live = [], peer.G
    peer.G = copy.deepcopy(live).train(training)  # sampling changes the running statistics
    with torch.no_grad():
        for count in [peer.batch] * (SAMPLES // peer.batch) + [SAMPLES % peer.batch]:
            images = peer.pixels(torch.randn(count, LATENT, generator=rng))
            drawn.append(images[:, 0].mul(255).round().byte().numpy())
    peer.G = live
    return np.concatenate(drawn)


def train(peer: Dcgan | Article, loader: DataLoader, seconds: Sequence[float], out: Path) -> None:
    """Train, and sample at each of these times; sampling does not count."""
    waiting, steps, away_s = sorted(seconds), 0, 0.0
    begun = time.perf_counter()
    while waiting:
        for images, _ in loader:
            peer.step(images)
            steps += 1
            now = time.perf_counter()
            if now - begun - away_s >= waiting[0]:
                drawn = {"train": samples(peer, True), "eval": samples(peer, False)}
                np.savez(out / f"{waiting.pop(0):g}.npz", steps=steps, **drawn)
                away_s += time.perf_counter() - now
            if not waiting:
                break


def main() -> None:
    """Train one script and write its samples."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, nargs="+", required=True)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    peer = PEERS[options.peer]()
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "MNIST/raw"
        raw.mkdir(parents=True)
        for path in BUNDLED.glob("*.gz"):
            (raw / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
        images = datasets.MNIST(folder, train=True, transform=peer.shown)
    loader = DataLoader(images, batch_size=peer.batch, shuffle=True)
    train(peer, loader, options.seconds, options.out)


if __name__ == "__main__":
    main()
