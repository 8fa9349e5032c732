"""Interpretable directions of the latent space, found from the generator alone.

`measured` directions change one named trait by a known amount. `pca` (GANSpace, Härkönen et al.
2020) finds the main axes of the generator's features, `sefa` (Shen & Zhou 2021) those of its first
weights; both are unnamed. A slider sets the coordinate of a latent along a direction, which is
N(0, 1) in a sample. Deterministic for the weights.
"""

from dataclasses import dataclass

import numpy as np
import torch

from gan.explore.sampling import Sampler, within_groups
from gan.explore.traits import measure, traits_of
from gan.metrics.judge import Judge
from gan.models.generator import Generator
from gan.models.networks import MLPGenerator

SLIDER = 3.0  # sigma at a slider's ends, where traits are measured

# Below these values, a slider's strip shows no visible order. The bundled model's five directions
# have R2 of at least 0.38 and changes of at least 3.0; two rejected traits (line length over size,
# area of loops) change by 1.1 and 0.3 once purified.
R2 = 0.2  # on latents held out from the fit
CHANGE = 2.0  # from end to end, in standard deviations within a class
DISTINCT = 0.5  # length left of a direction after projecting out the better explained ones


@dataclass(frozen=True, eq=False)
class Direction:
    """A unit vector `axis` of z, float32 (z_dim,), and the measured effect of moving along it.

    `kind` is "measured", "pca" or "sefa". `effect`: RMS change of a pixel, 0..255, from -2 to +2
    sigma. The rest is for measured directions only: the `trait`, its mean at -3 (`low`) and +3
    sigma (`high`) in `unit`; `r2`, its variance within a class that is linear in z, on held-out
    latents; `keeps`, the share of images at both ends that the judge still gives their class.
    """

    kind: str
    name: str
    axis: np.ndarray
    effect: float
    trait: str | None = None
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    keeps: float | None = None
    r2: float | None = None


def directions(generator: Generator, judge: Judge | None = None) -> list[Direction]:
    """Return the measured directions, then PCA's, then SeFa's, each by decreasing effect.

    A judge of other data is ignored. A model whose weights are not all finite has no directions.
    """
    if not all(value.isfinite().all() for value in generator.network.state_dict().values()):
        return []
    sampler = Sampler(generator)
    found = measured(generator, judge)
    first = {"pca": pca(generator), "sefa": sefa(generator)[: sampler.sizes.sefa]}
    for kind, axes in first.items():
        effects = sampler.effects(axes)
        order = np.argsort(-effects, kind="stable")
        found += [
            Direction(kind, f"{kind}-{place}", axes[i], float(effects[i]))
            for place, i in enumerate(order, 1)
        ]
    return found


def sefa(generator: Generator) -> np.ndarray:
    """Return orthonormal directions of z, float32 (z_dim,z_dim), as rows, strongest first.

    Closed-form factorisation (Shen & Zhou 2021): right singular vectors of the first layer.
    """
    network = generator.network
    first = network.fc[0] if isinstance(network, MLPGenerator) else network.fc
    weight = first.weight[:, : generator.z_dim]
    if not isinstance(network, MLPGenerator):  # with the scale of the batch norm that follows
        norm = network.norms[0]
        gain = norm.weight / (norm.running_var + norm.eps).sqrt()
        weight = weight * gain.repeat_interleave(len(weight) // len(gain)).unsqueeze(1)
    weight = weight.double()
    # of the square product: far cheaper than the SVD of the tall matrix
    return _axes(torch.linalg.eigh(weight.T @ weight).eigenvectors.T.flip(0).numpy())


def pca(generator: Generator, count: int | None = None, seed: int = 0) -> np.ndarray:
    """Return up to `count` (16) unit vectors of z, float32 (n,z_dim), as rows.

    Principal components of the features within a class, regressed on z (Härkönen et al. 2020).
    The features are those after the second nonlinearity; the components of the first are nearly
    SeFa's (11 of 16 have a cosine above 0.9 in the bundled model, against two).
    """
    sampler = Sampler(generator, seed)
    count = min(count or sampler.sizes.pca, generator.z_dim)
    features = sampler.features()
    z, labels = sampler.z[: len(features)], sampler.labels[: len(features)]
    features = torch.from_numpy(within_groups(features, labels))
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
    return _axes(ridge(z, components.numpy()).T)


def measured(generator: Generator, judge: Judge | None = None) -> list[Direction]:
    """Return directions that change one trait of `gan.explore.traits` each, by decreasing effect.

    Traits are measured within a class; for a model without classes, the judge's prediction.
    """
    if judge and (judge.data_name != generator.config.data or generator.shape != (28, 28, 1)):
        judge = None
    sampler, side = Sampler(generator), generator.shape[0]
    fit, held = slice(sampler.sizes.fit), slice(sampler.sizes.fit, None)
    images = sampler.draw(sampler.z, sampler.labels)
    groups = judge.predict(images) if judge and not generator.classes else sampler.labels
    traits = traits_of(images)
    within = within_groups(measure(images, traits), groups)
    spread = within.std(0)
    # traits that hardly vary are dropped, which also avoids division by zero
    varying = [k for k, trait in enumerate(traits) if 6 * spread[k] > trait.visible(side)]
    traits, spread, within = [traits[k] for k in varying], spread[varying], within[:, varying]
    within /= spread
    weights = ridge(sampler.z[fit], within[fit])
    missed = np.square(within[held] - sampler.z[held] @ weights).mean(0)
    r2 = 1 - missed / np.maximum(within[held].var(0), 1e-9)
    chosen = choose(weights, r2)
    axes = _axes(purified(weights[:, chosen]).T, flip=False)
    some = slice(sampler.sizes.fit, sampler.sizes.fit + sampler.sizes.ends)
    before = judge.predict(images[some]) if judge else None
    found = []
    ends, effects = sampler.ends(axes, some, SLIDER), sampler.effects(axes)
    for axis, effect, images, k in zip(axes, effects, ends, chosen, strict=True):
        trait = traits[k]
        low, high = (float(measure(end, [trait]).mean()) for end in images)
        if high - low < max(trait.visible(side), CHANGE * spread[k]):
            continue
        keeps = [(judge.predict(end) == before).mean() for end in images] if judge else None
        kept = float(np.mean(keeps)) if judge else None
        about = (trait.name, low, high, trait.unit, kept, float(r2[k]))
        found.append(Direction("measured", trait.more, axis, float(effect), *about))
    return sorted(found, key=lambda direction: -direction.effect)


def ridge(z: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Fit standardised values (n,k) to z (n,z_dim): weights float64 (z_dim,k)."""
    z = z.astype(np.float64)
    # a penalty of one per dimension is optimal for a trait half explained by z
    return np.linalg.solve(z.T @ z + z.shape[1] * np.eye(z.shape[1]), z.T @ values)


def choose(weights: np.ndarray, r2: np.ndarray) -> list[int]:
    """Choose the columns of weights (z_dim,k) that are well explained and distinct."""
    chosen: list[int] = []
    for k in np.argsort(-r2, kind="stable").tolist():
        columns = weights[:, [*chosen, k]]
        left = np.linalg.norm(purified(columns), axis=0) / np.linalg.norm(columns, axis=0)
        if r2[k] >= R2 and left.min() >= DISTINCT:
            chosen.append(k)
    return chosen


def purified(weights: np.ndarray) -> np.ndarray:
    """Subtract from each column of weights (z_dim,k) its projection on the others.

    Otherwise a direction also changes correlated traits: the bundled model's "thicker" would widen
    by 2.1 standard deviations and "wider" thicken by 1.3. Purified, none changes another trait by
    more than 0.4, and each keeps 79 to 95 % of its own change (`bench/directions.py`).
    """
    out = weights.copy()
    for k in range(weights.shape[1]):
        others, _ = np.linalg.qr(np.delete(weights, k, axis=1))
        out[:, k] -= others @ (others.T @ weights[:, k])
    return out


def _axes(rows: np.ndarray, flip: bool = True) -> np.ndarray:
    """Normalise rows as float32; `flip` makes the sign of each row deterministic."""
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    if flip:
        rows = rows * np.sign(np.take_along_axis(rows, np.abs(rows).argmax(1)[:, None], 1))
    return rows.astype(np.float32)
