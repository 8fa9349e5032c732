"""The runs of this server as cards: use, watch, compare, rename, resume, upload, delete."""

from pathlib import Path
from typing import Any

from demo.endpoint import Refused
from demo.panels import Panel
from demo.server.access import refuse_if_elsewhere
from demo.server.studio import Studio
from demo.train.runs.compare import compared
from demo.train.runs.listing import RunList
from demo.train.runs.routes import ADDRESS
from gan.runs.trash import empty_trash, move_to_trash, restore_run, trashed_runs
from gan.storage.metadata import LONGEST_TITLE, change_about, clean_title, read_title
from gan.storage.run_lock import is_locked
from gan.training.experiments import differences


def build(studio: Studio) -> None:
    """Build the content of the nested tab."""
    runs, access, root = RunList(studio), studio.access, studio.settings.runs

    def mine(payload: dict[str, Any]) -> Path:
        """Return the folder of the requested run, if this visitor may change it."""
        who = payload.get("who")
        folder = studio.gate.run(who, payload.get("run")).folder
        if not access.owns(who, folder):
            raise Refused("not_yours")
        return folder

    def listed(payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "version"}: see `RunList.since`; `bring`: whether this visitor may upload."""
        who = payload.get("who")
        return runs.since(payload.get("version"), who) | {"bring": access.may_train(who)}

    def rename(payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "run", "title"}: an empty title removes the name."""
        folder = mine(payload)
        change_about(folder, title=clean_title(payload.get("title")) or None)
        runs.forget(folder.name)
        return {"title": read_title(folder)}

    def delete(payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "run"}: move it to the trash, unless it is in progress."""
        folder = mine(payload)
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

    def undo(payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "run"}: restore it from the trash."""
        who, name = payload.get("who"), payload.get("run")
        folder = trashed_runs(root).get(name) if isinstance(name, str) else None
        if folder is None or access.privacy.hides(who, folder):
            raise LookupError("That run is gone: the trash keeps deleted runs for a day.")
        if not access.owns(who, folder):
            raise Refused("not_yours")
        access.room.check_count(who)
        return {"run": restore_run(root, name).name}

    def compare(payload: dict[str, Any]) -> dict[str, Any]:
        """{"runs": two names}: see `compared`; `differences` where both settings are known."""
        names = payload.get("runs")
        if not isinstance(names, list) or len(names) != 2:
            raise LookupError("Choose two runs to compare.")
        one, other = (studio.gate.run(payload.get("who"), name) for name in names)
        answer = compared(one.folder, other.folder)
        if one.config and other.config:
            changed = differences(one.config, other.config)
            answer["differences"] = [[name, *two] for name, two in changed.items()]
        return answer

    Panel(
        "train/runs",
        server_functions=[listed, rename, delete, undo, studio.resume, compare],
        elem_id="runs",
        address=ADDRESS,
        longest=LONGEST_TITLE,
        most_mb=studio.settings.max_upload_mb,
    )
