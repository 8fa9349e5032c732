"""Find a latent near a given one whose image has the attributes that are asked for.

Adam on z through the generator and the judge of attributes, as in Nguyen et al. 2016 ("Synthesizing
the preferred inputs for neurons in neural networks via deep generator networks"), from the given
latent and from the samples of a pool that come closest.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from gan.explore.projection import SearchError, draw
from gan.latent.latents import latents
from gan.metrics.judge import Judge
from gan.models.generator import Generator

POOL = 256
STARTS = 4  # the given latent, and the best of the pool
STEPS = 50
RATE = 0.15
NEAR = 0.02  # weight of the squared distance to the given latent
NORM_MAX = 1.2  # times sqrt(z_dim), as in gan.explore.projection


@dataclass(frozen=True)
class Found:
    """A latent `z` float32 (z_dim,), its class, and the judge's probability, 0..1, of each wish."""

    z: np.ndarray
    label: int
    probabilities: dict[str, float]


def check_wanted(judge: Judge, wanted: Mapping[str, int]) -> None:
    """Raise SearchError unless `wanted` names attributes of the judge and values they have."""
    if not wanted:
        raise SearchError("Choose at least one attribute.")
    for name, value in wanted.items():
        if name not in judge.attributes:
            raise SearchError("This model has no such attribute.")
        if type(value) is not int or not 0 <= value < judge.attributes[name]:
            raise SearchError("This attribute has no such value.")


def find_attributes(
    generator: Generator, judge: Judge, z: np.ndarray, label: int, wanted: Mapping[str, int]
) -> Found:
    """Return a latent near `z` (z_dim,) whose image shows `wanted`: attribute -> index of a value.

    The first attribute of a judge is the class of a conditional generator: if it is wanted, the
    class follows it, otherwise it stays `label`. Deterministic.
    Raises SearchError: a wish is unknown, or the images are not those that the judge reads.
    """
    check_wanted(judge, wanted)
    if judge.shape != generator.shape or judge.data_name != generator.config.data:
        raise SearchError("The attributes of this model's images cannot be read.")
    label = wanted.get(next(iter(judge.attributes)), label) if generator.classes else 0
    given = torch.from_numpy(np.asarray(z, np.float32))
    pool = torch.from_numpy(latents(range(POOL), generator.z_dim))
    with torch.no_grad():
        missed = torch.cat([_missed(generator, judge, p, label, wanted) for p in pool.split(64)])
        cost = missed + NEAR * (pool - given).square().sum(1)
    start = torch.cat([given[None], pool[cost.argsort()[: STARTS - 1]]])
    moved = start.clone().requires_grad_(True)
    optimiser = torch.optim.Adam([moved], RATE)
    longest = NORM_MAX * generator.z_dim**0.5
    with torch.enable_grad():
        for _ in range(STEPS):
            optimiser.zero_grad(set_to_none=True)
            missed = _missed(generator, judge, moved, label, wanted)
            (missed + NEAR * (moved - given).square().sum(1)).sum().backward()
            optimiser.step()
            with torch.no_grad():
                moved *= (longest / moved.norm(dim=1, keepdim=True).clamp_min(1e-6)).clamp_max(1)
    moved = moved.detach()
    images = generator.sample(moved.numpy(), label if generator.classes else None)
    read = judge.read(images)
    met = np.stack([read[name][:, value] for name, value in wanted.items()], 1)
    # all wishes met comes before near
    far = (moved - given).norm(dim=1).numpy()
    best = int(np.lexsort((far, -(met > 0.5).sum(1)))[0])
    if not np.isfinite(met).all():
        raise SearchError("This model's weights are damaged: it draws nothing. Choose another.")
    probabilities = dict(zip(wanted, met[best].astype(float).tolist(), strict=True))
    return Found(moved[best].numpy().copy(), label, probabilities)


def _missed(
    generator: Generator, judge: Judge, z: Tensor, label: int, wanted: Mapping[str, int]
) -> Tensor:
    """Return the negative log-probability of what is wanted, (b,), differentiable in `z` (b,z)."""
    images = draw(generator, z, torch.full((len(z),), label))
    logits = dict(zip(judge.attributes, judge.logits(images), strict=True))
    each = [
        cross_entropy(logits[name], torch.full((len(z),), value), reduction="none")
        for name, value in wanted.items()
    ]
    return torch.stack(each).sum(0)
