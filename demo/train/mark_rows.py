"""Marks of a run as the page wants them: what was done to it, and where it went back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

MOST_MARKS = 100  # the newest, of a run
Numbered = tuple[list[list[Any]], int]  # rows, and the number of the next one


def mark_rows(marks: Iterable[dict[str, Any]]) -> list[list[Any]]:
    """Marks as the page wants them, the newest few: [step, kind, changes, step it came from, note].

    The page has words of its own for most kinds; of the others it shows the note. A roll-back that
    nobody asked for is of the kind "diverged".
    """
    rows = [
        [mark["step"], _kind(mark), mark.get("changes") or {}, mark.get("from_step")]
        + ([mark["note"]] if mark.get("note") else [])
        for mark in marks
    ]
    return rows[-MOST_MARKS:]


def _kind(mark: dict[str, Any]) -> str:
    diverged = mark["mark"] == "rolled back" and not mark.get("asked")
    return "diverged" if diverged else mark["mark"]
