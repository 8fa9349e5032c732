"""The runs of this server as cards: open, compare, rename, go on, take along, bring, delete."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from demo import text
from demo.server.access import refuse_if_elsewhere
from demo.panels import Panel
from demo.server.refusals import Refused, answer, field
from demo.train.runs.compare import compared, differences
from demo.train.runs.routes import ADDRESS, WHO
from demo.train.runs.listing import RunList
from demo.server.studio import Studio
from gan.storage.metadata import LONGEST_TITLE, change_about, clean_title
from gan.storage.run_lock import elsewhere
from gan.runs.trash import empty_trash, take_back, throw_away, thrown_away

SHOWN_TOGETHER = 2


def build(studio: Studio, t: gr.I18n) -> None:
    """The content of its nested tab."""
    runs, access, root = RunList(studio), studio.access, studio.settings.runs

    def mine(asked: Any) -> Path:
        """The folder of the run named, for whoever may change it."""
        folder = runs.card(field(asked, "run")).info.folder
        if not access.owns_folder(field(asked, "who"), folder):
            raise Refused("not_yours")
        return folder

    def listed(asked: Any) -> dict[str, Any]:
        """{"who", "version"}: see `RunList.since`, and whether this visitor may bring runs."""
        who = field(asked, "who")
        return runs.since(field(asked, "version"), who) | {"bring": access.may_train(who)}

    def rename(asked: Any) -> dict[str, Any]:
        """{"who", "run", "title"}: an empty title takes the name away again."""

        def do() -> dict[str, Any]:
            folder = mine(asked)
            change_about(folder, title=clean_title(field(asked, "title")) or None)
            return {"title": runs.card(folder.name).title}

        return answer(do)

    def delete(asked: Any) -> dict[str, Any]:
        """{"who", "run"}: into the trash, not while the run goes on."""

        def do() -> dict[str, Any]:
            folder = mine(asked)
            if runs.is_going(folder.name):
                raise Refused("going")
            refuse_if_elsewhere(folder)
            throw_away(folder)
            # it was gone on with at this very moment
            if runs.is_going(folder.name) or elsewhere(thrown_away(root)[folder.name]):
                take_back(root, folder.name)
                raise Refused("going")
            empty_trash(root)
            return {"deleted": folder.name}

        return answer(do)

    def undo(asked: Any) -> dict[str, Any]:
        """{"who", "run"}: out of the trash again."""

        def do() -> dict[str, Any]:
            name = field(asked, "run")
            lying = thrown_away(root).get(name) if isinstance(name, str) else None
            if lying is not None and not access.owns_folder(field(asked, "who"), lying):
                raise Refused("not_yours")
            return {"run": take_back(root, str(name)).name}

        return answer(do)

    def go_on(asked: Any) -> dict[str, Any]:
        """{"who", "run"}: the run that begins, "" when it stands in line."""
        return answer(lambda: {"run": access.resume(field(asked, "who"), field(asked, "run"))})

    def compare(asked: Any) -> dict[str, Any]:
        """{"runs": two names}: see `compared`; `differences` where both settings are known."""

        def do() -> dict[str, Any]:
            names = field(asked, "runs")
            if not isinstance(names, list) or len(names) != SHOWN_TOGETHER:
                raise LookupError("Two runs can be compared.")
            one, other = (runs.card(name).info for name in names)
            told = compared(one.folder, other.folder)
            if one.config and other.config:
                told["differences"] = differences(one.config, other.config)
            return told

        return answer(do)

    Panel(
        "runs",
        words=text.words("runs", "train", "doctor"),
        server_functions=[listed, rename, delete, undo, go_on, compare],
        elem_id="runs",
        address=ADDRESS,
        header=WHO,
        longest=LONGEST_TITLE,
        most_mb=studio.settings.max_upload_mb,
    )
