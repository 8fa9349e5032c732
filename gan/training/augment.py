"""Differentiable augmentation of real and fake images alike (Zhao et al. 2020).

With few real images, D memorises them; augmented images cannot be memorised. Fakes are augmented in
the same way, and G's gradient passes through the augmentation, so that G does not learn to draw it.
Each transform is applied to an image with probability `p`, independently, as in Karras et al. 2020:
below 1, D sees unchanged images too, and augmentations do not leak into G's images.

All geometric transforms are combined into one affine map, sampled once: four cost as much as one.
Images are never mirrored: digits and many other things are not symmetric.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

SHIFT = 1 / 8  # of the side, the largest translation
TURN = math.radians(15)
SIZE, ASPECT = 0.15, 0.1  # largest change of the log of both sides, and of their ratio's
SLANT = 0.15  # largest shear, of the height
TINT = 0.5  # largest change of brightness, and of the contrast factor from 1
HOLE = 1 / 2  # of the side, the square that is cut out
MOVES, OTHERS = 4, 2  # geometric transforms, and others


def augment(images: Tensor, p: float, rng: torch.Generator) -> Tensor:
    """Return images (b,c,h,w) translated, rotated, scaled, sheared, tinted and cut out at random.

    `images` are float in [-1, 1]; the result may exceed that range. Each transform is applied to
    each image with probability `p`, 0..1; at 0 the images are returned unchanged and no random
    number is drawn. Pixels from outside repeat the nearest edge, and the hole is mid-grey, 0. Twice
    differentiable in `images`. `rng` is on the CPU and advances by an amount that does not depend
    on the images.
    """
    if not p:
        return images
    amounts = 2 * torch.rand(10, len(images), generator=rng) - 1
    on = (torch.rand(MOVES + OTHERS, len(images), generator=rng) < p).float()
    maps = _maps(amounts[:6], on[:MOVES], images.shape[-1])
    images = _moved(images, maps.to(images.device))
    brightness, contrast, row, column = amounts[6:].to(images.device)
    tint, hole = on[MOVES:].to(images.device)
    images = _tinted(images, tint * TINT * brightness, 1 + tint * TINT * contrast)
    return images * _outside_hole(images, (row + 1) / 2, (column + 1) / 2, hole > 0)


def _maps(amounts: Tensor, on: Tensor, side: int) -> Tensor:
    """Return affine maps (b,2,3) from output to input coordinates.

    `amounts` (6,b) are in -1..1; `on` (4,b) is 1 where a transform is applied, else 0.
    """
    right, down, turn, size, ratio, lean = amounts
    shift, turned, stretched, slanted = on
    # by whole pixels, so that an image that is only translated stays sharp
    right, down = (shift * (SHIFT * side * by).round() * 2 / side for by in (right, down))
    cos, sin = (turned * TURN * turn).cos(), (turned * TURN * turn).sin()
    wide = (stretched * (SIZE * size + ASPECT * ratio)).exp()
    high = (stretched * (SIZE * size - ASPECT * ratio)).exp()
    slant = slanted * SLANT * lean * high
    rows = [wide * cos + slant * sin, slant * cos - wide * sin, right, high * sin, high * cos, down]
    return torch.stack(rows, 1).view(-1, 2, 3)


def _moved(images: Tensor, maps: Tensor) -> Tensor:
    grid = affine_grid(maps, list(images.shape), align_corners=False)
    return grid_sample(images, grid, padding_mode="border", align_corners=False)


def _tinted(images: Tensor, added: Tensor, factor: Tensor) -> Tensor:
    mean = images.mean((1, 2, 3), keepdim=True)
    return (images - mean) * factor.view(-1, 1, 1, 1) + mean + added.view(-1, 1, 1, 1)


def _outside_hole(images: Tensor, row: Tensor, column: Tensor, hole: Tensor) -> Tensor:
    """Return 0 in a square around (`row`, `column`), 0..1 of the sides, where `hole`; else 1."""
    inside = [
        ((torch.arange(side, device=row.device) + 0.5) / side - middle[:, None]).abs() < HOLE / 2
        for side, middle in zip(images.shape[2:], (row, column), strict=True)
    ]
    holes = inside[0][:, None, :, None] & inside[1][:, None, None, :]
    return (~(holes & hole.view(-1, 1, 1, 1))).to(images.dtype)
