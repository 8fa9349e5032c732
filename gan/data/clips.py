"""Where the clips of an image set come from."""

from typing import Protocol, Self

import torch
from torch import Tensor

FRAMES = 3  # of a clip that D sees together: enough, see StyleGAN-V (Skorokhodov et al. 2022)


class ClipSource(Protocol):
    """Clips, one per image of an `ImageSet`, of which any frames can be had."""

    def clips(self, index: Tensor, times: Tensor, rng: torch.Generator) -> Tensor:
        """Return frames uint8 (b,k,c,h,w) of clips `index` (b,) at `times` (b,k), in frames.

        Times count from a random start in each clip. What is random is drawn from `rng`.
        """
        ...

    def subset(self, index: Tensor) -> Self:
        """Return the clips `index` (n,) alone."""
        ...


def random_times(count: int, span: int, rng: torch.Generator) -> Tensor:
    """Draw the times of three frames of each clip, float32 (count,3): ascending whole numbers.

    The first is 0, the last at most `span` - 1. Every other clip's are 0, 1 and 2: from successive
    frames, D sees accelerations.
    """
    chosen = torch.rand(count, span, generator=rng).argsort(1)[:, :FRAMES].sort(1).values
    chosen[::2] = torch.arange(FRAMES)
    return (chosen - chosen[:, :1]).float()


def one_frame_each(source: ClipSource, count: int, rng: torch.Generator) -> Tensor:
    """Return a frame of each of the `count` clips, at a random time, uint8 (count,c,h,w)."""
    parts = torch.arange(count).split(4096)  # bounds the memory
    return torch.cat([source.clips(part, torch.zeros(len(part), 1), rng)[:, 0] for part in parts])
