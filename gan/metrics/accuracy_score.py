"""The classification accuracy score (Ravuri & Vinyals 2019): are generated images worth learning?

A classifier that has seen nothing but generated images is asked about real ones that are held out.
It fails where the generator leaves out ways to draw a class, mixes classes up, or draws what is not
there. The ceiling is what the same classifier gets when it learns the real training images.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from gan.data.image_set import ImageSet, load
from gan.datasets import DATASETS
from gan.metrics.classifier import train
from gan.metrics.judge import JUDGES
from gan.models.generator import Generator
from gan.system.atomic import write_json
from gan.system.machine import has_bfloat16, set_threads

EPOCHS = 5
CEILING = "ceiling.json"
LEAST_STEPS = 1000  # small data sets are gone through more often
SIDE = 32  # px: larger images are averaged down, which a classifier of so few layers needs
CHUNK = 500
IMAGES_PER_S = 4000  # learnt by two cores of a processor that computes in bfloat16

Progress = Callable[[float], None]


def accuracy_score(
    learnt: ImageSet, test: ImageSet, classes: int, seed: int = 0, progress: Progress | None = None
) -> float:
    """Share (0..1) of `test` that a classifier of `learnt` reads right. Deterministic for a seed.

    Images of one size and channels, at least 24 px. progress: told the share done, 0 to 1.

    Raises:
        ValueError: there is nothing to learn or nothing to ask about.
    """
    if not len(learnt.labels) or not len(test.labels):
        raise ValueError("The accuracy score needs images to learn and images to ask about.")
    learnt, test = shrunk(learnt), shrunk(test)
    network = train(
        learnt,
        classes,
        epochs(len(learnt.labels)),
        seed=seed,
        half=has_bfloat16(torch.device("cpu")),
        on_progress=progress,
    ).eval()
    hits = 0
    with torch.inference_mode():
        for index in torch.arange(len(test.labels)).split(CHUNK):
            images, labels = test.batch(index)
            hits += int((network(images)[1].argmax(1) == labels).sum())
    return hits / len(test.labels)


def generated(
    generator: Generator, labels: Tensor, seed: int = 0, progress: Progress | None = None
) -> ImageSet:
    """An image of `generator` for each label int64 (n,), at most `SIDE` px."""
    rng = np.random.default_rng((seed, 1))  # other latents than those that the rest measures
    name, parts = generator.config.data, []
    for asked in labels.split(CHUNK):
        z = rng.standard_normal((len(asked), generator.z_dim))
        images = torch.from_numpy(generator.sample(z, asked.numpy())).permute(0, 3, 1, 2)
        parts.append(shrunk(ImageSet(name, images.contiguous(), asked)).images)
        if progress:
            progress(len(parts) * CHUNK / max(CHUNK, len(labels)))
    return ImageSet(name, torch.cat(parts), labels)


def shrunk(data: ImageSet) -> ImageSet:
    """The same images, those above `SIDE` px averaged down to it."""
    if data.images.shape[2] <= SIDE:
        return data
    parts = [adaptive_avg_pool2d(part.float(), SIDE) for part in data.images.split(CHUNK)]
    return ImageSet(data.name, torch.cat(parts).round().byte(), data.labels)


def epochs(count: int) -> int:
    """How often so many images are gone through."""
    return max(EPOCHS, -(-LEAST_STEPS * 128 // max(128, count)))


def seconds(count: int) -> float:
    """About how long it takes to learn so many images; see `IMAGES_PER_S`."""
    return count * epochs(count) / IMAGES_PER_S


def known_ceiling(data: ImageSet) -> float | None:
    """The measured ceiling of a data set with a judge, whole and as it came; None of others.

    From `ceiling.json` beside the judge, written by `python -m gan.metrics.accuracy_score`.
    """
    try:
        known = json.loads((JUDGES / data.name / CEILING).read_text())
    except OSError:
        return None
    fits = known["images"] == len(data.labels) and known["epochs"] == epochs(len(data.labels))
    return known["accuracy"] if fits and data.images.shape[2] == known["side_px"] else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the ceiling of a data set that has a judge, and keep it beside the judge."""
    parser = argparse.ArgumentParser(
        prog="python -m gan.metrics.accuracy_score", description=main.__doc__
    )
    parser.add_argument("--data", default="mnist", choices=DATASETS)
    data = parser.parse_args(arguments).data
    set_threads()
    whole, held = load(data), load(data, train=False)
    accuracy = accuracy_score(whole, held, DATASETS[data].classes)
    count, side = len(whole.labels), whole.images.shape[2]
    known = {"accuracy": accuracy, "images": count, "epochs": epochs(count), "side_px": side}
    write_json(JUDGES / data / CEILING, known)
    print(f"{data}: {accuracy:.2%}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
