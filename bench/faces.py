"""Measure models of faces: quality after four minutes, checkerboard, and a few images of one's own.

    python bench/faces.py [--data faces] [--seconds 240] [--seeds 0 1 2] [--pictures FOLDER]

Each seed is one run of the preset, and one with the pixel shuffle of older models, which measures
`checkerboard_before`. Then 300 of the faces, without classes, are trained on as a visitor's own
images are, for ten minutes of CPU time: as before (pixel shuffle, and a fixed augmentation), and
with the settings of today; `own_memorisation` is about 1 where nothing was memorised.

The Frechet distance, recall and the floor, which is the distance of real training images, are those
of `gan.metrics.evaluate`: 2,000 samples against the 2,000 test faces. `own_floor` is that of the
300 images themselves. `attribute_accuracy` is the judge's mean accuracy over the attributes of test
faces. The checkerboard is that of `gan.metrics.checkerboard`. The last line is one JSON object of
the medians over the seeds; `spread` is the largest minus the least distance.
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
from gan.config import ADA_TARGET
from gan.data.attributes import load_attributes
from gan.data.image_set import load
from gan.media.contact_sheet import grid, png_bytes
from gan.metrics.checkerboard import checkerboard
from gan.metrics.evaluate import evaluate
from gan.metrics.frechet import feature_statistics, frechet_distance
from gan.metrics.judge import Judge, accuracy
from gan.models.generator import Generator
from gan.presets import PRESETS, preset, usual_preset
from gan.system.machine import set_threads

COUNT = 2000
FEW = 300  # images of one's own


def main() -> None:
    """Train, measure and print the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="faces", choices=("faces", "faces-64"))
    parser.add_argument("--preset", choices=PRESETS, help="the usual one of the data")
    parser.add_argument("--seconds", type=float, default=240.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--own-minutes", type=float, default=10.0, help="of CPU time")
    parser.add_argument("--pictures", type=Path, help="a folder for a sheet of each run")
    options = parser.parse_args()
    set_threads()
    held = load(options.data, train=False)
    rows, before = [], []
    for seed in options.seeds:
        name = options.preset or usual_preset(options.data)
        config = preset(name, data=options.data, seed=seed)
        generator, steps = train_ours(config, options.seconds)
        before.append(board(train_ours(replace(config, upsample="shuffle"), options.seconds)[0]))
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
        "checkerboard_before": statistics.median(before),
        "checkerboard_after": middle["checkerboard"],
        "checkerboard_real": checkerboard(held.pixels()),
    } | own_images(options)
    print(json.dumps({name: float(f"{value:.4g}") for name, value in found.items()}))


def own_images(options: argparse.Namespace) -> dict[str, float]:
    """Train on a few faces as on a visitor's own images, before and after; return the medians."""
    found: dict[str, list[float]] = {}
    for seed in options.seeds:
        few = {"data": options.data, "train_images": FEW, "conditional": False, "seed": seed}
        after = preset("own-images", **few, augment_target=ADA_TARGET)
        before = preset("own-images", **few, upsample="shuffle")
        for name, config in (("before", before), ("after", after)):
            generator, steps = train_ours(config, 60 * options.own_minutes, time.process_time)
            measures = ("frechet", "precision-recall", "memorisation")
            figures = evaluate(generator, COUNT, measures=measures).figures
            row = {"fd": figures["frechet"].value, "recall": figures["recall"].value}
            row |= {"memorisation": figures["memorisation"].value, "checkerboard": board(generator)}
            shown = "  ".join(f"{key} {value:.4g}" for key, value in row.items())
            print(f"own images, {name}, seed {seed}: {steps:,} steps  {shown}", flush=True)
            for key, value in row.items():
                found.setdefault(f"own_{key}_{name}", []).append(value)
    medians = {name: statistics.median(values) for name, values in found.items()}
    return medians | {"own_floor": own_floor(options.data)}


def own_floor(data: str) -> float:
    """Return the distance of the few real images themselves from the test images."""
    judge, seed = Judge.load(data), 0
    sets = (load(data).subset(FEW, seed), load(data, train=False))
    few, held = (feature_statistics(judge.extract(each.pixels())[0]) for each in sets)
    return frechet_distance(few, held)


def drawn(generator: Generator) -> np.ndarray:
    """Draw `COUNT` samples, uint8 (n,h,w,c), with the classes in turn."""
    z = np.random.default_rng(1).standard_normal((COUNT, generator.z_dim))
    return generator.sample(z, np.arange(COUNT) % max(1, generator.classes))


def board(generator: Generator) -> float:
    return checkerboard(drawn(generator))


if __name__ == "__main__":
    main()
