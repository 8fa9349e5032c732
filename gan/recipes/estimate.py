"""Estimate the size of a clip's file and the time to make it, by drawing and encoding some of it.

A short clip is written completely. Of a longer one, evenly spread runs of frames are encoded in a
stratified sample (Cochran 1977, "Sampling Techniques", chapter 5): resting and moving frames are
sampled separately, since resting frames need almost no bytes.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from gan.latent.plan import Plan
from gan.latent.timing import RESTING, latent_steps
from gan.media.export import common_of
from gan.media.ffmpeg import KEYFRAME_EVERY
from gan.media.formats import sprite_grid
from gan.media.size_sampling import frame_sizes, row_size
from gan.media.writer import Output
from gan.recipes.render import AHEAD, BATCH, RenderJob, draw
from gan.system.prefetch import prefetch

BUDGET_S = 0.25  # processor time for encoding
IMAGES_MAX = 256  # drawn within the budget
EXTRA = 0.03  # fraction of the frames sampled beyond the budget: small against the export itself
SHORT = 24  # frames; clips up to this length are written completely
SHARES = (0.1, 0.4)  # of the largest step: limits between slow, medium and fast frames


class _Cost(NamedTuple):
    """Processor time per pixel in ns, with hard and soft pixel edges; least frames per run and
    runs; bytes of the container per frame and per file."""

    hard_ns: float
    smooth_ns: float
    length: int
    runs: int
    frame_bytes: float
    file_bytes: float


_COSTS = MappingProxyType(
    {
        "gif": _Cost(6, 12, 3, 4, 8, 800),
        "mp4": _Cost(7, 14, 8, 4, 12, 1300),
        "webm": _Cost(12, 12, 8, 5, 7, 700),
        "webp": _Cost(9, 64, 3, 6, 24, 44),
        "apng": _Cost(4, 20, 4, 6, 54, 65),
        "zip": _Cost(5, 21, 1, 12, 190, 22),
        "sprite": _Cost(4, 12, 0, 0, 0, 0),
    }
)
_VIDEO, _DIFFERENCES = ("mp4", "webm"), ("webp", "apng")


@dataclass(frozen=True)
class Estimate:
    """Size of the file in bytes, and duration of `RenderJob.render` in seconds."""

    bytes: int
    seconds: float


def estimate(job: RenderJob) -> Estimate:
    """Estimate what `job.render` needs, usually within a quarter.

    The seconds are for this machine under its current load. Raises as `RenderJob.render` does.
    """
    begin = perf_counter()
    plan = job.plan()
    planned_s = perf_counter() - begin
    recipe, style, channels = job.recipe, job.settings.style, job.shape[2]
    cost = _COSTS[recipe.format]
    pixels = job.size[0] * job.size[1] * channels
    pixel_ns = cost.smooth_ns if style.interpolates else cost.hard_ns
    budget = min(BUDGET_S * 1e9 / (pixel_ns * pixels), IMAGES_MAX / recipe.tiles**2)
    budget += EXTRA * recipe.frames  # frames
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip"
        if budget >= recipe.frames or recipe.frames <= SHORT:
            size = job.render(path, plan=plan).stat().st_size
            return Estimate(size, perf_counter() - begin)
        if recipe.format == "sprite":
            found = _of_rows(job, plan, budget)
        else:
            found = _of_runs(job, plan, path, budget)
    return Estimate(round(found.bytes + len(job.settings.note)), planned_s + found.seconds)


def _of_runs(job: RenderJob, plan: Plan, path: Path, budget: float) -> Estimate:
    format, frames, cost = job.recipe.format, job.recipe.frames, _COSTS[job.recipe.format]
    length = cost.length
    if format in _VIDEO:  # the effect of a keyframe lasts longer in a slow clip
        length = max(length, min(frames // 40, 40, int(budget / cost.runs)))
    elif format in _DIFFERENCES:  # the first frame of a run is drawn but not encoded
        length = max(length, min(12, int(budget / 12)))
    length = max(1, min(length, frames // cost.runs))
    pace = _pace(plan)
    counted = max(1, length - (format in _DIFFERENCES))
    starts = _starts(pace, max(cost.runs, int(budget / counted)), length)
    settings = replace(job.settings, note=None)
    first = settings.style.levels(draw(plan, job.generator, slice(0, 1))[0])
    common = common_of(settings, job.shape, job.palette_sample(plan))
    output = Output(path, settings, first, common)
    begin = perf_counter()
    frame_sizes(output, [[first]], 1)
    one_s = perf_counter() - begin
    begin = perf_counter()
    with closing(_drawn(job, plan, starts, length)) as runs:
        sizes = frame_sizes(output, runs, length)
    each_s = max(0.0, perf_counter() - begin - one_s) / (np.isfinite(sizes).sum() - 1)
    paces = np.stack([pace[start : start + length] for start in starts])
    total = _total(format, sizes, paces, pace) + cost.file_bytes + frames * cost.frame_bytes
    return Estimate(round(total), one_s + (frames - 1) * each_s)


def _total(format: str, sizes: np.ndarray, paces: np.ndarray, pace: np.ndarray) -> float:
    """Extrapolate from sizes and paces (runs,length) of a sample to the bytes of all frames."""
    full = np.nanmean(sizes[:, 0])
    if format == "zip":
        return full * len(pace)
    keys = math.ceil(len(pace) / KEYFRAME_EVERY) if format in _VIDEO else 1
    # the first frames after a high-quality keyframe need fewer bytes
    settled = max(1, sizes.shape[1] // 4) if format in _VIDEO else 1
    start = keys * (full + np.nan_to_num(sizes[:, 1:settled]).mean(axis=0).sum())
    later, paces = sizes[:, settled:], paces[:, settled:]
    shares = [(np.mean(pace[1:] == one), later[paces == one]) for one in np.unique(pace[1:])]
    mean = sum(share * (found if found.size else later).mean() for share, found in shares)
    return start + max(0, len(pace) - keys * settled) * mean


def _of_rows(job: RenderJob, plan: Plan, budget: float) -> Estimate:
    first = job.settings.style.levels(draw(plan, job.generator, slice(0, 1))[0])
    frames = len(plan.z)
    columns, rows = sprite_grid(*first.shape[:2], frames)
    sampled = min(rows, max(3, round(budget / columns)))
    complete = max(1, frames // columns)  # the last row may be shorter
    starts = [columns * int(row) for row in (np.arange(sampled) + 0.5) * complete / sampled]
    begin = perf_counter()
    with closing(_drawn(job, plan, starts, columns)) as drawn:
        size = row_size(first, drawn)
    factor = frames / (sampled * columns)
    return Estimate(round(size * factor), (perf_counter() - begin) * factor)


def _drawn(
    job: RenderJob, plan: Plan, starts: list[int], length: int
) -> Iterator[list[np.ndarray]]:
    at_once = max(1, BATCH // (length * plan.tiles**2))  # runs
    offsets = np.arange(length)
    groups = [np.array(starts[i : i + at_once]) for i in range(0, len(starts), at_once)]
    batches = (draw(plan, job.generator, (group[:, None] + offsets).ravel()) for group in groups)
    with closing(prefetch(batches, AHEAD)) as drawn:
        for batch in drawn:
            for run in range(0, len(batch), length):
                yield [job.settings.style.levels(frame) for frame in batch[run : run + length]]


def _pace(plan: Plan) -> np.ndarray:
    """Classify the step to each frame, (n,): 0 resting, 1 slow, 2 medium, 3 fast."""
    steps = latent_steps(plan.z, plan.weights, True)
    return np.digitize(np.roll(steps, 1) / (steps.max() or 1.0), (RESTING, *SHARES))


def _starts(pace: np.ndarray, runs: int, length: int) -> list[int]:
    """Choose the starts of runs, evenly spread and proportional to the frames of each pace."""
    last = len(pace) - length
    found = []
    for one in np.unique(pace):
        frames = np.flatnonzero(pace[1 : last + 2] == one)
        wanted = min(len(frames), math.ceil(runs * len(frames) / (last + 1)))
        middle = (np.arange(wanted) + 0.5) * len(frames) / max(1, wanted)
        found += frames[middle.astype(int)].tolist()
    return found
