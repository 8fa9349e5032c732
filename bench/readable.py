"""Count the training steps until digits are readable, for every preset.

    python bench/readable.py [--presets default hinge-spectral]

Makes the table `DIGITS` of gan/training/pace.py (with --seeds 3 --most 5000).

Every `EVERY` steps the judge classifies 500 samples of the EMA weights. With classes, digits count
as readable when 85 % are classified as requested; without, when the mean probability is 85 % and 8
of the 10 digits make up at least 2 % each, since a blank image is classified with high confidence
too. The last line is one JSON object: the median of the seeds by preset, null for never.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from gan.data.image_set import ImageSet, load
from gan.metrics.judge import Judge
from gan.models.generator import Generator
from gan.presets import PRESETS, preset
from gan.system.machine import set_threads
from gan.training.trainer import Trainer

SAMPLES = 500
EVERY = 10
ENOUGH = 0.85
FEWEST_DIGITS = 8


def main() -> None:
    """Print a line per run, the table, and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presets", nargs="+", choices=PRESETS, default=list(PRESETS))
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--most", type=int, default=2500, help="steps per run")
    options = parser.parse_args()
    set_threads()
    data, judge = load("mnist"), Judge.load("mnist")
    found: dict[str, int | None] = {}
    for name in options.presets:
        runs = []
        for seed in range(options.seeds):
            start = time.perf_counter()
            steps = until_readable(name, seed, options.most, data, judge)
            took_s = time.perf_counter() - start
            shown = "never" if steps is None else f"{steps:5d}"
            print(f"{name:20} seed {seed}: {shown} steps, {took_s:.0f} s with judging", flush=True)
            runs.append(steps)
        middle = statistics.median_high([math.inf if steps is None else steps for steps in runs])
        found[name] = None if middle == math.inf else middle
    for name, steps in found.items():
        print(f"{name:20} {'never' if steps is None else steps}")
    print(json.dumps(found))


def until_readable(name: str, seed: int, most: int, data: ImageSet, judge: Judge) -> int | None:
    """Return the steps until the samples are readable; None: not within `most`."""
    trainer = Trainer(preset(name, seed=seed), data)
    rng = np.random.default_rng(0)
    z = rng.standard_normal((SAMPLES, trainer.config.z_dim)).astype(np.float32)
    labels = np.arange(SAMPLES) % 10
    while trainer.step_count < most:
        trainer.step()
        # later steps need less precision
        every = EVERY if trainer.step_count <= 1000 else 10 * EVERY
        if trainer.step_count % every == 0 and is_readable(trainer, judge, z, labels):
            return trainer.step_count
    return None


def is_readable(trainer: Trainer, judge: Judge, z: np.ndarray, labels: np.ndarray) -> bool:
    """Return whether the samples are readable; see the top of this file."""
    labelled = trainer.config.conditional
    with torch.inference_mode():
        images = Generator(trainer.config, trainer.ema).sample(z, labels if labelled else None)
    probabilities = judge.extract(images)[1]
    read = probabilities.argmax(1)
    if labelled:
        return bool((read == labels).mean() >= ENOUGH)
    digits = (np.bincount(read, minlength=10) >= SAMPLES / 50).sum()
    return bool(probabilities.max(1).mean() >= ENOUGH and digits >= FEWEST_DIGITS)


if __name__ == "__main__":
    main()
