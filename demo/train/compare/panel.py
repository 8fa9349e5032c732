"""Side by side: two runs that differ in one setting, chosen from a list of experiments."""

from typing import Any

from demo.endpoint import Refused, requested
from demo.panels import Panel
from demo.server.studio import Studio
from demo.server.training_slot import ACTIVE
from demo.text import visitor_texts
from demo.train.compare.pairs import Pairs
from gan.config import Config
from gan.training.experiments import EXPERIMENTS, experiment

JOBS = ("pause", "resume", "stop")


def build(studio: Studio) -> None:
    """Build the content of the nested tab."""
    access, pairs = studio.access, Pairs(studio)

    def start(payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "experiment", "language"}: start both runs, or queue them ({"run": ""}).

        The runs get the names of the sides in that language.
        """
        chosen, say = experiment(payload.get("experiment")), visitor_texts(payload.get("language"))
        titles = [say(f"compare.{chosen.name}.{side}") for side in ("first", "second")]
        who, beside = payload.get("who"), chosen.second
        return {"run": access.start(who, chosen.first, beside=beside, titles=titles)}

    def act(payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "job"}: pause, resume or stop the current pair."""
        if studio.runner.status.beside is None:
            raise Refused("no_run")
        access.act(payload.get("who"), requested(payload.get("job"), JOBS))
        return {}

    def pace(_payload: dict[str, Any]) -> dict[str, Any]:
        """Return the seconds per step of the default preset; {"busy": true} if not known."""
        idle = studio.runner.status.state not in ACTIVE
        return studio.paces.of(Config(), may_measure=idle)

    Panel(
        "train/compare",
        server_functions=[pairs.poll, pairs.progress.frames, start, studio.resume, act, pace],
        elem_id="train-compare",
        experiments=[
            {"name": each.name, "steps": each.first.steps, "cost": each.cost}
            for each in EXPERIMENTS
        ],
    )
