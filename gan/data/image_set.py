"""Image sets, in memory as uint8: batches are drawn by index, without loader processes.

MNIST and the faces are bundled; others are local, or torchvision downloads them. Own images and the
frames of own clips are memory-mapped.
"""

import os
import socket
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from gan.config import Config
from gan.data.clips import ClipSource, one_frame_each
from gan.data.collection import CollectionStore
from gan.data.errors import DataError
from gan.data.frame_clips import FrameClips
from gan.data.idx import find_pair, read_pair
from gan.data.moving_faces import MovingFaces, read_parts
from gan.data.moving_mnist import MovingDigits
from gan.data.resize import resized
from gan.datasets import DATASETS, is_own
from gan.paths import ASSETS, cache_folder, user_path

SILENT_S = 60.0  # how long a download waits for a server that sends nothing
LOCAL_COPIES = {
    "mnist": ASSETS / "data/mnist",
    "faces": ASSETS / "data/faces",
    "faces-64": ASSETS / "data/faces-64",
    "fashion-mnist": Path("/usr/share/datasets/fashion-mnist"),
}
# class in torchvision.datasets, and a path that it leaves in its cache
TORCHVISION = {
    "mnist": ("MNIST", "MNIST/raw"),
    "fashion-mnist": ("FashionMNIST", "FashionMNIST/raw"),
    "kmnist": ("KMNIST", "KMNIST/raw"),
    "cifar10": ("CIFAR10", "cifar-10-batches-py"),
    "svhn": ("SVHN", "train_32x32.mat"),
}


@dataclass(frozen=True)
class ImageSet:
    """`images` uint8 (n,c,h,w) 0..255 and `labels` int64 (n,), on the CPU.

    `class_names` is empty where classes are only numbered; `title` is that of a collection. Of
    clips, `images` has one frame of each, and `source` has all.
    """

    name: str
    images: Tensor
    labels: Tensor
    class_names: tuple[str, ...] = ()
    title: str = ""
    source: ClipSource | None = None

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Return images as float32 in [-1, 1] and labels, for `index` int64 (b,)."""
        return _scaled(self.images[index]), self.labels[index]

    def clips(self, index: Tensor, times: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return clips float32 (b,k,c,h,w) in [-1, 1] and labels, for `index` int64 (b,).

        Raises DataError if this is not a set of clips. See `ClipSource`.
        """
        if self.source is None:
            raise DataError(f"{self.name} has no clips, only images.")
        return _scaled(self.source.clips(index, times, rng)), self.labels[index]

    def pixels(self) -> np.ndarray:
        """Return all images as uint8 (n,h,w,c), a view."""
        return self.images.permute(0, 2, 3, 1).numpy()

    def subset(self, count: int, seed: int) -> Self:
        """Return a class-balanced subset of `count` images; all for 0, or if there are fewer.

        It depends on the seed only, and a smaller subset of a seed is part of a larger one.
        """
        if not 0 < count < len(self.labels):
            return self
        order = torch.randperm(len(self.labels), generator=torch.Generator().manual_seed(seed))
        # the first image of each class, then the second of each, and so on
        labels = self.labels[order]
        ranks = one_hot(labels).cumsum(0, dtype=torch.int32).gather(1, labels[:, None])[:, 0]
        chosen = order[ranks.argsort(stable=True)[:count]].sort().values
        source = self.source and self.source.subset(chosen)
        return replace(self, images=self.images[chosen], labels=self.labels[chosen], source=source)


def load(name: str, *, train: bool = True, size: int | None = None) -> ImageSet:
    """Load the training or the test split of a data set, resized to `size` px if that differs.

    The folder in the environment variable LATENT_STUDIO_DATA is searched first: `<folder>/<name>/`
    with compressed idx files, or torchvision's layout. The test split of a collection of own images
    (`gan.data.collection`) are its held-out images.
    Raises DataError: unknown name, a damaged file, or neither a copy nor a network.
    """
    if is_own(name):
        return _own(name, train, size)
    if name not in DATASETS:
        raise DataError(f"There is no data set {name!r}; choose one of: {', '.join(DATASETS)}.")
    spec = DATASETS[name]
    if spec.moving:
        return _moving(name, train, size or spec.image_size)
    files = find_pair(_folders(name), train)
    images, labels = read_pair(*files) if files else _torchvision(name, train)
    if images.shape[1:] != (spec.channels, spec.image_size, spec.image_size):
        raise DataError(f"{name}: images of {tuple(images.shape[1:])} are not this data set.")
    if len(labels) and labels.max() >= spec.classes:
        raise DataError(f"{name}: the labels go beyond its {spec.classes} classes.")
    return ImageSet(name, resized(images, size), labels)


def load_for(config: Config) -> ImageSet:
    """Load the training split of a config's data at its size.

    Raises DataError as `load` does, or if own images have other channels or classes, or no clips.
    """
    found = load(config.data, size=config.image_size)
    names = len(found.class_names) if is_own(config.data) else 0
    if found.images.shape[1] != config.channels or names != config.image_classes:
        raise DataError(f"The images {config.data} have other colours or classes than this run.")
    if config.motion_dim and found.source is None:
        raise DataError(f"{config.data} has no clips, only images; set motion_dim to 0.")
    return found


def is_available(name: str) -> bool:
    """Return whether a data set is on this machine, so that `load` needs no network."""
    if is_own(name):
        return CollectionStore().find(name) is not None
    if name in DATASETS and DATASETS[name].moving:
        return is_available(DATASETS[name].moving)
    if find_pair(_folders(name), train=True):
        return True
    return name in TORCHVISION and (_cache() / TORCHVISION[name][1]).exists()


def _own(name: str, train: bool, size: int | None) -> ImageSet:
    store = CollectionStore()
    found = store.find(name)
    if found is None:
        raise DataError(
            f"The images {name} are not on this machine. Prepare the same images once more, in the "
            "same size: they get the same name, and the run can be resumed."
        )
    try:
        images, labels = map(torch.from_numpy, store.pixels(found, train))
        clips = map(torch.from_numpy, store.clips(found, train)) if found.has_clips else None
    except (OSError, ValueError) as error:
        raise DataError(
            f"The images {name} cannot be read ({error}); prepare them again."
        ) from error
    source = clips and FrameClips(*clips, size or found.size)
    return ImageSet(name, resized(images, size), labels, found.classes, found.name, source)


def _chosen() -> Path | None:
    folder = os.environ.get("LATENT_STUDIO_DATA")
    return user_path(folder) if folder else None


def _cache() -> Path:
    return _chosen() or cache_folder() / "data"


def _folders(name: str) -> list[Path]:
    """Return where the idx files of a data set may lie, in the order they are looked for."""
    chosen, copy = _chosen(), LOCAL_COPIES.get(name)
    return [folder for folder in (chosen / name if chosen else None, copy) if folder]


def _moving(name: str, train: bool, size: int) -> ImageSet:
    """Return a set of clips; its single frames are always the same."""
    spec = DATASETS[name]
    still = load(spec.moving, train=train)
    if spec.moving == "faces":
        source = MovingFaces(still.images, *read_parts(ASSETS / "data" / name, train), size)
    else:
        digits = resized(still.images, round(2 * spec.side * size / spec.image_size))
        source = MovingDigits(digits, size, spec.pairs)
    frames = one_frame_each(source, len(still.labels), torch.Generator().manual_seed(int(train)))
    labels = still.labels if spec.classes else torch.zeros_like(still.labels)
    return ImageSet(name, frames, labels, source=source)


def _torchvision(name: str, train: bool) -> tuple[Tensor, Tensor]:
    """Load through torchvision, which shows a progress bar while it downloads."""
    if name not in TORCHVISION:
        raise DataError(f"{name} is bundled with Latent Studio, but its files are missing.")
    from torchvision import datasets  # slow to import, and MNIST does without it

    half = {"split": "train" if train else "test"} if name == "svhn" else {"train": train}
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SILENT_S)  # torchvision would wait for ever
    try:
        found = getattr(datasets, TORCHVISION[name][0])(str(_cache()), download=True, **half)
    except Exception as error:  # torchvision does not wrap its downloader's errors
        raise DataError(
            f"{name} is not on this machine and could not be downloaded ({error}). Connect to "
            f"the network once, or set LATENT_STUDIO_DATA to a folder that holds {name}/."
        ) from error
    finally:
        socket.setdefaulttimeout(before)
    images = torch.as_tensor(np.asarray(found.data))
    if images.ndim == 3:
        images = images.unsqueeze(1)
    elif images.shape[-1] == 3:  # CIFAR-10 keeps channels last, SVHN does not
        images = images.permute(0, 3, 1, 2)
    labels = found.labels if name == "svhn" else found.targets
    return images.contiguous(), torch.as_tensor(np.asarray(labels), dtype=torch.int64)


def _scaled(pixels: Tensor) -> Tensor:
    return pixels.float().div_(127.5).sub_(1)
