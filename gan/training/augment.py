"""Differentiable augmentation: what D sees of real and fake images alike (Zhao et al. 2020).

With few real images D learns them by heart. Disturbed images cannot be learnt by heart, and as
the fakes are disturbed in the same way, and G is told through the disturbance, it does not learn
to draw it. Each kind of change happens to an image with a probability of its own, as in Karras et
al. 2020: below 1 D sees undisturbed images too, and nothing leaks into what G draws.

All that moves pixels is one affine map, sampled once: four kinds of movement cost what one does.
None of them mirrors an image: many things, digits among them, have a side.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

SHIFT = 1 / 8  # of the side, the furthest an image moves
TURN = math.radians(15)
SIZE, ASPECT = 0.15, 0.1  # the most that the logarithms of both sides, and of their ratio's, change
SLANT = 0.15  # of the height, how far the top leans over
TINT = 0.5  # the most that brightness is moved, and that contrast is off its factor of 1
HOLE = 1 / 2  # of the side, the square that is cut out
MOVES, OTHERS = 4, 2  # kinds of change


def disturbed(images: Tensor, probability: float, rng: torch.Generator) -> Tensor:
    """Images float (b,c,h,w) in [-1, 1], each shifted, turned, stretched, slanted, tinted and cut.

    `probability` 0..1 is that of each of these changes to each image; at 0 the images come back
    as they are, and nothing is drawn. What moves in from outside is like the nearest edge, the
    hole is mid-grey, 0; values may leave [-1, 1]. Differentiable in `images`, also twice; `rng`, on
    the CPU, is moved by the same amount whatever the images.
    """
    if not probability:
        return images
    amounts = 2 * torch.rand(10, len(images), generator=rng) - 1
    on = (torch.rand(MOVES + OTHERS, len(images), generator=rng) < probability).float()
    maps = _maps(amounts[:6], on[:MOVES], images.shape[-1])
    images = _moved(images, maps.to(images.device))
    brightness, contrast, row, column = amounts[6:].to(images.device)
    tint, hole = on[MOVES:].to(images.device)
    images = _tinted(images, tint * TINT * brightness, 1 + tint * TINT * contrast)
    return images * _outside_hole(images, (row + 1) / 2, (column + 1) / 2, hole > 0)


def _maps(amounts: Tensor, on: Tensor, side: int) -> Tensor:
    """Affine maps (b,2,3), from where a pixel goes to where it comes from, of amounts (6,b) in
    -1..1 and of which moves are made, 0 or 1 (4,b)."""
    right, down, turn, size, ratio, lean = amounts
    shift, turned, stretched, slanted = on
    # by whole pixels, so that what is only shifted stays sharp
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
    """0 within a square around (`row`, `column`), 0..1 of the sides, where `hole`; else 1."""
    inside = [
        ((torch.arange(side, device=row.device) + 0.5) / side - middle[:, None]).abs() < HOLE / 2
        for side, middle in zip(images.shape[2:], (row, column), strict=True)
    ]
    holes = inside[0][:, None, :, None] & inside[1][:, None, None, :]
    return (~(holes & hole.view(-1, 1, 1, 1))).to(images.dtype)
