"""Time the search for a model's directions, and measure the effect of each.

    python bench/directions.py

Times every method (median of several runs after a warm-up), then moves 500 new samples along each
measured direction and along the plain regression it comes from, and prints the change of each
trait in standard deviations within a class. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from gan.data.image_set import ASSETS
from gan.explore.direction import SLIDER, Direction, ridge
from gan.explore.directions import directions, pca, sefa
from gan.explore.measured_directions import measured
from gan.explore.sampling import Sampler, within_groups
from gan.explore.traits import TRAITS, measure
from gan.metrics.judge import find_judge
from gan.models.generator import Generator
from gan.system.machine import set_threads

NEW = 500  # samples not used to find the directions


def median_ms(task: Callable[[], object], times: int) -> float:
    """Return the median duration of `times` calls in milliseconds."""
    task()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        task()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def side_effects(generator: Generator, found: list[Direction], axes: np.ndarray) -> np.ndarray:
    """Return the change of each direction's trait (columns) along each of `axes` (rows)."""
    sampler = Sampler(generator, seed=1)
    known = [TRAITS[direction.trait] for direction in found]
    before = measure(sampler.draw(sampler.z, sampler.labels), known)
    spread = within_groups(before, sampler.labels).std(0)
    ends = sampler.ends(axes, slice(NEW), SLIDER)
    changes = [measure(high, known).mean(0) - measure(low, known).mean(0) for low, high in ends]
    return np.array(changes) / spread


def unpurified(generator: Generator, found: list[Direction]) -> np.ndarray:
    """Return the unit vector of the plain regression of each direction's trait."""
    sampler = Sampler(generator)
    values = measure(
        sampler.draw(sampler.z, sampler.labels), [TRAITS[direction.trait] for direction in found]
    )
    weights = ridge(sampler.z, within_groups(values, sampler.labels)).T
    return (weights / np.linalg.norm(weights, axis=1, keepdims=True)).astype(np.float32)


def print_changes(title: str, found: list[Direction], changes: np.ndarray) -> None:
    """Print a table of `side_effects`."""
    print(f"\n{title:<24}" + "".join(f"{direction.trait:>9}" for direction in found))
    for direction, row in zip(found, changes, strict=True):
        print(f"  {direction.name:<22}" + "".join(f"{change:>+9.1f}" for change in row))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=ASSETS / "models/mnist")
    parser.add_argument("--times", type=int, default=7)
    options = parser.parse_args()
    set_threads()
    generator = Generator.load(options.model)
    judge = find_judge(generator.config.data)
    methods = {
        "sefa": lambda: sefa(generator),
        "pca": lambda: pca(generator),
        "measured, no judge": lambda: measured(generator),
        "measured": lambda: measured(generator, judge),
        "all, with effects": lambda: directions(generator, judge),
    }
    taken = {name: round(median_ms(task, options.times), 1) for name, task in methods.items()}
    for name, ms in taken.items():
        print(f"{name:<20}{ms:>8.1f} ms")

    every = directions(generator, judge)
    found = [direction for direction in every if direction.kind == "measured"]
    print(f"\n{'direction':<12}{'trait':<9}{'-3 sigma':>9}{'+3 sigma':>9}  {'':<6}", end="")
    print(f"{'r2':>6}{'keeps':>8}{'effect':>8}")
    for d in found:
        keeps = "-" if d.keeps is None else f"{d.keeps:.1%}"
        print(f"{d.name:<12}{d.trait:<9}{d.low:>9.2f}{d.high:>9.2f}  {d.unit:<6}", end="")
        print(f"{d.r2:>6.2f}{keeps:>8}{d.effect:>8.1f}")
    for kind in ("pca", "sefa"):
        effects = [direction.effect for direction in every if direction.kind == kind]
        print(f"{kind:<12}{len(effects)} directions, effects {effects[0]:.1f} to {effects[-1]:.1f}")
    figures: dict[str, object] = {
        "ms": taken,
        "measured": {d.name: round(d.effect, 1) for d in found},
    }
    if found:
        pure = side_effects(generator, found, np.stack([direction.axis for direction in found]))
        plain = side_effects(generator, found, unpurified(generator, found))
        print_changes("change of each trait", found, pure)
        print_changes("by plain regression", found, plain)
        for name, changes in (("others", pure), ("others_plain", plain)):
            apart = np.abs(changes[~np.eye(len(found), dtype=bool)])
            figures[f"{name}_max_sd"] = round(float(apart.max(initial=0)), 2)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
