"""The signals that the doctor's rules use, one value per reading of the vital signs.

A signal that a run does not have (classes, without a judge) is NaN: comparisons are then false.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from types import MappingProxyType
from typing import Any

import numpy as np

from gan.config import Config

# D's loss while it guesses: every image gets the same score, 0 or midway between the targets
GUESSING = MappingProxyType(
    {
        "non-saturating": 2 * math.log(2),
        "hinge": 2.0,
        "relativistic": math.log(2),
        "least-squares": 0.25,
    }
)
POOLED = 4  # readings: with few held-out images, a single one says little
LEAST = 0.05  # separation of training images from G's: with less, D knows nothing yet
APART = 50  # steps between two readings at least: slow machines measure more often per step


@dataclass(frozen=True)
class Signals:
    """Signals of n readings, each an array (n,), in the order of their steps.

    `d_loss_share` is D's mean loss since the previous reading, relative to a guessing D: 0 if D is
    never wrong, 1 if it cannot tell real from fake, more if it is fooled. `classes` is how many
    classes G draws, exp(entropy); `top_class` the most frequent one and `top_share` its share,
    0..1. `overfit` is how far D's probability of held-out images is from that of training images
    towards that of G's: 0 if D does not know the training images, 1 if it knows nothing else
    (r_v of Karras et al. 2020, arXiv 2006.06676). It is the lesser of this reading's and that of
    the last `POOLED` ones. The others are those of `Probe.measure`.
    """

    steps: np.ndarray
    d_loss_share: np.ndarray
    frechet: np.ndarray
    diversity: np.ndarray
    pixel_spread: np.ndarray
    class_spread: np.ndarray
    live_spread: np.ndarray
    overfit: np.ndarray
    overfit_error: np.ndarray
    classes: np.ndarray
    top_class: np.ndarray
    top_share: np.ndarray
    memorisation: np.ndarray

    def __len__(self) -> int:
        return len(self.steps)


def spaced(vitals: Sequence[dict[str, Any]], steps: int = APART) -> list[dict[str, Any]]:
    """Return the readings that come at least so many steps after the last one returned.

    The same training is then judged alike on slow and fast machines.
    """
    kept: list[dict[str, Any]] = []
    for row in vitals:
        if not kept or row["step"] - kept[-1]["step"] >= steps:
            kept.append(row)
    return kept


def signals(
    rows: Sequence[dict[str, Any]], vitals: Sequence[dict[str, Any]], config: Config
) -> Signals:
    """Compute the signals from rows of history and of vital signs."""
    counts = [row.get("classes") or [0] for row in vitals]
    tops = [max(found) for found in counts]
    overfit, overfit_error = _overfit(vitals)
    totals = [sum(found) or math.nan for found in counts]
    return Signals(
        steps=np.array([row["step"] for row in vitals], int),
        d_loss_share=_losses(rows, vitals) / GUESSING[config.loss],
        frechet=_column(vitals, "frechet"),
        diversity=_column(vitals, "diversity"),
        pixel_spread=_column(vitals, "pixel_spread"),
        class_spread=_column(vitals, "class_spread"),
        live_spread=_column(vitals, "live_spread"),
        overfit=overfit,
        overfit_error=overfit_error,
        classes=np.array([_effective(*pair) for pair in zip(counts, totals, strict=True)]),
        top_class=np.array([f.index(top) for f, top in zip(counts, tops, strict=True)], int),
        top_share=np.array(tops, float) / np.array(totals, float),
        memorisation=_column(vitals, "memorisation"),
    )


def _effective(counts: list[int], total: float) -> float:
    """Return exp(entropy) of counts: k for k equally frequent classes."""
    if math.isnan(total):
        return math.nan
    return math.exp(-sum(n / total * math.log(n / total) for n in counts if n))


def _overfit(vitals: Sequence[dict[str, Any]]) -> tuple[np.ndarray, np.ndarray]:
    """Return `Signals.overfit` and its standard error, which other readings do not lower."""
    gap, error = _column(vitals, "gap"), np.nan_to_num(_column(vitals, "gap_error"))
    parts = [slice(max(0, end - POOLED), end) for end in range(1, len(vitals) + 1)]
    separation = _column(vitals, "separation")
    apart = np.array([max(separation[part].mean(), LEAST) for part in parts])
    gaps = np.array([gap[part].mean() for part in parts])
    errors = np.array([np.sqrt((error[part] ** 2).mean()) for part in parts])
    return np.minimum(gap / np.maximum(separation, LEAST), gaps / apart), errors / apart


def _losses(rows: Sequence[dict[str, Any]], vitals: Sequence[dict[str, Any]]) -> np.ndarray:
    """Return D's mean loss (n,) since the previous reading."""
    step, means, begin = itemgetter("step"), [], 0
    for index, reading in enumerate(vitals):
        if index == 0:
            begin = bisect_left(rows, reading["step"] / 2, key=step)  # not the very first steps
        end = bisect_right(rows, reading["step"], begin, key=step)
        part = [row["loss_d"] for row in rows[begin:end]]
        means.append(sum(part) / len(part) if part else (means[-1] if means else math.nan))
        begin = end
    return np.array(means, float)


def _column(vitals: Sequence[dict[str, Any]], name: str) -> np.ndarray:
    return np.array([row.get(name, math.nan) for row in vitals], float)
