"""Measure models of faces: quality after four minutes, checkerboard, and the judge's accuracy.

    python bench/faces.py [--data faces] [--seconds 240] [--seeds 0 1 2] [--pictures FOLDER]

Each seed is one run of the preset. The Frechet distance, recall and the floor, which is the
distance of real training images, are those of `gan.metrics.evaluate`: 2,000 samples against the
2,000 test faces. `attribute_accuracy` is the judge's mean accuracy over the attributes of test
faces. The checkerboard is that of `gan.metrics.checkerboard`. The last line is one JSON object of
the medians over the seeds; `spread` is the largest minus the least distance.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from bench.support.ours import train_ours
from gan.config import PRESETS, preset
from gan.data.attributes import load_attributes
from gan.data.image_set import load
from gan.media.contact_sheet import grid, png_bytes
from gan.metrics.checkerboard import checkerboard
from gan.metrics.evaluate import evaluate
from gan.metrics.judge import Judge, accuracy
from gan.models.generator import Generator
from gan.system.machine import set_threads

COUNT = 2000


def main() -> None:
    """Train, measure and print the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="faces", choices=("faces", "faces-64"))
    parser.add_argument("--preset", default="default", choices=PRESETS)
    parser.add_argument("--seconds", type=float, default=240.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--pictures", type=Path, help="a folder for a sheet of each run")
    options = parser.parse_args()
    set_threads()
    held = load(options.data, train=False)
    rows = []
    for seed in options.seeds:
        config = preset(options.preset, data=options.data, seed=seed)
        generator, steps = train_ours(config, options.seconds)
        report = evaluate(generator, COUNT, measures=("frechet", "precision-recall"))
        figures = {name: figure.value for name, figure in report.figures.items()}
        figures |= {"floor": report.figures["frechet"].floor, "checkerboard": board(generator)}
        rows.append(figures)
        shown = "  ".join(f"{name} {value:.4g}" for name, value in figures.items())
        print(f"seed {seed}: {steps:,} steps  {shown}", flush=True)
        if options.pictures:
            options.pictures.mkdir(parents=True, exist_ok=True)
            sheet = grid(drawn(generator)[:100], 10)
            (options.pictures / f"{options.data}-{seed}.png").write_bytes(png_bytes(sheet))
    read = accuracy(Judge.load(options.data), held, load_attributes(options.data, train=False))
    middle = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    distances = [row["frechet"] for row in rows]
    found = {
        f"fd_{options.seconds:g}s": middle["frechet"],
        "spread": max(distances) - min(distances),
        "floor": middle["floor"],
        "recall": middle["recall"],
        "attribute_accuracy": statistics.mean(read.values()),
        "checkerboard": middle["checkerboard"],
        "checkerboard_real": checkerboard(held.pixels()),
    }
    print(json.dumps({name: float(f"{value:.4g}") for name, value in found.items()}))


def drawn(generator: Generator) -> np.ndarray:
    """Draw `COUNT` samples, uint8 (n,h,w,c), with the classes in turn."""
    z = np.random.default_rng(1).standard_normal((COUNT, generator.z_dim))
    return generator.sample(z, np.arange(COUNT) % max(1, generator.classes))


def board(generator: Generator) -> float:
    return checkerboard(drawn(generator))


if __name__ == "__main__":
    main()
