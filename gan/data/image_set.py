"""Image sets, in memory as uint8: batches are drawn by index, without loader processes.

MNIST and the faces are bundled; others are local, or torchvision downloads them. Own images are
memory-mapped.
"""

import gzip
import lzma
import math
import os
import socket
import zlib
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate, one_hot

from gan.config import Config
from gan.data.collection import CollectionStore
from gan.datasets import DATASETS, is_own
from gan.paths import ASSETS, cache_folder, user_path

SILENT_S = 60.0  # how long a download waits for a server that sends nothing
LOCAL_COPIES = {
    "mnist": ASSETS / "data/mnist",
    "faces": ASSETS / "data/faces",
    "faces-64": ASSETS / "data/faces-64",
    "fashion-mnist": Path("/usr/share/datasets/fashion-mnist"),
}
# how the files of a pair are named, images (n,h,w) or (n,h,w,3) and labels
IDX_NAMES = (
    ("{}-images-idx3-ubyte.gz", "{}-labels-idx1-ubyte.gz"),
    ("{}-images-idx4-ubyte.xz", "{}-labels-idx1-ubyte.xz"),
)
# class in torchvision.datasets, and a path that it leaves in its cache
TORCHVISION = {
    "mnist": ("MNIST", "MNIST/raw"),
    "fashion-mnist": ("FashionMNIST", "FashionMNIST/raw"),
    "kmnist": ("KMNIST", "KMNIST/raw"),
    "cifar10": ("CIFAR10", "cifar-10-batches-py"),
    "svhn": ("SVHN", "train_32x32.mat"),
}


class DataError(RuntimeError):
    """The images are not available; the message says why and what to do."""


@dataclass(frozen=True)
class ImageSet:
    """`images` uint8 (n,c,h,w) 0..255 and `labels` int64 (n,), on the CPU.

    `class_names` is empty where classes are only numbered; `title` is that of a collection.
    """

    name: str
    images: Tensor
    labels: Tensor
    class_names: tuple[str, ...] = ()
    title: str = ""

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Return images as float32 in [-1, 1] and labels, for `index` int64 (b,)."""
        return self.images[index].float().div_(127.5).sub_(1), self.labels[index]

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
        return replace(self, images=self.images[chosen], labels=self.labels[chosen])


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
    files = _idx_files(name, train)
    images, labels = _read_idx_pair(*files) if files else _torchvision(name, train)
    spec = DATASETS[name]
    if images.shape[1:] != (spec.channels, spec.image_size, spec.image_size):
        raise DataError(f"{name}: images of {tuple(images.shape[1:])} are not this data set.")
    if len(labels) and labels.max() >= spec.classes:
        raise DataError(f"{name}: the labels go beyond its {spec.classes} classes.")
    return ImageSet(name, _resized(images, size), labels)


def load_for(config: Config) -> ImageSet:
    """Load the training split of a config's data at its size.

    Raises DataError as `load` does, or if own images have other channels or classes.
    """
    found = load(config.data, size=config.image_size)
    names = len(found.class_names) if is_own(config.data) else 0
    if found.images.shape[1] != config.channels or names != config.image_classes:
        raise DataError(f"The images {config.data} have other colours or classes than this run.")
    return found


def is_available(name: str) -> bool:
    """Return whether a data set is on this machine, so that `load` needs no network."""
    if is_own(name):
        return CollectionStore().find(name) is not None
    if _idx_files(name, train=True):
        return True
    return name in TORCHVISION and (_cache() / TORCHVISION[name][1]).exists()


def read_idx(path: Path) -> np.ndarray:
    """Read an idx file of unsigned bytes (.gz or .xz) as uint8; DataError if it is damaged."""
    unpack = lzma.decompress if path.suffix == ".xz" else gzip.decompress
    try:
        raw = unpack(path.read_bytes())
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise DataError(f"{path} cannot be read ({error}); copy it again.") from error
    dims = raw[3] if len(raw) > 4 and raw[:3] == b"\0\0\x08" else 0
    shape = tuple(np.frombuffer(raw, ">u4", dims, 4)) if dims and len(raw) >= 4 + 4 * dims else ()
    if not dims or math.prod(map(int, shape)) != len(raw) - 4 - 4 * dims:
        raise DataError(f"{path} is not a complete idx file of bytes; copy it again.")
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * dims).reshape(shape)


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
    except (OSError, ValueError) as error:
        raise DataError(
            f"The images {name} cannot be read ({error}); prepare them again."
        ) from error
    return ImageSet(name, _resized(images, size), labels, found.classes, found.name)


def _chosen() -> Path | None:
    folder = os.environ.get("LATENT_STUDIO_DATA")
    return user_path(folder) if folder else None


def _cache() -> Path:
    return _chosen() or cache_folder() / "data"


def _idx_files(name: str, train: bool) -> list[Path]:
    """Return the files of images and labels in the first folder that has both, or []."""
    half, chosen = "train" if train else "t10k", _chosen()
    for folder in (chosen / name if chosen else None, LOCAL_COPIES.get(name)):
        for names in IDX_NAMES:
            files = [folder / file.format(half) for file in names] if folder else []
            if files and all(file.is_file() for file in files):
                return files
    return []


def _read_idx_pair(images_path: Path, labels_path: Path) -> tuple[Tensor, Tensor]:
    images, labels = read_idx(images_path), read_idx(labels_path)
    if images.ndim not in (3, 4) or labels.shape != images.shape[:1]:
        raise DataError(f"{images_path.parent}: images and labels do not belong together.")
    channels_first = images[:, None] if images.ndim == 3 else images.transpose(0, 3, 1, 2)
    return torch.from_numpy(channels_first.copy()), torch.from_numpy(labels.astype(np.int64))


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


def _resized(images: Tensor, size: int | None) -> Tensor:
    if size in (None, 0, images.shape[-1]):
        return images
    resize = partial(interpolate, size=(size, size), mode="bilinear", antialias=True)
    parts = (resize(part.float()) for part in images.split(4096))
    return torch.cat([part.round_().clamp_(0, 255).byte() for part in parts])
