"""Side by side: two runs that differ in one setting, chosen from a list of experiments."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.panels import Panel
from demo.server.endpoint import Refused, endpoint
from demo.server.studio import Studio
from demo.server.training_slot import ACTIVE
from demo.train.compare.pairs import Pairs
from gan.config import Config
from gan.training.experiments import EXPERIMENTS, experiment

JOBS = ("pause", "resume", "stop")


def build(studio: Studio, t: gr.I18n) -> None:
    """Build the content of the nested tab."""
    access, pairs = studio.access, Pairs(studio)

    def duel(asked: Any) -> dict[str, Any]:
        return pairs.poll(asked)

    def frames(asked: Any) -> dict[str, Any]:
        return pairs.frames(asked)

    @endpoint
    def start(asked: dict[str, Any]) -> dict[str, Any]:
        """{"who", "experiment"}: start both runs, or queue them ({"run": ""})."""
        chosen = experiment(asked.get("experiment"))
        return {"run": access.start(asked.get("who"), chosen.first, beside=chosen.second)}

    @endpoint
    def go_on(asked: dict[str, Any]) -> dict[str, Any]:
        """{"who", "run"}: resume both runs of a stopped pair."""
        return {"run": access.resume(asked.get("who"), asked.get("run"))}

    @endpoint
    def act(asked: dict[str, Any]) -> dict[str, Any]:
        """{"who", "job"}: pause, resume or stop the current pair."""
        job = asked.get("job")
        if job not in JOBS:
            raise LookupError(f"Unknown job; choose one of: {', '.join(JOBS)}.")
        if studio.runner.status.beside is None:
            raise Refused("no_run")
        access.act(asked.get("who"), job)
        return {}

    def pace(_asked: Any) -> dict[str, Any]:
        """Return the seconds per step of the default preset; {"busy": true} if not known."""
        idle = studio.runner.status.state not in ACTIVE
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
