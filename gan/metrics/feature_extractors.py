"""Feature extractors for the metrics: the data set's judge, or an untrained network.

Pretrained networks are no option: everything works offline, and none comes as a maintained package
(EfficientNet-Lite, the one that does, has had no release since 2020). Naeem et al. 2020 find random
features better than ImageNet's for images unlike its photographs.
"""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, conv2d

from gan.data.image_set import ImageSet
from gan.metrics.classifier import FEATURES
from gan.metrics.judge import Judge, JudgeError, find_judge

BATCH = 100  # bounds the memory
FILTERS, SIDE = 48, 5  # filters per scale, and their side in pixels
COARSEST = 7  # px: side of the smallest scale
GRID = 4  # responses are averaged over GRID x GRID cells
FITTED = 2000  # real images that the filter weights are fitted to


class RandomFeatures:
    """Fixed random 5x5 filters on an image pyramid down to 7 px. Thread-safe.

    The rectified responses are averaged over 4x4 cells, normalised to equal variance per filter
    over real images, and projected at random to 128 features. These have a total variance of 128
    over real images, so that a single repeated image has a Frechet distance of at least about 128.
    """

    name = "an untrained network"

    def __init__(self, held: ImageSet) -> None:
        """`held`: at least 2 real images to normalise by, of any size and number of channels."""
        _, channels, side, _ = held.images.shape
        self.shape = (side, side, channels)
        self._filters, self._mixing = _drawn(channels, side)
        rng = np.random.default_rng(0)
        count = min(FITTED, len(held.images))
        chosen = torch.from_numpy(rng.choice(len(held.images), count, replace=False))
        raw = torch.cat([self._responses(part) for part in held.images[chosen].split(BATCH)])
        # over images and cells, so that a cell that is always empty stays small
        spread = raw.var(0).mean(1, keepdim=True).sqrt()
        self._weights = 1 / spread.clamp(min=1e-6)
        self._centre = (raw * self._weights).mean(0)
        features = self._mixed(raw)
        self._scale = (FEATURES / features.var(0).sum().clamp(min=1e-12)).sqrt()

    def extract(self, images: np.ndarray) -> tuple[np.ndarray, None]:
        """Return features float32 (n,128) of images uint8 (n,h,w,c).

        Raises JudgeError: the images have another shape than those it was made for.
        """
        if images.dtype != np.uint8 or images.shape[1:] != self.shape:
            raise JudgeError(
                f"These images are {images.dtype} {images.shape[1:]}; "
                f"the network was made for uint8 {self.shape}."
            )
        pixels = torch.from_numpy(np.array(images)).permute(0, 3, 1, 2)
        with torch.inference_mode():
            parts = [self._mixed(self._responses(part)) for part in pixels.split(BATCH)]
            return (torch.cat(parts) * self._scale).numpy(), None

    def _responses(self, pixels: Tensor) -> Tensor:
        """Return raw responses float32 (n,filters,GRID*GRID) of uint8 (n,c,h,w)."""
        images, found = pixels.float().div_(127.5).sub_(1), []
        with torch.inference_mode():
            for filters in self._filters:
                contrasts = conv2d(images, filters, padding=SIDE // 2).relu_()
                found += [adaptive_avg_pool2d(each, GRID) for each in (contrasts, images)]
                images = avg_pool2d(images, 2)
            return torch.cat([each.flatten(2) for each in found], 1)

    def _mixed(self, responses: Tensor) -> Tensor:
        return (responses * self._weights - self._centre).flatten(1) @ self._mixing


# both `extract` features and class probabilities, None without a classifier
FeatureExtractor = Judge | RandomFeatures


def feature_extractor_for(held: ImageSet) -> FeatureExtractor:
    """Return the judge of this data set if it takes images of this size, else `RandomFeatures`."""
    return find_judge(held.name, held.pixels().shape[1:]) or RandomFeatures(held)


@lru_cache
def _drawn(channels: int, side: int) -> tuple[tuple[Tensor, ...], Tensor]:
    """Draw the zero-mean filters (FILTERS,c,5,5) of each scale, and the projection."""
    rng = np.random.default_rng(0)
    scales = int(np.log2(side / COARSEST)) + 1
    filters = rng.standard_normal((scales, FILTERS, channels, SIDE, SIDE))
    filters -= filters.mean((2, 3, 4), keepdims=True)
    filters /= np.sqrt(np.square(filters).sum((2, 3, 4), keepdims=True))
    mixing = rng.standard_normal((scales * (FILTERS + channels) * GRID**2, FEATURES))
    found = [torch.from_numpy(each.astype(np.float32)) for each in filters]
    return tuple(found), torch.from_numpy(mixing.astype(np.float32))
