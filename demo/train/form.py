"""The column beside the views: what to train, and what steers the run that goes on."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from demo import text
from demo.panels import Panel
from demo.server.refusals import answer, field
from demo.server.studio import Studio
from demo.server.training_slot import ACTIVE
from demo.train import settings_form
from gan.config import Config
from gan.storage.layout import MODEL
from gan.training.live_settings import STEERABLE

JOBS = ("pause", "resume", "stop", "configure")


def build(studio: Studio) -> Panel:
    """The panel; its value is {"play": id} when the visitor asks to play with a model."""
    access, paces = studio.access, studio.paces

    def standing(asked: Any) -> dict[str, Any]:
        """{"who", "known"}: what this visitor may do now, and the present run.

        `known` is the `key` of an earlier answer, whose `config` the page still has.
        """
        who, known = field(asked, "who"), field(asked, "known")
        status = studio.runner.status
        if access.privacy.hides_present(who, status):
            status = replace(status, run="", config=None, step=0)
        folder = studio.settings.runs / status.run
        told = access.standing(who) | {
            "state": status.state,
            "run": status.run,
            "step": status.step,
            "rewinds": status.rewinds,
            "pair": status.beside is not None,
            "playable": bool(status.run) and (folder / MODEL).exists(),
        }
        if status.config is not None:
            told["key"] = _short_hash(f"{status.run} {status.config}")
            if told["key"] != known:
                told["config"] = status.config.to_json()
        return told

    def config_of(asked: Any) -> Config:
        """Of {"who", "settings"}; what own images look like is filled in."""
        values = studio.collections.wanted(field(asked, "who"), field(asked, "settings"))
        return settings_form.wanted(values, studio.settings)

    def start(asked: Any) -> dict[str, Any]:
        """{"who", "settings"}: start a run, or stand in line ({"run": ""})."""

        def begin() -> dict[str, Any]:
            config = config_of(asked)
            return {"run": access.start(field(asked, "who"), config)}

        return answer(begin)

    def act(asked: Any) -> dict[str, Any]:
        """{"who", "job", "values"}: pause, resume, stop or configure; answers the step."""

        def do() -> dict[str, Any]:
            job, values = field(asked, "job"), field(asked, "values")
            if job not in JOBS:
                raise LookupError("There is no such job.")
            changes = values if job == "configure" and isinstance(values, dict) else {}
            if not set(changes) <= set(STEERABLE):
                raise LookupError("Only what may change while a run goes on can be changed now.")
            access.act(field(asked, "who"), job, **changes)
            marked = [mark["step"] for mark in studio.runner.marks()[-1:]]
            return {"step": max([studio.runner.status.step, *marked])}  # the mark is exact

        return answer(do)

    def leave(asked: Any) -> dict[str, Any]:
        """{"who"}: give up the place in the line."""
        return {"left": access.leave(field(asked, "who"))}

    def pace(asked: Any) -> dict[str, Any]:
        """{"who", "settings"}: how long such a run takes here (`PaceCache.of`), and its limit."""

        def look() -> dict[str, Any]:
            config = config_of(asked)
            may = access.may_train(field(asked, "who"))
            free = studio.runner.status.state not in ACTIVE
            return paces.of(config, may and free) | {"most_s": studio.settings.max_run_s}

        return answer(look)

    def own(asked: Any) -> dict[str, Any]:
        """{"who"}: this visitor's own images, see `demo.server.image_collections`."""
        return answer(lambda: studio.collections.listed(field(asked, "who")))

    return Panel(
        "form",
        value={},
        words=text.words("train"),
        server_functions=[standing, start, act, leave, pace, own],
        elem_id="train-form",
        offered=settings_form.offered(studio.settings),
    )


def _short_hash(words: str) -> str:
    return hashlib.blake2s(words.encode(), digest_size=4).hexdigest()
