"""Manual training: the visitor who controls the run takes steps, everybody sees the last one."""

import threading
import time
from concurrent.futures import Future
from typing import Any

from demo.endpoint import Refused, requested
from demo.server.studio import Studio
from demo.server.training_slot import ACTIVE
from demo.train.manual.payload import game, move
from gan.presets import preset
from gan.runner.status import RunStatus
from gan.storage.metadata import read_class_names
from gan.training.manual_step import ManualStep

At = tuple[str, int, int]  # the name of a run, how often it was rolled back, and its step

PRESETS = ("default", "article")  # for manual runs
SWITCHES = ("pause", "resume")
WAIT_S = 2.0  # for an evaluation in progress
# between evaluations of a run that trains, which waits for them, however many visitors watch
LIVE_S = 2.0
LIVE_SHARE = 0.1  # of its time: where a step takes seconds, an evaluation takes half of that


class ManualTable:
    """One per server. Its methods take payloads of pages, which may hold anything."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._moving = threading.Lock()
        # (at, number, payload) of the last step; replaced, so that polls need no lock
        self._last: tuple[At | None, int, dict[str, Any] | None] = (None, 0, None)
        self._due: tuple[str, float] = ("", 0.0)  # a run, and when it is evaluated again

    def poll(self, payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "key", "number"}: the status of the run, and what the page does not have yet.

        Always: state, run, step, mine (whether this visitor controls it), may (whether they may
        train here). During a run also `game` of `demo.train.manual.payload` with its `key` if that
        has changed, and `seen`, the last `move`, with its `number` if there is a newer one. While
        the run trains, that is its state, now and then.
        """
        who = payload.get("who")
        status = self._studio.current(who)
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
        networks = game(status.config, names)
        kind = [str(networks[name]) for name in ("loss", "r1", "augmented", "d_steps")]
        answer["key"] = " ".join([status.run, *kind])
        if answer["key"] != payload.get("key"):
            answer["game"] = networks
        if status.state in ("paused", "running"):
            self._look(status)
        at, number, seen = self._last
        if at is not None and at[0] == status.run and number != payload.get("number"):
            answer |= {"number": number, "seen": seen}
        return answer

    def move(self, payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "move"}: take one step of "D" or "G"; answers as `poll`."""
        move = requested(payload.get("move"), ("D", "G"))
        if not self._studio.access.controls(payload.get("who")):
            raise Refused("not_yours")
        if not self._moving.acquire(timeout=WAIT_S):
            raise Refused("slow")
        try:
            status = self._studio.runner.status
            step = self._studio.access.act(payload.get("who"), "manual_step", move, status.run)
            self._keep(status, step)
        finally:
            self._moving.release()
        return self.poll(payload)

    def begin(self, payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "preset"}: start a paused run; {"run": ""} when it was queued."""
        name, settings = requested(payload.get("preset"), PRESETS), self._studio.settings
        config = preset(name, steps=min(preset(name).steps, settings.max_steps))
        return {"run": self._studio.access.start(payload.get("who"), config, paused=True)}

    def switch(self, payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "job"}: pause or resume the run; answers as `poll`."""
        who, job = payload.get("who"), requested(payload.get("job"), SWITCHES)
        access = self._studio.access
        (access.request if job == "pause" else access.act)(who, job)
        return self.poll(payload)

    def _look(self, status: RunStatus) -> None:
        """Evaluate the run where it is now, unless that is done; does not wait."""
        at, begun_s = (status.run, status.rollbacks, status.step), time.monotonic()
        is_due = status.state == "paused" or self._due[0] != status.run or self._due[1] <= begun_s
        if self._last[0] == at or not is_due or not self._moving.acquire(blocking=False):
            return

        def looked(future: Future[ManualStep]) -> None:
            try:
                if future.exception() is None:  # else the run has ended
                    self._keep(status, future.result())
            finally:
                now_s = time.monotonic()
                pause_s = max(LIVE_S, (now_s - begun_s) / LIVE_SHARE)
                self._due = (status.run, now_s + pause_s)
                self._moving.release()

        # by name: it may be the turn of another run, which not everybody may see
        self._studio.runner.look(status.run).add_done_callback(looked)

    def _keep(self, status: RunStatus, step: ManualStep) -> None:
        at = (status.run, status.rollbacks, step.step)
        self._last = (at, self._last[1] + 1, move(step))
