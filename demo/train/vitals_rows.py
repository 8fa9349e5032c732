"""Vital signs as the page wants them: short rows, few of them."""

from __future__ import annotations

import math
from typing import Any

MAX_ROWS = 100  # in one answer; rows come seconds apart, so that is the first minutes whole


def wire(row: dict[str, Any]) -> list[Any]:
    """A row of `gan.monitor.vitals` as a short list; None for what it lacks.

    step, frechet, its lower and upper bound (95 %), diversity, confidence, gap, grad_g, grad_d,
    then in whole percent: classes, and d_real and d_fake from their first bin above 0 to their
    last, led by the number of that first bin; then precision, recall and memorisation. Where
    augmentation is steered, its augment and certainty follow.
    """
    distance, error = _number(row.get("frechet")), _number(row.get("frechet_error"))
    bounds: list[float | None] = [None, None]
    if distance is not None and error is not None:
        bounds = [_short(max(0.0, distance - 1.96 * error)), _short(distance + 1.96 * error)]
    names = ("diversity", "confidence", "gap", "grad_g", "grad_d")
    figures = [_short(_number(row.get(name))) for name in names]
    scores = [_trimmed(percent(row.get(name))) for name in ("d_real", "d_fake")]
    shares = [percent(row.get("classes")), *scores]
    later = [_short(_number(row.get(name))) for name in ("precision", "recall", "memorisation")]
    steered = [_short(_number(row[name])) for name in ("augment", "certainty") if name in row]
    return [row["step"], _short(distance), *bounds, *figures, *shares, *later, *steered]


def percent(counts: Any) -> list[int] | None:
    """Counts as whole percent of their sum."""
    if not isinstance(counts, list) or not counts:
        return None
    total = sum(counts) or 1
    return [round(100 * count / total) for count in counts]


def _trimmed(shares: list[int] | None) -> list[int] | None:
    """The first index above 0, and the values from there to the last above 0."""
    above = [index for index, share in enumerate(shares or []) if share]
    return [above[0], *shares[above[0] : above[-1] + 1]] if above else shares and [0]


def thin(rows: list[dict[str, Any]], limit: int = MAX_ROWS) -> list[dict[str, Any]]:
    """Every k-th of the rows, counted from the newest, so that at most `limit` stay."""
    return rows[:: -max(1, math.ceil(len(rows) / limit))][::-1]


def _number(value: Any) -> float | None:
    known = isinstance(value, int | float) and math.isfinite(value)
    return float(value) if known else None


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.3g}")
