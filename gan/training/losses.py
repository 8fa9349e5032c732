"""GAN losses, as pure functions of D's scores of real and fake images (logits, shape (n,)).

Each loss is a pair: one that D minimises and one that G minimises. sigmoid(score) is D's
probability that an image is real.
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
    """Return the sigmoid cross-entropy of D's scores (Goodfellow et al. 2014)."""
    return softplus(-real).mean() + softplus(fake).mean()


def non_saturating_g(real: Tensor, fake: Tensor) -> Tensor:
    """Return -log D(fake): it does not saturate when D rejects fakes (Goodfellow et al. 2014)."""
    return softplus(-fake).mean()


def hinge_d(real: Tensor, fake: Tensor) -> Tensor:
    """Return the hinge loss with a margin of 1 (Lim & Ye 2017, "Geometric GAN")."""
    return relu(1 - real).mean() + relu(1 + fake).mean()


def hinge_g(real: Tensor, fake: Tensor) -> Tensor:
    """Return the negative mean score of fakes (Lim & Ye 2017)."""
    return -fake.mean()


def relativistic_d(real: Tensor, fake: Tensor) -> Tensor:
    """Return D's relativistic pairing loss (Jolicoeur-Martineau 2018; R3GAN, Huang et al. 2024)."""
    return softplus(fake - real).mean()


def relativistic_g(real: Tensor, fake: Tensor) -> Tensor:
    """Return G's relativistic pairing loss (Jolicoeur-Martineau 2018; R3GAN, Huang et al. 2024)."""
    return softplus(real - fake).mean()


def least_squares_d(real: Tensor, fake: Tensor) -> Tensor:
    """Return the squared error to targets of 1 for real and 0 for fake scores (Mao et al. 2017)."""
    return 0.5 * ((real - 1).square().mean() + fake.square().mean())


def least_squares_g(real: Tensor, fake: Tensor) -> Tensor:
    """Return the squared error of fake scores to a target of 1 (Mao et al. 2017)."""
    return 0.5 * (fake - 1).square().mean()


def r1_penalty(scores: Tensor, images: Tensor) -> Tensor:
    """Return R1, D's mean squared gradient at real images (Mescheder et al. 2018), unweighted.

    `scores` (n,) are D's scores of `images` (n,c,h,w), which require a gradient. The caller weights
    it by gamma / 2, times k if it is applied every k steps (lazy regularisation, Karras et al.
    2020).
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
