"""The data sets there are, by name, and what their images look like; `gan.data.image_set` reads
them.

Beside them there are collections of one's own images, with an id for a name: `gan.data.collection`.
"""

from __future__ import annotations

import re
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
OWN_SIZES = (32, 64, 128)  # pixels that one's own images may have a side
MOST_CLASSES = 100  # of one's own images
_OWN = re.compile(r"own-[0-9a-f]{12}")


def is_own(name: str) -> bool:
    """Whether this is the id of a collection of one's own images."""
    return _OWN.fullmatch(name) is not None
