"""How good is a generator? Measures of its images, each beside what real images would get.

The main one is the Frechet distance (Heusel et al. 2017) between generated and held-out real
images, in the features of our own judge rather than Inception's, which knows photographs and not
digits (`gan.metrics.feature_extractors` says what reads other images). Every figure has its floor,
the same one for real training images against the held-out ones: compare it with that, and not with
papers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from gan.data.image_set import ImageSet, load
from gan.metrics import accuracy_score as scoring
from gan.metrics.class_mix import mixed_like
from gan.metrics.feature_extractors import Reader, reader_for
from gan.metrics.frechet import frechet_distance, moments
from gan.metrics.neighbours import NEIGHBOURS, QUERIES, memorisation, precision_recall
from gan.metrics.report import Figure, Report
from gan.models.generator import Generator

CHUNK = 500  # images generated and read between two calls of `on_progress`
REAL = 10_000  # real images compared with: all of MNIST's test half, as many to train on
MEASURES = ("frechet", "precision-recall", "memorisation", "accuracy")

Tell = Callable[[str, float], None]


def evaluate(
    generator: Generator,
    count: int = REAL,
    seed: int = 0,
    measures: Collection[str] = MEASURES,
    on_progress: Tell | None = None,
) -> Report:
    """Measure `count` samples, the classes as often as in the training set; the same seed gives the
    same report.

    Fewer samples give a larger Frechet distance and less recall, so compare reports of one `count`
    only. on_progress: told what is being done and its share, 0 to 1; may raise to stop.

    Raises:
        DataError: the real images cannot be had.
        ValueError: `count` is below 2, a measure that is not one of `MEASURES`, or too few images
            held out to compare with.
    """
    unknown = set(measures) - set(MEASURES)
    if unknown or not measures:
        raise ValueError(f"The measures are: {', '.join(MEASURES)}; not {', '.join(unknown)!r}.")
    if count < 2:
        raise ValueError(f"The count is {count}; a distance needs at least 2 images.")
    start, tell, config = time.perf_counter(), on_progress or (lambda *_: None), generator.config
    whole = load(config.data, size=config.image_size)
    held = load(config.data, train=False, size=config.image_size)
    if len(held.labels) < 2:
        raise ValueError(f"{config.data} holds out {len(held.labels)} images; 2 are the least.")
    reader = reader_for(held)
    asked = mixed_like(whole.labels, count) if generator.classes else None
    sets = (_samples(generator, count, seed, asked), _chunks(_some(whole)), _chunks(_some(held)))
    sizes = (count, min(REAL, len(whole.labels)), min(REAL, len(held.labels)))
    fake, train, test = _read_all(reader, sets, sum(sizes), tell)
    figures, compared = {}, min(sizes)
    if "frechet" in measures:
        real = moments(test.features)
        distances = (frechet_distance(moments(each.features), real) for each in (fake, train))
        figures["frechet"] = Figure(*distances)
    if "precision-recall" in measures and compared > NEIGHBOURS:
        tell("precision and recall", 0)
        real = test.features[:compared]
        ours, floor = (precision_recall(e.features[:compared], real) for e in (fake, train))
        figures["precision"] = Figure(ours.precision, floor.precision)
        figures["recall"] = Figure(ours.recall, floor.recall)
    figures |= _of_classes(asked, fake, test, held)
    if "memorisation" in measures and len(held.labels) >= 4:
        tell("memorisation", 0)
        learnt = whole.subset(config.train_images, config.seed)
        samples = np.concatenate(list(_samples(generator, min(count, QUERIES), seed, asked)))
        figures["memorisation"] = Figure(
            *memorisation(samples, _pixels(learnt.images), _pixels(held.images))
        )
    if "accuracy" in measures and generator.classes > 1:
        figures["accuracy_score"] = _accuracy(generator, whole, held, seed, tell)
    return Report(
        data=config.data,
        model_id=generator.model_id,
        reader=reader.name,
        count=count,
        real_count=sizes[2],
        compared=compared,
        seed=seed,
        figures=figures,
        class_shares=fake.shares(),
        real_class_shares=test.shares(),
        seconds=time.perf_counter() - start,
    )


@dataclass(frozen=True)
class _Seen:
    """Features (n,d) and, with a judge, beliefs (n,classes) in a set of images."""

    features: np.ndarray
    beliefs: np.ndarray | None

    def shares(self) -> tuple[float, ...] | None:
        if self.beliefs is None:
            return None
        counts = np.bincount(self.beliefs.argmax(1), minlength=self.beliefs.shape[1])
        return tuple((counts / len(self.beliefs)).tolist())


def _read_all(
    reader: Reader, sets: Iterable[Iterable[np.ndarray]], total: int, tell: Tell
) -> Iterator[_Seen]:
    """What the reader sees in each set; only one chunk's images are held at a time."""
    done = 0
    for chunks in sets:
        parts = []
        for images in chunks:
            parts.append(reader.read(images))
            done += len(images)
            tell("reading images", done / total)
        beliefs = None if parts[0][1] is None else np.concatenate([part[1] for part in parts])
        yield _Seen(np.concatenate([part[0] for part in parts]), beliefs)


def _of_classes(
    asked: np.ndarray | None, fake: _Seen, test: _Seen, held: ImageSet
) -> dict[str, Figure]:
    """What a judge says of classes; nothing without one."""
    if fake.beliefs is None:
        return {}
    means = (float(each.beliefs.max(1).mean()) for each in (fake, test))
    figures = {"confidence": Figure(*means)}
    if asked is not None:
        pairs = ((fake, asked), (test, _some(held).labels.numpy()))
        agreements = (float((each.beliefs.argmax(1) == told).mean()) for each, told in pairs)
        figures["label_agreement"] = Figure(*agreements)
    return figures


def _accuracy(
    generator: Generator, whole: ImageSet, held: ImageSet, seed: int, tell: Tell
) -> Figure:
    """One generated image for each real one and of its class, so that both teach as much."""

    def told(stage: str) -> Callable[[float], None]:
        return lambda share: tell(stage, share)

    learnt = scoring.generated(generator, whole.labels, seed, told("drawing images to learn"))
    classes = generator.classes
    value = scoring.accuracy_score(learnt, held, classes, seed, told("learning generated images"))
    ceiling = scoring.known_ceiling(whole)
    if ceiling is None:
        ceiling = scoring.accuracy_score(whole, held, classes, seed, told("learning real images"))
    return Figure(value, ceiling)


def _samples(
    generator: Generator, count: int, seed: int, asked: np.ndarray | None
) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(seed)
    for i in range(0, count, CHUNK):
        z = rng.standard_normal((min(CHUNK, count - i), generator.z_dim))
        yield generator.sample(z, None if asked is None else asked[i : i + CHUNK])


def _some(data: ImageSet) -> ImageSet:
    """Up to `REAL` of the images, of more a fixed random choice."""
    if len(data.labels) <= REAL:
        return data
    chosen = np.random.default_rng(0).choice(len(data.labels), REAL, replace=False)
    return ImageSet(data.name, data.images[chosen], data.labels[chosen])


def _chunks(data: ImageSet) -> Iterator[np.ndarray]:
    for part in data.images.split(CHUNK):
        yield _pixels(part)


def _pixels(images: Tensor) -> np.ndarray:
    return images.permute(0, 2, 3, 1).numpy()
