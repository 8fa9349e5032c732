"""The table at which a run is played by hand: whoever steers moves, everyone sees the last move."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

from demo.server.refusals import answer, field
from demo.server.studio import Studio
from demo.server.training_slot import ACTIVE
from demo.train.manual import payload
from gan.config import ConfigError, preset
from gan.runner.status import RunStatus
from gan.storage.metadata import read_class_names
from gan.training.manual_step import ManualStep

PRESETS = ("default", "article")  # that a run by hand may start from
MOVES = {"D": "step_d", "G": "step_g"}
SWITCHES = ("pause", "resume")


class ManualTable:
    """One per server. Every method takes what a page sent, and checks it."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._moving = threading.Lock()
        # of the run in hand; replaced whole, so that polls need no lock: (place, number, wire)
        self._last: tuple[Any, int, dict[str, Any] | None] = (None, 0, None)

    def poll(self, asked: Any) -> dict[str, Any]:
        """{"who", "key", "number"}: how the run stands, and what the page does not have yet.

        Always: state, run, step, mine (whether this visitor steers), may (whether they may train
        here). While a run goes on `game` of `demo.train.manual.payload` with its `key` when it is
        another one, and `seen`, a `move` of it with its `number`, when there is a newer one.
        """
        status = self._studio.runner.status
        who = field(asked, "who")
        if self._studio.access.privacy.hides_present(who, status):
            status = RunStatus()
        told = {
            "state": status.state,
            "run": status.run,
            "step": status.step,
            "mine": self._studio.access.steers(who),
            "may": self._studio.access.may_train(who),
        }
        if status.state not in ACTIVE or status.config is None:
            return told
        names = read_class_names(self._studio.settings.runs / status.run)
        game = payload.game(status.config, names)
        kind = [str(game[name]) for name in ("loss", "r1", "augmented", "d_steps")]
        told["key"] = " ".join([status.run, *kind])
        if told["key"] != field(asked, "key"):
            told["game"] = game
        if status.state == "paused":
            self._look(status)
        return told | self._news(status, field(asked, "number"))

    def move(self, asked: Any) -> dict[str, Any]:
        """{"who", "move"}: move "D" or "G" once; answers as `poll`, or with a refusal."""

        def do() -> dict[str, Any]:
            job = MOVES.get(str(field(asked, "move")))
            if job is None:
                raise LookupError("Only D and G can be moved.")
            with self._moving:
                told = self._studio.access.act(field(asked, "who"), job)
                self._keep(_place(self._studio.runner.status), told)
            return self.poll(asked)

        return answer(do)

    def begin(self, asked: Any) -> dict[str, Any]:
        """{"who", "preset"}: start a run that waits for its first move; {"run": ""} is in line."""

        def do() -> dict[str, Any]:
            name = field(asked, "preset")
            if name not in PRESETS:
                raise ConfigError(f"Choose one of: {', '.join(PRESETS)}.")
            config = preset(name)
            most = min(config.steps, self._studio.settings.max_steps)
            config = preset(name, steps=most)
            return {"run": self._studio.access.start(field(asked, "who"), config, paused=True)}

        return answer(do)

    def switch(self, asked: Any) -> dict[str, Any]:
        """{"who", "job"}: pause the run, or let it run; answers as `poll`."""

        def do() -> dict[str, Any]:
            job = field(asked, "job")
            if job not in SWITCHES:
                raise LookupError("There is no such job.")
            self._studio.access.act(field(asked, "who"), job)
            return self.poll(asked)

        return answer(do)

    def _news(self, status: RunStatus, known: Any) -> dict[str, Any]:
        place, number, wire = self._last
        if place is None or place[0] != status.run or number == known:
            return {}
        return {"number": number, "seen": wire}

    def _look(self, status: RunStatus) -> None:
        """See how a held run stands, unless that is known; waits for nothing."""
        place = _place(status)
        if self._last[0] == place or not self._moving.acquire(blocking=False):
            return

        def looked(future: Future[ManualStep]) -> None:
            try:
                if future.exception() is None:  # else it went on meanwhile
                    self._keep(place, future.result())
            finally:
                self._moving.release()

        self._studio.runner.look().add_done_callback(looked)

    def _keep(self, place: Any, told: ManualStep) -> None:
        self._last = (place, self._last[1] + 1, payload.move(told))


def _place(status: RunStatus) -> tuple[str, int, int]:
    return status.run, status.rewinds, status.step
