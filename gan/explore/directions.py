"""Directions of z worth a slider, found from the generator alone: no labels, no training.

Three kinds. `measured` ones do what their name says, and how much of it; `pca` (GANSpace, Härkönen
et al. 2020) finds what the generator's features vary in most, `sefa` (Shen & Zhou 2021) what its
first weights stretch most, and nobody promises what those two show. A slider moves a latent's
coordinate along a direction, which is N(0, 1) in a sample, and leaves the rest of it alone.

All of it is read-only and a fixed function of the weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from gan.explore.sampling import Probe, within_groups
from gan.explore.traits import measure, traits_of
from gan.metrics.judge import Judge
from gan.models.generator import Generator
from gan.models.networks import MLPGenerator

SLIDER = 3.0  # sigma at a slider's ends, where traits are measured

# A line in z must explain a fifth of a trait on latents it was not fitted to, and from one end of
# the slider to the other the trait must move by two of its standard deviations within a class, or
# the slider's strip shows no order. The bundled model's five have at least 0.38 and 3.0; what was
# tried and left out (line length over size, area of loops) comes to 1.1 and 0.3 once purified.
R2 = 0.2
CHANGE = 2.0
DISTINCT = 0.5  # length left of a trait's direction once the better explained ones are removed


@dataclass(frozen=True, eq=False)
class Direction:
    """A unit vector `axis` of z, float32 (z_dim,), and what moving along it was measured to do.

    `kind` is "measured", "pca" or "sefa". `effect`: root mean square change of a pixel, 0 to 255,
    from -2 to +2 sigma. The rest is None but for measured ones: the name of the `trait`, its mean
    at -3 (`low`) and at +3 sigma (`high`) in `unit`; `r2`, the share of it within a class that is
    linear in z, on latents held out; `keeps`, the share of images at the two ends that the judge
    reads as the class it read before, None without a judge.
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
    """Measured directions, then PCA's, then SeFa's, each by falling effect.

    `judge` fills `keeps`; one that reads other images than the generator makes is ignored.
    A model with a weight that is no finite number has no directions.
    """
    if not all(value.isfinite().all() for value in generator.network.state_dict().values()):
        return []
    probe = Probe(generator)
    found = measured(generator, judge)
    first = {"pca": pca(generator), "sefa": sefa(generator)[: probe.counts.sefa]}
    for kind, axes in first.items():
        effects = probe.effects(axes)
        order = np.argsort(-effects, kind="stable")
        found += [
            Direction(kind, f"{kind}-{place}", axes[i], float(effects[i]))
            for place, i in enumerate(order, 1)
        ]
    return found


def sefa(generator: Generator) -> np.ndarray:
    """Orthonormal directions of z, float32 (z_dim,z_dim), one a row, strongest first.

    Closed-form factorisation of the first layer (Shen & Zhou 2021): the right singular vectors of
    the weights that z meets first.
    """
    network = generator.network
    first = network.fc[0] if isinstance(network, MLPGenerator) else network.fc
    weight = first.weight[:, : generator.z_dim]
    if not isinstance(network, MLPGenerator):  # batch norm rescales what the weights produce
        norm = network.norms[0]
        gain = norm.weight / (norm.running_var + norm.eps).sqrt()
        weight = weight * gain.repeat_interleave(len(weight) // len(gain)).unsqueeze(1)
    weight = weight.double()
    # of the small square product: far cheaper than the SVD of the tall matrix itself
    return _axes(torch.linalg.eigh(weight.T @ weight).eigenvectors.T.flip(0).numpy())


def pca(generator: Generator, count: int | None = None, seed: int = 0) -> np.ndarray:
    """Up to `count` (16) unit vectors of z, float32 (n,z_dim), that move the features most.

    Principal components of the features within a class, regressed on z (Härkönen et al. 2020).
    The features are those after the second nonlinearity. Components of the first are SeFa's
    directions over again: 11 of 16 with a cosine above 0.9 in the bundled model, against two.
    """
    probe = Probe(generator, seed)
    count = min(count or probe.counts.pca, generator.z_dim)
    features = probe.features()
    z, labels = probe.z[: len(features)], probe.labels[: len(features)]
    features = torch.from_numpy(within_groups(features, labels))
    # randomised (Halko et al. 2011), among samples: they are fewer than the features
    start = np.random.default_rng(seed).standard_normal((len(features), count + 16))
    basis = torch.from_numpy(start.astype(np.float32))
    for _ in range(3):
        basis = torch.linalg.qr(features @ (features.T @ basis)).Q
    seen = (features.T @ basis).double()
    sizes, turns = torch.linalg.eigh(seen.T @ seen)
    # a collapsed generator has fewer, or none
    alive = [i for i in range(1, count + 1) if sizes[-i] > 1e-6 * len(features)]
    components = basis.double() @ turns[:, [-i for i in alive]]
    return _axes(ridge(z, components.numpy()).T)


def measured(generator: Generator, judge: Judge | None = None) -> list[Direction]:
    """Directions that move one trait of `gan.explore.traits` each, by falling effect; there may be
    none.

    Within a class: that asked for, or for a model without classes the one `judge` reads, if any.
    """
    if judge and (judge.data_name != generator.config.data or generator.shape != (28, 28, 1)):
        judge = None
    probe, side = Probe(generator), generator.shape[0]
    fit, held = slice(probe.counts.fit), slice(probe.counts.fit, None)
    images = probe.draw(probe.z, probe.labels)
    groups = judge.predict(images) if judge and not generator.classes else probe.labels
    traits = traits_of(images)
    within = within_groups(measure(images, traits), groups)
    spread = within.std(0)
    # a trait that hardly varies cannot be moved; without this a collapsed model divides by zero
    lively = [k for k, trait in enumerate(traits) if 6 * spread[k] > trait.visible(side)]
    traits, spread, within = [traits[k] for k in lively], spread[lively], within[:, lively]
    within /= spread
    weights = ridge(probe.z[fit], within[fit])
    missed = np.square(within[held] - probe.z[held] @ weights).mean(0)
    r2 = 1 - missed / np.maximum(within[held].var(0), 1e-9)
    chosen = choose(weights, r2)
    axes = _axes(purified(weights[:, chosen]).T, flip=False)
    some = slice(probe.counts.fit, probe.counts.fit + probe.counts.ends)
    before = judge.predict(images[some]) if judge else None
    found = []
    ends, effects = probe.ends(axes, some, SLIDER), probe.effects(axes)
    for axis, effect, images, k in zip(axes, effects, ends, chosen, strict=True):
        trait = traits[k]
        low, high = (float(measure(end, [trait]).mean()) for end in images)
        if high - low < max(trait.visible(side), CHANGE * spread[k]):
            continue
        keeps = [(judge.predict(end) == before).mean() for end in images] if judge else None
        about = {"trait": trait.name, "low": low, "high": high, "unit": trait.unit}
        about |= {"r2": float(r2[k]), "keeps": float(np.mean(keeps)) if judge else None}
        found.append(Direction("measured", trait.more, axis, float(effect), **about))
    return sorted(found, key=lambda direction: -direction.effect)


def ridge(z: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Weights float64 (z_dim,k) that predict standardised values (n,k) from z (n,z_dim)."""
    z = z.astype(np.float64)
    # the best penalty for a trait half explained by z is one per dimension
    return np.linalg.solve(z.T @ z + z.shape[1] * np.eye(z.shape[1]), z.T @ values)


def choose(weights: np.ndarray, r2: np.ndarray) -> list[int]:
    """Columns of weights (z_dim,k) well explained and no mixture of better explained ones."""
    chosen: list[int] = []
    for k in np.argsort(-r2, kind="stable").tolist():
        columns = weights[:, [*chosen, k]]
        left = np.linalg.norm(purified(columns), axis=0) / np.linalg.norm(columns, axis=0)
        if r2[k] >= R2 and left.min() >= DISTINCT:
            chosen.append(k)
    return chosen


def purified(weights: np.ndarray) -> np.ndarray:
    """Each column of weights (z_dim,k) less its projection on all the others.

    A trait's own direction moves whatever else goes with it in the data: unpurified, the bundled
    model's "thicker" also widens by 2.1 standard deviations and "wider" thickens by 1.3. Purified,
    none moves another trait by more than 0.4, and each keeps 79 to 95 % of its own movement
    (`bench/directions.py`).
    """
    out = weights.copy()
    for k in range(weights.shape[1]):
        others, _ = np.linalg.qr(np.delete(weights, k, axis=1))
        out[:, k] -= others @ (others.T @ weights[:, k])
    return out


def _axes(rows: np.ndarray, flip: bool = True) -> np.ndarray:
    """Unit rows as float32; `flip` fixes the sign, so that a slider loaded again is the same."""
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    if flip:
        rows = rows * np.sign(np.take_along_axis(rows, np.abs(rows).argmax(1)[:, None], 1))
    return rows.astype(np.float32)
