"""Whether rows of figures from elsewhere have the shape of ours, so that all who read them may
rely on it."""

from __future__ import annotations

import math
from typing import Any

from gan.runs.history_rows import FIGURES
from gan.training.live_settings import STEERABLE
from gan.training.schedule import Schedule
from gan.training.trainer import StepStats

COUNTS = ("classes", "d_real", "d_fake")  # of vital signs: lists; all others are numbers
MOST_STEPS = 99_999_999
MOST_COUNTS, LONGEST_NOTE = 256, 2_000


class RowError(ValueError):
    """A row is not one of ours; the message is the middle of a sentence."""


def happenings(lines: list[Any]) -> list[dict[str, Any]]:
    """Rows and marks of a history; see `gan.runs.history`.

    Raises:
        RowError: one is neither, or their steps are not in order.
    """
    last = 0
    for line in lines:
        step = _step(line)
        if step < last:
            raise RowError(f"step {step} comes after step {last}")
        last = step
        if "mark" in line:
            _check_mark(line)
        elif not all(_is_number(line.get(name)) for name in (*FIGURES, "elapsed_s")):
            raise RowError(f"the row of step {step} lacks a figure")
    return lines


def figures(lines: list[Any]) -> list[dict[str, Any]]:
    """Rows of vital signs; see `gan.monitor.vitals.Probe.measure`.

    Raises:
        RowError: one is none.
    """
    for line in lines:
        step = _step(line)
        for name, value in line.items():
            good = _are_counts(value) if name in COUNTS else value is None or _is_number(value)
            if not good or len(name) > 40:
                raise RowError(f"{name[:40]} of step {step} makes no sense")
    return lines


def numbers_of(numbers: dict[str, Any]) -> None:
    """The numbers in a checkpoint's header; see `Run.save`.

    Raises:
        RowError, TypeError: they are not a run's.
    """
    for name in ("elapsed_s", "cpu_s", "rows", "roll_backs"):
        value = numbers.get(name, 0)
        if not _is_number(value) or value < 0:
            raise RowError(f"{name} makes no sense")
    recent = numbers.get("recent", [])
    if not isinstance(recent, list) or len(recent) > 1000:
        raise RowError("its unfinished row makes no sense")
    for stats in recent:
        if not all(_is_number(value) for value in vars(StepStats(**stats)).values()):
            raise RowError("its unfinished row makes no sense")
    Schedule(**numbers.get("schedule", {"goal": 1}))
    if numbers.get("went_back") is not None:
        _step(numbers["went_back"])
        _check_mark(numbers["went_back"])


def _step(line: Any) -> int:
    step = line.get("step") if isinstance(line, dict) else None
    if type(step) is not int or not 0 <= step <= MOST_STEPS:
        raise RowError("a line has no step")
    return step


def _check_mark(mark: dict[str, Any]) -> None:
    for name, value in mark.items():
        if name == "changes":
            good = isinstance(value, dict) and all(
                key in STEERABLE and _is_number(new) for key, new in value.items()
            )
        elif name in ("mark", "note"):
            good = isinstance(value, str) and len(value) <= LONGEST_NOTE
        else:
            good = _is_number(value)
        if not good:
            raise RowError(f"the mark at step {mark['step']} makes no sense")
    if "mark" not in mark:
        raise RowError(f"the mark at step {mark['step']} makes no sense")


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _are_counts(value: Any) -> bool:
    if not isinstance(value, list) or len(value) > MOST_COUNTS:
        return False
    return all(type(count) is int and count >= 0 for count in value)
