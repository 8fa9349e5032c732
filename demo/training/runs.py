"""The runs of this server as cards: open, compare, rename, go on, take along, bring, delete."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from demo.helm import refuse_if_elsewhere
from demo.panels import Panel
from demo.refusals import Refused, answer
from demo.run_compare import compared, differences
from demo.run_files import ADDRESS, WHO
from demo.run_list import RunList
from demo.studio import Studio
from gan.about import LONGEST_TITLE, change_about, clean_title
from gan.hold import elsewhere
from gan.trash import empty_trash, take_back, throw_away, thrown_away

SHOWN_TOGETHER = 2


def build(studio: Studio, t: gr.I18n) -> None:
    """The content of its nested tab."""
    runs, helm, root = RunList(studio), studio.helm, studio.settings.runs

    def mine(asked: Any) -> Path:
        """The folder of the run named, for whoever may change it."""
        folder = runs.card(_part(asked, "run")).info.folder
        if not helm.owns_folder(_part(asked, "who"), folder):
            raise Refused("not_yours")
        return folder

    def listed(asked: Any) -> dict[str, Any]:
        """{"who", "version"}: see `RunList.since`, and whether this visitor may bring runs."""
        who = _part(asked, "who")
        return runs.since(_part(asked, "version"), who) | {"bring": helm.may_train(who)}

    def rename(asked: Any) -> dict[str, Any]:
        """{"who", "run", "title"}: an empty title takes the name away again."""

        def do() -> dict[str, Any]:
            folder = mine(asked)
            change_about(folder, title=clean_title(_part(asked, "title")) or None)
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
            name = _part(asked, "run")
            lying = thrown_away(root).get(name) if isinstance(name, str) else None
            if lying is not None and not helm.owns_folder(_part(asked, "who"), lying):
                raise Refused("not_yours")
            return {"run": take_back(root, str(name)).name}

        return answer(do)

    def go_on(asked: Any) -> dict[str, Any]:
        """{"who", "run"}: the run that begins, "" when it stands in line."""
        return answer(lambda: {"run": helm.resume(_part(asked, "who"), _part(asked, "run"))})

    def compare(asked: Any) -> dict[str, Any]:
        """{"runs": two names}: see `compared`; `differences` where both settings are known."""

        def do() -> dict[str, Any]:
            names = _part(asked, "runs")
            if not isinstance(names, list) or len(names) != SHOWN_TOGETHER:
                raise LookupError("Two runs can be compared.")
            one, other = (runs.card(name).info for name in names)
            told = compared(one.folder, other.folder)
            if one.config and other.config:
                told["differences"] = differences(one.config, other.config)
            return told

        return answer(do)

    Panel(
        "train/runs",
        server_functions=[listed, rename, delete, undo, go_on, compare],
        elem_id="runs",
        address=ADDRESS,
        header=WHO,
        longest=LONGEST_TITLE,
        most_mb=studio.settings.max_upload_mb,
    )


def _part(asked: Any, name: str) -> Any:
    return asked.get(name) if isinstance(asked, dict) else None
