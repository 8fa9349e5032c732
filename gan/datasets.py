"""The named data sets and the form of their images; `gan.data.image_set` reads them.

A collection of the user's own images has an id instead of a name, see `gan.data.collection`.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class DataSpec:
    """Side in pixels, colour channels (1 or 3) and number of classes (0: none) of a data set.

    `moving` is the data set whose images move in the clips of this one, `side` px large; "" if it
    has no clips.
    """

    image_size: int
    channels: int
    classes: int
    moving: str = ""
    side: int = 0
    pairs: bool = False  # whether two of them move in a clip


DATASETS = {
    "mnist": DataSpec(28, 1, 10),
    "faces": DataSpec(32, 3, 8),
    "faces-64": DataSpec(64, 3, 8),
    "moving-mnist": DataSpec(32, 1, 10, "mnist", 20),
    "moving-mnist-64": DataSpec(64, 1, 10, "mnist", 28),
    "moving-mnist-pairs": DataSpec(64, 1, 0, "mnist", 28, pairs=True),
    "moving-faces": DataSpec(32, 3, 8, "faces", 32),
    "fashion-mnist": DataSpec(28, 1, 10),
    "kmnist": DataSpec(28, 1, 10),
    "cifar10": DataSpec(32, 3, 10),
    "svhn": DataSpec(32, 3, 10),
}
CLIPS = tuple(name for name, spec in DATASETS.items() if spec.moving)
OWN_SIZES = (32, 64, 128)  # pixels a side of the user's own images
MOST_CLASSES = 100  # of the user's own images
_OWN = re.compile(r"own-[0-9a-f]{12}")


def is_own(name: str) -> bool:
    """Return whether this is the id of a collection of the user's own images."""
    return _OWN.fullmatch(name) is not None
