"""Compare steps of a run, and two runs, by their Frechet distances."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

CLEAR = 2.0  # standard errors: a smaller difference may be chance


def best_step(vitals: Iterable[dict[str, Any]], kept: Collection[int]) -> int | None:
    """Return the step in `kept` with the lowest measured Frechet distance."""
    measured = [
        (row["frechet"], row["step"])
        for row in vitals
        if row["step"] in kept and isinstance(row.get("frechet"), int | float)
    ]
    return min(measured)[1] if measured else None


@dataclass(frozen=True)
class Outcome:
    """Which of two runs did better.

    `better` is 0, 1 or None. `by` is the reason: "failed" (the other run failed), "frechet" (a
    lower distance), "even" (no significant difference) or "unknown". `ratio` is the larger distance
    over the smaller one.
    """

    better: int | None
    by: str
    ratio: float | None = None


def outcome(
    first: dict[str, Any] | None, second: dict[str, Any] | None, failed: tuple[bool, bool]
) -> Outcome:
    """Compare the last vital signs of two runs; `failed`: whether each ended with an error."""
    if failed[0] != failed[1]:
        return Outcome(int(failed[0]), "failed")
    known = [_distance(row) for row in (first, second)]
    if None in known or failed[0]:
        return Outcome(None, "unknown")
    (ours, our_error), (theirs, their_error) = known
    ratio = max(ours, theirs) / min(ours, theirs) if min(ours, theirs) > 0 else None
    if abs(ours - theirs) <= CLEAR * math.hypot(our_error, their_error):
        return Outcome(None, "even", ratio)
    return Outcome(int(theirs < ours), "frechet", ratio)


def _distance(row: dict[str, Any] | None) -> tuple[float, float] | None:
    found = [(row or {}).get(name) for name in ("frechet", "frechet_error")]
    known = all(isinstance(value, int | float) and math.isfinite(value) for value in found)
    return (found[0], found[1]) if known else None
