"""Side by side: two runs that differ in one thing, started by one click from a list."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.duels import Duels
from demo.panels import Panel
from demo.refusals import Refused, answer
from demo.slot import ACTIVE
from demo.studio import Studio
from gan.config import Config
from gan.experiments import EXPERIMENTS, experiment

JOBS = ("pause", "resume", "stop")


def build(studio: Studio, t: gr.I18n) -> None:
    """The content of its nested tab."""
    helm, duels = studio.helm, Duels(studio)

    def duel(asked: Any) -> dict[str, Any]:  # Gradio marks what it serves: no bound methods
        return duels.poll(asked)

    def frames(wanted: Any) -> dict[str, Any]:
        return duels.frames(wanted)

    def start(asked: Any) -> dict[str, Any]:
        """{"who", "experiment"}: start both runs, or stand in line ({"run": ""})."""

        def begin() -> dict[str, Any]:
            chosen = experiment(_part(asked, "experiment"))
            return {"run": helm.start(_part(asked, "who"), chosen.first, beside=chosen.second)}

        return answer(begin)

    def go_on(asked: Any) -> dict[str, Any]:
        """{"who", "run"}: go on with both runs of a pair that was stopped."""
        return answer(lambda: {"run": helm.resume(_part(asked, "who"), _part(asked, "run"))})

    def act(asked: Any) -> dict[str, Any]:
        """{"who", "job"}: pause, resume or stop the pair that goes on."""

        def do() -> dict[str, Any]:
            job, snapshot = _part(asked, "job"), studio.runner.snapshot
            if job not in JOBS:
                raise LookupError("There is no such job.")
            if snapshot.beside is None:
                raise Refused("nothing")
            helm.act(_part(asked, "who"), job)
            return {}

        return answer(do)

    def pace(asked: Any) -> dict[str, Any]:
        """Seconds of a step of the default preset; {"busy": true} where it is not known now."""
        idle = studio.runner.snapshot.state not in ACTIVE
        return studio.paces.of(Config(), may_measure=idle)

    Panel(
        "train/compare",
        server_functions=[duel, frames, start, go_on, act, pace],
        elem_id="duel",
        experiments=[
            {"name": each.name, "steps": each.first.steps, "cost": each.cost}
            for each in EXPERIMENTS
        ],
    )


def _part(asked: Any, name: str) -> Any:
    return asked.get(name) if isinstance(asked, dict) else None
