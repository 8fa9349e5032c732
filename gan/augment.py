"""Differentiable augmentation: what D sees of real and fake images alike (Zhao et al. 2020).

With few real images D learns them by heart. Disturbed images cannot be learnt by heart, and as
the fakes are disturbed in the same way, and G is told through the disturbance, it does not learn
to draw it. Each kind of change happens to an image with a probability of its own, as in Karras et
al. 2020: below 1 D sees undisturbed images too, and nothing leaks into what G draws.
"""

from __future__ import annotations

import torch
from torch import Tensor

SHIFT = 1 / 8  # of the side, the furthest an image moves
HOLE = 1 / 2  # of the side, the square that is cut out
TINT = 0.5  # the most that brightness is moved, and that contrast is off its factor of 1


def disturbed(images: Tensor, probability: float, rng: torch.Generator) -> Tensor:
    """Images float (b,c,h,w) in [-1, 1], each with its own brightness, contrast, shift and hole.

    `probability` 0..1 is that of each of these changes to each image. What moves in from outside
    and the hole are mid-grey, 0; values may leave [-1, 1]. Differentiable in `images`; `rng`, on
    the CPU, is moved by the same amount whatever the images.
    """
    draws = torch.rand(9, len(images), generator=rng).to(images.device)
    brightness, contrast, down, right = 2 * draws[:4] - 1
    row, column = draws[4:6]
    tint, shift, hole = draws[6:] < probability
    images = _tinted(images, tint * TINT * brightness, 1 + tint * TINT * contrast)
    images = _shifted(images, shift * down, shift * right)
    return images * _outside_hole(images, row, column, hole)


def _tinted(images: Tensor, added: Tensor, factor: Tensor) -> Tensor:
    mean = images.mean((1, 2, 3), keepdim=True)
    return (images - mean) * factor.view(-1, 1, 1, 1) + mean + added.view(-1, 1, 1, 1)


def _shifted(images: Tensor, down: Tensor, right: Tensor) -> Tensor:
    """Each image moved by a whole number of pixels; `down` and `right` (b,) from -1 to 1."""
    height, width = images.shape[2:]
    rows = _shift_matrix(height, (down * SHIFT * height).round())
    columns = _shift_matrix(width, (right * SHIFT * width).round())
    return rows @ images @ columns.mT


def _shift_matrix(side: int, by_px: Tensor) -> Tensor:
    """Ones (b,1,side,side) that take line i from line i - `by_px`: exact, and quick backward."""
    line = torch.arange(side, device=by_px.device)
    return (line[:, None] == line + by_px.view(-1, 1, 1, 1)).float()


def _outside_hole(images: Tensor, row: Tensor, column: Tensor, hole: Tensor) -> Tensor:
    """0 within a square around (`row`, `column`), 0..1 of the sides, where `hole`; else 1."""
    inside = [
        ((torch.arange(side, device=row.device) + 0.5) / side - middle[:, None]).abs() < HOLE / 2
        for side, middle in zip(images.shape[2:], (row, column), strict=True)
    ]
    holes = inside[0][:, None, :, None] & inside[1][:, None, None, :]
    return (~(holes & hole.view(-1, 1, 1, 1))).to(images.dtype)
