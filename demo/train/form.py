"""The form beside the views: settings of the next run, and controls of the current one."""

from typing import Any

from demo.endpoint import requested
from demo.panels import Panel
from demo.server.access import PROMPT
from demo.server.studio import Studio
from demo.server.training_slot import ACTIVE
from demo.train import settings_form
from demo.train.payload import short_hash
from gan.config import Config
from gan.storage.layout import MODEL
from gan.training.live_settings import STEERABLE

LENGTH = ("steps", "seconds")  # of the settings
JOBS = ("pause", "resume", "stop", "discard", "configure")


def build(studio: Studio) -> Panel:
    """Build the panel; its value is {"play": id} when the visitor chooses a model to use."""
    access, paces = studio.access, studio.paces

    def status(payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "known"}: what this visitor may do now, and the current run.

        `known` is the `key` of an earlier answer, whose `config`, with the goal that the run has
        now, the page still has. `requested` is
        what the run will do after its step, and `unsaved` true while it cannot be saved; `shapes_s`
        is the time of training at which the first shapes appear, None if unknown or past.
        """
        who = payload.get("who")
        status = studio.current(who)
        folder = studio.settings.runs / status.run
        answer = access.status(who) | {
            "state": studio.runner.status.state,
            "requested": status.requested,
            "unsaved": status.warning is not None,
            "run": status.run,
            "step": status.step,
            "rewinds": status.rollbacks,
            "pair": status.beside is not None,
            "shapes_s": paces.shapes_s(status) if status.beside is None else None,
            "playable": bool(status.run) and (folder / MODEL).exists(),
        }
        if status.config is not None:
            goal = {"steps": status.goal_steps, "seconds": status.goal_s or 0.0}
            config = status.config.to_json() | (goal if status.goal_steps else {})
            answer["key"] = short_hash(f"{status.run} {config}")
            if answer["key"] != payload.get("known"):
                answer["config"] = config
        return answer

    def config_of(payload: dict[str, Any]) -> Config:
        values = studio.collections.complete(payload.get("who"), payload.get("settings"))
        return settings_form.parse(values, studio.settings)

    def start(payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "settings"}: start a run, or queue it ({"run": ""})."""
        config = config_of(payload)
        paces.check(config)
        return {"run": access.start(payload.get("who"), config)}

    def extend(payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "run", "settings"}: train a run further, for their length; answers as `start`."""
        values = payload.get("settings")
        values = values if isinstance(values, dict) else {}
        length = {name: values[name] for name in LENGTH if name in values}
        config = settings_form.parse(length, studio.settings)
        return {"run": access.resume(payload.get("who"), payload.get("run"), config)}

    def act(payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "job", "values"}: one of `JOBS`; answers the step."""
        job, values = requested(payload.get("job"), JOBS), payload.get("values")
        changes = values if job == "configure" and isinstance(values, dict) else {}
        if not set(changes) <= set(STEERABLE):
            raise LookupError(f"Only these settings can change now: {', '.join(STEERABLE)}.")
        if job in PROMPT:
            access.request(payload.get("who"), job)
        else:
            access.act(payload.get("who"), job, **changes)
        marked = [mark["step"] for mark in studio.runner.marks()[-1:]]
        return {"step": max([studio.runner.status.step, *marked])}  # the mark is exact

    def leave(payload: dict[str, Any]) -> dict[str, Any]:
        """{"who"}: leave the queue."""
        return {"left": access.leave(payload.get("who"))}

    def pace(payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "settings"}: how long such a run takes here (`PaceCache.of`)."""
        config, free = config_of(payload), studio.runner.status.state not in ACTIVE
        may_measure = access.may_train(payload.get("who")) and free
        return paces.of(config, may_measure)

    return Panel(
        "train/form",
        value={},
        server_functions=[
            status,
            start,
            extend,
            act,
            leave,
            pace,
            studio.resume,
            studio.collections.images,
        ],
        elem_id="train-form",
        limits={"run_s": studio.settings.max_run_s, "away_s": studio.settings.away_s},
        offered=settings_form.payload(studio.settings),
    )
