"""How good is a generator? Numbers from the judge, printed beside what real images would get.

The main one is the Frechet distance (Heusel et al. 2017) between generated and real test images,
in the features of our own judge rather than Inception's, which knows photographs and not digits.
Compare it with its floor, the same distance for real training images, and not with FIDs from
papers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from gan.data import load
from gan.generator import Generator
from gan.judge import Judge, JudgeError

CHUNK = 500  # images generated and judged between two calls of `on_progress`
REAL = 10_000  # real images compared with: all of MNIST's test half, as many to train on


@dataclass(frozen=True)
class Report:
    """What `evaluate` found. Shares and beliefs lie between 0 and 1.

    `frechet` is the squared distance, 0 at best; `floor` is what real training images get.
    `label_agreement` is the share of samples that the judge reads as the class they were asked
    to be, None when unconditional. `class_shares` says how often it read each class;
    `confidence` is its mean belief in what it read, `real_confidence` the same for test images.
    """

    data: str
    model_id: str
    count: int
    real_count: int
    seed: int
    frechet: float
    floor: float
    label_agreement: float | None
    class_shares: tuple[float, ...]
    confidence: float
    real_confidence: float
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Plain values, ready for `json.dumps`."""
        return {**asdict(self), "class_shares": list(self.class_shares)}


def evaluate(
    generator: Generator,
    count: int = REAL,
    seed: int = 0,
    on_progress: Callable[[float], None] | None = None,
) -> Report:
    """Judge `count` samples, as many of each class; the same seed draws the same ones.

    Fewer samples give a larger Frechet distance, so compare reports of one `count` only.
    on_progress: told the share done, 0 to 1; may raise to stop.

    Raises:
        JudgeError: no judge for this data set, or images of another size than it reads.
        DataError: the real images cannot be had.
        ValueError: `count` is below 2.
    """
    if count < 2:
        raise ValueError(f"The count is {count}; a distance needs at least 2 images.")
    start, judge, data = time.perf_counter(), _judge_for(generator), generator.config.data
    train, test = _real_images(data, train=True), _real_images(data, train=False)
    total, done = count + len(train) + len(test), 0

    def advance(images: int) -> None:
        nonlocal done
        done += images
        if on_progress:
            on_progress(done / total)

    fake_features, beliefs = _read(judge, _samples(generator, count, seed), advance)
    test_features, test_beliefs = _read(judge, _chunks(test), advance)
    train_features, _ = _read(judge, _chunks(train), advance)
    real, found = moments(test_features), beliefs.argmax(1)
    agreement = float((found == _asked(generator, count)).mean()) if generator.classes else None
    shares = np.bincount(found, minlength=beliefs.shape[1]) / count
    return Report(
        data=data,
        model_id=generator.model_id,
        count=count,
        real_count=len(test),
        seed=seed,
        frechet=frechet_distance(moments(fake_features), real),
        floor=frechet_distance(moments(train_features), real),
        label_agreement=agreement,
        class_shares=tuple(shares.tolist()),
        confidence=float(beliefs.max(1).mean()),
        real_confidence=float(test_beliefs.max(1).mean()),
        seconds=time.perf_counter() - start,
    )


class Moments(NamedTuple):
    """Mean float64 (d,) and covariance float64 (d,d) of a set of features."""

    mean: np.ndarray
    covariance: np.ndarray


def moments(features: np.ndarray) -> Moments:
    """The moments of features (n,d), n at least 2."""
    features = np.asarray(features, dtype=np.float64)
    return Moments(features.mean(0), np.atleast_2d(np.cov(features, rowvar=False)))


def frechet_distance(a: Moments, b: Moments) -> float:
    """|mean_a - mean_b|^2 + tr(A + B - 2 (AB)^(1/2)), squared as an FID is; never below 0.

    AB is not symmetric, but has the eigenvalues of A^(1/2) B A^(1/2), which is: no complex numbers
    and no matrix square root that may fail to converge.
    """
    values, vectors = np.linalg.eigh(a.covariance)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    product = root @ b.covariance @ root
    overlap = np.sqrt(np.linalg.eigvalsh((product + product.T) / 2).clip(0)).sum()
    gap = ((a.mean - b.mean) ** 2).sum()
    spread = np.trace(a.covariance) + np.trace(b.covariance) - 2 * overlap
    return max(0.0, float(gap + spread))


def table(report: Report) -> str:
    """The report as lines of text for a terminal."""
    asked = ("-", "the model knows no classes")
    if report.label_agreement is not None:
        asked = (f"{report.label_agreement:.2%}", "by the judge")
    sure, real_sure = f"{report.confidence:.2%}", f"{report.real_confidence:.2%}"
    rows = [
        ("Frechet distance", f"{report.frechet:.3f}", f"real images: {report.floor:.3f}"),
        ("read as asked", *asked),
        ("mean confidence", sure, f"real images: {real_sure}"),
    ]
    lines = [
        f"model {report.model_id}: {report.count:,} samples (seed {report.seed}) against "
        f"{report.real_count:,} test images of {report.data}, {report.seconds:.1f} s",
        *(f"  {name:<18}{value:>10}   {note}" for name, value, note in rows),
        "  read as class",
    ]
    largest = max(report.class_shares)
    for label, share in enumerate(report.class_shares):
        bar = "#" * round(30 * share / largest)
        lines.append(f"  {label:>16}  {share:>10.2%}   {bar}".rstrip())
    return "\n".join(lines)


def _judge_for(generator: Generator) -> Judge:
    judge = Judge.load(generator.config.data)
    if generator.shape != (28, 28, 1):
        size = "x".join(map(str, generator.shape))
        raise JudgeError(f"The judge reads images of 28x28x1; this model makes {size}.")
    return judge


def _asked(generator: Generator, count: int) -> np.ndarray:
    """The class of each sample, all equally often."""
    return np.arange(count) % generator.classes


def _samples(generator: Generator, count: int, seed: int) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(seed)
    asked = _asked(generator, count) if generator.classes else None
    for i in range(0, count, CHUNK):
        z = rng.standard_normal((min(CHUNK, count - i), generator.z_dim))
        yield generator.sample(z, None if asked is None else asked[i : i + CHUNK])


def _real_images(data_name: str, train: bool) -> np.ndarray:
    """Up to `REAL` images uint8 (n,h,w,1), of the larger half a fixed random choice."""
    images = load(data_name, train=train).images.permute(0, 2, 3, 1).numpy()
    if len(images) <= REAL:
        return images
    return images[np.random.default_rng(0).choice(len(images), REAL, replace=False)]


def _chunks(images: np.ndarray) -> Iterator[np.ndarray]:
    for i in range(0, len(images), CHUNK):
        yield images[i : i + CHUNK]


def _read(
    judge: Judge, chunks: Iterable[np.ndarray], advance: Callable[[int], None]
) -> tuple[np.ndarray, np.ndarray]:
    """Features and beliefs of all chunks; only one chunk's images are held at a time."""
    features, beliefs = [], []
    for images in chunks:
        for kept, new in zip((features, beliefs), judge.read(images), strict=True):
            kept.append(new)
        advance(len(images))
    return np.concatenate(features), np.concatenate(beliefs)
