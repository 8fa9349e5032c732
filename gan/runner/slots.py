"""The runs that the training thread has in hand, one or a pair in step, as one thing to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gan.runner.slot import Lane
from gan.runner.status import RunStatus


class Lanes:
    """One or two runs, or none. `goal_s`: the training time of the first at which all end, in
    seconds; the steps of the second one count towards it, too.

    All but `find` belongs to the training thread.
    """

    def __init__(self, lanes: Sequence[Lane] = (), goal_s: float | None = None) -> None:
        self._lanes, self._goal_s = tuple(lanes), goal_s
        self._before_s = sum(lane.run.elapsed_s for lane in self._lanes[1:])

    @property
    def live(self) -> list[Lane]:
        """Those that go on, or could."""
        return [lane for lane in self._lanes if lane.is_live]

    def find(self, run: str) -> Lane | None:
        """The one of that name; without a name the first."""
        return next((lane for lane in self._lanes if run in ("", lane.run.folder.name)), None)

    def advance(self) -> bool:
        """A step of each, or only of the one that lags. Whether that is worth showing at once."""
        live, spent_s = self.live, self._spent_s()
        out_of_time = self._goal_s is not None and spent_s >= self._goal_s
        behind = min(lane.run.step for lane in live)
        turns = [lane for lane in live if lane.run.step == behind]
        return any([lane.advance(out_of_time) for lane in turns])

    def alone(self) -> Lane:
        """The run that goes on and may be changed.

        Raises:
            LookupError: none goes on, or a pair does.
        """
        if not self.live:
            raise LookupError("No run is going on whose settings could change.")
        if len(self._lanes) > 1:
            raise LookupError(
                "Two runs side by side are not changed on their way: they would no longer differ "
                "in one thing only."
            )
        return self._lanes[0]

    def held(self) -> Lane:
        """The paused run, or the first of a paused pair, for steps by hand.

        Raises:
            LookupError: there is none.
        """
        if not self._lanes or self._lanes[0].status.state != "paused":
            raise LookupError("Steps by hand are for a paused run; pause it first.")
        return self._lanes[0]

    def shown(self, version: int) -> RunStatus:
        """What can be shown of all of them now."""
        first, *others = (lane.status for lane in self._lanes)
        states = [first.state, *(other.state for other in others)]
        return replace(
            first,
            version=version,
            state=next((s for s in ("running", "paused") if s in states), first.state),
            left_s=self._left_s(),
            beside=others[0] if others else None,
        )

    def _spent_s(self) -> float:
        return sum(lane.run.elapsed_s for lane in self._lanes) - self._before_s

    def _left_s(self) -> float | None:
        lefts = [lane.status.left_s for lane in self.live]
        if not lefts or None in lefts:
            return None
        whole = sum(lefts)
        return whole if self._goal_s is None else min(whole, max(0, self._goal_s - self._spent_s()))
