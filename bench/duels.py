"""Train every experiment of Side by side and say what came of it: what the page says rests on this.

    python bench/duels.py [--only NAME] [--seeds 0 1]

A row for each run at the end, then which did better. The last line is JSON: by experiment, for each
seed, both distances to real images, both diversities and which run did better.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from gan.config import Config
from gan.data import image_set
from gan.monitor.outcome import outcome
from gan.monitor.real_features import RealFeatures, RealFeaturesCache
from gan.monitor.vitals import Probe
from gan.training.experiments import EXPERIMENTS
from gan.training.trainer import Trainer

WAIT_S = 0.2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="experiments whose name begins like this")
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
                print(f"{one.name:10} seed {seed} {config.steps:6} steps  {told(row)}", flush=True)
            print(f"{one.name:10} seed {seed} better: {better.better} by {better.by}", flush=True)
            figures = {name: [row.get(name) for row in rows] for name in ("frechet", "diversity")}
            found.setdefault(one.name, []).append(figures | {"seed": seed, "better": better.better})
    print(json.dumps(found))


def train(config: Config) -> dict[str, Any]:
    """The vital signs at the end of a run, and its `cpu_s`."""
    trainer = Trainer(config, image_set.load(config.data, size=config.image_size))
    start_s = time.process_time()
    for _ in range(config.steps):
        trainer.step()
    cpu_s = time.process_time() - start_s
    return Probe(trainer, real_features(config)).measure() | {"cpu_s": round(cpu_s, 1)}


_real_features = RealFeaturesCache()


def real_features(config: Config) -> RealFeatures:
    """What to compare with, waited for."""
    while (known := _real_features.get(config.data, config.image_size)) is None:
        time.sleep(WAIT_S)
    return known


def told(row: dict[str, Any]) -> str:
    """A row's figures in a line."""
    drawn = sum(count > 0 for count in row["classes"])
    return (
        f"{row['cpu_s']:6.1f} s of processor  distance {row['frechet']:7.2f} ± "
        f"{1.96 * row['frechet_error']:.2f}  diversity {row['diversity']:.2f}  "
        f"{drawn} digits  gap {100 * row['gap']:.0f} %"
    )


if __name__ == "__main__":
    main()
