"""The timing of a clip: constant speed, holds, easing, and an exact number of frames.

Durations are in average segments. Step tables (m,q) give the distance covered in each of q equal
parts of each of m segments, in latent space or in image space. The page has the same timing in
JavaScript.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gan.latent.curves import Curve, blend

FRAME_COUNT = (2, 100_000)
HOLD_RANGE = (0, 8)  # average segments
LENGTH_RANGE = (0.1, 10)  # multiples of the default duration
EASINGS = ("none", "smooth", "hold")
PARTS = 64  # per segment, in the table of latent steps
CLASS_SHARE = 0.1  # weight of a change of class against a change of z of the same size
SHORTEST = 0.25  # average segments: the motion between two similar keyframes stays visible
KEY_HOLD = 0.5  # average segments at every keyframe, with the easing "hold"
SHARPEST = 0.5  # cosine of the largest turn within one part that the table can resolve
SEAM_SHARE = 1 / 20  # of the duration: the part next to the seam whose speed is limited
RESTING = 1e-6  # of the largest step: a smaller one is no motion


def latent_steps(z: np.ndarray, weights: np.ndarray | None, closed: bool = False) -> np.ndarray:
    """Return the distance from each row of z (n,d) to the next: (n - 1,), or (n,) if closed.

    weights: class weights (n,c), whose changes count too, or None.
    """
    square = np.square(_differences(z, closed)).sum(axis=1)
    if weights is not None:
        turn = np.square(_differences(weights, closed)).sum(axis=1)
        square += z.shape[1] * CLASS_SHARE**2 * turn
    return np.sqrt(square)


def grid(curve: Curve, parts: int) -> np.ndarray:
    """Return the path parameters at the ends of all parts: (m q,), or (m q + 1,) if open."""
    return np.arange(curve.segments * parts + (not curve.closed)) / parts


def arcs(curve: Curve, weights: np.ndarray | None = None, parts: int = PARTS) -> np.ndarray:
    """Return the latent steps (m,parts) along a curve whose keyframes have class weights (k,c).

    Raises ValueError if the curve passes too close to zero, where it turns too fast.
    """
    u = grid(curve, parts)
    z = curve.at(u)
    following = np.roll(z, -1, axis=0)
    norms = np.linalg.norm(z, axis=1) * np.linalg.norm(following, axis=1)
    sharp = np.sum(z * following, axis=1) <= SHARPEST * norms
    if parts >= PARTS and sharp[: curve.segments * parts].any():  # longer parts may turn more
        raise ValueError(
            "The path through these keyframes crosses zero, as it does between opposite "
            "keyframes: move a keyframe, add one between, or choose the slerp path."
        )
    classes = None if weights is None else blend(weights, u, curve.closed)
    return latent_steps(z, classes, curve.closed).reshape(curve.segments, parts)


def calm_seam(steps: np.ndarray, latent: np.ndarray, back: bool) -> np.ndarray:
    """Return image steps (m,q) with more time for the parts next to the seam, where needed.

    At constant speed in image space, the speed in latent space varies several-fold. `latent` holds
    the latent steps (m,q) of the same parts. Next to the seam (after it, if the clip goes back and
    forth) the latent speed is limited to the median, so that the closing step is no larger than
    the others in either space.
    """
    time, distance = steps.ravel(), latent.ravel()
    speed = np.divide(distance, time, out=np.zeros_like(distance), where=time > 0)
    order = np.argsort(speed, kind="stable")
    passed = np.cumsum(time[order]) - time[order] / 2
    median = np.interp(time.sum() / 2, passed, speed[order])
    if not median > 0:
        return steps
    # the time from a part's start to the seam, and the fraction of the part near the seam
    left = np.cumsum(time) if back else np.cumsum(time[::-1])[::-1]
    room = SEAM_SHARE * time.sum() - (left - time)
    inside = np.clip(np.divide(room, time, out=np.zeros_like(distance), where=time > 0), 0.0, 1.0)
    return (time + inside * np.maximum(distance / median - time, 0.0)).reshape(steps.shape)


def positions(
    frames: int,
    steps: ArrayLike,
    lengths: ArrayLike,
    holds: ArrayLike,
    easing: str = "none",
    closed: bool = True,
    back: bool = False,
) -> np.ndarray:
    """Return the path parameter of every frame, (frames,) in [0, m].

    frames: 2 to 100,000. steps: (m,q). lengths, holds: one per keyframe; the last length of an open
    curve is unused. back: play forward, then backward, which closes the loop. Raises ValueError.
    """
    least, most = FRAME_COUNT
    is_integer = isinstance(frames, int | np.integer) and not isinstance(frames, bool)
    if not is_integer or not least <= frames <= most:
        raise ValueError(
            f"A clip has a whole number of frames from {least} to {most:,}, not {frames!r}."
        )
    if easing not in EASINGS:
        raise ValueError(f"There is no easing {easing!r}: choose one of {', '.join(EASINGS)}.")
    steps = np.asarray(steps, np.float64)
    segments, parts = steps.shape
    keys = segments if closed else segments + 1
    rests = _within("hold", holds, keys, HOLD_RANGE) + KEY_HOLD * (easing == "hold")
    lengths = _within("length", lengths, keys, LENGTH_RANGE)[:segments]

    distances = steps.sum(axis=1)
    share = distances / distances.mean() if distances.any() else np.ones(segments)
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
    """Return the position in its segment, 0 to 1, at a fraction p of the segment's distance."""
    parts = steps.shape[1]
    found = np.empty(len(p))
    for index, row in enumerate(steps):
        now = segment == index
        if distance := row.sum():
            reached = np.concatenate([[0.0], np.cumsum(row)])
            found[now] = np.interp(p[now] * distance, reached, np.arange(parts + 1) / parts)
        else:
            found[now] = p[now]
    return found


def _clock(frames: int, closed: bool, back: bool) -> np.ndarray:
    """Return the time of each frame as a fraction of the forward duration."""
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
    fine = (numbers >= limits[0]) & (numbers <= limits[1])  # false for NaN
    if not fine.all():
        index = int(np.argmin(fine))
        raise ValueError(
            f"The {name} of keyframe {index + 1} must be a number from {limits[0]:g} to "
            f"{limits[1]:g}, not {numbers[index]:g}."
        )
    return numbers
