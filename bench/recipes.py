"""Compare settings at equal training time: the rows of RECIPES.md that are settings.

    python bench/recipes.py [--data mnist] [--seconds 30 | --steps N] [--seeds 1] [--only NAME ...]

Each row is the preset `default` with some changes, trained for the given seconds or steps with the
learning rate schedule of that time. The distance is that of bench/time_to_quality.py, or for faces
that of `gan.metrics.evaluate`, of 2,000 samples. The last line is one JSON object: the median
distance of each row.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from bench.support.scoring import Scorer
from gan.config import Config
from gan.data.image_set import load
from gan.metrics.evaluate import evaluate, labels_like
from gan.models.generator import Generator
from gan.presets import preset
from gan.system.machine import set_threads
from gan.training.experiments import TRIED
from gan.training.schedule import Schedule
from gan.training.trainer import Trainer

SAMPLES, OF_FACES = 10_000, 2_000
PLAIN_D = {"d_hidden": 0, "d_slope": 0.2, "r1_gamma": 0.3}

ROWS: MappingProxyType[str, dict[str, Any]] = MappingProxyType(
    {
        "default": {},
        "pixel shuffle": {"upsample": "shuffle"},
        "first default": TRIED | {"precision": "float32"},
        "first default, bfloat16": TRIED,
        "momentum, a plain D": PLAIN_D | {"lr_g": 1e-3, "beta1": 0.5},
        "a plain D, without a dense layer": PLAIN_D,
        "float32": {"precision": "float32"},
        "constant rates": {"lr_schedule": "constant"},
        "half the rates": {"lr_g": 1.5e-3, "lr_d": 1e-3},
        "twice the rates": {"lr_g": 6e-3, "lr_d": 4e-3},
        "D's rate twice G's": {"lr_d": 6e-3},
        "G's rate equal to D's": {"lr_g": 2e-3},
        "batch 32": {"batch_size": 32},
        "batch 128": {"batch_size": 128},
        "width 48": {"width": 48},
        "width 64": {"width": 64},
        "no R1": {"r1_gamma": 0.0},
        "R1 gamma 0.3": {"r1_gamma": 0.3},
        "R1 gamma 3": {"r1_gamma": 3.0},
        "dense layer of 256 in D": {"d_hidden": 256},
        "D's leaky ReLU slope 0.2": {"d_slope": 0.2},
        "D's leaky ReLU slope 0": {"d_slope": 0.0},
        "R1 every 8 steps": {"r1_every": 8},
        "momentum": {"beta1": 0.5},
        "beta2 0.9": {"beta2": 0.9},
        "EMA 0.99": {"ema_decay": 0.99},
        "no EMA": {"ema_decay": 0.0},
        "32 latents": {"z_dim": 32},
        "no labels": {"conditional": False},
        "relativistic, no norm": {"loss": "relativistic", "d_norm": "none", "r1_gamma": 1.0},
        "hinge, spectral norm": {"loss": "hinge", "d_norm": "spectral", "r1_gamma": 0.0},
        "least squares": {"loss": "least-squares"},
        "two steps of D": {"d_steps_per_g_step": 2},
    }
)


def main() -> None:
    """Train every row, seed by seed, and print the results as they come."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=("mnist", "faces", "faces-64"), default="mnist")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--steps", type=int, help="instead of seconds")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=list(ROWS), default=list(ROWS))
    options = parser.parse_args()
    set_threads()
    score = distance_of_digits() if options.data == "mnist" else distance_of_faces
    found = {name: [] for name in options.only}
    for seed in range(options.seeds):
        for name in options.only:
            config = preset("default", data=options.data, seed=seed, **ROWS[name])
            generator, steps = trained(config, options.seconds, options.steps)
            distance = score(generator)
            found[name].append(distance)
            print(f"{name:24} seed {seed}: {distance:8.3f}  {steps:6,} steps", flush=True)
    medians = {name: round(statistics.median(each), 4) for name, each in found.items()}
    print(json.dumps(medians))


def distance_of_digits() -> Callable[[Generator], float]:
    """Return the distance of bench/time_to_quality.py, after printing that of real digits."""
    scorer = Scorer()
    print(f"floor: {scorer.floor:.3f}")

    def distance(generator: Generator) -> float:
        z = np.random.default_rng(12345).standard_normal((SAMPLES, generator.z_dim))
        labels = labels_like(load("mnist").labels, SAMPLES) if generator.classes else None
        return scorer.distance(generator.sample(z, labels)[..., 0])

    return distance


def distance_of_faces(generator: Generator) -> float:
    return evaluate(generator, OF_FACES, measures=("frechet",)).figures["frechet"].value


def trained(config: Config, seconds: float, steps: int | None) -> tuple[Generator, int]:
    """Train for so many seconds or steps; return the EMA generator and the number of steps."""
    trainer = Trainer(config, load(config.data))
    trainer.schedule = Schedule(steps) if steps else Schedule(seconds, "seconds")
    begun = time.perf_counter()
    while (spent_s := time.perf_counter() - begun) < seconds or steps:
        if steps and trainer.step_count == steps:
            break
        trainer.elapsed_s = spent_s
        trainer.step()
    return Generator(config, trainer.ema), trainer.step_count


if __name__ == "__main__":
    main()
