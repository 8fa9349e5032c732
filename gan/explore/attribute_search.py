"""Find a latent near a given one whose image has, or has not, the traits that are asked for.

Adam on z through the generator and the judge of attributes, as in Nguyen et al. 2016 ("Synthesizing
the preferred inputs for neurons in neural networks via deep generator networks"), from the given
latent and from the samples of a pool that come closest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gan.explore.attribute_traits import AttributeTrait, attribute_traits
from gan.explore.projection import NORM_MAX, SearchError, draw
from gan.latent.latents import latents
from gan.metrics.judge import Judge
from gan.models.generator import Generator

POOL, BATCH = 256, 64
STARTS = 4  # the given latent, and the best of the pool
STEPS = 50
RATE = 0.15
NEAR = 0.02  # weight of the squared distance to the given latent
AGREED = 0.5  # from here on, a wish counts as met


@dataclass(frozen=True)
class Found:
    """A latent `z` float32 (z_dim,), and the judge's agreement with each wish, 0..1, by trait."""

    z: np.ndarray
    agreement: dict[str, float]


def find_attributes(
    generator: Generator, judge: Judge, z: np.ndarray, label: int, wanted: Mapping[str, bool]
) -> Found:
    """Return a latent near `z` (z_dim,) whose image of class `label` is as `wanted`: trait -> yes.

    Traits are those of `gan.explore.attribute_traits`. Deterministic. Raises SearchError: a trait
    is unknown, nothing is wanted, or the judge does not read this generator's images.
    """
    known = {trait.name: trait for trait in attribute_traits(judge.data_name)}
    if not known or judge.shape != generator.shape or judge.data_name != generator.config.data:
        raise SearchError("The attributes of this model's images cannot be read.")
    if not wanted or any(type(wish) is not bool for wish in wanted.values()):
        raise SearchError("Choose at least one attribute.")
    if set(wanted) - set(known):
        raise SearchError("This model has no such attribute.")
    wishes = [(known[name], wish) for name, wish in wanted.items()]

    def agreement(z: Tensor) -> Tensor:
        images = draw(generator, z, torch.full((len(z),), label))
        return _agreement(judge, images, wishes)

    given = torch.from_numpy(np.asarray(z, np.float32))
    pool = torch.from_numpy(latents(range(POOL), generator.z_dim))
    with torch.no_grad():
        agreed = torch.cat([agreement(part) for part in pool.split(BATCH)])
        order = (_missed(agreed) + NEAR * (pool - given).square().sum(1)).argsort()
    moved = torch.cat([given[None], pool[order[: STARTS - 1]]]).requires_grad_(True)
    optimiser = torch.optim.Adam([moved], RATE)
    longest = NORM_MAX * generator.z_dim**0.5
    with torch.enable_grad():
        for _ in range(STEPS):
            optimiser.zero_grad(set_to_none=True)
            near = NEAR * (moved - given).square().sum(1)
            (_missed(agreement(moved)) + near).sum().backward()
            optimiser.step()
            with torch.no_grad():
                moved *= (longest / moved.norm(dim=1, keepdim=True).clamp_min(1e-6)).clamp_max(1)
    moved = moved.detach()
    with torch.no_grad():
        agreed = agreement(moved).numpy()
    if not np.isfinite(agreed).all():
        raise SearchError("This model's weights are damaged: it draws nothing. Choose another.")
    # as many wishes as possible, then the nearest
    far = (moved - given).norm(dim=1).numpy()
    best = int(np.lexsort((far, -(agreed > AGREED).sum(1)))[0])
    values = dict(zip(wanted, agreed[best].astype(float).tolist(), strict=True))
    return Found(moved[best].numpy().copy(), values)


def _agreement(
    judge: Judge, images: Tensor, wishes: Sequence[tuple[AttributeTrait, bool]]
) -> Tensor:
    """Return how far images (n,c,h,w) in [-1, 1] agree with each wish: (n,wishes), 0..1."""
    logits = dict(zip(judge.attributes, judge.logits(images), strict=True))
    columns = []
    for trait, wish in wishes:
        weights = torch.tensor(trait.weights)
        share = logits[trait.attribute].softmax(1) @ (weights if wish else 1 - weights)
        columns.append(share)
    return torch.stack(columns, 1)


def _missed(agreed: Tensor) -> Tensor:
    return -agreed.clamp_min(1e-6).log().sum(1)
