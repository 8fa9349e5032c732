"""Project an image into the latent space: find the z and class that reproduce it best.

Adam on z through the fixed network as in StyleGAN2's projector (Karras et al. 2020), from several
starts in several classes (Huh et al. 2020). It minimises the negative log posterior of z for pixels
in [-1, 1] with noise of variance PRIOR and the prior N(0, I). Classes are not blended, so that the
result can be edited like any sample: blending raised the median match by 0.01, but in three of ten
cases the largest part was a class other than the digit's.
"""

import math
import time
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from gan.latent.latents import latents
from gan.metrics.judge import Judge
from gan.models.generator import Generator, to_pixels

STEPS = 400
CANDIDATES = 8
STAGES = ((0.15, CANDIDATES), (0.3, 4), (1.0, 2))  # (up to this progress, candidates)
RATE = 0.4
WARM_UP = 10  # steps
BETAS = (0.9, 0.99)
PRIOR = 0.03  # weight of |z|^2 against the summed squared differences of pixels
NORM_MAX = 1.2  # times sqrt(z_dim); 1 % of samples of 64 latents have a larger norm
BLUR = 0.036  # of the loss at the start, as a share of the side; none from BLUR_UNTIL on
BLUR_UNTIL = 0.6
PREFERENCE = 1.3  # factor by which another class than the judge's must be closer
# Limits of `error`, which separates digits from scribbles better than `match`: 90 % of 500 test
# digits are below 20.8 and 97 % below 25.4; 8 % of scribbles are "close" and three quarters
# "cannot" (bench/find.py). In colour they hold as well: of 40 held-out faces 37 are "close" and
# none is "cannot", of 39 images that are no such faces 38 are "cannot" (bench/find_faces.py).
CLOSE = 20.0
CANNOT = 26.0
MATCH_MIN = 0.5  # a faint image has a small error even if nothing of it is drawn
POOL = 256  # candidate samples, of half the usual norm
POOL_BLUR = 0.025  # standard deviation, as a share of the image's side
POOL_SHARE = 0.2  # of the time limit, at most
STEPS_MIN = 60  # a slow model gets fewer candidates rather than fewer steps
CANDIDATES_MIN = 4
STEPS_LEAST = 100  # with fewer, faces that the model can draw are not found
PATIENCE = 4  # times the limit that they may take on a busy machine


class SearchError(ValueError):
    """The search cannot begin or continue; the message says why and what to do."""


@dataclass(frozen=True)
class Projection:
    """A result: `z` float32 (z_dim,), `label` (None: unconditional), `image` uint8 (h,w,c).

    `error`: RMS difference of pixels, 0..255; `match`: explained share of the target's variance.
    """

    z: np.ndarray
    label: int | None
    image: np.ndarray
    error: float
    match: float

    @property
    def verdict(self) -> str:
        """How well the model reproduces the target: "close", "roughly" or "cannot"."""
        if self.error > CANNOT or self.match < MATCH_MIN:
            return "cannot"
        return "close" if self.error <= CLOSE else "roughly"


@dataclass(frozen=True)
class Search:
    """The immutable state of a search, which `advance` continues.

    It has n `targets` uint8 (n,h,w,c) with k candidates each: `z` and Adam's moments `mean` and
    `square` float32 (n,k,z_dim), their classes `labels` int64 (n,k), and the judge's prediction for
    each target, or -1, `predicted` int64 (n,).
    """

    targets: np.ndarray
    z: Tensor
    labels: Tensor
    mean: Tensor
    square: Tensor
    predicted: Tensor
    step: int = 0
    spent: float = 0.0  # seconds of work

    def progress(self, limit: float = math.inf) -> float:
        """Return the progress, 0..1, with a limit of `limit` seconds of work.

        A busy machine may take `PATIENCE` times as long for the first `STEPS_LEAST` steps.
        """
        in_time = self.spent / limit
        at_least = max(self.step / STEPS_LEAST, in_time / PATIENCE)
        return min(1.0, max(self.step / STEPS, min(in_time, at_least)))


def begin(
    generator: Generator, targets: np.ndarray, judge: Judge | None = None, limit: float = math.inf
) -> Search:
    """Begin a search for `targets` uint8 (n,h,w,c) of the generator's shape.

    The class predicted by a judge of the model's data is preferred. limit: seconds.
    Raises SearchError: the targets have another shape, or the model's weights are damaged.
    """
    targets = np.asarray(targets)
    if targets.dtype != np.uint8 or targets.shape != (len(targets), *generator.shape):
        raise SearchError("The image has another size than the images of this model.")
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
    predicted = torch.full((len(targets),), -1)
    if judge is not None and generator.classes:
        predicted = torch.from_numpy(judge.predict(targets))
    # an image with its gradient takes three times as long
    each = 3 * len(targets) * (time.perf_counter() - start) / len(images)
    count = int(min(CANDIDATES, max(CANDIDATES_MIN, limit / (STEPS_MIN * each))))
    pairs = zip(distance, predicted.tolist(), strict=True)
    chosen = torch.stack([_starts(row, labels, label, count) for row, label in pairs])
    z = pool[chosen]
    none = torch.zeros_like(z)
    spent = time.perf_counter() - start
    return Search(targets, z, labels[chosen], none, none, predicted, spent=spent)


def advance(
    search: Search, generator: Generator, pause: float = math.inf, limit: float = math.inf
) -> Search:
    """Continue for about `pause` seconds, or to the end.

    Deterministic, in one call or in many, within `limit` seconds of work; a slower machine follows
    the same schedule in fewer steps, see `Search.progress`.
    Raises SearchError: the latents are not finite: the model is damaged.
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
        raise SearchError("The search failed. Start it again, or choose another model.")
    return search


def projections(search: Search, generator: Generator) -> list[Projection]:
    """Return the best candidate of every target."""
    best = _best(search, generator, 1)
    with torch.no_grad():
        images = to_pixels(draw(generator, best.z[:, 0], best.labels[:, 0]))
    results = []
    for i, (image, target) in enumerate(zip(images, search.targets, strict=True)):
        left = np.square(image.astype(np.float64) - target).mean()
        match = float(np.clip(1 - left / max(target.var(), 1e-9), 0, 1))
        label = int(best.labels[i, 0]) if generator.classes else None
        z = best.z[i, 0].numpy().copy()
        results.append(Projection(z, label, image, float(np.sqrt(left)), match))
    return results


def signed(images: np.ndarray) -> Tensor:
    """Convert uint8 (n,h,w,c) to float32 (n,c,h,w) in [-1, 1]."""
    return torch.from_numpy(images.transpose(0, 3, 1, 2).astype(np.float32)) / 127.5 - 1


def draw(generator: Generator, z: Tensor, labels: Tensor) -> Tensor:
    """Draw images (b,c,h,w) in [-1, 1] of z (b,z_dim) and labels int64 (b,), differentiably."""
    classes = one_hot(labels, generator.classes).float() if generator.classes else z[:, :0]
    return generator.network(z, classes)


def blur(share: float, side: int) -> Tensor:
    """Return a matrix B (side,side) such that B @ image @ B.T is blurred by `share` of its side."""
    place = torch.arange(side, dtype=torch.float32)
    weight = torch.exp(-((place[:, None] - place) ** 2) / (2 * (share * side) ** 2))
    return weight / weight.sum(1, keepdim=True)


def _starts(distance: Tensor, labels: Tensor, predicted: int, count: int) -> Tensor:
    """Return the nearest of the pool, half of them of the most likely class."""
    order = distance.argsort()
    classes = labels[order]
    likely = predicted if (classes == predicted).any() else int(classes[0])
    first = order[classes == likely][: count // 2]
    others = order[classes != likely]
    rest = others if len(others) else order[count // 2 :]
    return torch.cat([first, rest])[:count]


def _best(search: Search, generator: Generator, count: int) -> Search:
    """Keep the `count` best candidates of each target, best first."""
    n, k, z_dim = search.z.shape
    with torch.no_grad():
        images = draw(generator, search.z.flatten(0, 1), search.labels.flatten())
        off = images.unflatten(0, (n, k)) - signed(search.targets).unsqueeze(1)
        cost = off.square().flatten(2).sum(2) + PRIOR * search.z.square().sum(2)
        other = (search.predicted[:, None] >= 0) & (search.labels != search.predicted[:, None])
        order = (cost * torch.where(other, PREFERENCE, 1.0)).argsort(dim=1, stable=True)[:, :count]
    wide = order.unsqueeze(2).expand(-1, -1, z_dim)
    kept = {name: getattr(search, name).gather(1, wide) for name in ("z", "mean", "square")}
    return replace(search, labels=search.labels.gather(1, order), **kept)


def _step(search: Search, generator: Generator, goal: Tensor, progress: float) -> Search:
    """Take one Adam step; the rate follows a cosine, the blur decreases linearly."""
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
