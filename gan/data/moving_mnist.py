"""Moving MNIST: digits that move at constant speed and bounce off the edges.

After Srivastava et al. 2015, "Unsupervised Learning of Video Representations using LSTMs": a digit
starts anywhere, in any direction, crosses a tenth of its free range per frame, and is reflected at
the edges; where two digits meet, the brighter pixel is seen. Frames are drawn on the fly, for any
real time. The original rounds positions to whole pixels; here digits lie between pixels too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, grid_sample

STEP = 0.1  # of the free range per frame


@dataclass(frozen=True)
class Paths:
    """Of n digits, float32 (n,2) each as x, y: positions at time 0, and velocities per frame.

    In units of the free range: positions lie between 0 and 1.
    """

    start: Tensor
    velocity: Tensor

    def at(self, times: Tensor) -> Tensor:
        """Return positions (n,k,2) at times (n,k) in frames, reflected at 0 and 1."""
        straight = self.start[:, None] + self.velocity[:, None] * times[..., None]
        return 1 - (straight.remainder(2) - 1).abs()


def random_paths(count: int, rng: torch.Generator) -> Paths:
    """Draw uniform positions and directions."""
    start = torch.rand(count, 2, generator=rng)
    angle = 2 * math.pi * torch.rand(count, generator=rng)
    return Paths(start, STEP * torch.stack([angle.cos(), angle.sin()], 1))


def draw(digits: Tensor, positions: Tensor, size: int) -> Tensor:
    """Return frames uint8 (n,1,size,size) of digits uint8 (n,1,2s,2s), drawn s px large.

    `positions` (n,2) are those of the corner, as in `Paths`. Each pixel is the mean of 2x2, so that
    a digit looks equally sharp wherever it lies.
    """
    side = digits.shape[-1] / 2
    pixel = (torch.arange(2 * size, dtype=torch.float32) + 0.5) / 2
    corner = positions * (size - side)
    # grid_sample's coordinates: -1 and 1 are the edges of the digit
    columns, rows = ((pixel - corner[:, axis, None]) / side * 2 - 1 for axis in (0, 1))
    shape = (len(digits), 2 * size, 2 * size)
    grid = torch.stack([columns[:, None].expand(shape), rows[:, :, None].expand(shape)], 3)
    fine = grid_sample(digits.float(), grid, align_corners=False)
    return avg_pool2d(fine, 2).round_().byte()


@dataclass(frozen=True)
class MovingDigits:
    """A `ClipSource` of `digits` uint8 (n,1,2s,2s): s px large in frames of `size` px.

    With `pairs`, a second digit, any of them, moves in each clip.
    """

    digits: Tensor
    size: int
    pairs: bool = False

    def clips(self, index: Tensor, times: Tensor, rng: torch.Generator) -> Tensor:
        """See `ClipSource`; each call draws new paths."""
        frames = self._moved(index, random_paths(len(index), rng).at(times))
        if self.pairs:
            others = torch.randint(len(self.digits), (len(index),), generator=rng)
            second = self._moved(others, random_paths(len(index), rng).at(times))
            frames = torch.maximum(frames, second)
        return frames

    def subset(self, index: Tensor) -> Self:
        """See `ClipSource`."""
        return replace(self, digits=self.digits[index])

    def _moved(self, index: Tensor, positions: Tensor) -> Tensor:
        count = positions.shape[1]
        digits = self.digits[index].repeat_interleave(count, 0)
        frames = draw(digits, positions.flatten(0, 1), self.size)
        return frames.unflatten(0, (-1, count))
