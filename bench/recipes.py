"""Compare settings at equal training time: the rows of RECIPES.md that are settings.

    python bench/recipes.py [--seconds 30] [--seeds 1] [--only NAME ...]

Each row is the preset `default` with some changes, trained for the given seconds with the learning
rate schedule of that time. The distance is that of bench/time_to_quality.py. The last line is one
JSON object: the median distance of each row.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from bench.support.scoring import Scorer
from gan.config import Config, preset
from gan.data.image_set import load
from gan.metrics.evaluate import labels_like
from gan.models.generator import Generator
from gan.system.machine import set_threads
from gan.training.experiments import TRIED
from gan.training.schedule import Schedule
from gan.training.trainer import Trainer

SAMPLES = 10_000
PLAIN_D = {"d_hidden": 0, "d_slope": 0.2, "r1_gamma": 0.3}

ROWS: MappingProxyType[str, dict[str, Any]] = MappingProxyType(
    {
        "default": {},
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
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=list(ROWS), default=list(ROWS))
    options = parser.parse_args()
    set_threads()
    scorer, found = Scorer(), {name: [] for name in options.only}
    print(f"floor: {scorer.floor:.3f}; {options.seconds:g} s each")
    for seed in range(options.seeds):
        for name in options.only:
            generator, steps = trained(preset("default", seed=seed, **ROWS[name]), options.seconds)
            z = np.random.default_rng(12345).standard_normal((SAMPLES, generator.z_dim))
            labels = labels_like(load("mnist").labels, SAMPLES) if generator.classes else None
            distance = scorer.distance(generator.sample(z, labels)[..., 0])
            found[name].append(distance)
            print(f"{name:24} seed {seed}: {distance:8.3f}  {steps:6,} steps", flush=True)
    medians = {name: round(statistics.median(each), 4) for name, each in found.items()}
    print(json.dumps(medians))


def trained(config: Config, seconds: float) -> tuple[Generator, int]:
    """Train for so many seconds; return the EMA generator and the number of steps."""
    trainer = Trainer(config, load("mnist"))
    trainer.schedule = Schedule(seconds, "seconds")
    begun = time.perf_counter()
    while (spent_s := time.perf_counter() - begun) < seconds:
        trainer.elapsed_s = spent_s
        trainer.step()
    return Generator(config, trainer.ema), trainer.step_count


if __name__ == "__main__":
    main()
