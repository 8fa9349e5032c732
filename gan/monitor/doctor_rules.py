"""The doctor's rules: for each state, which signals speak for it, and from which limit on.

One function a state, of the signals of all readings so far; each gives, for every reading, whether
the state is to be spoken of (`enter`), and whether it may go on once spoken of (`stay`, the wider
limits). The limits were set on the recordings of even seed in tests/data/recordings.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from gan.monitor.doctor_signals import Signals

ONE_PICTURE = 0.02  # diversity: all samples are the same picture
ALIKE = 0.3  # diversity: too little, once G draws several classes
LOST = 0.6  # of the diversity that the run had, at most that of real images
NARROWED = 0.5  # of the classes that it drew
WINNING = 0.06  # D's loss, as a share of a guessing D's
FOOLED = 1.1
POOR = 20.0  # Frechet distance of images that are easy to tell from real ones
BY_HEART = 0.12  # D's belief in training images minus that in unseen ones
COPIED = 0.6  # of the distance that unseen images have to training images: G's are copies
LITTLE = 0.05  # of the Frechet distance: less than this in `PLATEAU` is nothing
PLATEAU = 9  # readings at least, and a third of the run
FORMED = 0.35  # diversity and
DRAWN = 4.0  # classes from which on G is past its first blobs


class Rule(NamedTuple):
    """Per reading, bool (n,): say it; go on saying it. `evidence`: (signal, side, limit)."""

    enter: np.ndarray
    stay: np.ndarray
    evidence: tuple[tuple[str, str, float], ...]


def collapsing(s: Signals) -> Rule:
    """All samples are one picture, or they lost much of the variety that they had."""
    best, most = _best_so_far(np.minimum(s.diversity, 1.0)), _best_so_far(s.classes)
    # where nobody counts classes, a G that was varied has drawn several
    drawn = np.where(np.isnan(s.classes), best > FORMED, most > DRAWN)
    limit = np.where(drawn, np.maximum(ALIKE, LOST * best), ONE_PICTURE)
    narrow = drawn & (s.classes < NARROWED * most)
    enter = (s.diversity < limit) | narrow
    # from one picture the way back is long; else a little more variety is enough
    stay = (s.diversity < np.where(drawn, 1.15, 5) * limit) | narrow
    evidence = [("diversity", "below", _last(limit))]
    if _last(narrow):
        evidence.append(("classes", "below", NARROWED * _last(most)))
    return Rule(enter, stay, tuple(evidence))


def d_winning(s: Signals) -> Rule:
    """D is hardly ever wrong (Arjovsky & Bottou 2017: what it tells G then vanishes)."""
    return Rule(s.d_loss < WINNING, s.d_loss < 2 * WINNING, (("d_loss_share", "below", WINNING),))


def d_blind(s: Signals) -> Rule:
    """D does worse than guessing, though G's images are poor and get no better."""
    good = s.frechet < POOR
    earlier = np.concatenate([np.full(2, np.nan), s.frechet])[: len(s)]
    # a run's first readings have none to compare with: it may learn yet
    stuck = np.isnan(s.frechet) | (s.frechet >= 0.9 * earlier)
    limits = (("d_loss_share", "above", FOOLED), ("frechet", "above", POOR))
    return Rule((s.d_loss > FOOLED) & ~good & stuck, (s.d_loss > 1.0) & ~good, limits)


def memorising(s: Signals) -> Rule:
    """D knows its training images by heart (Karras et al. 2020: overfitting of D), or G copies."""
    enter = (s.gap > BY_HEART) | (s.memorisation < COPIED)
    stay = (s.gap > 2 / 3 * BY_HEART) | (s.memorisation < 1.2 * COPIED)
    limits = (("gap", "above", BY_HEART), ("memorisation", "below", COPIED))
    kept = tuple(limit for limit in limits if _speaks(s, *limit))
    return Rule(enter, stay, kept or limits[:1])


def plateau(s: Signals) -> Rule:
    """G has formed, and its distance to real images no longer falls."""
    stalled = np.zeros(len(s), bool)
    record, since = np.inf, 0
    for index, distance in enumerate(s.frechet.tolist()):
        if distance < (1 - LITTLE) * record:
            record, since = distance, index
        stalled[index] = index - since >= max(PLATEAU, index // 3)
    stalled &= formed(s) & np.isfinite(s.frechet)
    return Rule(stalled, stalled, (("gain_share", "below", LITTLE),))


def gain(frechet: np.ndarray) -> float:
    """By which share the best of the last readings (n,) is below the best before; NaN if few."""
    recent = max(PLATEAU, len(frechet) // 3)
    before, after = frechet[:-recent], frechet[-recent:]
    before, after = before[np.isfinite(before)], after[np.isfinite(after)]
    if not len(before) or not len(after):
        return np.nan
    return float(1 - after.min() / max(before.min(), 1e-9))


def formed(s: Signals) -> np.ndarray:
    """Whether G is, or was, past the blobs that it begins with; of NaN, after some readings."""
    unread = np.isnan(s.diversity) & (np.arange(len(s)) >= 2)
    past = ((s.diversity > FORMED) & ~(s.classes < DRAWN)) | unread
    return np.logical_or.accumulate(past) if len(s) else past


# the gravest first
RULES: MappingProxyType[str, Callable[[Signals], Rule]] = MappingProxyType(
    {
        "memorising": memorising,
        "collapsing": collapsing,
        "d_winning": d_winning,
        "d_blind": d_blind,
        "plateau": plateau,
    }
)


def _best_so_far(values: np.ndarray) -> np.ndarray:
    """The largest value up to each reading (n,), 0 before there is one."""
    return np.maximum.accumulate(np.nan_to_num(values, nan=0.0)) if len(values) else values


def _speaks(s: Signals, name: str, side: str, limit: float) -> bool:
    """Whether a signal's last value is on that side of the limit."""
    value = _last(getattr(s, name))
    return value > limit if side == "above" else value < limit


def _last(values: np.ndarray) -> float:
    return float(values[-1]) if len(values) else 0.0
