"""Measure how well, and how fast, test digits are projected into the bundled model's latent space.

    python bench/find.py

A hundred test digits go through the server function that the page calls. Beside it, Adam from a
single random start for the same time: with a random class, and with the digit's own. Then 500 more
digits and images that are no digits, with the verdicts, from which CLOSE and CANNOT of
gan/explore/projection.py were chosen. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import base64
import json
import statistics
import string
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch.nn.functional import one_hot

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from demo.generate.find import find_function
from demo.server.studio import Studio
from demo.settings import Settings
from gan.data.image_set import LOCAL_COPIES, load
from gan.explore.centering import center
from gan.explore.projection import NORM_MAX, PRIOR, Projection, advance, begin, projections, signed
from gan.media.contact_sheet import grid, png_bytes
from gan.metrics.judge import Judge
from gan.models.generator import Generator
from gan.system.machine import set_threads

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def as_the_page_does(studio: Studio, image: np.ndarray) -> tuple[dict, float, float]:
    """Return the last answer, the seconds until it came, and those until the first one."""
    find = find_function(studio)
    h, w, c = image.shape
    picture = base64.b64encode(image.tobytes()).decode()
    start = time.perf_counter()
    answer = find({"model": "mnist", "picture": picture, "h": h, "w": w, "c": c, "centre": False})
    first = time.perf_counter() - start
    while not answer["done"]:
        answer = find({"model": "mnist", "state": answer["state"]})
    return answer, time.perf_counter() - start, first


def one_start(generator: Generator, image: np.ndarray, label: int, seconds: float) -> float:
    """Return the match after so many seconds of Adam from one random start, within the norm."""
    goal, classes = signed(image[None]), one_hot(torch.tensor([label]), 10).float()
    z = torch.randn(1, generator.z_dim, generator=torch.Generator().manual_seed(0))
    z.requires_grad_(True)
    optimiser = torch.optim.Adam([z], lr=0.1)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        off = generator.network(z, classes) - goal
        loss = off.square().sum() + PRIOR * z.square().sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        with torch.no_grad():
            z.mul_((NORM_MAX * generator.z_dim**0.5 / z.norm()).clamp_max(1))
    off = generator.sample(z.detach().numpy(), label)[0].astype(float) - image
    return max(0.0, 1 - np.square(off).mean() / image.var())


def together(generator: Generator, judge: Judge, images: np.ndarray) -> list[Projection]:
    """Project many images at once, without a time limit."""
    parts = [images[i : i + 25] for i in range(0, len(images), 25)]
    return [
        one
        for part in parts
        for one in projections(advance(begin(generator, part, judge), generator), generator)
    ]


def scribbles(count: int) -> np.ndarray:
    """Draw random strokes, centred like a drawing, uint8 (count,28,28,1)."""
    rng, images = np.random.default_rng(0), []
    for _ in range(count):
        sheet = Image.new("L", (280, 280))
        points = rng.uniform(40, 240, (rng.integers(6, 12), 2))
        ImageDraw.Draw(sheet).line([tuple(p) for p in points], 255, 22, joint="curve")
        images.append(center(np.asarray(sheet)))
    return np.stack(images)[..., None]


def letters() -> np.ndarray:
    """Draw capitals that do not look like digits, uint8 (n,28,28,1)."""
    font, images = ImageFont.load_default(200), []
    for letter in sorted(set(string.ascii_uppercase) - set("BDGILOQSZ")):
        sheet = Image.new("L", (280, 280))
        draw = ImageDraw.Draw(sheet)
        draw.text((60, 20), letter, 255, font, stroke_width=4)
        images.append(center(np.asarray(sheet)))
    return np.stack(images)[..., None]


def quantiles(values: list[float]) -> list[float]:
    """Return the values at `QUANTILES`."""
    return [round(float(q), 4) for q in np.quantile(values, QUANTILES)]


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--digits", type=int, default=100)
    parser.add_argument(
        "--sheet", type=Path, help="write pairs of target and projection to this PNG"
    )
    options = parser.parse_args()
    set_threads()
    data = load("mnist", train=False)
    index = torch.randperm(len(data.labels), generator=torch.Generator().manual_seed(0))
    index = index[: options.digits]
    digits = data.images[index].permute(0, 2, 3, 1).numpy()
    labels = data.labels[index].tolist()
    with tempfile.TemporaryDirectory() as runs:
        studio = Studio(Settings(runs=Path(runs)))
        generator, judge = studio.generator("mnist"), Judge.load("mnist")
        as_the_page_does(studio, digits[0])  # warm-up
        rows, blind, informed = [], [], []
        draw = np.random.default_rng(0)
        for image, label in zip(digits, labels, strict=True):
            answer, seconds, first = as_the_page_does(studio, image)
            blind.append(one_start(generator, image, int(draw.integers(10)), seconds))
            informed.append(one_start(generator, image, label, seconds))
            z = np.frombuffer(base64.b64decode(answer["z"]), "<f4").copy()
            rows.append({**answer, "seconds": seconds, "first": first, "array": z})
        studio.close()
    result = {
        "digits": len(rows),
        "match": quantiles([row["match"] for row in rows]),
        "distance": quantiles([row["distance"] for row in rows]),
        "seconds": quantiles([row["seconds"] for row in rows]),
        "first_answer_s": quantiles([row["first"] for row in rows]),
        "norm": quantiles([float(np.linalg.norm(row["array"])) for row in rows]),
        "one_start_match": quantiles(blind),
        "one_start_told_match": quantiles(informed),
        "class_kept": statistics.mean(
            row["label"] == label for row, label in zip(rows, labels, strict=True)
        ),
    }
    print(f"{'':26}" + "".join(f"{100 * q:8.0f} %" for q in QUANTILES))
    for name, values in result.items():
        if isinstance(values, list):
            print(f"{name:26}" + "".join(f"{value:10.3f}" for value in values))
    others = {"scribbles": scribbles(100), "letters": letters()}
    if LOCAL_COPIES["fashion-mnist"].is_dir():
        fashion = load("fashion-mnist", train=False).images[:100]
        others["fashion-mnist"] = fashion.permute(0, 2, 3, 1).numpy()
    many = torch.randperm(len(data.labels), generator=torch.Generator().manual_seed(1))[:500]
    others["500 digits"] = data.images[many].permute(0, 2, 3, 1).numpy()
    counts = {"digits": Counter(row["verdict"] for row in rows)}
    pairs = [
        np.concatenate([image, generator.sample(row["array"][None], row["label"])[0]], 1)
        for image, row in zip(digits, rows, strict=True)
    ]
    for name, images in others.items():
        results = together(generator, judge, images)
        counts[name] = Counter(one.verdict for one in results)
        for what in ("match", "error"):
            values = quantiles([getattr(one, what) for one in results])
            print(f"{what + ', ' + name:26}" + "".join(f"{value:10.3f}" for value in values))
        upper = np.quantile([one.error for one in results], (0.9, 0.97, 0.99))
        print(f"{'':26}error at 90, 97, 99 %: " + ", ".join(f"{value:.1f}" for value in upper))
        pairs += [
            np.concatenate([image, one.image], 1)
            for image, one in zip(images[:40], results, strict=False)
        ]
    for name, count in counts.items():
        print(f"{name:26}" + ", ".join(f"{k}: {count[k]}" for k in ("close", "roughly", "cannot")))
    if options.sheet:
        options.sheet.write_bytes(png_bytes(grid(np.stack(pairs), 20)))
    result["verdicts"] = counts
    print(json.dumps(result))


if __name__ == "__main__":
    main()
