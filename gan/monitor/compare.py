"""Which kept step of a run was its best: the lowest Frechet distance."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any


def best_step(vitals: Iterable[dict[str, Any]], kept: Collection[int]) -> int | None:
    """The step in `kept` at which the vital signs were measured and the distance was lowest."""
    measured = [
        (row["frechet"], row["step"])
        for row in vitals
        if row["step"] in kept and isinstance(row.get("frechet"), int | float)
    ]
    return min(measured)[1] if measured else None
