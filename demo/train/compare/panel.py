"""Side by side: two runs that differ in one thing, started by one click from a list."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo import text
from demo.panels import Panel
from demo.server.refusals import Refused, answer, field
from demo.server.studio import Studio
from demo.server.training_slot import ACTIVE
from demo.train.compare.pairs import Pairs
from gan.config import Config
from gan.training.experiments import EXPERIMENTS, experiment

JOBS = ("pause", "resume", "stop")


def build(studio: Studio, t: gr.I18n) -> None:
    """The content of its nested tab."""
    access, duels = studio.access, Pairs(studio)

    def duel(asked: Any) -> dict[str, Any]:  # Gradio marks what it serves: no bound methods
        return duels.poll(asked)

    def frames(wanted: Any) -> dict[str, Any]:
        return duels.frames(wanted)

    def start(asked: Any) -> dict[str, Any]:
        """{"who", "experiment"}: start both runs, or stand in line ({"run": ""})."""

        def begin() -> dict[str, Any]:
            chosen = experiment(field(asked, "experiment"))
            return {"run": access.start(field(asked, "who"), chosen.first, beside=chosen.second)}

        return answer(begin)

    def go_on(asked: Any) -> dict[str, Any]:
        """{"who", "run"}: go on with both runs of a pair that was stopped."""
        return answer(lambda: {"run": access.resume(field(asked, "who"), field(asked, "run"))})

    def act(asked: Any) -> dict[str, Any]:
        """{"who", "job"}: pause, resume or stop the pair that goes on."""

        def do() -> dict[str, Any]:
            job, status = field(asked, "job"), studio.runner.status
            if job not in JOBS:
                raise LookupError("There is no such job.")
            if status.beside is None:
                raise Refused("nothing")
            access.act(field(asked, "who"), job)
            return {}

        return answer(do)

    def pace(asked: Any) -> dict[str, Any]:
        """Seconds of a step of the default preset; {"busy": true} where it is not known now."""
        idle = studio.runner.status.state not in ACTIVE
        return studio.paces.of(Config(), may_measure=idle)

    Panel(
        "duel",
        words=text.words("duel", "doctor", "train"),
        server_functions=[duel, frames, start, go_on, act, pace],
        elem_id="duel",
        experiments=[
            {"name": each.name, "steps": each.first.steps, "cost": each.cost}
            for each in EXPERIMENTS
        ],
    )
