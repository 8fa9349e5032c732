"""Measures of nodding, blinking and talking in clips uint8 (n,t,32,32,3) of drawn faces.

They know where the eyes and the mouth of `gan.data.moving_faces` are, and nothing of how a clip was
made: generated, real and shuffled clips are measured alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from gan.data.moving_faces import CHIN, EYES, MOUTH, NOD

FARTHEST_PX, STEP_PX = 3.0, 0.25  # of the nods that are tried
MARGIN = 4  # rows; those of the head's top stay inside the frame
STILL_PX = 0.25  # a standard deviation; a head that moves less does not nod
PERIODS = np.geomspace(NOD[0] / 1.5, NOD[1] * 1.5, 60)  # frames


@dataclass(frozen=True)
class FaceStates:
    """What can be seen of the state of n clips at t frames, float64 (n,t) each.

    `nod` is how far the head is below its mean place, in px. `eyes` and `mouth` are how far these
    are from their median look, as a root mean square in levels: eyes are mostly open, and a mouth
    is mostly closed. `other` is the same of the rest of the head.
    """

    nod: np.ndarray
    eyes: np.ndarray
    mouth: np.ndarray
    other: np.ndarray

    @classmethod
    def seen(cls, clips: np.ndarray) -> Self:
        """Measure clips (n,t,32,32,3)."""
        parts = [_states(clip.astype(np.float32)) for clip in clips]
        return cls(*(np.stack(each) for each in zip(*parts, strict=True)))


def nod_violations(nod: np.ndarray) -> float:
    """Return the share of the variance of nods (n,t) that is not of a sine, 0..1.

    The sine that fits best of periods near those of real clips. Heads that do not nod count as 1.
    """
    at = 2 * np.pi * np.arange(nod.shape[1]) / PERIODS[:, None]
    waves = np.stack([np.cos(at), np.sin(at), np.ones_like(at)], 2)  # (periods,t,3)
    basis = np.linalg.qr(waves)[0]
    total = np.square(nod).sum(1)
    explained = np.square(np.einsum("ptk,nt->npk", basis, nod)).sum(2).max(1)
    mean = np.square(nod.sum(1)) / nod.shape[1]
    share = 1 - (explained - mean) / (total - mean).clip(1e-9)
    return float(np.where(nod.std(1) < STILL_PX, 1.0, share.clip(0, 1)).mean())


def changes(values: np.ndarray) -> np.ndarray:
    """Return how much values (n,t) change from frame to frame: (n,t-1), not negative."""
    return np.abs(np.diff(values, axis=1))


def _states(clip: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return nod, eyes, mouth and other, (t,) each, of frames (t,32,32,3)."""
    nod = _nods(clip, clip.mean(0))
    nod = _nods(clip, _moved(clip, -nod).mean(0))  # against a sharper mean
    nod -= nod.mean()
    head = _moved(clip, -nod)
    away = np.square(head - np.median(head, 0)).mean(3)
    others = np.zeros(away.shape[1:], bool)
    others[MARGIN : int(CHIN)] = True
    found = []
    for part in (EYES, MOUTH):
        others[part] = False
        found.append(np.sqrt(away[:, *part].mean((1, 2))))
    return nod, *found, np.sqrt(away[:, others].mean(1))


def _nods(clip: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Return how far the head of each frame (t,32,32,3) is below that of `mean`, in px: (t,)."""
    tried = np.arange(-FARTHEST_PX, FARTHEST_PX + STEP_PX, STEP_PX)
    rows = slice(MARGIN, int(CHIN) - MARGIN // 2)
    candidates = _moved(np.repeat(mean[None], len(tried), 0), tried)[:, rows].reshape(
        len(tried), -1
    )
    frames = clip[:, rows].reshape(len(clip), -1)
    error = np.square(candidates).sum(1) - 2 * frames @ candidates.T
    best = error.argmin(1).clip(1, len(tried) - 2)
    left, middle, right = (error[np.arange(len(clip)), best + k] for k in (-1, 0, 1))
    curve = (left - 2 * middle + right).clip(1e-9)
    return tried[best] + (STEP_PX * (left - right) / (2 * curve)).clip(-STEP_PX, STEP_PX)


def _moved(frames: np.ndarray, down: np.ndarray) -> np.ndarray:
    """Return frames (n,h,w,c) moved down by `down` (n,) px, between px too; edges are repeated."""
    height = frames.shape[1]
    source = (np.arange(height) - down[:, None]).clip(0, height - 1)
    above = source.astype(int).clip(max=height - 2)
    first, second = (
        np.take_along_axis(frames, at[:, :, None, None], 1) for at in (above, above + 1)
    )
    share = (source - above)[:, :, None, None].astype(np.float32)
    return first + (second - first) * share
