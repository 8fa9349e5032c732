"""The plan of a clip: the latent and the class weights of every frame.

The page makes the same plan in JavaScript to play it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gan.latent.curves import Curve, blend, make_curve
from gan.latent.tiles import tile
from gan.latent.timing import arcs, calm_seam, grid, positions

PROBES = 256  # images drawn, at least, to measure a clip in image space
TILES_MAX = 4  # loops along each side of the grid
LATENT_SHARE = 0.05  # weight of the latent step, so that parts without visible change take time
CHUNK = 16  # images drawn at once; bounds the memory
ROWS = 512  # latents computed at once; bounds the memory

Draw = Callable[[np.ndarray, np.ndarray | None], np.ndarray]


@dataclass(frozen=True)
class Plan:
    """The latents of a clip of n frames.

    u: path parameters, float64 (n,). z: float32 (n,d). weights: class weights, float32 (n,c), or
    None without classes. anchors: the keyframes as points of the curve, float32 (k,d). content: how
    many numbers of z follow the curve; the others are motion. tiles: loops along each side of the
    grid; loop t draws `tile(z, t, content)`. closes: whether the last frame leads to the first.
    steps: the step table (m,q) of the timing.
    """

    u: np.ndarray
    z: np.ndarray
    weights: np.ndarray | None
    anchors: np.ndarray
    content: int
    tiles: int
    closes: bool
    steps: np.ndarray


def plan_clip(
    keys: np.ndarray,
    weights: np.ndarray | None = None,
    *,
    frames: int,
    holds: Sequence[float] | None = None,
    lengths: Sequence[float] | None = None,
    path: str = "spline",
    closed: bool = True,
    wander: int = 0,
    easing: str = "none",
    back: bool = False,
    tiles: int = 1,
    motion: np.ndarray | None = None,
    draw: Draw | None = None,
) -> Plan:
    """Plan a clip through keyframes (k,d) with class weights (k,c). Raises ValueError.

    motion: of a model of clips, the last m numbers of the latent of every frame, float32
    (frames,m), in place of the keyframes'. The curve passes through the rest, the content, and one
    keyframe is enough. One motion goes on through all keyframes: speeds that change on the way
    would turn the oscillators ever faster as time passes, and the loop would not close.

    draw: (z, weights) -> uint8 (n,h,w,c). With it the speed is constant in image space, measured
    without motion; without it in latent space. See `make_curve` and `positions` for the other
    arguments.
    """
    if not isinstance(tiles, int) or not 1 <= tiles <= TILES_MAX:
        raise ValueError(f"A clip shows 1 to {TILES_MAX} loops along each side, not {tiles!r}.")
    moves = motion is not None
    first = motion[:1] if moves else np.empty((1, 0), np.float32)
    if moves:
        keys = keys[:, : -first.shape[1]]
    curve = make_curve(path, keys, closed, wander, still=moves)
    count, content = curve.anchors.shape
    closes = curve.closed or back
    steps = arcs(curve, weights)
    clock = (
        np.ones(count) if lengths is None else lengths,
        np.zeros(count) if holds is None else holds,
        easing,
        curve.closed,
        back,
    )
    u = positions(frames, steps, *clock)  # invalid arguments fail before anything is drawn
    if draw is not None and not (moves and count == 1):  # else nothing but the motion changes
        steps = image_arcs(curve, weights, draw, tiles, first)
        if closes:
            steps = calm_seam(steps, arcs(curve, weights, steps.shape[1]), back)
        u = positions(frames, steps, *clock)
    z = np.empty((frames, content + first.shape[1]), np.float32)
    z[:, content:] = motion if moves else first
    for start in range(0, frames, ROWS):
        z[start : start + ROWS, :content] = curve.at(u[start : start + ROWS])
    return Plan(
        u=u,
        z=z,
        weights=None if weights is None else blend(weights, u, curve.closed).astype(np.float32),
        anchors=_with(curve.anchors, first),
        content=content,
        tiles=tiles,
        closes=closes,
        steps=steps,
    )


def image_arcs(
    curve: Curve, weights: np.ndarray | None, draw: Draw, tiles: int, motion: np.ndarray
) -> np.ndarray:
    """Return the steps (m,q) along a curve in image space: RMS differences of neighbouring images.

    The loops of a grid count as one image. The mean is about 1, and no step is 0 where the latent
    changes. weights: class weights (k,c) of the keyframes. motion: float32 (1,m), the end of all
    latents.
    """
    parts = max(8, -(-PROBES // curve.segments))
    u = grid(curve, parts)
    moved, before = [], None
    for start in range(0, len(u), CHUNK):
        now = u[start : start + CHUNK]
        z = curve.at(now)
        content = z.shape[1]
        z = _with(z, motion)
        classes = None if weights is None else blend(weights, now, curve.closed).astype(np.float32)
        pictures = np.stack([draw(tile(z, t, content), classes) for t in range(tiles**2)], axis=1)
        for picture in pictures:
            moved.append(0.0 if before is None else rms(picture, before))
            before = picture
            if start == 0 and len(moved) == 1:
                first = picture
    moved = np.array(moved[1:] + [rms(before, first)] * curve.closed)
    moved = moved.reshape(curve.segments, parts)
    return _share(moved) + LATENT_SHARE * _share(arcs(curve, weights, parts))


def rms(a: np.ndarray, b: np.ndarray) -> float:
    """Return the root mean square difference of two pictures of one shape, in levels of 255."""
    # integers, so that the browser gets the same result
    difference = np.subtract(a, b, dtype=np.int32)
    return float(np.sqrt(np.sum(np.square(difference), dtype=np.int64) / difference.size))


def _with(content: np.ndarray, motion: np.ndarray) -> np.ndarray:
    """Return latents float32 (n,d) of contents (n,d - m) with one motion (1,m)."""
    parts = content, np.broadcast_to(motion, (len(content), motion.shape[1]))
    return np.concatenate(parts, axis=1, dtype=np.float32)


def _share(steps: np.ndarray) -> np.ndarray:
    return steps / (steps.mean() or 1.0)
