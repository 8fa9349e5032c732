"""Rows of a run's history as the page's curves want them: short, and not too many."""

from __future__ import annotations

import math
from typing import Any

MAX_POINTS = 400  # of a chart, in one answer
CURVES = ("step", "loss_g", "loss_d", "d_real", "d_fake")


def thin(rows: list[list[float | None]], limit: int = MAX_POINTS) -> list[list[float | None]]:
    """At most `limit` rows: means of neighbours, each under its last step."""
    size = math.ceil(len(rows) / limit)
    if size <= 1:
        return rows
    groups = [rows[start : start + size] for start in range(0, len(rows), size)]
    return [[group[-1][0], *map(_mean, list(zip(*group, strict=True))[1:])] for group in groups]


def _mean(values: tuple[float | None, ...]) -> float | None:
    known = [value for value in values if value is not None]
    return number(sum(known) / len(known)) if known else None


def points(row: dict[str, Any]) -> list[float | None]:
    """A row of history as the values of `CURVES`."""
    return [row["step"], *(number(row[name]) for name in CURVES[1:])]


def number(value: float | None, digits: int = 4) -> float | None:
    """So many digits of it, and None for what JSON has no word for."""
    return float(f"{value:.{digits}g}") if value is not None and math.isfinite(value) else None
