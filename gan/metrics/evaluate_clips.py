"""Measure a model of clips, each metric beside its value for real clips and for shuffled real ones.

Shuffled clips have the same frames in random order: a measure of motion must be worse for them, and
one of single frames the same. There are no pretrained video features to be had offline; the motion
features are those of an untrained network (`gan.metrics.feature_extractors`), since the judge is
trained to ignore where things are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import torch

from gan.data.image_set import ImageSet
from gan.datasets import DATASETS
from gan.metrics import clip_measures as measures
from gan.metrics import face_measures
from gan.metrics.face_measures import FaceStates
from gan.metrics.feature_extractors import RandomFeatures
from gan.metrics.frechet import FeatureStatistics, feature_statistics, frechet_distance
from gan.metrics.judge import Judge, find_judge
from gan.metrics.report import Figure
from gan.models.generator import Generator

SHORT, LONG = 2_000, 300  # clips for the distances, and for what happens in them
TOGETHER = (0, 4, 8)  # frames that are compared together
MOVING = ("eyes", "mouth")  # attributes that change in a clip
GROUPS, EACH = 20, 10  # contents with several motions each, and motions with several contents

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Clips:
    """Short clips (n,9,h,w,c) and long ones (m,4s,h,w,c), s the span of training."""

    short: np.ndarray
    long: np.ndarray

    def shuffled(self) -> Clips:
        return Clips(measures.shuffled(self.short), measures.shuffled(self.long))

    @cached_property
    def centres(self) -> np.ndarray:
        return measures.ink_centres(self.long)

    @cached_property
    def faces(self) -> FaceStates:
        return FaceStates.seen(self.long)


def clip_figures(
    generator: Generator, held: ImageSet, labels: np.ndarray | None, seed: int, report: Progress
) -> dict[str, Figure]:
    """Return the figures of motion, by the names of `gan.metrics.report.LABELS`.

    `held` are the held-out clips; `labels` int64 (n,) the classes to draw, None without classes.
    """
    span = generator.config.clip_span
    report("clips", 0)
    real, other = (_real(held, span, seed + k) for k in (1, 2))
    report("clips", 0.3)
    ours = _drawn(generator, labels, span, seed)
    report("clips", 0.6)
    made = {"value": ours, "floor": other, "shuffled": other.shuffled()}
    judge, figures = find_judge(held.name, generator.shape), {}
    kind = _moving_kind(held.name, generator.shape)
    near, far = _usual_changes(real, span)
    all_measures = [
        _Distances(real, held).measure,
        *([partial(KNOWN[kind], real=real)] if kind else []),
        partial(_standing, span=span, near=near, far=far),
        *([partial(_identity, judge=judge)] if judge else []),
    ]
    for at, measure in enumerate(all_measures):
        found = {which: measure(clips) for which, clips in made.items()}
        for name in found["value"]:
            figures[name] = Figure(**{which: each[name] for which, each in found.items()})
        report("clips", 0.6 + 0.1 * at)
    return figures | _diversity(generator, judge, seed, kind)


def _moving_kind(name: str, shape: tuple[int, int, int]) -> str | None:
    """Return the key of `KNOWN` for a data set in images of `shape` (h,w,c), None if there is none.

    Nothing is known of the path of two digits, and the parts of a face only at its own size.
    """
    spec = DATASETS.get(name)
    if spec is None or spec.pairs or spec.moving not in KNOWN:
        return None
    return spec.moving if spec.moving != "faces" or shape[0] == spec.image_size else None


def _real(held: ImageSet, span: int, seed: int) -> Clips:
    rng = torch.Generator().manual_seed(seed)

    def some(count: int, times: np.ndarray) -> np.ndarray:
        index = torch.randperm(len(held.labels), generator=rng)[:count]
        at = torch.from_numpy(times).float().expand(len(index), -1)
        return held.source.clips(index, at, rng).permute(0, 1, 3, 4, 2).numpy()

    return Clips(some(SHORT, np.arange(TOGETHER[-1] + 1)), some(LONG, np.arange(4 * span)))


def _drawn(generator: Generator, labels: np.ndarray | None, span: int, seed: int) -> Clips:
    rng = np.random.default_rng(seed)

    def some(count: int, times: np.ndarray) -> np.ndarray:
        z = rng.standard_normal((count, generator.z_dim))
        chosen = None if labels is None else np.resize(labels, count)
        return generator.clips(z, times, chosen)

    return Clips(some(SHORT, np.arange(TOGETHER[-1] + 1)), some(LONG, np.arange(4 * span)))


class _Distances:
    """The Frechet distances to real clips, whose features are extracted once."""

    def __init__(self, real: Clips, held: ImageSet) -> None:
        moved = torch.from_numpy(_differences(real.short)).permute(0, 3, 1, 2)
        self._frames = RandomFeatures(held)
        self._changes = RandomFeatures(ImageSet("", moved, held.labels))
        self._real = self._statistics(real)

    def measure(self, clips: Clips) -> dict[str, float]:
        ours = self._statistics(clips)
        return {name: frechet_distance(ours[name], real) for name, real in self._real.items()}

    def _statistics(self, clips: Clips) -> dict[str, FeatureStatistics]:
        parts = [self._frames.extract(clips.short[:, at])[0] for at in TOGETHER]
        features = {
            "frames_frechet": parts[0],
            "motion_frechet": self._changes.extract(_differences(clips.short))[0],
            "clip_frechet": np.concatenate(parts, 1),
        }
        return {name: feature_statistics(each) for name, each in features.items()}


def _differences(short: np.ndarray) -> np.ndarray:
    """Return the change from the first frame to the second, grey where there is none."""
    first, second = (short[:, at].astype(np.int16) for at in (0, 1))
    return ((second - first) // 2 + 128).clip(0, 255).astype(np.uint8)


def _motion(path: np.ndarray, real: np.ndarray) -> dict[str, float]:
    """Compare paths (n,t,d) with real ones."""
    pairs = ((measures.speeds, "speed"), (measures.accelerations, "acceleration"))
    return {
        name: measures.distribution_distance(measure(path), measure(real))
        for measure, name in pairs
    }


def _digits(clips: Clips, real: Clips) -> dict[str, float]:
    rule = {"bounce_violation": measures.bounce_violations(clips.centres)}
    return _motion(clips.centres, real.centres) | rule


def _faces(clips: Clips, real: Clips) -> dict[str, float]:
    ours, theirs = clips.faces, real.faces
    found = _motion(ours.nod[..., None], theirs.nod[..., None])
    for name in MOVING:
        pair = (face_measures.changes(getattr(each, name)) for each in (ours, theirs))
        found[name] = measures.distribution_distance(*pair)
    found["nod_violation"] = face_measures.nod_violations(ours.nod)
    return found | {"elsewhere": float(ours.other.mean())}


# by what moves in the clips: measures of what is known of its motion
KNOWN = {"mnist": _digits, "faces": _faces}


def _usual_changes(real: Clips, span: int) -> tuple[float, float]:
    """Return how much real clips change from frame to frame, and over half a span, in levels."""
    near, far = (float(np.median(measures.change(real.long, lag))) for lag in (1, span // 2))
    return near, far


def _standing(clips: Clips, span: int, near: float, far: float) -> dict[str, float]:
    return {
        "freeze": measures.frozen(clips.long[:, :span], near),
        "freeze_late": measures.frozen(clips.long[:, 3 * span :], near),
        "loop": measures.looping(clips.long[:, : 2 * span], far),
        "loop_late": measures.looping(clips.long[:, 2 * span :], far),
    }


def _identity(clips: Clips, judge: Judge) -> dict[str, float]:
    """Return how well all is kept that the judge reads, besides what moves."""
    read = judge.read(clips.long.reshape(-1, *clips.long.shape[2:]))
    kept = [
        measures.kept_identity(shares.argmax(1).reshape(len(clips.long), -1))
        for name, shares in read.items()
        if name not in MOVING
    ]
    return {"identity": float(np.mean(kept))}


def _diversity(
    generator: Generator, judge: Judge | None, seed: int, kind: str | None
) -> dict[str, Figure]:
    """Return how different the motions of one content are, and the contents of one motion.

    Shares of the variance over all clips: of the paths, and of the judge's features. About 1 if
    content and motion do not depend on each other.
    """
    rng = np.random.default_rng((seed, 1))
    still = generator.z_dim - generator.config.motion_dim
    one, many = (rng.standard_normal((GROUPS, n, generator.z_dim)) for n in (1, EACH))
    contents, motions = many.copy(), many.copy()
    motions[..., :still] = one[..., :still]
    contents[..., still:] = one[..., still:]
    times = np.arange(0, 16, 4)

    def drawn(z: np.ndarray) -> np.ndarray:
        label = 0 if generator.classes else None
        return generator.clips(z.reshape(-1, z.shape[2]), times, label)

    clips = drawn(motions)
    paths = FaceStates.seen(clips).nod if kind == "faces" else measures.ink_centres(clips)
    paths = paths.reshape(GROUPS, EACH, -1)
    figures = {"motion_diversity": Figure(measures.spread_within(paths))}
    if judge is not None:
        clips = drawn(contents)
        features = judge.extract(clips.reshape(-1, *clips.shape[2:]))[0]
        mean = features.reshape(GROUPS, EACH, len(times), -1).mean(2)
        figures["content_diversity"] = Figure(measures.spread_within(mean))
    return figures
