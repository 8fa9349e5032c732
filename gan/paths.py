"""Closed loops through the latent space: what the Interpolate tab plays and `export` writes.

High-dimensional Gaussian latents lie near a sphere of radius sqrt(d), so straight lines between
them leave what the generator has seen; these paths stay near it (White 2016, "Sampling
Generative Networks", arXiv:1609.04468). Numpy only: a path is drawn before a model is loaded.

A new path shape is one function (keys, frames) -> (frames, d) and one line in PATHS.
"""

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

KEY_COUNT = (2, 64)
FRAME_COUNT = (2, 100_000)
_CHECKS_PER_SEGMENT = 256


def slerp(a: ArrayLike, b: ArrayLike, t: ArrayLike) -> np.ndarray:
    """Turn from `a` to `b` at constant angular speed while the norm goes linearly.

    a, b: shape (d,). t: scalar or (n,), 0 at `a` and 1 at `b`. Returns float32 (d,) or (n, d).
    Opposite vectors have no unique great circle between them: a fixed one is taken. A zero
    vector borrows the other's direction. (Shoemake 1985, "Animating rotation with quaternion
    curves".) Raises ValueError if the shapes differ or are not (d,).
    """
    start, end = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if start.ndim != 1 or start.shape != end.shape:
        raise ValueError(
            f"slerp needs two vectors of one length, not shapes {start.shape} and {end.shape}."
        )
    time = np.asarray(t, np.float64)[..., None]
    start_norm, end_norm = np.linalg.norm(start), np.linalg.norm(end)
    u = start / start_norm if start_norm else end / (end_norm or 1.0)
    v = end / end_norm if end_norm else u
    # arccos(u.v) loses half its digits where the vectors are nearly parallel (Kahan).
    angle = 2.0 * np.arctan2(np.linalg.norm(v - u), np.linalg.norm(v + u))
    direction = np.cos(time * angle) * u + np.sin(time * angle) * _towards(u, v)
    return (((1.0 - time) * start_norm + time * end_norm) * direction).astype(np.float32)


def slerp_loop(keys: ArrayLike, frames: int) -> np.ndarray:
    """Closed chain of slerps: (k, d) keys -> float32 (frames, d). It has a corner at every key.

    Key i is met at frame i * frames / k; the step after the last frame leads to the first.
    """
    points = np.asarray(keys, np.float64)
    segment, time = _clock(len(points), frames)
    path = np.empty((frames, points.shape[1]), np.float32)
    for index, point in enumerate(points):
        now = segment == index
        path[now] = slerp(point, points[(index + 1) % len(points)], time[now])
    return path


def spline_loop(keys: ArrayLike, frames: int) -> np.ndarray:
    """Smooth closed curve: (k, d) keys -> float32 (frames, d), every frame of norm sqrt(d).

    A periodic cubic spline (two continuous derivatives) through the keys rescaled to sqrt(d),
    then rescaled itself; key i is met exactly at frame i * frames / k. Raises ValueError for a
    zero key, and where the curve crosses zero, as with two opposite keys: it would jump there.
    """
    points = _on_sphere(np.asarray(keys, np.float64))
    count = len(points)
    check = _cubic(points, *_clock(count, count * _CHECKS_PER_SEGMENT))
    if np.any(np.sum(check * np.roll(check, -2, axis=0), axis=1) <= 0.0):
        raise ValueError(
            "The spline path through these keyframes crosses zero, as it does between opposite "
            "keyframes: move a keyframe, add one between, or choose the slerp path."
        )
    return _on_sphere(_cubic(points, *_clock(count, frames))).astype(np.float32)


def circle_loop(keys: ArrayLike, frames: int) -> np.ndarray:
    """Great circle through two keys: (2, d) -> float32 (frames, d), every frame of norm sqrt(d).

    Frame 0 is the first key rescaled to sqrt(d); the second key's direction is passed on the
    way, at its own angle, and half-way round lies the first key's opposite. Raises ValueError
    for other than two keys, a zero key, or keys in one line (they span no plane).
    """
    if len(points := np.asarray(keys, np.float64)) != 2:
        raise ValueError(f"The circle path needs exactly 2 keyframes, not {len(points)}.")
    radius = np.sqrt(points.shape[1])
    first, second = _on_sphere(points) / radius
    if min(np.linalg.norm(second - first), np.linalg.norm(second + first)) < 1e-4:
        raise ValueError(
            "The circle path needs two keyframes in different directions, not the same or opposite."
        )
    angle = (2.0 * np.pi / frames * np.arange(frames))[:, None]
    circle = np.cos(angle) * first + np.sin(angle) * _towards(first, second)
    return (radius * circle).astype(np.float32)


PATHS: Mapping[str, Callable[[ArrayLike, int], np.ndarray]] = MappingProxyType(
    {"spline": spline_loop, "slerp": slerp_loop, "circle": circle_loop}
)


def make_path(name: str, keys: ArrayLike, frames: int) -> np.ndarray:
    """Check everything, then draw the named closed path: float32 (frames, d), all finite.

    name: one of PATHS. keys: (k, d), 2 to 64 keyframes of at least 2 finite numbers. frames:
    2 to 100000; the first frame is not repeated at the end. Raises ValueError, with a sentence
    for people, for anything else and for keys the path cannot join.
    """
    if name not in PATHS:
        raise ValueError(f"There is no path {name!r}: choose one of {', '.join(PATHS)}.")
    frames = _frame_count(frames)
    try:
        points = np.asarray(keys, np.float32)
    except (TypeError, ValueError):
        raise ValueError("Keyframes must be lists of numbers, all of one length.") from None
    if points.ndim != 2 or points.shape[1] < 2:
        raise ValueError(f"Keyframes must have shape (k, d) with d >= 2, not {points.shape}.")
    if not KEY_COUNT[0] <= len(points) <= KEY_COUNT[1]:
        raise ValueError("A path needs {} to {} keyframes, not {}.".format(*KEY_COUNT, len(points)))
    if not np.isfinite(points).all():
        index = int(np.argmin(np.isfinite(points).all(axis=1)))
        raise ValueError(f"Keyframe {index + 1} holds a number that is not finite.")
    return PATHS[name](points, frames)


def label_weights(labels: ArrayLike, frames: int, classes: int) -> np.ndarray:
    """Convex class weights that go linearly from key to key around the loop.

    labels: (k,) whole numbers, each 0 to classes - 1. Returns float32 (frames, classes), rows
    summing to 1, keeping the time of `slerp_loop` and `spline_loop`. Raises ValueError.
    """
    frames = _frame_count(frames)
    names = np.asarray(labels)
    if names.ndim != 1 or not len(names) or not np.issubdtype(names.dtype, np.integer):
        raise ValueError("Labels must be whole numbers, one for each keyframe.")
    if names.min() < 0 or names.max() >= classes:
        raise ValueError(f"Labels must lie between 0 and {classes - 1}, not {names.tolist()}.")
    segment, time = _clock(len(names), frames)
    weights = np.zeros((frames, classes))
    rows = np.arange(frames)
    weights[rows, names[segment]] = 1.0 - time
    weights[rows, np.roll(names, -1)[segment]] += time
    return weights.astype(np.float32)


def seam_ratio(path: ArrayLike) -> float:
    """The jump from last frame to first over the median step; about 1 or less loops unseen.

    path: (n, d), n >= 2. 0.0 for a path that ends where it began, inf if only the seam moves.
    """
    points = np.asarray(path, np.float64)
    step = float(np.median(np.linalg.norm(np.diff(points, axis=0), axis=1)))
    jump = float(np.linalg.norm(points[0] - points[-1]))
    if jump <= 1e-6 * float(np.abs(points).max()):
        return 0.0
    return jump / step if step else float("inf")


def _clock(keys: int, frames: int) -> tuple[np.ndarray, np.ndarray]:
    # Whole-number division: a key's own frame gets time 0 exactly, without rounding.
    segment, rest = np.divmod(np.arange(frames) * keys, frames)
    return segment, rest / frames


def _cubic(points: np.ndarray, segment: np.ndarray, time: np.ndarray) -> np.ndarray:
    ring = np.eye(len(points))
    ring = 4.0 * ring + np.roll(ring, 1, axis=0) + np.roll(ring, -1, axis=0)
    after = np.roll(points, -1, axis=0)
    slope = np.linalg.solve(ring, 3.0 * (after - np.roll(points, 1, axis=0)))
    # Hermite form, from equal second derivatives on both sides of every key.
    bend = 3.0 * (after - points) - 2.0 * slope - np.roll(slope, -1, axis=0)
    turn = slope + np.roll(slope, -1, axis=0) - 2.0 * (after - points)
    t = time[:, None]
    return points[segment] + t * (slope[segment] + t * (bend[segment] + t * turn[segment]))


def _towards(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    side = v - np.dot(u, v) * u
    if np.linalg.norm(side) < 1e-9:
        axis = int(np.argmin(np.abs(u)))
        side = np.eye(1, len(u), axis)[0] - u[axis] * u
    return side / (np.linalg.norm(side) or 1.0)


def _on_sphere(points: np.ndarray) -> np.ndarray:
    norm = np.linalg.norm(points, axis=1, keepdims=True)
    if not norm.all():
        raise ValueError("A keyframe of only zeros has no direction; move it or choose slerp.")
    return points * (np.sqrt(points.shape[1]) / norm)


def _frame_count(frames: int) -> int:
    try:
        count = operator.index(frames)
    except TypeError:
        count = 0
    if not FRAME_COUNT[0] <= count <= FRAME_COUNT[1]:
        limits = "{} to {}".format(*FRAME_COUNT)
        raise ValueError(f"A path needs a whole number of frames, {limits}, not {frames!r}.")
    return count
