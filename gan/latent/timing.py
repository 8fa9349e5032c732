"""When a clip is where on its curve: even speed, rests, easing, and a count of frames kept exactly.

A clip's length is measured in segments: an average one lasts 1. Tables of steps (m, q) hold how
far it is along each of q equal parts of each of m segments, in latent or in image space.
demo/static/timing.js gives the same frames.
"""

from __future__ import annotations

import operator

import numpy as np
from numpy.typing import ArrayLike

from gan.latent.curves import Curve, blend

FRAME_COUNT = (2, 100_000)
HOLD_RANGE = (0.0, 8.0)  # average segments
LENGTH_RANGE = (0.1, 10.0)  # times as long as it would last by itself
EASINGS = ("none", "smooth", "hold")
PARTS = 64  # of a segment, in the table of latent steps
CLASS_SHARE = 0.1  # a change of class counts as this part of a change of z as large
SHORTEST = 0.25  # of an average segment: between two near keys one still sees a move
KEY_REST = 0.5  # average segments at every key, when the easing holds on them
SHARPEST = 0.5  # cosine of the largest turn within one part that the table can follow
SEAM_SHARE = 1 / 20  # of the time there: the stretch next to the seam that is kept calm


def latent_steps(z: np.ndarray, weights: np.ndarray | None, closed: bool = False) -> np.ndarray:
    """How far it is from each row of z (n,d) to the next, (n - 1,), or (n,) back to the first.

    `weights` (n,c) or None: class weights, of which a change counts a little.
    """
    square = np.square(_differences(z, closed)).sum(axis=1)
    if weights is not None:
        turn = np.square(_differences(weights, closed)).sum(axis=1)
        square += z.shape[1] * CLASS_SHARE**2 * turn
    return np.sqrt(square)


def grid(curve: Curve, parts: int) -> np.ndarray:
    """The path parameter at the ends of all parts, (m q,), one more where the curve is open."""
    return np.arange(curve.segments * parts + (not curve.closed)) / parts


def arcs(curve: Curve, weights: np.ndarray | None = None, parts: int = PARTS) -> np.ndarray:
    """Latent steps (m, parts) along a curve; weights (k,c) are its keys' classes.

    Raises ValueError where the curve turns too fast to be followed: it passes next to zero.
    """
    u = grid(curve, parts)
    z = curve.at(u)
    following = np.roll(z, -1, axis=0)
    norms = np.linalg.norm(z, axis=1) * np.linalg.norm(following, axis=1)
    sharp = np.sum(z * following, axis=1) <= SHARPEST * norms
    if parts >= PARTS and sharp[: curve.segments * parts].any():  # longer parts may turn further
        raise ValueError(
            "The path through these keyframes crosses zero, as it does between opposite "
            "keyframes: move a keyframe, add one between, or choose the slerp path."
        )
    classes = None if weights is None else blend(weights, u, curve.closed)
    return latent_steps(z, classes, curve.closed).reshape(curve.segments, parts)


def calm_seam(steps: np.ndarray, latent: np.ndarray, back: bool) -> np.ndarray:
    """Image steps (m,q) with more time for what is next to the seam, where it needs it.

    Even in image space, the speed in latent space goes up and down several times over. `latent`,
    the latent steps (m,q) of the same parts, tells where: the way into the seam (the way out of
    it, if the clip goes back that way) is made no faster than the median of all, so that the
    closing step is no larger than others in either space.
    """
    time, way = steps.ravel(), latent.ravel()
    speed = np.divide(way, time, out=np.zeros_like(way), where=time > 0)
    order = np.argsort(speed, kind="stable")
    passed = np.cumsum(time[order]) - time[order] / 2
    median = np.interp(time.sum() / 2, passed, speed[order])
    if not median > 0:
        return steps
    # what is left to the seam when a part begins, and how much of the part lies in the stretch
    left = np.cumsum(time) if back else np.cumsum(time[::-1])[::-1]
    room = SEAM_SHARE * time.sum() - (left - time)
    inside = np.clip(np.divide(room, time, out=np.zeros_like(way), where=time > 0), 0.0, 1.0)
    return (time + inside * np.maximum(way / median - time, 0.0)).reshape(steps.shape)


def positions(
    frames: int,
    steps: ArrayLike,
    lengths: ArrayLike,
    holds: ArrayLike,
    easing: str = "none",
    closed: bool = True,
    back: bool = False,
) -> np.ndarray:
    """Path parameter u (frames,) of every frame, 0 to m.

    frames: 2 to 100,000. steps: (m, q). lengths, holds: one for each key; an open curve's last
    length is of no segment. `back`: forward and back again, which closes by itself. Raises
    ValueError, with a sentence for people.
    """
    frames = _frame_count(frames)
    if easing not in EASINGS:
        raise ValueError(f"There is no easing {easing!r}: choose one of {', '.join(EASINGS)}.")
    steps = np.asarray(steps, np.float64)
    segments, parts = steps.shape
    keys = segments if closed else segments + 1
    rests = _within("hold", holds, keys, HOLD_RANGE) + KEY_REST * (easing == "hold")
    lengths = _within("length", lengths, keys, LENGTH_RANGE)[:segments]

    ways = steps.sum(axis=1)
    share = ways / ways.mean() if ways.any() else np.ones(segments)
    moves = lengths * np.maximum(share, SHORTEST)
    begins = np.concatenate([[0.0], np.cumsum(rests[:segments] + moves)])
    total = begins[-1] + (0.0 if closed else rests[-1])

    now = _clock(frames, closed, back) * total
    segment = np.clip(np.searchsorted(begins, now, side="right") - 1, 0, segments - 1)
    p = np.clip((now - begins[segment] - rests[segment]) / moves[segment], 0.0, 1.0)
    if easing != "none":
        p = p * p * (3.0 - 2.0 * p)
    return segment + _along(steps, segment, p)


def _along(steps: np.ndarray, segment: np.ndarray, p: np.ndarray) -> np.ndarray:
    """How far along its segment, 0 to 1, a share p of the segment's way is."""
    parts = steps.shape[1]
    found = np.empty(len(p))
    for index, row in enumerate(steps):
        now = segment == index
        if way := row.sum():
            reached = np.concatenate([[0.0], np.cumsum(row)])
            found[now] = np.interp(p[now] * way, reached, np.arange(parts + 1) / parts)
        else:
            found[now] = p[now]
    return found


def _clock(frames: int, closed: bool, back: bool) -> np.ndarray:
    """Time of each frame as a share of the whole way there."""
    index = np.arange(frames)
    if back:
        return 2 * np.minimum(index, frames - index) / frames
    return index / (frames if closed else frames - 1)


def _differences(rows: np.ndarray, closed: bool) -> np.ndarray:
    return np.diff(rows, axis=0, append=rows[:1]) if closed else np.diff(rows, axis=0)


def _within(name: str, given: ArrayLike, keys: int, limits: tuple[float, float]) -> np.ndarray:
    try:
        numbers = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        numbers = np.full(0, np.nan)
    if numbers.shape != (keys,):
        raise ValueError(f"There must be one {name} for each of the {keys} keyframes.")
    fine = (numbers >= limits[0]) & (numbers <= limits[1])  # nan compares false
    if not fine.all():
        index = int(np.argmin(fine))
        raise ValueError(
            f"The {name} of keyframe {index + 1} must be a number from {limits[0]:g} to "
            f"{limits[1]:g}, not {numbers[index]:g}."
        )
    return numbers


def _frame_count(frames: int) -> int:
    try:
        count = operator.index(frames)
    except TypeError:
        count = 0
    if isinstance(frames, bool) or not FRAME_COUNT[0] <= count <= FRAME_COUNT[1]:
        raise ValueError(
            f"A clip has a whole number of frames from {FRAME_COUNT[0]} to {FRAME_COUNT[1]:,}, "
            f"not {frames!r}."
        )
    return count
