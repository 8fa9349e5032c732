"""The classification accuracy score (Ravuri & Vinyals 2019): train on generated, test on real.

A classifier trained on generated images only is tested on held-out real ones. It fails where the
generator drops modes, confuses classes or draws artefacts. The ceiling is the accuracy of the same
classifier trained on the real training images.
"""

import argparse
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
from gan.system.atomic import read_json, write_json
from gan.system.machine import has_bfloat16, set_threads

EPOCHS = 5
CEILING = "ceiling.json"
LEAST_STEPS = 1000  # small data sets get more epochs
SIDE = 32  # px: larger images are averaged down; the classifier has few layers
CHUNK = 500
IMAGES_PER_S = 4000  # training speed of two cores with bfloat16

Progress = Callable[[float], None] | None


def accuracy_score(
    training: ImageSet, test: ImageSet, classes: int, seed: int = 0, progress: Progress = None
) -> float:
    """Return the accuracy (0..1) on `test` of a classifier trained on `training`.

    Deterministic for a seed. Both have one image shape, at least 24 px. progress: gets 0..1.
    Raises ValueError: one of the sets is empty.
    """
    if not len(training.labels) or not len(test.labels):
        raise ValueError("The accuracy score needs images to learn and images to test.")
    training, test = shrunk(training), shrunk(test)
    turns, half = epochs(len(training.labels)), has_bfloat16(torch.device("cpu"))
    network = train(training, classes, turns, seed, half=half, on_progress=progress).eval()
    hits = 0
    with torch.inference_mode():
        for index in torch.arange(len(test.labels)).split(CHUNK):
            images, labels = test.batch(index)
            hits += int((network(images)[1].argmax(1) == labels).sum())
    return hits / len(test.labels)


def generated(
    generator: Generator, labels: Tensor, seed: int = 0, progress: Progress = None
) -> ImageSet:
    """Draw one image for each label int64 (n,), at most `SIDE` px."""
    rng = np.random.default_rng((seed, 1))  # other latents than those of the other metrics
    name, parts = generator.config.data, []
    for part in labels.split(CHUNK):
        z = rng.standard_normal((len(part), generator.z_dim))
        images = torch.from_numpy(generator.sample(z, part.numpy())).permute(0, 3, 1, 2)
        parts.append(shrunk(ImageSet(name, images.contiguous(), part)).images)
        if progress:
            progress(len(parts) * CHUNK / max(CHUNK, len(labels)))
    return ImageSet(name, torch.cat(parts), labels)


def shrunk(data: ImageSet) -> ImageSet:
    """Return the images averaged down to at most `SIDE` px."""
    if data.images.shape[2] <= SIDE:
        return data
    parts = [adaptive_avg_pool2d(part.float(), SIDE) for part in data.images.split(CHUNK)]
    return ImageSet(data.name, torch.cat(parts).round().byte(), data.labels)


def epochs(count: int) -> int:
    return max(EPOCHS, -(-LEAST_STEPS * 128 // max(128, count)))


def seconds(count: int) -> float:
    """Estimate the seconds of training on `count` images (`IMAGES_PER_S`)."""
    return count * epochs(count) / IMAGES_PER_S


def known_ceiling(data: ImageSet) -> float | None:
    """Return the stored ceiling of a complete data set at its own size; None if there is none.

    `python -m gan.metrics.accuracy_score` writes it beside the judge.
    """
    known = read_json(JUDGES / data.name / CEILING)
    return known["accuracy"] if known.items() >= _conditions(data).items() else None


def _conditions(data: ImageSet) -> dict[str, int]:
    """Return what a stored ceiling depends on."""
    count = len(data.labels)
    return {"images": count, "epochs": epochs(count), "side_px": data.images.shape[2]}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the ceiling of a data set and store it beside the data set's judge."""
    parser = argparse.ArgumentParser(
        prog="python -m gan.metrics.accuracy_score", description=main.__doc__
    )
    parser.add_argument("--data", default="mnist", choices=DATASETS)
    data = parser.parse_args(arguments).data
    set_threads()
    training, held = load(data), load(data, train=False)
    accuracy = accuracy_score(training, held, DATASETS[data].classes)
    write_json(JUDGES / data / CEILING, {"accuracy": accuracy, **_conditions(training)})
    print(f"{data}: {accuracy:.2%}")


if __name__ == "__main__":
    main()
