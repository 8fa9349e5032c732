"""Train every experiment of the side-by-side view; the page's texts state these results.

    python bench/duels.py [--only NAME] [--seeds 0 1]

Prints a row per run, then which one did better. The last line is one JSON object: by experiment
and seed, both Frechet distances, both diversities and the better run.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from gan.config import Config
from gan.data import image_set
from gan.monitor.compare import outcome
from gan.monitor.real_features import read_real_features
from gan.monitor.vitals import Probe
from gan.training.experiments import EXPERIMENTS
from gan.training.trainer import Trainer

real_features = cache(read_real_features)  # of a data set and an image size


def main() -> None:
    """Train all pairs and print the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="prefix of the experiments' names")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    options = parser.parse_args()
    found: dict[str, list[dict[str, Any]]] = {}
    trained: dict[Config, dict[str, Any]] = {}  # several experiments share a run
    for one in EXPERIMENTS:
        for seed in options.seeds if one.name.startswith(options.only) else ():
            pair = [dataclasses.replace(each, seed=seed) for each in (one.first, one.second)]
            for config in pair:
                if config not in trained:
                    trained[config] = train(config)
            rows = [trained[config] for config in pair]
            better = outcome(*rows, (False, False))
            for config, row in zip(pair, rows, strict=True):
                print(
                    f"{one.name:10} seed {seed} {config.steps:6} steps  {described(row)}",
                    flush=True,
                )
            print(f"{one.name:10} seed {seed} better: {better.better} by {better.by}", flush=True)
            figures = {name: [row.get(name) for row in rows] for name in ("frechet", "diversity")}
            found.setdefault(one.name, []).append(figures | {"seed": seed, "better": better.better})
    print(json.dumps(found))


def train(config: Config) -> dict[str, Any]:
    """Train a run; return its last vital signs and its `cpu_s`."""
    trainer = Trainer(config, image_set.load(config.data, size=config.image_size))
    start_s = time.process_time()
    for _ in range(config.steps):
        trainer.step()
    cpu_s = time.process_time() - start_s
    return Probe(trainer, real_features(config.data, config.image_size)).measure() | {
        "cpu_s": round(cpu_s, 1)
    }


def described(row: dict[str, Any]) -> str:
    """Format a row's figures in one line."""
    drawn = sum(count > 0 for count in row["classes"])
    return (
        f"{row['cpu_s']:6.1f} CPU s  distance {row['frechet']:7.2f} ± "
        f"{1.96 * row['frechet_error']:.2f}  diversity {row['diversity']:.2f}  "
        f"{drawn} digits  gap {100 * row['gap']:.0f} %"
    )


if __name__ == "__main__":
    main()
