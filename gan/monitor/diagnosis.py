"""What the doctor returns: a state, the evidence for it, and remedies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ILLNESSES = ("d_winning", "d_blind", "collapsing", "diverged", "memorising")
STATES = ("waiting", "warming_up", "healthy", *ILLNESSES, "plateau")


@dataclass(frozen=True)
class Evidence:
    """A measured value that is on one `side` of its limit, "above" or "below"."""

    name: str
    value: float
    limit: float
    side: str


@dataclass(frozen=True)
class Remedy:
    """New values of `live_settings.STEERABLE` settings; `rollback`: to the last healthy step."""

    name: str
    changes: dict[str, Any] = field(default_factory=dict)
    rollback: bool = False


@dataclass(frozen=True)
class Trial:
    """A remedy that was applied at a step; `helped` is None until that is known."""

    name: str
    step: int
    helped: bool | None = None


@dataclass(frozen=True)
class Diagnosis:
    """The state of a run, one of `STATES`, since a step.

    `values` are shown with the state, `evidence` supports it; both are of one reading. `remedies`
    come in order of promise; there are none for states that are no illness. `trials` are remedies
    of this illness, or of the one before a healthy state, that were applied; those that did not
    help are no longer among the remedies.
    """

    state: str = "waiting"
    since_step: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    trials: tuple[Trial, ...] = ()

    @property
    def restart(self) -> bool:
        """Whether only a new run can help: no remedy is left, and none has helped."""
        is_over = not self.remedies and all(each.helped is False for each in self.trials)
        return self.state in ILLNESSES and is_over
