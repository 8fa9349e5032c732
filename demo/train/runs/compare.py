"""The comparison of two runs: their curves at the same steps."""

import math
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from demo.server.model_library import changed_ns
from demo.train.payload import number
from gan.monitor.vitals_log import read_vitals
from gan.runs.history import ROW_STEPS, History
from gan.storage.layout import HISTORY, VITALS

CACHED = 64  # comparisons
POINTS = 120  # of a curve, at most
LOSSES, SIGNS = ("loss_g", "loss_d"), ("frechet", "diversity")


def compared(first: Path, second: Path) -> dict[str, Any]:
    """Return rows [step, first value, second value] of frechet, diversity, loss_g and loss_d.

    `last` is the last step. Losses are means since the step before, vital signs interpolated
    (frechet on a logarithmic scale); None outside the range of a run's measurements.
    """
    stamps = [changed_ns(run / name) for run in (first, second) for name in (HISTORY, VITALS)]
    return dict(_compared(first, second, *stamps))


@lru_cache(CACHED)  # a long history takes a second to read, and anybody may ask
def _compared(first: Path, second: Path, *_stamps: int) -> dict[str, Any]:
    histories = [History(folder).rows for folder in (first, second)]
    signs = [read_vitals(folder) for folder in (first, second)]
    last = max((row["step"] for rows in (*histories, *signs) for row in rows), default=0)
    apart = ROW_STEPS * max(1, math.ceil(last / POINTS / ROW_STEPS))  # so that no bin is empty
    bins = list(range(apart, last + apart, apart))
    steps = sorted({round(last * k / POINTS) for k in range(POINTS + 1)})
    payload: dict[str, Any] = {"last": last}
    payload |= {name: _rows(bins, [_means(r, name, bins) for r in histories]) for name in LOSSES}
    return payload | {
        name: _rows(steps, [_between(r, name, steps) for r in signs]) for name in SIGNS
    }


def _rows(steps: list[int], curves: list[list[float | None]]) -> list[list[float | None]]:
    if all(value is None for curve in curves for value in curve):
        return []
    return [[step, *values] for step, *values in zip(steps, *curves, strict=True)]


def _points(rows: Iterable[dict[str, Any]], name: str) -> list[tuple[int, float]]:
    known = [(row["step"], row.get(name)) for row in rows]
    return [(s, float(v)) for s, v in known if isinstance(v, int | float) and math.isfinite(v)]


def _means(rows: list[dict[str, Any]], name: str, steps: list[int]) -> list[float | None]:
    sums: dict[int, list[float]] = {}
    for step, value in _points(rows, name):
        at = int(np.searchsorted(steps, step))
        sums.setdefault(at, []).append(value)
    means = {at: sum(values) / len(values) for at, values in sums.items()}
    return [number(means.get(at)) for at in range(len(steps))]


def _between(rows: list[dict[str, Any]], name: str, steps: list[int]) -> list[float | None]:
    points = _points(rows, name)
    if not points:
        return [None] * len(steps)
    at, values = np.array(points, dtype=float).T
    bent = name == "frechet" and bool((values > 0).all())
    drawn = np.interp(steps, at, np.log(values) if bent else values)
    drawn = np.exp(drawn) if bent else drawn
    apart = steps[1] - steps[0] if len(steps) > 1 else 0
    inside = [at[0] <= step <= at[-1] + apart for step in steps]
    return [number(float(v)) if known else None for v, known in zip(drawn, inside, strict=True)]
