"""The runs of this server as cards: use, watch, compare, rename, resume, upload, delete."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from demo.panels import Panel
from demo.server.access import refuse_if_elsewhere
from demo.server.endpoint import Refused, endpoint
from demo.server.studio import Studio
from demo.server.uploads import WHO
from demo.train.runs.compare import compared, differences
from demo.train.runs.listing import RunList
from demo.train.runs.routes import ADDRESS
from gan.runs.trash import empty_trash, move_to_trash, restore_run, trashed_runs
from gan.storage.metadata import LONGEST_TITLE, change_about, clean_title
from gan.storage.run_lock import is_locked


def build(studio: Studio, t: gr.I18n) -> None:
    """Build the content of the nested tab."""
    runs, access, root = RunList(studio), studio.access, studio.settings.runs

    def mine(asked: dict[str, Any]) -> Path:
        """Return the folder of the requested run, if this visitor may change it."""
        folder = runs.card(asked.get("run")).info.folder
        if not access.owns_folder(asked.get("who"), folder):
            raise Refused("not_yours")
        return folder

    @endpoint
    def listed(asked: dict[str, Any]) -> dict[str, Any]:
        """{"who", "version"}: see `RunList.since`; `bring`: whether this visitor may upload."""
        who = asked.get("who")
        return runs.since(asked.get("version"), who) | {"bring": access.may_train(who)}

    @endpoint
    def rename(asked: dict[str, Any]) -> dict[str, Any]:
        """{"who", "run", "title"}: an empty title removes the name."""
        folder = mine(asked)
        change_about(folder, title=clean_title(asked.get("title")) or None)
        return {"title": runs.card(folder.name).title}

    @endpoint
    def delete(asked: dict[str, Any]) -> dict[str, Any]:
        """{"who", "run"}: move it to the trash, unless it is in progress."""
        folder = mine(asked)
        if runs.is_going(folder.name):
            raise Refused("in_progress")
        refuse_if_elsewhere(folder)
        move_to_trash(folder)
        # it may have been resumed at this very moment
        if runs.is_going(folder.name) or is_locked(trashed_runs(root)[folder.name]):
            restore_run(root, folder.name)
            raise Refused("in_progress")
        empty_trash(root)
        return {"deleted": folder.name}

    @endpoint
    def undo(asked: dict[str, Any]) -> dict[str, Any]:
        """{"who", "run"}: restore it from the trash."""
        name = asked.get("run")
        folder = trashed_runs(root).get(name) if isinstance(name, str) else None
        if folder is not None and not access.owns_folder(asked.get("who"), folder):
            raise Refused("not_yours")
        return {"run": restore_run(root, str(name)).name}

    @endpoint
    def go_on(asked: dict[str, Any]) -> dict[str, Any]:
        """{"who", "run"}: resume it; answers its name, or "" when it was queued."""
        return {"run": access.resume(asked.get("who"), asked.get("run"))}

    @endpoint
    def compare(asked: dict[str, Any]) -> dict[str, Any]:
        """{"runs": two names}: see `compared`; `differences` where both settings are known."""
        names = asked.get("runs")
        if not isinstance(names, list) or len(names) != 2:
            raise LookupError("Choose two runs to compare.")
        one, other = (runs.card(name).info for name in names)
        payload = compared(one.folder, other.folder)
        if one.config and other.config:
            payload["differences"] = differences(one.config, other.config)
        return payload

    Panel(
        "train/runs",
        server_functions=[listed, rename, delete, undo, go_on, compare],
        elem_id="runs",
        address=ADDRESS,
        header=WHO,
        longest=LONGEST_TITLE,
        most_mb=studio.settings.max_upload_mb,
    )
