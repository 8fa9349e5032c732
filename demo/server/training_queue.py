"""The line of those who wait for the one training slot."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class QueuedRun:
    """One visitor's wish to train: `begin` starts the run, and tells the folders of its runs."""

    owner: str
    begin: Callable[[], tuple[Future, tuple[Path, ...]]]


class TrainingQueue:
    """Who comes first is served first; everyone has one place at most. Not safe between threads."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._waiting: list[QueuedRun] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def is_full(self) -> bool:
        """Whether nobody else may stand in line."""
        return len(self._waiting) >= self.most

    def enter(self, wish: QueuedRun) -> None:
        """Stand at the end; look at `is_full` and `place` first."""
        self._waiting.append(wish)

    def leave(self, owner: str) -> bool:
        """Give up one's place; False when there was none."""
        before = len(self._waiting)
        self._waiting = [wish for wish in self._waiting if wish.owner != owner]
        return len(self._waiting) < before

    def place(self, owner: str) -> int:
        """1 is the next in line; 0 does not wait."""
        return next((n for n, wish in enumerate(self._waiting, 1) if wish.owner == owner), 0)

    def next(self) -> QueuedRun | None:
        """Take the first out of the line; None when nobody waits."""
        return self._waiting.pop(0) if self._waiting else None
