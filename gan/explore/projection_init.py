"""Where a search starts: the samples nearest to the picture, of more than one class."""

from __future__ import annotations

import math
import time

import numpy as np
import torch
from torch import Tensor

from gan.explore.projection import CANDIDATES, Search, SearchError, blur, draw, signed
from gan.latent.latents import latents
from gan.metrics.judge import Judge
from gan.models.generator import Generator

POOL = 256  # samples that are looked at first, of half the usual norm: less to unlearn
POOL_BLUR = 0.025  # standard deviation, as a share of the picture's side
POOL_SHARE = 0.2  # of the time, at most
STEPS_MIN = 60  # a slow model gets fewer candidates instead of fewer steps than this


def begin(
    generator: Generator, targets: np.ndarray, judge: Judge | None = None, limit: float = math.inf
) -> Search:
    """Choose where to start from, for `targets` uint8 (n,h,w,c) of the generator's shape.

    A judge of the model's own data says which class goes first. `limit` is in seconds.

    Raises:
        SearchError: the targets have another shape, or the model draws nothing.
    """
    targets = np.asarray(targets)
    if targets.dtype != np.uint8 or targets.shape != (len(targets), *generator.shape):
        raise SearchError("The picture has another size than what this model draws.")
    start = time.perf_counter()
    pool = torch.from_numpy(latents(range(POOL), generator.z_dim)) / 2
    labels = torch.arange(POOL) % max(generator.classes, 1)
    parts: list[Tensor] = []
    with torch.no_grad():
        for z, part in zip(pool.split(16), labels.split(16), strict=True):
            parts.append(draw(generator, z, part))
            if time.perf_counter() - start > limit * POOL_SHARE:
                break
        images, soft = torch.cat(parts), blur(POOL_BLUR, generator.shape[0])
        goal = (soft @ signed(targets) @ soft.T).flatten(1)
        distance = torch.cdist(goal, (soft @ images @ soft.T).flatten(1))
    if not distance.isfinite().all():
        raise SearchError("This model's weights are damaged: it draws nothing. Choose another.")
    reading = torch.full((len(targets),), -1)
    if judge is not None and generator.classes:
        reading = torch.from_numpy(judge.predict(targets))
    # with its gradient a picture costs three times as much as drawn alone
    each = 3 * len(targets) * (time.perf_counter() - start) / len(images)
    count = int(min(CANDIDATES, max(2, limit / (STEPS_MIN * each))))
    chosen = torch.stack(
        [
            _starts(row, labels, int(read), count)
            for row, read in zip(distance, reading, strict=True)
        ]
    )
    z = pool[chosen]
    none = torch.zeros_like(z)
    spent = time.perf_counter() - start
    return Search(targets, z, labels[chosen], none, none, reading, spent=spent)


def _starts(distance: Tensor, labels: Tensor, reading: int, count: int) -> Tensor:
    """The nearest of the pool; where there are classes, half of them of the likeliest one."""
    order = distance.argsort()
    classes = labels[order]
    likeliest = reading if (classes == reading).any() else int(classes[0])
    first = order[classes == likeliest][: count // 2]
    others = order[classes != likeliest]
    rest = others if len(others) else order[count // 2 :]
    return torch.cat([first, rest])[:count]
