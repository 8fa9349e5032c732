"""Measure a generator, each metric beside its value for real training images.

The main metric is the Frechet distance (Heusel et al. 2017) between generated and held-out real
images, in the features of a classifier trained on the same data set rather than Inception's, which
was trained on photographs (`gan.metrics.feature_extractors` has the other data sets). Compare a
value with that of real images, not with papers.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from gan.data.image_set import ImageSet, load
from gan.metrics import accuracy_score as scoring
from gan.metrics.evaluate_clips import clip_figures
from gan.metrics.feature_extractors import FeatureExtractor, feature_extractor_for
from gan.metrics.frechet import feature_statistics, frechet_distance
from gan.metrics.neighbours import NEIGHBOURS, QUERIES, memorisation, precision_recall
from gan.metrics.report import Figure, Report
from gan.models.generator import Generator

CHUNK = 500  # images generated and read between two progress reports
REAL = 10_000  # real images to compare with, of either half: all test images of MNIST
MEASURES = ("frechet", "precision-recall", "motion", "memorisation", "accuracy")

Progress = Callable[[str, float], None]


def evaluate(
    generator: Generator,
    count: int = REAL,
    seed: int = 0,
    measures: Collection[str] = MEASURES,
    on_progress: Progress | None = None,
) -> Report:
    """Measure `count` samples with the class frequencies of the training set.

    Deterministic for a seed. With fewer samples the Frechet distance is larger and recall smaller:
    compare reports of the same `count` only. on_progress: gets the stage and 0..1; may raise.
    Raises DataError: the real images are not available; ValueError: `count` is below 2, a measure
    is unknown, or fewer than 2 images are held out.
    """
    unknown = set(measures) - set(MEASURES)
    if unknown or not measures:
        raise ValueError(f"The measures are: {', '.join(MEASURES)}; not {', '.join(unknown)!r}.")
    if count < 2:
        raise ValueError(f"The count is {count}; a distance needs at least 2 images.")
    start, config = time.perf_counter(), generator.config
    report_progress = on_progress or (lambda *_: None)
    training = load(config.data, size=config.image_size)
    held = load(config.data, train=False, size=config.image_size)
    if len(held.labels) < 2:
        raise ValueError(f"{config.data} holds out {len(held.labels)} images; at least 2 needed.")
    extractor = feature_extractor_for(held)
    labels = labels_like(training.labels, count) if generator.classes else None
    seen, unseen = _some(training), _some(held)
    sets = (_samples(generator, count, seed, labels), _chunks(seen), _chunks(unseen))
    sizes = (count, len(seen.labels), len(unseen.labels))
    fake, train, test = _extract_all(extractor, sets, sum(sizes), report_progress)
    figures, compared = {}, min(sizes)
    if "frechet" in measures:
        fake_s, train_s, real = (feature_statistics(e.features) for e in (fake, train, test))
        figures["frechet"] = Figure(frechet_distance(fake_s, real), frechet_distance(train_s, real))
    if "precision-recall" in measures and compared > NEIGHBOURS:
        report_progress("precision and recall", 0)
        real = test.features[:compared]
        ours, floor = (precision_recall(e.features[:compared], real) for e in (fake, train))
        figures["precision"] = Figure(ours.precision, floor.precision)
        figures["recall"] = Figure(ours.recall, floor.recall)
    figures |= _class_figures(labels, fake, test, unseen.labels.numpy())
    if "motion" in measures and generator.moves:
        figures |= clip_figures(generator, held, labels, seed, report_progress)
    if "memorisation" in measures and len(held.labels) >= 4:
        report_progress("memorisation", 0)
        learnt = training.subset(config.train_images, config.seed)
        samples = np.concatenate(list(_samples(generator, min(count, QUERIES), seed, labels)))
        figures["memorisation"] = memorisation(samples, learnt.pixels(), held.pixels())
    if "accuracy" in measures and generator.classes > 1:
        figures["accuracy_score"] = _accuracy(generator, training, held, seed, report_progress)
    return Report(
        data=config.data,
        model_id=generator.model_id,
        reader=extractor.name,
        count=count,
        real_count=sizes[2],
        compared=compared,
        seed=seed,
        figures=figures,
        class_shares=fake.shares(),
        real_class_shares=test.shares(),
        seconds=time.perf_counter() - start,
    )


def labels_like(labels: ArrayLike, count: int) -> np.ndarray:
    """Return classes int64 (count,) with the frequencies of `labels`, integers from 0, (n,).

    Deterministic, and every prefix has about the same frequencies. A conditional generator must be
    sampled with the class frequencies of the real images it is compared with (BigGAN, Brock et al.
    2019, and StyleGAN2-ADA, Karras et al. 2020, draw labels from the training set for this).
    Raises ValueError: there are no labels.
    """
    numbers = np.bincount(np.asarray(labels, np.int64))
    if not numbers.sum():
        raise ValueError("There are no labels to take the class frequencies from.")
    classes, due = [], []
    for one, share in enumerate(numbers / numbers.sum()):
        turns = np.arange(np.ceil(count * share) + 1)
        classes.append(np.full(len(turns), one, np.int64))
        due.append((turns + 0.5) / share if share else np.full(len(turns), np.inf))
    order = np.argsort(np.concatenate(due), kind="stable")[:count]
    return np.concatenate(classes)[order]


@dataclass(frozen=True)
class _Extracted:
    """Features (n,d) and, with a judge, class probabilities (n,classes) of a set of images."""

    features: np.ndarray
    probabilities: np.ndarray | None

    def shares(self) -> tuple[float, ...] | None:
        if self.probabilities is None:
            return None
        counts = np.bincount(self.probabilities.argmax(1), minlength=self.probabilities.shape[1])
        return tuple((counts / len(self.probabilities)).tolist())


def _extract_all(
    extractor: FeatureExtractor,
    sets: Iterable[Iterable[np.ndarray]],
    total: int,
    report_progress: Progress,
) -> Iterator[_Extracted]:
    """Extract the features of each set; only one chunk of images is held at a time."""
    done = 0
    for chunks in sets:
        parts = []
        for images in chunks:
            parts.append(extractor.extract(images))
            done += len(images)
            report_progress("reading images", done / total)
        features, probabilities = zip(*parts, strict=True)
        known = probabilities[0] is not None
        yield _Extracted(np.concatenate(features), np.concatenate(probabilities) if known else None)


def _class_figures(
    labels: np.ndarray | None, fake: _Extracted, test: _Extracted, real_labels: np.ndarray
) -> dict[str, Figure]:
    """Return what a judge measures of classes; nothing without one."""
    if fake.probabilities is None:
        return {}
    means = (float(each.probabilities.max(1).mean()) for each in (fake, test))
    figures = {"confidence": Figure(*means)}
    if labels is not None:
        pairs = ((fake, labels), (test, real_labels))
        shares = (float((each.probabilities.argmax(1) == known).mean()) for each, known in pairs)
        figures["label_agreement"] = Figure(*shares)
    return figures


def _accuracy(
    generator: Generator, training: ImageSet, held: ImageSet, seed: int, report_progress: Progress
) -> Figure:
    """Train on one generated image per real one, of the same class, and on the real ones."""

    def accuracy(data: ImageSet, stage: str) -> float:
        progress = partial(report_progress, stage)
        return scoring.accuracy_score(data, held, generator.classes, seed, progress)

    drawing = partial(report_progress, "drawing images to learn")
    samples = scoring.generated(generator, training.labels, seed, drawing)
    value, ceiling = accuracy(samples, "learning generated images"), scoring.known_ceiling(training)
    if ceiling is None:
        ceiling = accuracy(training, "learning real images")
    return Figure(value, ceiling)


def _samples(
    generator: Generator, count: int, seed: int, labels: np.ndarray | None
) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(seed)
    for i in range(0, count, CHUNK):
        z = rng.standard_normal((min(CHUNK, count - i), generator.z_dim))
        yield generator.sample(z, None if labels is None else labels[i : i + CHUNK])


def _some(data: ImageSet) -> ImageSet:
    """Return up to `REAL` of the images, a fixed random choice of more."""
    if len(data.labels) <= REAL:
        return data
    chosen = np.random.default_rng(0).choice(len(data.labels), REAL, replace=False)
    return ImageSet(data.name, data.images[chosen], data.labels[chosen])


def _chunks(data: ImageSet) -> Iterator[np.ndarray]:
    pixels = data.pixels()
    return (pixels[i : i + CHUNK] for i in range(0, len(pixels), CHUNK))
