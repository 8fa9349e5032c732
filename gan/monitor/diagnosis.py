"""What the doctor says of a run: one state, what it rests on, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

STATES = (
    "waiting",
    "warming_up",
    "healthy",
    "d_winning",
    "d_blind",
    "collapsing",
    "diverged",
    "memorising",
    "plateau",
)
ILLNESSES = ("d_winning", "d_blind", "collapsing", "diverged", "memorising")


@dataclass(frozen=True)
class Evidence:
    """A measured figure beside the limit that it is held against.

    `side` is the side of the limit, "above" or "below", on which it speaks for the state.
    """

    name: str
    value: float
    limit: float
    side: str


@dataclass(frozen=True)
class Remedy:
    """Something that can be done by one click: new values of `steering.STEERABLE` settings, and
    whether the run goes back to its last healthy step first."""

    name: str
    changes: dict[str, Any] = field(default_factory=dict)
    roll_back: bool = False


@dataclass(frozen=True)
class Diagnosis:
    """How the game stands. `state` is one of `STATES` and holds from `since_step` on.

    `values` fill the sentence of the state, and `evidence` is what it rests on. `remedies` come
    the most promising first; there are none where nothing need be done.
    """

    state: str = "waiting"
    since_step: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    remedies: tuple[Remedy, ...] = ()

    @property
    def ill(self) -> bool:
        """Whether something should be done."""
        return self.state in ILLNESSES
