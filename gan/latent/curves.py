"""Curves through keyframes in latent space, without timing.

High-dimensional Gaussian latents lie near a sphere of radius sqrt(d). A straight line between two
of them leaves the region the generator was trained on; these curves stay near the sphere (White
2016, "Sampling Generative Networks", arXiv:1609.04468). The page has the same curves in JavaScript.

To add a path, write one function (points, closed, wander) -> Curve, and add it to PATH_KEYS and
_MAKERS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from gan.latent.random_walk import wander_through

KEYS_MAX = 64
# path: least and most keyframes
PATH_KEYS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"spline": (2, KEYS_MAX), "slerp": (2, KEYS_MAX), "circle": (2, 2), "walk": (1, KEYS_MAX)}
)
ALWAYS_CLOSED = ("circle", "walk")
NORM_RANGE = (0.85, 1.15)  # norms of slerp keyframes, in units of sqrt(d)


@dataclass(frozen=True)
class Curve:
    """A curve through k keyframes.

    anchors: float64 (k,d), the keyframes as points of the curve. segments: k if closed, else k - 1.
    at: maps path parameters u (n,) in [0, segments] to float64 (n,d); at(i) is keyframe i. A closed
    curve is periodic in u; on an open one u is clipped.
    """

    anchors: np.ndarray
    segments: int
    closed: bool
    at: Callable[[np.ndarray], np.ndarray]


def make_curve(
    path: str, keys: ArrayLike, closed: bool = True, wander: int = 0, still: bool = False
) -> Curve:
    """Return the curve of the named path through keyframes (k,d), d >= 2.

    closed: whether it returns to the first keyframe; circle and walk always do. wander: seed of the
    walk. still: whether one keyframe is enough for any path; the curve stays there, and is closed.
    Raises ValueError for an unknown path or keyframes it cannot join.
    """
    if path not in PATH_KEYS:
        raise ValueError(f"There is no path {path!r}: choose one of {', '.join(PATH_KEYS)}.")
    try:
        points = np.asarray(keys, np.float64)
    except (TypeError, ValueError):
        raise ValueError("Keyframes must be lists of numbers, all of one length.") from None
    count = len(points) if points.ndim else 0
    fewest, most = PATH_KEYS[path]
    if still and count == 1 < fewest:
        path, closed, fewest = "spline", True, 1
    if not fewest <= count <= most:
        needed = f"exactly {most}" if fewest == most else f"{fewest} to {most}"
        raise ValueError(f"The {path} path needs {needed} keyframes, not {count}.")
    if points.ndim != 2 or points.shape[1] < 2:
        raise ValueError(f"Keyframes must have shape (k, d) with d >= 2, not {points.shape}.")
    if not (good := np.isfinite(points).all(axis=1)).all():
        raise ValueError(f"Keyframe {np.argmin(good) + 1} contains a number that is not finite.")
    if not (good := points.any(axis=1)).all():
        raise ValueError(f"Keyframe {np.argmin(good) + 1} is only zeros: it has no direction.")
    return _MAKERS[path](points, closed or path in ALWAYS_CLOSED, wander)


def blend(weights: np.ndarray, u: np.ndarray, closed: bool) -> np.ndarray:
    """Interpolate the keyframes' class weights (k,c) linearly at u (n,): float64 (n,c)."""
    segment, t = _locate(u, len(weights) if closed else len(weights) - 1, closed)
    after = (segment + 1) % len(weights)
    return (1.0 - t) * weights[segment] + t * weights[after]


def on_sphere(points: np.ndarray) -> np.ndarray:
    """Scale points (n,d) to norm sqrt(d); zero stays zero."""
    norms = np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-200)
    return points * (np.sqrt(points.shape[1]) / norms)


def _spline(points: np.ndarray, closed: bool, wander: int) -> Curve:
    """C2 cubic spline, periodic or natural, projected onto the sphere."""
    points = on_sphere(points)
    count = len(points)
    ring = 4.0 * np.eye(count) + np.roll(np.eye(count), 1, 0) + np.roll(np.eye(count), -1, 0)
    rise = 3.0 * (np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0))
    if not closed:
        # natural spline: no curvature at the ends
        ring[[0, -1]] = 0.0
        ring[0, :2], ring[-1, -2:] = (2.0, 1.0), (1.0, 2.0)
        rise[0], rise[-1] = 3.0 * (points[1] - points[0]), 3.0 * (points[-1] - points[-2])
    slope = np.linalg.solve(ring, rise)
    way, after = np.roll(points, -1, axis=0) - points, np.roll(slope, -1, axis=0)
    bend, turn = 3.0 * way - 2.0 * slope - after, slope + after - 2.0 * way
    segments = count if closed else count - 1

    def at(u: np.ndarray) -> np.ndarray:
        i, t = _locate(u, segments, closed)
        return on_sphere(points[i] + t * (slope[i] + t * (bend[i] + t * turn[i])))

    return Curve(points, segments, closed, at)


def _slerp(points: np.ndarray, closed: bool, wander: int) -> Curve:
    """Spherical linear interpolation (Shoemake 1985), with the norm interpolated linearly.

    Opposite keyframes have no unique great circle between them; a fixed one is used.
    """
    low, high = (share * np.sqrt(points.shape[1]) for share in NORM_RANGE)
    norms = np.linalg.norm(points, axis=1, keepdims=True)
    units, norms = points / norms, np.clip(norms, low, high)
    after = np.roll(units, -1, axis=0)
    sides = np.stack([_towards(u, v) for u, v in zip(units, after, strict=True)])
    # arccos(u.v) loses half its digits for nearly parallel vectors (Kahan).
    angles = 2.0 * np.arctan2(
        np.linalg.norm(after - units, axis=1, keepdims=True),
        np.linalg.norm(after + units, axis=1, keepdims=True),
    )
    growth = np.roll(norms, -1, axis=0) - norms
    segments = len(points) if closed else len(points) - 1

    def at(u: np.ndarray) -> np.ndarray:
        i, t = _locate(u, segments, closed)
        direction = np.cos(t * angles[i]) * units[i] + np.sin(t * angles[i]) * sides[i]
        return (norms[i] + t * growth[i]) * direction

    return Curve(norms * units, segments, closed, at)


def _circle(points: np.ndarray, closed: bool, wander: int) -> Curve:
    """Great circle through two keyframes: from the first to the second, then back around."""
    radius = np.sqrt(points.shape[1])
    anchors = on_sphere(points)
    first, second = anchors / radius
    apart, beside = np.linalg.norm(second - first), np.linalg.norm(second + first)
    if min(apart, beside) < 1e-4:
        raise ValueError(
            "The circle path needs two keyframes in different directions, not the same or opposite."
        )
    angle, side = 2.0 * np.arctan2(apart, beside), _towards(first, second)

    def at(u: np.ndarray) -> np.ndarray:
        i, t = _locate(u, 2, True)
        turned = np.where(i[:, None] == 0, t * angle, angle + t * (2.0 * np.pi - angle))
        return radius * (np.cos(turned) * first + np.sin(turned) * side)

    return Curve(anchors, 2, True, at)


def _walk(points: np.ndarray, closed: bool, wander: int) -> Curve:
    """Periodic random walk through the keyframes, projected onto the sphere."""
    anchors = on_sphere(points)
    wanders = wander_through(anchors, wander)
    return Curve(anchors, len(points), True, lambda u: on_sphere(wanders(np.asarray(u))))


_MAKERS = {"spline": _spline, "slerp": _slerp, "circle": _circle, "walk": _walk}


def _locate(u: np.ndarray, segments: int, closed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the segment of each u (n,), int (n,), and the position in it, [0, 1] (n,1)."""
    u = np.asarray(u, np.float64)
    u = np.mod(u, segments) if closed else np.clip(u, 0.0, segments)
    segment = np.minimum(u.astype(np.int64), segments - 1)
    return segment, (u - segment)[:, None]


def _towards(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return the unit vector orthogonal to u in the direction of v; u and v are unit vectors."""
    side = v - np.dot(u, v) * u
    if np.linalg.norm(side) < 1e-9:
        axis = int(np.argmin(np.abs(u)))
        side = np.eye(1, len(u), axis)[0] - u[axis] * u
    return side / np.linalg.norm(side)
