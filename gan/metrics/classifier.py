"""A small convolutional classifier, for the judge and the accuracy score.

Training on 60,000 images takes two minutes on two cores.
"""

import math
from collections.abc import Callable, Iterator
from itertools import chain, pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import affine_grid, cross_entropy, grid_sample, pad

from gan.data.attributes import Attributes
from gan.data.image_set import ImageSet

FEATURES = 128
WIDE = 48  # px: larger images need one more stage
BATCH = 128
MAX_LR = 4e-3
SHIFT_PX = 2
# how images are augmented: mirroring a digit or a letter changes its class
DIGITS = ("mnist", "kmnist")
MIRRORED = ("fashion-mnist", "cifar10")


class Classifier(nn.Module):
    """Three convolutions, or four from 48 px on, and a dense layer of 128 features.

    For images of at least 24 px. `classes` may be the sum of several groups, see `train`.
    """

    def __init__(self, classes: int, channels: int = 1, size: int = 28, width: int = 32) -> None:
        super().__init__()
        widths = [channels, width, 2 * width, 4 * width, *[4 * width] * (size >= WIDE)]
        stages = [_stage(*pair) for pair in pairwise(widths)]
        side = size >> len(stages)
        self.body = nn.Sequential(
            *chain.from_iterable(stages),
            nn.Flatten(),
            nn.Linear(widths[-1] * side**2, FEATURES, bias=False),
            nn.BatchNorm1d(FEATURES),
            nn.ReLU(),
        )
        self.head = nn.Linear(FEATURES, classes)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return features (n,128), at least 0, and logits (n,classes) of (n,c,h,w) in [-1, 1]."""
        # twice as fast on a CPU as channels first
        features = self.body(images.contiguous(memory_format=torch.channels_last))
        return features, self.head(features)


def _stage(inputs: int, outputs: int) -> list[nn.Module]:
    """Halve the side. Pooling first saves three quarters of the norm's work."""
    conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return [conv, nn.MaxPool2d(2), nn.BatchNorm2d(outputs), nn.ReLU()]


def warp(images: Tensor, rng: torch.Generator) -> Tensor:
    """Rotate each image by up to 10 degrees, scale and shear it by up to 10 %, shift it by 2 px."""
    amounts = torch.rand(5, len(images), generator=rng) * 2 - 1
    angle, grow, shear = amounts[0] * math.radians(10), 1 + amounts[1] / 10, amounts[2] / 10
    cos, sin = angle.cos() * grow, angle.sin() * grow
    shift = amounts[3:] * SHIFT_PX * 2 / images.shape[-1]  # affine_grid's image is 2 wide
    rows = [cos, shear * cos - sin, shift[0], sin, shear * sin + cos, shift[1]]
    grid = affine_grid(torch.stack(rows, 1).view(-1, 2, 3), list(images.shape), align_corners=False)
    # grid_sample fills the outside with 0, so black is moved to 0 and back
    return grid_sample(images + 1, grid, align_corners=False) - 1


def shift(images: Tensor, rng: torch.Generator) -> Tensor:
    """Shift each image by up to 2 px in both directions, replicating its edge."""
    n, _, h, w = images.shape
    moves = torch.randint(2 * SHIFT_PX + 1, (2, n, 1), generator=rng)
    rows, columns = torch.arange(h) + moves[0], torch.arange(w) + moves[1]
    wide = pad(images, [SHIFT_PX] * 4, mode="replicate")
    return wide[torch.arange(n)[:, None, None], :, rows[:, :, None], columns[:, None]].movedim(3, 1)


def mirror(images: Tensor, rng: torch.Generator) -> Tensor:
    """Flip half of the images horizontally, then `shift` them all."""
    flipped = torch.rand(len(images), 1, 1, 1, generator=rng) < 0.5
    return shift(torch.where(flipped, images.flip(3), images), rng)


def augmentation(data_name: str) -> Callable[[Tensor, torch.Generator], Tensor]:
    return warp if data_name in DIGITS else mirror if data_name in MIRRORED else shift


def train(
    data: ImageSet,
    classes: int,
    epochs: int,
    seed: int = 0,
    width: int = 32,
    half: bool = False,
    on_progress: Callable[[float], None] | None = None,
    attributes: Attributes | None = None,
) -> Classifier:
    """Train a classifier with AdamW and the 1cycle schedule (Smith & Topin 2018).

    Deterministic for a seed on one machine. half: use bfloat16. on_progress: gets 0..1; may raise.
    With `attributes` it learns these instead of the labels: its logits are those of the values of
    the first attribute, then of the second, and so on, `classes` in all.
    """
    targets = data.labels[:, None] if attributes is None else attributes.indices
    groups = [classes] if attributes is None else [len(v) for v in attributes.values.values()]
    channels, size = data.images.shape[1:3]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Classifier(classes, channels, size, width).to(memory_format=torch.channels_last)
    rng = torch.Generator().manual_seed(seed)
    augment = augmentation(data.name)
    size = min(BATCH, len(data.labels))
    total = epochs * (len(data.labels) // size)
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, MAX_LR, total)
    for step, index in enumerate(_batches(len(data.labels), size, epochs, rng)):
        images, wanted = data.batch(index)[0], targets[index]
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            found = network(augment(images, rng))[1].split(groups, 1)
            pairs = zip(found, wanted.unbind(1), strict=True)
            loss = sum(cross_entropy(*pair) for pair in pairs) / len(groups)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
        if on_progress:
            on_progress((step + 1) / total)
    return network


def _batches(count: int, size: int, epochs: int, rng: torch.Generator) -> Iterator[Tensor]:
    for _ in range(epochs):
        order = torch.randperm(count, generator=rng)
        yield from order[: count // size * size].view(-1, size)
