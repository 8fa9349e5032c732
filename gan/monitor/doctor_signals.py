"""What the doctor looks at: the figures of each reading of the vital signs, as plain numbers.

Nothing here judges. A signal that a run does not have (classes, where no judge reads its data set)
is NaN, and every comparison with NaN is false.
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

# D's loss while it gives every image the same score, 0 or midway between its targets
GUESSING = MappingProxyType(
    {
        "non-saturating": 2 * math.log(2),
        "hinge": 2.0,
        "relativistic": math.log(2),
        "least-squares": 0.25,
    }
)
SMOOTH = 3  # readings: the middle one of so many counts where single ones are noisy


@dataclass(frozen=True)
class Signals:
    """Figures of n readings, each an array (n,), in the order of their steps.

    `d_loss` is D's loss since the reading before, over what guessing would cost it (`GUESSING`): 0
    when D is never wrong, 1 when it cannot tell real from fake, more when it is fooled. `frechet`,
    `confidence` are those of `Probe.measure`, `diversity` and `gap` too, as the middle one of the
    last `SMOOTH`. `classes` is how many classes G draws, exp(entropy), 1..10; `top_class` the one
    drawn most and `top_share` its share, 0..1. `memorisation` is that of `Probe.measure`.
    """

    steps: np.ndarray
    d_loss: np.ndarray
    frechet: np.ndarray
    diversity: np.ndarray
    confidence: np.ndarray
    gap: np.ndarray
    classes: np.ndarray
    top_class: np.ndarray
    top_share: np.ndarray
    memorisation: np.ndarray

    def __len__(self) -> int:
        return len(self.steps)


def signals(
    rows: Sequence[dict[str, Any]], vitals: Sequence[dict[str, Any]], config: Config
) -> Signals:
    """Those of rows of vital signs, and of the rows of history between them."""
    counts = [row.get("classes") or [0] for row in vitals]
    tops = [max(found) for found in counts]
    totals = [sum(found) or math.nan for found in counts]
    return Signals(
        steps=np.array([row["step"] for row in vitals], int),
        d_loss=_losses(rows, vitals) / GUESSING[config.loss],
        frechet=_column(vitals, "frechet"),
        diversity=_middle(_column(vitals, "diversity")),
        confidence=_column(vitals, "confidence"),
        gap=_middle(_column(vitals, "gap")),
        classes=np.array([_effective(*pair) for pair in zip(counts, totals, strict=True)]),
        top_class=np.array([f.index(top) for f, top in zip(counts, tops, strict=True)], int),
        top_share=np.array(tops, float) / np.array(totals, float),
        memorisation=_middle(_column(vitals, "memorisation")),
    )


def _effective(counts: list[int], total: float) -> float:
    """exp(entropy) of counts: k for k classes drawn alike."""
    if math.isnan(total):
        return math.nan
    return math.exp(-sum(n / total * math.log(n / total) for n in counts if n))


def _losses(rows: Sequence[dict[str, Any]], vitals: Sequence[dict[str, Any]]) -> np.ndarray:
    """D's mean loss (n,) between a reading and the one before; at the first, since the start."""
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


def _middle(values: np.ndarray) -> np.ndarray:
    """The median of each value and the `SMOOTH` - 1 before it; of fewer at the beginning."""
    if not len(values):
        return values
    padded = np.concatenate([np.full(SMOOTH - 1, values[0]), values])
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, SMOOTH), axis=1)
