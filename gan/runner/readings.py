"""What any thread may read of the runs in training, at once and without waiting for a step."""

from __future__ import annotations

from gan.runner.slots import Lanes
from gan.runner.status import RunStatus


class Readings:
    """`status` and the curves of the present or last run, or pair.

    A run is meant by its name; without a name it is the first.
    """

    def __init__(self) -> None:
        self.status = RunStatus()  # like the next, replaced whole by the training thread
        self._lanes = Lanes()

    def history(self, since_row: int = 0, run: str = "") -> list[dict]:
        """Rows of history from row `since_row` on; none of a run that is not there any more."""
        lane = self._lanes.find(run)
        return lane.run.rows[max(0, since_row) :] if lane else []

    def marks(self, run: str = "") -> list[dict]:
        """Marks of the history: changes and roll-backs, each at a step."""
        lane = self._lanes.find(run)
        return lane.run.history.marks[:] if lane else []

    def vitals(self, run: str, since_row: int = 0) -> list[dict]:
        """Rows of vital signs from row `since_row` on."""
        lane = self._lanes.find(run)
        return lane.vitals.rows(lane.run.folder.name, since_row) if lane else []
