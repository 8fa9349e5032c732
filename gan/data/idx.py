"""The idx files of MNIST and of the bundled data sets: bytes with a header of their shape."""

import gzip
import lzma
import math
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gan.data.errors import DataError

# how the files of a pair are named, images (n,h,w) or (n,h,w,3) and labels
NAMES = (
    ("{}-images-idx3-ubyte.gz", "{}-labels-idx1-ubyte.gz"),
    ("{}-images-idx4-ubyte.xz", "{}-labels-idx1-ubyte.xz"),
)


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


def find_pair(folders: list[Path], train: bool) -> list[Path]:
    """Return the files of images and labels in the first folder that has both, or []."""
    half = "train" if train else "t10k"
    for folder in folders:
        for names in NAMES:
            files = [folder / file.format(half) for file in names]
            if all(file.is_file() for file in files):
                return files
    return []


def read_pair(images_path: Path, labels_path: Path) -> tuple[Tensor, Tensor]:
    """Return images uint8 (n,c,h,w) and labels int64 (n,); DataError if they do not match."""
    images, labels = read_idx(images_path), read_idx(labels_path)
    if images.ndim not in (3, 4) or labels.shape != images.shape[:1]:
        raise DataError(f"{images_path.parent}: images and labels do not belong together.")
    channels_first = images[:, None] if images.ndim == 3 else images.transpose(0, 3, 1, 2)
    return torch.from_numpy(channels_first.copy()), torch.from_numpy(labels.astype(np.int64))
