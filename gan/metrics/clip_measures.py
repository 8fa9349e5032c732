"""Measures of motion in clips uint8 (n,t,h,w,c), for generated, real and shuffled ones alike."""

from __future__ import annotations

import numpy as np

FAINT = 24  # of 255, subtracted: darker pixels are background
STILL = 0.1  # of the usual change between frames; less is standing still
REPEATED = 0.25  # of the usual change between distant frames; less is the same picture
SHORTEST_LOOP = 4  # frames
BOUNCE_PX = 2.0  # from where a digit turns; there it may change its direction
TOLERANCE_PX = 0.5  # of a second difference; less cannot be seen


def shuffled(clips: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return clips with their frames in random order, another one for each clip."""
    order = np.random.default_rng(seed).random(clips.shape[:2]).argsort(1)
    return np.take_along_axis(clips, order[:, :, None, None, None], 1)


def ink_centres(clips: np.ndarray) -> np.ndarray:
    """Return the centres of brightness, in px as x and y, float64 (n,t,2).

    Of a digit that moves without changing, this moves as the digit does, to a tenth of a px.
    """
    ink = (clips.mean(4) - FAINT).clip(0)
    total = ink.sum((2, 3)).clip(1e-6)
    columns, rows = np.arange(ink.shape[3]) + 0.5, np.arange(ink.shape[2]) + 0.5
    return np.stack([ink.sum(2) @ columns / total, ink.sum(3) @ rows / total], 2)


def speeds(centres: np.ndarray) -> np.ndarray:
    """Return the speeds between successive frames of (n,t,2), in px per frame: (n,t-1)."""
    return np.linalg.norm(np.diff(centres, axis=1), axis=2)


def accelerations(centres: np.ndarray) -> np.ndarray:
    """Return the second differences of (n,t,2), in px per frame squared: (n,t-2)."""
    return np.linalg.norm(np.diff(centres, 2, axis=1), axis=2)


def bounce_violations(centres: np.ndarray) -> float:
    """Return the share of moments at which a digit changes its velocity without a bounce, 0..1.

    A bounce is near the least or the greatest coordinate that the centre reaches, so that clips
    should be long enough for a few. A velocity changes if a second difference exceeds
    `TOLERANCE_PX`; that of a straight path at constant speed is 0.
    """
    low, high = centres.min(1, keepdims=True), centres.max(1, keepdims=True)
    middle = centres[:, 1:-1]
    is_free = (middle > low + BOUNCE_PX) & (middle < high - BOUNCE_PX)
    is_wrong = np.abs(np.diff(centres, 2, axis=1)) > TOLERANCE_PX
    return float(is_wrong[is_free].mean()) if is_free.any() else 0.0


def change(clips: np.ndarray, lag: int = 1) -> np.ndarray:
    """Return the mean absolute difference of frames `lag` apart, in levels, of each clip (n,)."""
    ahead = clips[:, lag:].astype(np.int16)
    return np.abs(ahead - clips[:, :-lag]).mean((1, 2, 3, 4))


def frozen(clips: np.ndarray, usual: float) -> float:
    """Return the share of clips that hardly change; `usual` is the `change` of real ones."""
    return float((change(clips) < STILL * usual).mean())


def looping(clips: np.ndarray, usual: float) -> float:
    """Return the share of clips that repeat themselves within half of their length.

    `usual` is the change of real clips between frames that are far apart. Clips that stand still
    are no loops.
    """
    lags = range(SHORTEST_LOOP, clips.shape[1] // 2 + 1)
    least = np.min([change(clips, lag) for lag in lags], axis=0)
    moves = np.max([change(clips, lag) for lag in lags], axis=0) > REPEATED * usual
    return float(((least < REPEATED * usual) & moves).mean())


def kept_identity(predicted: np.ndarray) -> float:
    """Return the share of frames that are read as most frames of their clip are; (n,t) classes."""
    classes = predicted.max() + 1
    counts = np.stack([np.bincount(row, minlength=classes) for row in predicted])
    return float(counts.max(1).sum() / predicted.size)


def distribution_distance(ours: np.ndarray, real: np.ndarray) -> float:
    """Return the Wasserstein distance of two sets of numbers, in their unit."""
    shares = np.linspace(0, 1, 1001)
    return float(np.abs(np.quantile(ours, shares) - np.quantile(real, shares)).mean())


def spread_within(values: np.ndarray) -> float:
    """Return the variance within groups over that of all, of values (groups,n,d).

    It is 0 if a group's values are equal, and about 1 if groups do not differ.
    """
    within = values.var(1, ddof=1).sum(1).mean()
    return float(within / values.reshape(-1, values.shape[2]).var(0).sum().clip(1e-12))
