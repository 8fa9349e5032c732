"""The column beside the views: what to train, and what steers the run that goes on."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from demo import controls
from demo.panels import Panel
from demo.refusals import answer
from demo.slot import ACTIVE
from demo.studio import Studio
from gan.config import Config
from gan.steering import STEERABLE

JOBS = ("pause", "resume", "stop", "configure")


def build(studio: Studio) -> Panel:
    """The panel; its value is {"play": id} when the visitor asks to play with a model."""
    helm, paces = studio.helm, studio.paces

    def standing(asked: Any) -> dict[str, Any]:
        """{"who", "known"}: what this visitor may do now, and the present run.

        `known` is the `key` of an earlier answer, whose `config` the page still has.
        """
        who, known = _part(asked, "who"), _part(asked, "known")
        snapshot = studio.runner.snapshot
        if helm.privacy.hides_present(who, snapshot):
            snapshot = replace(snapshot, run="", config=None, step=0)
        folder = studio.settings.runs / snapshot.run
        told = helm.standing(who) | {
            "state": snapshot.state,
            "run": snapshot.run,
            "step": snapshot.step,
            "rewinds": snapshot.rewinds,
            "pair": snapshot.beside is not None,
            "playable": bool(snapshot.run) and (folder / "model.safetensors").exists(),
        }
        if snapshot.config is not None:
            told["key"] = _short_hash(f"{snapshot.run} {snapshot.config}")
            if told["key"] != known:
                told["config"] = snapshot.config.to_json()
        return told

    def config_of(asked: Any) -> Config:
        """Of {"who", "settings"}; what own images look like is filled in."""
        values = studio.collections.wanted(_part(asked, "who"), _part(asked, "settings"))
        return controls.wanted(values, studio.settings)

    def start(asked: Any) -> dict[str, Any]:
        """{"who", "settings"}: start a run, or stand in line ({"run": ""})."""

        def begin() -> dict[str, Any]:
            config = config_of(asked)
            return {"run": helm.start(_part(asked, "who"), config)}

        return answer(begin)

    def act(asked: Any) -> dict[str, Any]:
        """{"who", "job", "values"}: pause, resume, stop or configure; answers the step."""

        def do() -> dict[str, Any]:
            job, values = _part(asked, "job"), _part(asked, "values")
            if job not in JOBS:
                raise LookupError("There is no such job.")
            changes = values if job == "configure" and isinstance(values, dict) else {}
            if not set(changes) <= set(STEERABLE):
                raise LookupError("Only what may change while a run goes on can be changed now.")
            helm.act(_part(asked, "who"), job, **changes)
            marked = [mark["step"] for mark in studio.runner.marks()[-1:]]
            return {"step": max([studio.runner.snapshot.step, *marked])}  # the mark is exact

        return answer(do)

    def leave(asked: Any) -> dict[str, Any]:
        """{"who"}: give up the place in the line."""
        return {"left": helm.leave(_part(asked, "who"))}

    def pace(asked: Any) -> dict[str, Any]:
        """{"who", "settings"}: how long such a run takes here (`Paces.of`), and how long it may."""

        def look() -> dict[str, Any]:
            config = config_of(asked)
            may = helm.may_train(_part(asked, "who"))
            free = studio.runner.snapshot.state not in ACTIVE
            return paces.of(config, may and free) | {"most_s": studio.settings.max_run_s}

        return answer(look)

    def own(asked: Any) -> dict[str, Any]:
        """{"who"}: this visitor's own images, see `demo.collections`."""
        return answer(lambda: studio.collections.listed(_part(asked, "who")))

    return Panel(
        "train/form",
        value={},
        server_functions=[standing, start, act, leave, pace, own],
        elem_id="train-form",
        offered=controls.offered(studio.settings),
    )


def _part(asked: Any, name: str) -> Any:
    return asked.get(name) if isinstance(asked, dict) else None


def _short_hash(words: str) -> str:
    return hashlib.blake2s(words.encode(), digest_size=4).hexdigest()
