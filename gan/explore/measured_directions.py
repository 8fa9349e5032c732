"""Directions that change one trait each, found by regression on many samples of a generator."""

from collections.abc import Callable
from functools import partial

import numpy as np

from gan.explore.attribute_traits import AttributeTrait, attribute_traits, read_traits
from gan.explore.direction import SLIDER, Direction, ridge, unit_rows
from gan.explore.sampling import Sampler, within_groups
from gan.explore.traits import Trait, measure, traits_of
from gan.metrics.judge import Judge
from gan.models.generator import Generator

# Below these values, a slider's strip shows no visible order. The bundled model's five directions
# have R2 of at least 0.38 and changes of at least 3.0; two rejected traits (line length over size,
# area of loops) change by 1.1 and 0.3 once purified.
R2 = 0.2  # on latents held out from the fit
# An attribute is there or not, which is hardly linear in z even where moving along it works: in the
# bundled faces, beards have an R2 of 0.1, and come and go without changing anything else.
R2_ATTRIBUTE = 0.02
CHANGE = 2.0  # from end to end, in standard deviations within a class
RANDOM = 8  # directions to compare with: with 4, chance decides whether a direction is true
DISTINCT = 0.5  # length left of a direction after projecting out the better explained ones


def measured(generator: Generator, judge: Judge | None = None) -> list[Direction]:
    """Return directions that change one trait each, the true ones first, by decreasing effect.

    The traits are the attributes of the data set where a judge reads them, else those of
    `gan.explore.traits`. They are measured within a class; for a model without classes, the judge's
    prediction. A judge of other data or another shape is ignored.
    """
    if judge and (judge.data_name != generator.config.data or judge.shape != generator.shape):
        judge = None
    sampler, side = Sampler(generator), generator.shape[0]
    fit, held = slice(sampler.sizes.fit), slice(sampler.sizes.fit, None)
    images = sampler.draw(sampler.z, sampler.labels)
    groups = judge.predict(images) if judge and not generator.classes else sampler.labels
    traits, look = _traits(images, judge)
    within = within_groups(look(images), groups)
    spread = within.std(0)
    # traits that hardly vary are dropped, which also avoids division by zero
    varying = [k for k, trait in enumerate(traits) if 6 * spread[k] > trait.visible(side)]
    within = within[:, varying] / spread[varying]
    weights = ridge(sampler.z[fit], within[fit])
    missed = np.square(within[held] - sampler.z[held] @ weights).mean(0)
    r2 = 1 - missed / np.maximum(within[held].var(0), 1e-9)
    read = np.array([isinstance(traits[k], AttributeTrait) for k in varying], bool)
    chosen = choose(weights, r2, np.where(read, R2_ATTRIBUTE, R2))
    axes = unit_rows(purified(weights[:, chosen]).T, flip=False)
    some = slice(sampler.sizes.fit, sampler.sizes.fit + sampler.sizes.ends)
    before = judge.predict(images[some]) if judge else None
    ends = sampler.ends(axes, some, SLIDER)
    means = np.array([[look(end).mean(0) for end in pair] for pair in ends])
    means = means.reshape(len(axes), 2, len(traits))  # with no axes, too
    changed = (means[:, 1] - means[:, 0]) / np.maximum(spread, 1e-9)
    shown = []
    for row, place in enumerate(chosen):
        k = varying[place]
        least = traits[k].visible(side) / spread[k]
        # what an attribute changes is judged by `Direction.is_true`
        if changed[row, k] >= (least if read[place] else max(least, CHANGE)):
            shown.append((row, k, float(r2[place])))
    by_chance = _random_changes(sampler, some, look) / np.maximum(spread, 1e-9)
    effects = sampler.effects(axes)
    found = []
    for row, k, explained in shown:
        keeps = [(judge.predict(end) == before).mean() for end in ends[row]] if judge else None
        direction = Direction(
            kind="measured",
            name=traits[k].more,
            axis=axes[row],
            effect=float(effects[row]),
            trait=traits[k].name,
            low=float(means[row, 0, k]),
            high=float(means[row, 1, k]),
            unit=traits[k].unit,
            keeps=float(np.mean(keeps)) if judge else None,
            r2=explained,
            changes={traits[other].name: float(changed[row, other]) for _, other, _ in shown},
            random=float(by_chance[k]),
        )
        found.append(direction)
    return sorted(found, key=lambda direction: (not direction.is_true, -direction.effect))


def _traits(
    images: np.ndarray, judge: Judge | None
) -> tuple[list[Trait], Callable[[np.ndarray], np.ndarray]]:
    """Return the traits of images uint8 (n,h,w,c), and a function that measures them, (n,k)."""
    read = attribute_traits(judge.data_name) if judge else []
    if read:
        return list(read), partial(read_traits, traits=read, judge=judge)
    traits = traits_of(images)
    return traits, partial(measure, traits=traits)


def _random_changes(
    sampler: Sampler, some: slice, look: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Return the mean change of each trait, (k,), along random directions, end to end."""
    rng = np.random.default_rng(0)
    axes = unit_rows(rng.standard_normal((RANDOM, sampler.generator.z_dim)))
    ends = sampler.ends(axes, some, SLIDER)
    return np.mean([np.abs(look(high).mean(0) - look(low).mean(0)) for low, high in ends], axis=0)


def choose(weights: np.ndarray, r2: np.ndarray, least: np.ndarray) -> list[int]:
    """Choose the columns of weights (z_dim,k) with an `r2` (k,) of `least` (k,) and distinct."""
    chosen: list[int] = []
    for k in np.argsort(-r2, kind="stable").tolist():
        columns = weights[:, [*chosen, k]]
        left = np.linalg.norm(purified(columns), axis=0) / np.linalg.norm(columns, axis=0)
        if r2[k] >= least[k] and left.min() >= DISTINCT:
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
