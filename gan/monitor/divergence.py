"""Whether a run ran away: losses far above any that a game has, or a roll-back for that reason."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from gan.config import Config
from gan.monitor.diagnosis import Evidence
from gan.monitor.doctor_signals import GUESSING

EXPLODED = 30.0  # times what guessing costs D; one that is fooled all the time gets to about 6
ROWS = 5  # of history: the middle one counts
AT_ONCE = 3000.0  # and of this size, one row is enough
AFTER = 100  # steps past the place where it ran away, until it may be called well again

Found = tuple[int, dict[str, Any], tuple[Evidence, ...]]


def divergence(
    rows: Sequence[dict[str, Any]], config: Config, marks: Sequence[dict[str, Any]]
) -> Found | None:
    """Since which step, the values of the sentence and the evidence; None if it did not."""
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
    # one that ran away is rolled back at once, so that history holds no trace but the mark
    for mark in reversed(marks):
        if mark.get("mark") != "rolled back" or mark.get("asked"):
            continue
        reached = mark.get("from_step", mark["step"])
        if step <= reached + AFTER:
            return mark["step"], {"step": reached}, ()
        return None
    return None


def _worst(row: dict[str, Any]) -> float:
    return max(abs(row["loss_g"]), abs(row["loss_d"]))
