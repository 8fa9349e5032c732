"""Measure the benefit of augmentation with 500 images (preset `few-images`).

    python bench/few_images.py [--seeds 0 1 2] [--steps N]

Both runs of a seed use the same images (50 of each digit), steps and settings except augmentation.
The distance is that of `gan.metrics.evaluate`, 10,000 samples against the test images, at the end
and for the weights with the best vital signs. Two values measure memorisation: the distance of
samples to the nearest training image over that of test images, in the judge's features (1: none;
far below: copies), and D's mean probability of training images minus that of test images. One run
per core at a time. The last line is one JSON object of the medians over the seeds.
"""

from __future__ import annotations

import argparse
import copy
import json
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from bench.duels import real_features
from gan.config import Config
from gan.data import image_set
from gan.data.image_set import ImageSet
from gan.metrics.evaluate import evaluate
from gan.metrics.judge import Judge
from gan.metrics.neighbours import nearest
from gan.models.generator import Generator
from gan.monitor.vitals import Probe
from gan.presets import preset
from gan.system.machine import cpu_share
from gan.training.trainer import Trainer

WAYS = {"without": {"augment": 0.0, "augment_target": 0.0}, "with": {}}
LOOKS = 16  # measurements per run
DRAWN = 2000  # samples, and test images, for the nearest training images


@dataclass(frozen=True)
class Row:
    """One run: CPU seconds of its steps, and the metrics described above."""

    cpu_s: float
    distance: float
    best: float
    best_step: int
    nn_ratio: float
    gap: float


def main() -> None:
    """Print a line per run, the medians side by side, and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, help="per run, instead of the preset's")
    options = parser.parse_args()
    length = {"steps": options.steps} if options.steps else {}
    found: dict[str, list[Row]] = {way: [] for way in WAYS}
    runs = {
        (seed, way): preset("few-images", seed=seed, **length, **changes)
        for seed in options.seeds
        for way, changes in WAYS.items()
    }
    with ProcessPoolExecutor(cpu_share(), get_context("spawn")) as pool:
        rows = pool.map(train, runs.values())
        for ((seed, way), config), row in zip(runs.items(), rows, strict=True):
            found[way].append(row)
            print(f"seed {seed}, {config.steps} steps, {way:8}{described(row)}", flush=True)
    middle = {
        way: {name: statistics.median(getattr(row, name) for row in rows) for name in vars(rows[0])}
        for way, rows in found.items()
    }
    for way, figures in middle.items():
        print(f"median of {len(options.seeds)}, {way:8}{described(Row(**figures))}")
    print(json.dumps(summary(middle["without"], middle["with"])))


def summary(without: dict[str, float], augmented: dict[str, float]) -> dict[str, float]:
    """Combine the medians; `factor` is of the final distances, `factor_best` of the best ones."""
    figures = {
        "without": without["distance"],
        "with": augmented["distance"],
        "factor": without["distance"] / augmented["distance"],
        "best_without": without["best"],
        "best_with": augmented["best"],
        "factor_best": without["best"] / augmented["best"],
        "nn_ratio": augmented["nn_ratio"],
        "nn_ratio_without": without["nn_ratio"],
        "gap": augmented["gap"],
        "gap_without": without["gap"],
        "cpu_s": augmented["cpu_s"],
        "cpu_s_without": without["cpu_s"],
    }
    return {name: round(value, 3) for name, value in figures.items()}


def train(config: Config) -> Row:
    """Train a run on one core and measure it `LOOKS` times."""
    torch.set_num_threads(1)
    trainer, cpu_s = Trainer(config, image_set.load(config.data)), 0.0
    probe = Probe(trainer, real_features(config.data, config.image_size))
    best, best_step, best_ema = np.inf, 0, trainer.ema
    every = max(1, config.steps // LOOKS)
    while trainer.step_count < config.steps:
        start_s = time.process_time()
        trainer.step()
        cpu_s += time.process_time() - start_s
        if trainer.step_count % every == 0 or trainer.step_count == config.steps:
            vitals = probe.measure()
            if vitals["frechet"] < best:
                best, best_step = vitals["frechet"], trainer.step_count
                best_ema = copy.deepcopy(trainer.ema)
    made = [Generator(config, network) for network in (trainer.ema, best_ema)]
    reports = [evaluate(each, measures=["frechet"]) for each in made]
    distance, best = (report.figures["frechet"].value for report in reports)
    # vital signs are estimates: the last weights may be the best after all
    best, best_step = min((best, best_step), (distance, config.steps))
    ratio = nn_ratio(made[0], trainer.data)
    return Row(cpu_s, distance, best, best_step, ratio, vitals["gap"])


def nn_ratio(generator: Generator, seen: ImageSet) -> float:
    """Return the mean distance to the nearest training image, of samples over test images."""
    judge, rng = Judge.load(seen.name), np.random.default_rng(1)
    z = rng.standard_normal((DRAWN, generator.z_dim))
    drawn = generator.sample(z, np.arange(DRAWN) % generator.classes)
    held = image_set.load(seen.name, train=False).subset(DRAWN, 0)
    known, *others = (
        torch.from_numpy(judge.extract(images)[0])
        for images in (seen.pixels(), drawn, held.pixels())
    )
    drawn_away, held_away = (float(nearest(each, known).mean()) for each in others)
    return drawn_away / held_away


def described(row: Row) -> str:
    """Format a row's figures in one line."""
    return (
        f"{row.cpu_s:7.0f} CPU s  distance {row.distance:6.3f}  best {row.best:6.3f} "
        f"at step {row.best_step:6.0f}  neighbours {row.nn_ratio:.2f}  gap {100 * row.gap:3.0f} %"
    )


if __name__ == "__main__":
    main()
