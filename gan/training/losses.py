"""GAN losses of D's scores (n,): the logits of its probability that an image is real."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus


class Loss(NamedTuple):
    """The losses of D and G, a scalar each, from the scores (n,) of real and of fake images."""

    d: Callable[[Tensor, Tensor], Tensor]
    g: Callable[[Tensor, Tensor], Tensor]


LOSSES = MappingProxyType(
    {
        # Goodfellow et al. 2014; G's does not saturate when D rejects fakes
        "non-saturating": Loss(
            d=lambda real, fake: softplus(-real).mean() + softplus(fake).mean(),
            g=lambda real, fake: softplus(-fake).mean(),
        ),
        # Lim & Ye 2017, "Geometric GAN"
        "hinge": Loss(
            d=lambda real, fake: relu(1 - real).mean() + relu(1 + fake).mean(),
            g=lambda real, fake: -fake.mean(),
        ),
        # of pairs: Jolicoeur-Martineau 2018; R3GAN, Huang et al. 2024
        "relativistic": Loss(
            d=lambda real, fake: softplus(fake - real).mean(),
            g=lambda real, fake: softplus(real - fake).mean(),
        ),
        # Mao et al. 2017; D's targets are 1 for real and 0 for fake images, G's is 1
        "least-squares": Loss(
            d=lambda real, fake: 0.5 * ((real - 1).square().mean() + fake.square().mean()),
            g=lambda real, fake: 0.5 * (fake - 1).square().mean(),
        ),
    }
)


def r1_penalty(scores: Tensor, images: Tensor) -> Tensor:
    """Return R1, D's mean squared gradient at real images (Mescheder et al. 2018), unweighted.

    `scores` (n,) are D's scores of `images` (n,c,h,w), which require a gradient. The caller weights
    it by gamma / 2, times k if it is applied every k steps (lazy regularisation, Karras et al.
    2020).
    """
    (gradient,) = torch.autograd.grad(scores.sum(), images, create_graph=True)
    return gradient.square().flatten(1).sum(1).mean()
