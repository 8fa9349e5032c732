"""A small set of moving digits, made of a small set of digits."""

import torch
from torch.nn.functional import interpolate

from gan.data.clips import one_frame_each
from gan.data.image_set import ImageSet
from gan.data.moving_mnist import MovingDigits


def moving(data: ImageSet, size: int = 32) -> ImageSet:
    """Return clips of the digits of `data`, 20 px large in frames of 32."""
    digits = interpolate(data.images.float(), size=(size * 5 // 4,) * 2, mode="bilinear").byte()
    source = MovingDigits(digits, size)
    frames = one_frame_each(source, len(digits), torch.Generator().manual_seed(0))
    return ImageSet("moving-mnist", frames, data.labels, source=source)
