"""Find a picture in a generator's latent space: which z, and which class, draws it best.

Several starts, then Adam on z through the fixed network, as StyleGAN2's projector does (Karras et
al. 2020), of several classes as in Huh et al. 2020. What falls is the negative log posterior of z
for pixels in [-1, 1] with noise of variance PRIOR and the N(0, I) the model was trained on.
The class stays one of the model's own, so that what is found can be edited like any sample:
blended classes raised the median match by 0.01, and three in ten came back as a mixture whose
largest part was another class than the digit's.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from gan.models.generator import Generator, to_pixels

STEPS = 400
CANDIDATES = 8
STAGES = ((0.15, CANDIDATES), (0.3, 4), (1.0, 2))  # up to this progress, so many go on
RATE = 0.4
WARM_UP = 10  # steps
BETAS = (0.9, 0.99)
PRIOR = 0.03  # of |z|^2, beside the summed squared differences of pixels
NORM_MAX = 1.2  # of sqrt(z_dim); with 64 numbers one real sample in 100 lies further out
BLUR = 0.036  # of the loss at the start; none from BLUR_UNTIL on
BLUR_UNTIL = 0.6
PREFERENCE = 1.3  # the class that the judge reads is kept unless another is closer by this
# Of `error`, which parts digits from scribbles better than `match`: of 500 real test digits 90 %
# lie below 20.8 and 97 % below 25.4; of scribbles 8 % are "close" and three quarters "cannot".
# bench/find.py prints them.
CLOSE = 20.0
CANNOT = 26.0
MATCH_MIN = 0.5  # a faint picture has a small error even when nothing of it is drawn


class SearchError(ValueError):
    """The search cannot be begun or continued; the message says why and what to do."""


@dataclass(frozen=True)
class Found:
    """The best so far: `z` float32 (z_dim,), `label` (None: unconditional), `image` uint8 (h,w,c).

    `error` is the root mean square difference of pixels, 0 to 255; `match` the share of the
    target's variance that is explained, 0 to 1.
    """

    z: np.ndarray
    label: int | None
    image: np.ndarray
    error: float
    match: float

    @property
    def verdict(self) -> str:
        """How well the model draws it: "close", "roughly" or "cannot"."""
        if self.error > CANNOT or self.match < MATCH_MIN:
            return "cannot"
        return "close" if self.error <= CLOSE else "roughly"


@dataclass(frozen=True)
class Search:
    """One moment of a search. `advance` gives the next; drop it to cancel.

    It is of n targets uint8 (n,h,w,c) at once (the page has one, a test a hundred) with k
    candidates each: `z` and Adam's moments `mean` and `square` float32 (n,k,z_dim), their classes
    `labels` int64 (n,k), and the class a judge reads in each target, or -1, `reading` int64 (n,).
    """

    targets: np.ndarray
    z: Tensor
    labels: Tensor
    mean: Tensor
    square: Tensor
    reading: Tensor
    step: int = 0
    spent: float = 0.0  # seconds, of work alone

    def progress(self, limit: float = math.inf) -> float:
        """Share that is done, 0 to 1, when `limit` seconds of work are all there is."""
        return min(1.0, max(self.step / STEPS, self.spent / limit))


def advance(
    search: Search, generator: Generator, pause: float = math.inf, limit: float = math.inf
) -> Search:
    """Go on for about `pause` seconds, or to the end of the search.

    Equal targets give equal results, in one piece or in many, as long as the work stays within
    `limit` seconds; a slower machine takes the same way in fewer steps.

    Raises:
        SearchError: the numbers are no longer finite; the model is damaged.
    """
    start = time.perf_counter()
    goal = signed(search.targets).unsqueeze(1)
    while search.progress(limit) < 1:
        before = time.perf_counter()
        kept = next(count for until, count in STAGES if search.progress(limit) < until)
        if kept < search.z.shape[1]:
            search = _best(search, generator, kept)
        search = _step(search, generator, goal, search.progress(limit))
        now = time.perf_counter()
        search = replace(search, spent=search.spent + now - before)
        if now - start >= pause:
            break
    if not search.z.isfinite().all():
        raise SearchError("The search lost its way. Start it again, or choose another model.")
    return search


def found(search: Search, generator: Generator) -> list[Found]:
    """The best candidate of every target."""
    best = _best(search, generator, 1)
    with torch.no_grad():
        images = to_pixels(draw(generator, best.z[:, 0], best.labels[:, 0]))
    results = []
    for i, (image, target) in enumerate(zip(images, search.targets, strict=True)):
        left = np.square(image.astype(np.float64) - target).mean()
        match = 1 - left / max(target.var(), 1e-9)
        label = int(best.labels[i, 0]) if generator.classes else None
        z = best.z[i, 0].numpy().copy()
        results.append(Found(z, label, image, float(np.sqrt(left)), float(np.clip(match, 0, 1))))
    return results


def signed(images: np.ndarray) -> Tensor:
    """uint8 (n,h,w,c) as float32 (n,c,h,w) in [-1, 1]."""
    return torch.from_numpy(images.transpose(0, 3, 1, 2).astype(np.float32)) / 127.5 - 1


def draw(generator: Generator, z: Tensor, labels: Tensor) -> Tensor:
    """Images (b,c,h,w) in [-1, 1] of z (b,z_dim) and labels int64 (b,), with their gradient."""
    classes = one_hot(labels, generator.classes).float() if generator.classes else z[:, :0]
    return generator.network(z, classes)


def blur(share: float, side: int) -> Tensor:
    """A matrix B (side,side): B @ picture @ B.T is blurred by `share` of its side."""
    place = torch.arange(side, dtype=torch.float32)
    weight = torch.exp(-((place[:, None] - place) ** 2) / (2 * (share * side) ** 2))
    return weight / weight.sum(1, keepdim=True)


def _best(search: Search, generator: Generator, count: int) -> Search:
    """The `count` best candidates of each target, best first."""
    n, k, z_dim = search.z.shape
    with torch.no_grad():
        images = draw(generator, search.z.flatten(0, 1), search.labels.flatten())
        off = images.unflatten(0, (n, k)) - signed(search.targets).unsqueeze(1)
        cost = off.square().flatten(2).sum(2) + PRIOR * search.z.square().sum(2)
        other = (search.reading[:, None] >= 0) & (search.labels != search.reading[:, None])
        order = (cost * torch.where(other, PREFERENCE, 1.0)).argsort(dim=1, stable=True)[:, :count]
    wide = order.unsqueeze(2).expand(-1, -1, z_dim)
    return replace(
        search,
        z=search.z.gather(1, wide),
        labels=search.labels.gather(1, wide[..., 0]),
        mean=search.mean.gather(1, wide),
        square=search.square.gather(1, wide),
    )


def _step(search: Search, generator: Generator, goal: Tensor, progress: float) -> Search:
    """One step of Adam; the rate falls along a cosine, the blur along a line."""
    n, k, z_dim = search.z.shape
    with torch.enable_grad():
        z = search.z.flatten(0, 1).requires_grad_(True)
        off = draw(generator, z, search.labels.flatten()).unflatten(0, (n, k)) - goal
        if progress < BLUR_UNTIL:
            soft = blur(max(BLUR * (1 - progress / BLUR_UNTIL), 1e-3), goal.shape[-1])
            off = soft @ off @ soft.T
        (slope,) = torch.autograd.grad(off.square().sum() + PRIOR * z.square().sum(), z)
    slope, step = slope.view_as(search.z), search.step + 1
    mean = search.mean.lerp(slope, 1 - BETAS[0])
    square = search.square.lerp(slope.square(), 1 - BETAS[1])
    rate = RATE * min(1, step / WARM_UP) * (0.02 + 0.49 * (1 + math.cos(math.pi * progress)))
    way = mean / (1 - BETAS[0] ** step)
    new = search.z - rate * way / ((square / (1 - BETAS[1] ** step)).sqrt() + 1e-6)
    norm = new.norm(dim=2, keepdim=True).clamp_min(1e-6)
    new = new * (NORM_MAX * math.sqrt(z_dim) / norm).clamp_max(1)
    return replace(search, z=new, mean=mean, square=square, step=step)
