"""Resize images of bytes."""

from functools import partial

import torch
from torch import Tensor
from torch.nn.functional import interpolate


def resized(images: Tensor, size: int | None) -> Tensor:
    """Return images uint8 (n,c,h,w) at `size` px a side; None or 0: as they are."""
    if size in (None, 0, images.shape[-1]):
        return images
    resize = partial(interpolate, size=(size, size), mode="bilinear", antialias=True)
    parts = (resize(part.float()) for part in images.split(4096))
    return torch.cat([part.round_().clamp_(0, 255).byte() for part in parts])
