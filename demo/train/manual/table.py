"""Manual training: the visitor who controls the run takes steps, everybody sees the last one."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

from demo.server.studio import Studio
from demo.server.training_slot import ACTIVE
from demo.train.manual import payload
from gan.config import ConfigError, preset
from gan.runner.status import RunStatus
from gan.storage.metadata import read_class_names
from gan.training.manual_step import ManualStep

PRESETS = ("default", "article")  # for manual runs
MOVES = {"D": "step_d", "G": "step_g"}
SWITCHES = ("pause", "resume")


class ManualTable:
    """One per server. Its methods take payloads of pages, which may hold anything."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._moving = threading.Lock()
        # (at, number, payload) of the last step; replaced, so that polls need no lock
        self._last: tuple[Any, int, dict[str, Any] | None] = (None, 0, None)

    def poll(self, asked: Any) -> dict[str, Any]:
        """{"who", "key", "number"}: the status of the run, and what the page does not have yet.

        Always: state, run, step, mine (whether this visitor controls it), may (whether they may
        train here). During a run also `game` of `demo.train.manual.payload` with its `key` if that
        has changed, and `seen`, the last `move`, with its `number` if there is a newer one.
        """
        asked = asked if isinstance(asked, dict) else {}
        status, who = self._studio.runner.status, asked.get("who")
        if self._studio.access.privacy.hides_present(who, status):
            status = RunStatus()
        answer = {
            "state": status.state,
            "run": status.run,
            "step": status.step,
            "mine": self._studio.access.controls(who),
            "may": self._studio.access.may_train(who),
        }
        if status.state not in ACTIVE or status.config is None:
            return answer
        names = read_class_names(self._studio.settings.runs / status.run)
        game = payload.game(status.config, names)
        kind = [str(game[name]) for name in ("loss", "r1", "augmented", "d_steps")]
        answer["key"] = " ".join([status.run, *kind])
        if answer["key"] != asked.get("key"):
            answer["game"] = game
        if status.state == "paused":
            self._look(status)
        return answer | self._newer(status, asked.get("number"))

    def move(self, asked: dict[str, Any]) -> dict[str, Any]:
        """{"who", "move"}: take one step of "D" or "G"; answers as `poll`."""
        job = MOVES.get(str(asked.get("move")))
        if job is None:
            raise LookupError("Choose one of: D, G.")
        with self._moving:
            step = self._studio.access.act(asked.get("who"), job)
            self._keep(_at(self._studio.runner.status), step)
        return self.poll(asked)

    def begin(self, asked: dict[str, Any]) -> dict[str, Any]:
        """{"who", "preset"}: start a paused run; {"run": ""} when it was queued."""
        name, settings = asked.get("preset"), self._studio.settings
        if name not in PRESETS:
            raise ConfigError(f"Choose one of: {', '.join(PRESETS)}.")
        config = preset(name, steps=min(preset(name).steps, settings.max_steps))
        return {"run": self._studio.access.start(asked.get("who"), config, paused=True)}

    def switch(self, asked: dict[str, Any]) -> dict[str, Any]:
        """{"who", "job"}: pause or resume the run; answers as `poll`."""
        job = asked.get("job")
        if job not in SWITCHES:
            raise LookupError(f"Choose one of: {', '.join(SWITCHES)}.")
        self._studio.access.act(asked.get("who"), job)
        return self.poll(asked)

    def _newer(self, status: RunStatus, known: Any) -> dict[str, Any]:
        at, number, payload = self._last
        if at is None or at[0] != status.run or number == known:
            return {}
        return {"number": number, "seen": payload}

    def _look(self, status: RunStatus) -> None:
        """Evaluate a paused run, unless that is done; does not wait."""
        at = _at(status)
        if self._last[0] == at or not self._moving.acquire(blocking=False):
            return

        def looked(future: Future[ManualStep]) -> None:
            try:
                if future.exception() is None:  # else it was resumed meanwhile
                    self._keep(at, future.result())
            finally:
                self._moving.release()

        self._studio.runner.look().add_done_callback(looked)

    def _keep(self, at: Any, step: ManualStep) -> None:
        self._last = (at, self._last[1] + 1, payload.move(step))


def _at(status: RunStatus) -> tuple[str, int, int]:
    return status.run, status.rollbacks, status.step
