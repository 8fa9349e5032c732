"""The game between G and D, as pure functions of D's scores (logits, shape (n,)).

Each loss is a pair: what D minimises given its scores of real and fake images, and what G
minimises given D's scores of its fakes. Scores are unbounded; sigmoid(score) is "probably real".
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus


class Loss(NamedTuple):
    """`d(real, fake)` and `g(real, fake)`: scores (n,) in, one scalar out."""

    d: Callable[[Tensor, Tensor], Tensor]
    g: Callable[[Tensor, Tensor], Tensor]


def non_saturating_d(real: Tensor, fake: Tensor) -> Tensor:
    """Sigmoid cross-entropy (Goodfellow et al. 2014): real scores up, fake scores down."""
    return softplus(-real).mean() + softplus(fake).mean()


def non_saturating_g(real: Tensor, fake: Tensor) -> Tensor:
    """G maximises log D(fake): its gradient lives on while D wins (Goodfellow et al. 2014)."""
    return softplus(-fake).mean()


def hinge_d(real: Tensor, fake: Tensor) -> Tensor:
    """Scores beyond the margin of 1 no longer count (Lim & Ye 2017, "Geometric GAN")."""
    return relu(1 - real).mean() + relu(1 + fake).mean()


def hinge_g(real: Tensor, fake: Tensor) -> Tensor:
    """G raises the score of its fakes (Lim & Ye 2017)."""
    return -fake.mean()


def relativistic_d(real: Tensor, fake: Tensor) -> Tensor:
    """Each real should score above its paired fake (Jolicoeur-Martineau 2018; R3GAN 2024)."""
    return softplus(fake - real).mean()


def relativistic_g(real: Tensor, fake: Tensor) -> Tensor:
    """Each fake should score above its paired real (Jolicoeur-Martineau 2018; R3GAN 2024)."""
    return softplus(real - fake).mean()


def least_squares_d(real: Tensor, fake: Tensor) -> Tensor:
    """Real scores to 1, fake scores to 0 (Mao et al. 2017)."""
    return 0.5 * ((real - 1).square().mean() + fake.square().mean())


def least_squares_g(real: Tensor, fake: Tensor) -> Tensor:
    """Fake scores to 1 (Mao et al. 2017)."""
    return 0.5 * (fake - 1).square().mean()


def r1_penalty(scores: Tensor, images: Tensor) -> Tensor:
    """Mean squared gradient of D at real images (Mescheder et al. 2018), without gamma / 2.

    `scores` (n,) are D's of `images` (n,c,h,w), which ask for a gradient. Applied every k steps it
    is multiplied by k ("lazy", Karras et al. 2020).
    """
    (gradient,) = torch.autograd.grad(scores.sum(), images, create_graph=True)
    return gradient.square().flatten(1).sum(1).mean()


LOSSES = MappingProxyType(
    {
        "non-saturating": Loss(non_saturating_d, non_saturating_g),
        "hinge": Loss(hinge_d, hinge_g),
        "relativistic": Loss(relativistic_d, relativistic_g),
        "least-squares": Loss(least_squares_d, least_squares_g),
    }
)
