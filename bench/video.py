"""Measure models of clips: how well digits keep their class and their path, and what a step costs.

    python bench/video.py [--minutes 10] [--seeds 0 1 2] [--model FOLDER] [--pictures FOLDER]

Each seed is one run of the preset `video` on `moving-mnist`; with `--model`, that model is measured
instead. The figures are those of `python -m gan evaluate`, each beside its value for real clips and
for real clips with their frames in random order. `step_ms` and `image_step_ms` are the times of a
training step on as many clips as images, taken in turns. The last line is one JSON object of the
medians over the seeds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from bench.support.ours import train_ours
from gan.config import Config
from gan.data.image_set import ImageSet, load
from gan.media.contact_sheet import grid
from gan.media.export import export
from gan.media.writer import ExportSettings
from gan.metrics.evaluate import evaluate
from gan.metrics.report import Figure
from gan.models.generator import Generator
from gan.presets import preset
from gan.system.machine import set_threads
from gan.training.trainer import Trainer

SHOWN, FRAMES, FPS = 40, 64, 12.5  # clips of a picture, and their length
NAMES = {
    "identity": "identity",
    "bounce_violation": "bounce_violation",
    "freeze": "freeze",
    "loop": "loop",
    "fd_frames": "frames_frechet",
    "fd_motion": "motion_frechet",
}
ROUNDS, STEPS = 5, 10  # of timing


def main() -> None:
    """Train, measure and print the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--model", type=Path, help="a trained model, instead of new runs")
    parser.add_argument("--pictures", type=Path, help="a folder for a GIF of each model")
    options = parser.parse_args()
    set_threads()
    rows = []
    for seed in options.seeds if options.model is None else [0]:
        generator = options.model and Generator.load(options.model)
        if generator is None:
            generator, steps = train_ours(preset("video", seed=seed), 60 * options.minutes)
            print(f"seed {seed}: {steps:,} steps", flush=True)
        rows.append(evaluate(generator, measures=("frechet", "motion")).figures)
        for name, figure in rows[-1].items():
            print(f"  {name:<18} {shown(figure)}", flush=True)
        if options.pictures:
            picture(generator, options.pictures / f"clips-{seed}.gif")
    found = {
        name: statistics.median(row[known].value for row in rows)
        for name, known in NAMES.items()
        if known in rows[0]
    }
    found |= {"fd_motion_shuffled": rows[0]["motion_frechet"].shuffled} | step_times()
    print(json.dumps({name: float(f"{value:.4g}") for name, value in found.items()}))


def shown(figure: Figure) -> str:
    parts = (("", figure.value), ("real", figure.floor), ("shuffled", figure.shuffled))
    return "  ".join(f"{name} {value:.4g}".strip() for name, value in parts if value is not None)


def picture(generator: Generator, path: Path) -> None:
    """Write clips beside real ones, as a GIF that plays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    z = np.random.default_rng(0).standard_normal((SHOWN, generator.z_dim))
    clips = generator.clips(z, np.arange(FRAMES), np.arange(SHOWN) % 10)
    export(
        (grid(each, 10) for each in clips.swapaxes(0, 1)), path, ExportSettings("gif", FPS, FRAMES)
    )


def step_times() -> dict[str, float]:
    """Return the milliseconds of a step on clips, and on single images of the same size."""
    clips = preset("video")
    both = {"step_ms": clips, "image_step_ms": replace(clips, motion_dim=0)}
    data = load(clips.data)
    trainers = {name: _warm(config, data) for name, config in both.items()}
    times: dict[str, list[float]] = {name: [] for name in both}
    for _ in range(ROUNDS):
        for name, trainer in trainers.items():
            begun = time.perf_counter()
            for _ in range(STEPS):
                trainer.step()
            times[name].append(1000 * (time.perf_counter() - begun) / STEPS)
    return {name: statistics.median(each) for name, each in times.items()}


def _warm(config: Config, data: ImageSet) -> Trainer:
    trainer = Trainer(config, data)
    for _ in range(3):
        trainer.step()
    return trainer


if __name__ == "__main__":
    main()
