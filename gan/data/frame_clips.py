"""Clips whose frames are stored, such as the user's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor

from gan.data.resize import resized


@dataclass(frozen=True)
class FrameClips:
    """A `ClipSource` of `frames` uint8 (n,c,h,w), which may be memory-mapped, at `size` px.

    `spans` int64 (m,2) are the first frame of each clip and its number of frames, at least 1.
    """

    frames: Tensor
    spans: Tensor
    size: int

    def clips(self, index: Tensor, times: Tensor, rng: torch.Generator) -> Tensor:
        """See `ClipSource`: the nearest frames, from a random start such that all times fit.

        A clip that is shorter than the times span starts anywhere and is played forth and back.
        """
        first, count = self.spans[index, :1], self.spans[index, 1:]
        steps = times.round().long()
        starts = count - steps.max(1, keepdim=True).values  # as many as fit
        starts = torch.where(starts > 0, starts, count)
        at = steps + (torch.rand(len(index), 1, generator=rng) * starts).long()
        turn = 2 * (count - 1).clamp(min=1)
        at = at.remainder(turn)
        found = self.frames[(first + torch.minimum(at, turn - at).clamp(max=count - 1)).flatten()]
        return resized(found, self.size).unflatten(0, steps.shape)

    def subset(self, index: Tensor) -> Self:
        """See `ClipSource`."""
        return replace(self, spans=self.spans[index])
