"""The doctor's rules: which signals indicate a state, and their limits.

A rule takes the signals of all readings so far. The limits were tuned on the recordings with even
seeds in tests/data/recordings.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from gan.config import Config
from gan.monitor.diagnosis import Evidence
from gan.monitor.doctor_signals import GUESSING, Signals

ONE_PICTURE = 0.02  # diversity: all samples are the same image
THIN = 0.22  # spread of the pixels of all samples: nearly one picture
ONE_A_CLASS = 0.3  # the same within a class, also of the live weights, which are not averaged
FULL = 0.7  # spread above which no low diversity counts as a collapse
EARLY_STEPS = 100  # a healthy G may draw one picture until then
ALIKE = 0.3  # diversity that is too low once G draws several classes
LOST = 0.6  # of the run's best diversity, which counts as that of real images at most
NARROWED = 0.5  # of the classes drawn before
WINNING = 0.06  # D's loss as a share of a guessing D's
FOOLED = 1.1
BADLY = 2.0  # a D that is fooled so badly needs one reading less
POOR = 20.0  # Frechet distance of images that are easy to tell from real ones
BY_HEART = 0.15  # `overfit`
SURE = 1.0  # standard errors: with few held-out images, it may be chance
COPIED = 0.6  # memorisation: samples are copies
LITTLE = 0.05  # of the Frechet distance: a smaller gain within `PLATEAU` is none
PLATEAU = 9  # readings at least, and a third of the run
FORMED = 0.35  # diversity, and
DRAWN = 4.0  # classes, from which on G is past its first blobs

EXPLODED = 30.0  # times the loss of a guessing D; a D that is always fooled reaches about 6
ROWS = 5  # of history, whose median counts
AT_ONCE = 3000.0  # times the loss of a guessing D: a single row is enough
AFTER = 100  # steps past a divergence until the run may be called healthy


class Rule(NamedTuple):
    """Conditions to enter and to stay in a state, bool (n,); `evidence`: (signal, side, limit)."""

    enter: np.ndarray
    stay: np.ndarray
    evidence: tuple[tuple[str, str, float], ...]


def collapsing(s: Signals) -> Rule:
    """Detect that all samples are one image, or have lost much of their variety."""
    best, most = _best_so_far(np.minimum(s.diversity, 1.0)), _best_so_far(s.classes)
    # without a judge, a G that was diverse must have drawn several classes
    drawn = np.where(np.isnan(s.classes), best > FORMED, most > DRAWN)
    limit = np.where(drawn, np.maximum(ALIKE, LOST * best), ONE_PICTURE)
    narrow = drawn & (s.classes < NARROWED * most)
    of_all = np.isnan(s.class_spread).all()
    name, least = ("pixel_spread", THIN) if of_all else ("class_spread", ONE_A_CLASS)
    spread, late = getattr(s, name), s.steps >= EARLY_STEPS
    full = spread > FULL  # False where it is not known
    poor, thin = s.diversity < limit, (spread < least) | (s.live_spread < least)
    enter = ((poor | narrow) & ~full | thin) & late
    # recovering from a single image takes long; else a little more variety is enough
    poor_still = s.diversity < np.where(drawn, 1.15, 5) * limit
    thin_still = (spread < 1.3 * least) | (s.live_spread < 1.3 * least)
    stay = (poor_still | narrow) & ~full | thin_still
    limits = (("diversity", "below", _last(limit)), (name, "below", least))
    limits += (("live_spread", "below", least), ("classes", "below", NARROWED * _last(most)))
    shown = [
        _last(poor & ~full),
        _last(spread) < least,
        _last(s.live_spread) < least,
        _last(narrow),
    ]
    evidence = [limit for limit, holds in zip(limits, shown, strict=True) if holds]
    return Rule(enter, stay, tuple(evidence or limits[:1]))


def d_winning(s: Signals) -> Rule:
    """D is hardly ever wrong, so that G's gradients vanish (Arjovsky & Bottou 2017)."""
    evidence = (("d_loss_share", "below", WINNING),)
    return Rule(s.d_loss_share < WINNING, s.d_loss_share < 2 * WINNING, evidence)


def d_blind(s: Signals) -> Rule:
    """D does worse than guessing, though G's images are poor and not improving."""
    good = s.frechet < POOR
    # the first readings have no earlier one to compare with: D may still learn
    before, earlier = (np.concatenate([np.full(k, np.nan), s.frechet])[: len(s)] for k in (1, 2))
    earlier = np.where(s.d_loss_share > BADLY, before, earlier)
    stuck = np.isnan(s.frechet) | (s.frechet >= 0.9 * earlier)
    limits = (("d_loss_share", "above", FOOLED), ("frechet", "above", POOR))
    return Rule((s.d_loss_share > FOOLED) & ~good & stuck, (s.d_loss_share > 1.0) & ~good, limits)


def memorising(s: Signals) -> Rule:
    """D overfits its training images (Karras et al. 2020), or G copies them."""
    least = s.overfit - SURE * s.overfit_error
    enter = (least > BY_HEART) | (s.memorisation < COPIED)
    stay = (least > 2 / 3 * BY_HEART) | (s.memorisation < 1.2 * COPIED)
    overfit = ("overfit", "above", BY_HEART + SURE * _last(s.overfit_error))
    copies = ("memorisation", "below", COPIED)
    exceeded = [overfit] * (_last(s.overfit) > overfit[2])
    exceeded += [copies] * (_last(s.memorisation) < COPIED)
    return Rule(enter, stay, tuple(exceeded) or (overfit,))


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


# the most serious first
RULES: MappingProxyType[str, Callable[[Signals], Rule]] = MappingProxyType(
    {rule.__name__: rule for rule in (collapsing, memorising, d_winning, d_blind, plateau)}
)


def gain(frechet: np.ndarray) -> float:
    """Return the relative improvement of the last readings (n,) over those before; NaN if few."""
    recent = max(PLATEAU, len(frechet) // 3)
    before, after = frechet[:-recent], frechet[-recent:]
    before, after = before[np.isfinite(before)], after[np.isfinite(after)]
    if not len(before) or not len(after):
        return np.nan
    return float(1 - after.min() / max(before.min(), 1e-9))


def formed(s: Signals) -> np.ndarray:
    """Return whether G is past its first blobs, bool (n,); without diversity, from reading 2 on."""
    unread = np.isnan(s.diversity) & (np.arange(len(s)) >= 2)
    past = ((s.diversity > FORMED) & ~(s.classes < DRAWN)) | unread
    return np.logical_or.accumulate(past) if len(s) else past


def divergence(
    rows: Sequence[dict[str, Any]], config: Config, marks: Sequence[dict[str, Any]]
) -> tuple[int, dict[str, Any], tuple[Evidence, ...]] | None:
    """Return since which step a run diverges, the values and the evidence; None if it does not.

    It diverges if its losses explode, or if it was rolled back for that reason shortly before.
    """
    step = rows[-1]["step"] if rows else 0
    guessing = GUESSING[config.loss]
    limit, recent = EXPLODED * guessing, [_worst(row) for row in rows[-ROWS:]]
    lasting = len(recent) == ROWS and statistics.median(recent) > limit
    if lasting or (len(recent) == ROWS and recent[-1] > AT_ONCE * guessing):
        first = len(rows) - 1
        while first > 0 and _worst(rows[first - 1]) > limit:
            first -= 1
        evidence = (Evidence("loss", recent[-1], limit, "above"),)
        return rows[first]["step"], {"step": rows[first]["step"]}, evidence
    # a diverged run is rolled back at once: history holds nothing but the mark
    for mark in reversed(marks):
        if mark.get("mark") == "rolled back" and not mark.get("asked"):
            reached = mark.get("from_step", mark["step"])
            return (mark["step"], {"step": reached}, ()) if step <= reached + AFTER else None
    return None


def _worst(row: dict[str, Any]) -> float:
    return max(abs(row["loss_g"]), abs(row["loss_d"]))


def _best_so_far(values: np.ndarray) -> np.ndarray:
    """Return the largest value up to each reading (n,), 0 before there is one."""
    return np.maximum.accumulate(np.nan_to_num(values, nan=0.0)) if len(values) else values


def _last(values: np.ndarray) -> float:
    return float(values[-1]) if len(values) else 0.0
