"""The plan of a clip: the latent and the class weights of every frame.

demo/static/plan.js makes the same plan in the page, to play it there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gan.latent.curves import Curve, blend, make_curve
from gan.latent.loop_metrics import Figures, figures, rms
from gan.latent.tiles import tile
from gan.latent.timing import arcs, calm_seam, grid, positions

PROBES = 256  # pictures drawn, at least, to measure a clip in image space
TILES_MAX = 4  # loops along each side of the picture
LATENT_SHARE = 0.05  # of the mean image step, shared out by latent length: no part takes no time
CHUNK = 16  # probes drawn at once, and
ROWS = 512  # latents computed at once, which bound the memory

Draw = Callable[[np.ndarray, np.ndarray | None], np.ndarray]


@dataclass(frozen=True)
class Plan:
    """`u` float64 (n,): path parameter of every frame; `z` float32 (n,d); `weights` float32 (n,c),
    or None without classes; `anchors` float32 (k,d): the keys as the clip passes them.

    `tiles`: loops along each side; loop t of tiles x tiles draws `tile(z, t)`. `closes`: whether
    the last frame leads to the first. `steps` (m,q): the table it is timed by.
    """

    u: np.ndarray
    z: np.ndarray
    weights: np.ndarray | None
    anchors: np.ndarray
    tiles: int
    closes: bool
    steps: np.ndarray

    def figures(self) -> Figures:
        """Seam, largest step and norms, in latent space."""
        return figures(self.z, self.weights, self.closes)


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
    draw: Draw | None = None,
) -> Plan:
    """The plan for keys (k,d) and class weights (k,c), without a recipe. Raises ValueError.

    draw: (z, weights) -> uint8 (n,h,w,c), to time the clip by its pictures; None: by its latents.
    """
    if not isinstance(tiles, int) or not 1 <= tiles <= TILES_MAX:
        raise ValueError(f"A clip shows 1 to {TILES_MAX} loops along each side, not {tiles!r}.")
    curve = make_curve(path, keys, closed, wander)
    count = len(curve.anchors)
    closes = curve.closed or back
    steps = arcs(curve, weights)
    clock = (
        np.ones(count) if lengths is None else lengths,
        np.zeros(count) if holds is None else holds,
        easing,
        curve.closed,
        back,
    )
    u = positions(frames, steps, *clock)  # before any picture: what is wrong is told at once
    if draw is not None:
        steps = image_arcs(curve, weights, draw, tiles)
        if closes:
            steps = calm_seam(steps, arcs(curve, weights, steps.shape[1]), back)
        u = positions(frames, steps, *clock)
    z = np.empty((frames, curve.anchors.shape[1]), np.float32)
    for start in range(0, frames, ROWS):
        z[start : start + ROWS] = curve.at(u[start : start + ROWS])
    return Plan(
        u=u,
        z=z,
        weights=None if weights is None else blend(weights, u, curve.closed).astype(np.float32),
        anchors=curve.anchors.astype(np.float32),
        tiles=tiles,
        closes=closes,
        steps=steps,
    )


def image_arcs(curve: Curve, weights: np.ndarray | None, draw: Draw, tiles: int = 1) -> np.ndarray:
    """Steps (m,q) along a curve as its pictures move: their root mean square difference.

    All loops of a grid are one picture. Their mean is about 1, and none is 0 where the latent
    moves. weights (k,c): of the keys.
    """
    parts = max(8, -(-PROBES // curve.segments))
    u = grid(curve, parts)
    moved, before = [], None
    for start in range(0, len(u), CHUNK):
        now = u[start : start + CHUNK]
        z = curve.at(now).astype(np.float32)
        classes = None if weights is None else blend(weights, now, curve.closed).astype(np.float32)
        pictures = np.stack([draw(tile(z, t), classes) for t in range(tiles**2)], axis=1)
        for picture in pictures:
            moved.append(0.0 if before is None else rms(picture, before))
            before = picture
            if start == 0 and len(moved) == 1:
                first = picture
    moved = np.array(moved[1:] + [rms(before, first)] * curve.closed)
    moved = moved.reshape(curve.segments, parts)
    return _share(moved) + LATENT_SHARE * _share(arcs(curve, weights, parts))


def _share(steps: np.ndarray) -> np.ndarray:
    return steps / (steps.mean() or 1.0)
