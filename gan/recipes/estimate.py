"""What a clip will weigh and how long it will take, from really drawing and encoding some of it.

A short clip is simply written, all of it. Of a longer one some runs of frames are, evenly spread;
where the clip rests and where it moves are kept apart, for a resting frame costs next to nothing.
A stratified sample (Cochran 1977, "Sampling Techniques", chapter 5), in other words.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gan.latent.plan import Plan
from gan.latent.timing import RESTING, latent_steps
from gan.media.export import check_fps, check_size, common_of
from gan.media.ffmpeg import KEYFRAME_EVERY
from gan.media.frame_style import Look
from gan.media.size_sampling import weigh, weigh_rows
from gan.media.stills import sheet
from gan.media.writer import Target
from gan.recipes.clip_plan import make_plan
from gan.recipes.render import AHEAD, BATCH, draw, look_of, sample_of, write
from gan.system.prefetch import ahead

if TYPE_CHECKING:
    from gan.models.generator import Generator
    from gan.recipes.clip_recipe import ClipRecipe

BUDGET_S = 0.25  # of processor time for the encoding
PICTURES = 256  # drawn, at most
MORE = 0.03  # of a clip's frames, beyond those that fit into the two: it takes that long anyway
SHORT = 24  # frames or fewer: written, all of them, whatever their size
SHARES = (0.1, 0.4)  # of the largest step: slow, middling and fast frames are kept apart


class _Kind(NamedTuple):
    """Processor time per pixel, in nanoseconds, enlarged with hard edges and smoothly; frames of a
    run and runs, at least; bytes that the container adds to each frame, and once."""

    hard_ns: float
    smooth_ns: float
    length: int
    runs: int
    each: float
    once: float


_KINDS = MappingProxyType(
    {
        "gif": _Kind(6, 12, 3, 4, 8, 800),
        "mp4": _Kind(7, 14, 8, 4, 12, 1300),
        "webm": _Kind(12, 12, 8, 5, 7, 700),
        "webp": _Kind(9, 64, 3, 6, 24, 44),
        "apng": _Kind(4, 20, 4, 6, 54, 65),
        "zip": _Kind(5, 21, 1, 12, 190, 22),
    }
)
_FILMS, _LATER = ("mp4", "webm"), ("webp", "apng")
_SPRITE_NS = (4, 12)


@dataclass(frozen=True)
class Estimate:
    """Of the file, in bytes, and of all that `gan.recipes.render.render` does, in seconds."""

    bytes: int
    seconds: float


def estimate(recipe: ClipRecipe, generator: Generator) -> Estimate:
    """What `render` would make of this recipe, within a quarter or so.

    The seconds are those of this machine as busy as it is now. Raises as `render` does.
    """
    begin = perf_counter()
    look, kind = look_of(recipe), recipe.format
    check_fps(kind, recipe.fps)
    height, width, channels = generator.shape
    shape = height * recipe.tiles, width * recipe.tiles, channels
    check_size(kind, look, shape, recipe.frames)
    plan = make_plan(recipe, generator)
    planned_s = perf_counter() - begin
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip"
        pixels = math.prod(look.size(*shape)[:2]) * (1 if channels == 1 else 3)
        room = BUDGET_S * 1e9 / (_cost(kind, look) * pixels)  # frames
        room = min(room, PICTURES / recipe.tiles**2) + MORE * recipe.frames
        if room >= recipe.frames or recipe.frames <= SHORT:
            size = write(recipe, plan, generator, path).stat().st_size
            return Estimate(size, perf_counter() - begin)
        if kind == "sprite":
            found = _of_rows(plan, generator, look, path, room)
        else:
            found = _of_runs(recipe, plan, generator, look, path, room)
    note = len(recipe.to_text())
    return Estimate(round(found.bytes + note), planned_s + found.seconds)


def _cost(kind: str, look: Look) -> float:
    hard, smooth = _SPRITE_NS if kind == "sprite" else _KINDS[kind][:2]
    return smooth if look.smooth and look.scale > 1 else hard


def _of_runs(
    recipe: ClipRecipe, plan: Plan, generator: Generator, look: Look, path: Path, room: float
) -> Estimate:
    kind, frames, about = recipe.format, recipe.frames, _KINDS[recipe.format]
    length = about.length
    if kind in _FILMS:  # the slower the clip, the longer it takes to be as after a keyframe
        length = max(length, min(frames // 40, 40, int(room / about.runs)))
    elif kind in _LATER:  # each run's first frame is drawn for nothing
        length = max(length, min(12, int(room / 12)))
    length = max(1, min(length, frames // about.runs))
    pace = _pace(plan)
    starts = _starts(pace, max(about.runs, int(room / max(1, length - (kind in _LATER)))), length)
    first = look.levels(draw(plan, generator, slice(0, 1))[0])
    target = Target(
        path,
        first,
        check_fps(kind, recipe.fps),
        palette=look.palette,
        smooth=look.smooth and look.scale > 1,
        common=common_of(kind, look, first.shape, sample_of(recipe, plan, generator)),
    )
    begin = perf_counter()
    weigh(kind, target, [[first]], 1)
    one_s = perf_counter() - begin
    begin = perf_counter()
    with closing(_drawn(plan, generator, look, starts, length)) as runs:
        sizes = weigh(kind, target, runs, length)
    each_s = max(0.0, perf_counter() - begin - one_s) / (np.isfinite(sizes).sum() - 1)
    paces = np.stack([pace[start : start + length] for start in starts])
    total = _total(kind, sizes, paces, pace) + about.once + frames * about.each
    return Estimate(round(total), one_s + (frames - 1) * each_s)


def _total(kind: str, sizes: np.ndarray, paces: np.ndarray, pace: np.ndarray) -> float:
    """Bytes of all frames, from those of runs (n, length) and the paces of both."""
    whole = np.nanmean(sizes[:, 0])
    if kind == "zip":
        return whole * len(pace)
    keys = math.ceil(len(pace) / KEYFRAME_EVERY) if kind in _FILMS else 1
    # a film's first frames after a keyframe are cheaper: that one is very good
    settled = max(1, sizes.shape[1] // 4) if kind in _FILMS else 1
    begun = keys * (whole + np.nan_to_num(sizes[:, 1:settled]).mean(axis=0).sum())
    later, paces = sizes[:, settled:], paces[:, settled:]
    shares = [(np.mean(pace[1:] == one), later[paces == one]) for one in np.unique(pace[1:])]
    mean = sum(share * (found if found.size else later).mean() for share, found in shares)
    return begun + max(0, len(pace) - keys * settled) * mean


def _of_rows(plan: Plan, generator: Generator, look: Look, path: Path, room: float) -> Estimate:
    first = look.levels(draw(plan, generator, slice(0, 1))[0])
    frames = len(plan.z)
    columns, rows = sheet(first.shape, frames)
    taken = min(rows, max(3, round(room / columns)))
    whole = max(1, frames // columns)  # the last row may be shorter
    starts = [columns * int(row) for row in (np.arange(taken) + 0.5) * whole / taken]
    begin = perf_counter()
    with closing(_drawn(plan, generator, look, starts, columns)) as drawn:
        size = weigh_rows(first, drawn)
    times = frames / (taken * columns)
    return Estimate(round(size * times), (perf_counter() - begin) * times)


def _drawn(
    plan: Plan, generator: Generator, look: Look, starts: list[int], length: int
) -> Iterator[list[np.ndarray]]:
    at_once = max(1, BATCH // (length * plan.tiles**2))  # runs
    offsets = np.arange(length)
    groups = [np.array(starts[i : i + at_once]) for i in range(0, len(starts), at_once)]
    batches = (draw(plan, generator, (group[:, None] + offsets).ravel()) for group in groups)
    with closing(ahead(batches, AHEAD)) as drawn:
        for batch in drawn:
            for run in range(0, len(batch), length):
                yield [look.levels(frame) for frame in batch[run : run + length]]


def _pace(plan: Plan) -> np.ndarray:
    """How far each frame is from the one before, (n,): 0 rests, 1 is slow, 3 fast."""
    steps = latent_steps(plan.z, plan.weights, True)
    return np.digitize(np.roll(steps, 1) / (steps.max() or 1.0), (RESTING, *SHARES))


def _starts(pace: np.ndarray, runs: int, length: int) -> list[int]:
    """Where runs begin, each pace having its share of them, evenly spread."""
    last = len(pace) - length
    found = []
    for one in np.unique(pace):
        frames = np.flatnonzero(pace[1 : last + 2] == one)
        wanted = min(len(frames), math.ceil(runs * len(frames) / (last + 1)))
        middle = (np.arange(wanted) + 0.5) * len(frames) / max(1, wanted)
        found += frames[middle.astype(int)].tolist()
    return found
