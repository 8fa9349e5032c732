"""Interpretable directions of the latent space, found from the generator alone.

`measured` directions change one named trait by a known amount. `pca` (GANSpace, Härkönen et al.
2020) finds the main axes of the generator's features, `sefa` (Shen & Zhou 2021) those of its first
weights; both are unnamed. A slider sets the coordinate of a latent along a direction, which is
N(0, 1) in a sample. Deterministic for the weights.
"""

import numpy as np
import torch

from gan.explore.direction import SLIDER, Direction, ridge, unit_rows
from gan.explore.measured_directions import measured
from gan.explore.sampling import Sampler, within_groups
from gan.metrics.judge import Judge
from gan.models.generator import Generator
from gan.models.networks import MLPGenerator

STRONG = 8  # directions are shown at first
NEAR = 0.02  # log of the ratio of two sigmas, too close to tell a power from
REACH = (1.0, 6.0)  # sigma: further out, images are unlike those of samples


def directions(generator: Generator, judge: Judge | None = None) -> list[Direction]:
    """Return the measured directions, then PCA's, then SeFa's, each by decreasing effect.

    Of a model of clips, PCA's are those of the content, then those of the motion. A judge of other
    data is ignored. A model whose weights are not all finite has no directions.
    """
    if not all(value.isfinite().all() for value in generator.network.state_dict().values()):
        return []
    sampler = Sampler(generator)
    found = measured(generator, judge)
    parts = {"pca": slice(None)}
    if generator.moves:
        still = generator.z_dim - generator.config.motion_dim
        parts = {"content": slice(still), "motion": slice(still, None)}
    first = {kind: pca(generator, part=part) for kind, part in parts.items()}
    first["sefa"] = sefa(generator)[: sampler.sizes.sefa]
    for kind, axes in first.items():
        effects = sampler.effects(axes)
        reaches = calibrated(sampler, axes, effects)
        order = np.argsort(-effects, kind="stable")
        found += [
            Direction(kind, f"{kind}-{place}", axes[i], float(effects[i]), reach=float(reaches[i]))
            for place, i in enumerate(order, 1)
        ]
    return found


def calibrated(sampler: Sampler, axes: np.ndarray, effects: np.ndarray) -> np.ndarray:
    """Return the sigma at which each of `axes` (n,z_dim) changes the image equally, (n,).

    So that a step of any slider is as visible as one of another. The change is that of the
    `STRONG`th strongest at `SLIDER` sigma; the weakest end at `REACH` before they get there.
    `effects` (n,) are those at 2 sigma.
    """
    if not len(axes):
        return effects
    effects = np.maximum(effects, 1e-6)
    goal = np.sort(effects)[-STRONG:][0] * SLIDER / 2
    first = np.clip(2 * goal / effects, *REACH)
    there = np.maximum(sampler.effects(axes, first), 1e-6)
    # the change grows as a power of sigma, below 1 where pixels saturate
    apart = np.log(first / 2)
    near = np.abs(apart) < NEAR
    power = np.where(near, 1, np.log(there / effects) / np.where(near, 1, apart))
    second = first * (goal / there) ** (1 / np.clip(power, 0.3, 2))
    return np.round(np.clip(second, *REACH), 2)


def sefa(generator: Generator) -> np.ndarray:
    """Return orthonormal directions of z, float32 (z_dim,z_dim), as rows, strongest first.

    Closed-form factorisation (Shen & Zhou 2021): right singular vectors of the first layer.
    """
    network = generator.network
    if isinstance(network, MLPGenerator):
        weight = network.fc[0].weight
    else:  # with the scale of the batch norm that follows
        weight, norm = network.fc.weight[:, : generator.z_dim], network.norms[0]
        if generator.moves:
            weight = weight * network.gain
        gain = norm.weight / (norm.running_var + norm.eps).sqrt()
        weight = weight * gain.repeat_interleave(len(weight) // len(gain)).unsqueeze(1)
    weight = weight.double()
    # of the square product: far cheaper than the SVD of the tall matrix
    return unit_rows(torch.linalg.eigh(weight.T @ weight).eigenvectors.T.flip(0).numpy())


def pca(
    generator: Generator, count: int | None = None, seed: int = 0, part: slice = slice(None)
) -> np.ndarray:
    """Return up to `count` (16) unit vectors of z, float32 (n,z_dim), as rows; 0 outside `part`.

    Principal components of the features within a class, regressed on z (Härkönen et al. 2020).
    The features are those after the second nonlinearity; the components of the first are nearly
    SeFa's (11 of 16 have a cosine above 0.9 in the bundled model, against two).
    """
    sampler = Sampler(generator, seed)
    count = min(count or sampler.sizes.pca, generator.z_dim)
    rest = np.ones(generator.z_dim, bool)
    rest[part] = False
    features = sampler.features()
    z, labels = sampler.z[: len(features)], sampler.labels[: len(features)]
    features = within_groups(features, labels)
    if rest.any():  # what the rest of z explains
        features = features - (z[:, rest] @ ridge(z[:, rest], features)).astype(np.float32)
    features = torch.from_numpy(features)
    # randomised (Halko et al. 2011), over samples, which are fewer than the features
    start = np.random.default_rng(seed).standard_normal((len(features), count + 16))
    basis = torch.from_numpy(start.astype(np.float32))
    for _ in range(3):
        basis = torch.linalg.qr(features @ (features.T @ basis)).Q
    seen = (features.T @ basis).double()
    sizes, turns = torch.linalg.eigh(seen.T @ seen)
    # fewer, or none, of a collapsed generator
    alive = [i for i in range(1, count + 1) if sizes[-i] > 1e-6 * len(features)]
    components = basis.double() @ turns[:, [-i for i in alive]]
    axes = ridge(z, components.numpy()).T
    axes[:, rest] = 0
    return unit_rows(axes)
