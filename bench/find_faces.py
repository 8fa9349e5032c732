"""Measure how well held-out faces are found in the bundled model, and what verdicts are given.

    python bench/find_faces.py

Faces of the test split and samples of the model should be found; digits, noise, colour gradients,
strokes, cartoon faces of another data set, and faces moved or upside down should not. Each image is
searched alone, with the page's time limit counted in processor time, so that a busy machine gives
about the same figures. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from demo.generate.find import LIMIT_S
from gan.data.image_set import ASSETS, load
from gan.explore import projection
from gan.explore.centering import fit
from gan.latent.latents import latents
from gan.media.contact_sheet import grid, png_bytes
from gan.metrics.judge import Judge
from gan.models.generator import Generator

QUANTILES = (0.1, 0.5, 0.9, 0.97)


class ProcessorTime:
    """Replaces the module `time` in the search."""

    perf_counter = staticmethod(time.process_time)


def picked(data: str, count: int, first: int = 0) -> np.ndarray:
    """Return test images uint8 (count,h,w,c) in a random order, from the `first` on."""
    images = load(data, train=False).images
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    return images[order[first : first + count]].permute(0, 2, 3, 1).numpy()


def gradient(rng: np.random.Generator, side: int) -> np.ndarray:
    """Draw a blurred photo: a colour gradient with a spot of light, and noise."""
    y, x = np.indices((side, side))[..., None] / side
    slopes = rng.uniform(-150, 150, (2, 3))
    spot = np.exp(-((x - rng.uniform()) ** 2 + (y - rng.uniform()) ** 2) / 0.05)
    light = rng.uniform(0, 255, 3) + x * slopes[0] + y * slopes[1]
    light = light + 60 * spot * rng.uniform(-1, 1, 3) + rng.normal(0, 4, (side, side, 3))
    return light.clip(0, 255).astype(np.uint8)


def strokes(rng: np.random.Generator) -> np.ndarray:
    """Draw coloured strokes on a coloured sheet, as a visitor may."""
    colours = rng.integers(0, 256, (8, 3)).tolist()
    sheet = Image.new("RGB", (256, 256), tuple(colours[0]))
    for colour in colours[1 : rng.integers(4, 9)]:
        points = [tuple(point) for point in rng.uniform(20, 236, (rng.integers(2, 6), 2))]
        width = int(rng.integers(8, 50))
        ImageDraw.Draw(sheet).line(points, tuple(colour), width, joint="curve")
    return np.asarray(sheet)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=int, default=40)
    parser.add_argument("--model", type=Path, default=ASSETS / "models/faces")
    parser.add_argument("--sheet", type=Path, help="write targets and results to this PNG")
    options = parser.parse_args()
    torch.set_num_threads(1)  # processor time is that of all threads
    projection.time = ProcessorTime
    model, judge, rng = Generator.load(options.model), Judge.load("faces"), np.random.default_rng(0)
    side = model.shape[0]
    spare = picked("faces", 10, 500)
    sets = {
        "faces": picked("faces", options.faces, 100),
        "samples": model.sample(latents(range(900, 912), model.z_dim)),
        "digits": [fit(image, model.shape) for image in picked("mnist", 4)],
        "noise": rng.integers(0, 256, (2, *model.shape)).astype(np.uint8),
        "gradients": [gradient(rng, side) for _ in range(5)],
        "strokes": [fit(strokes(rng), model.shape) for _ in range(10)],
        "cartoons": [fit(image, model.shape) for image in picked("faces-64", 8)],
        "moved": np.roll(spare[:5], (6, 7), (1, 2)),
        "upside down": spare[5:, ::-1],
    }
    result, pairs = {}, []
    for name, images in sets.items():
        found = []
        for image in np.ascontiguousarray(images):
            search = projection.begin(model, image[None], judge, LIMIT_S)
            search = projection.advance(search, model, limit=LIMIT_S)
            found += projection.projections(search, model)
            pairs.append(np.concatenate([image, found[-1].image], 1))
        errors = [one.error for one in found]
        verdicts = Counter(one.verdict for one in found)
        marks = np.quantile(errors, QUANTILES).round(1).tolist()
        result[name] = {"mean": round(float(np.mean(errors)), 2), "error": marks, **verdicts}
        print(f"{name:12} error {np.mean(errors):6.2f}, {QUANTILES}: {marks}  {dict(verdicts)}")
    if options.sheet:
        options.sheet.write_bytes(png_bytes(grid(np.stack(pairs), 10)))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
