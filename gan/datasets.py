"""The data sets there are, by name, and what their images look like; `gan.data` reads them."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class DataSpec:
    """What a data set looks like: side in pixels, colour channels (1 or 3), number of classes."""

    image_size: int
    channels: int
    classes: int


DATASETS = MappingProxyType(
    {
        "mnist": DataSpec(28, 1, 10),
        "fashion-mnist": DataSpec(28, 1, 10),
        "kmnist": DataSpec(28, 1, 10),
        "cifar10": DataSpec(32, 3, 10),
        "svhn": DataSpec(32, 3, 10),
    }
)
