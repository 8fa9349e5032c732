"""Answers to the polls of Watch: only what the page does not have yet.

The page sends back the cursor of its last answer. Nothing here waits for the training thread: a
status is read without a lock, and what all visitors share is made once per version.
"""

import base64
import json
from contextlib import suppress
from typing import Any

import numpy as np

from demo.endpoint import without_folders
from demo.server.contact_sheets import kept_sheet_text, sheet_text
from demo.server.model_menu import class_names, model_name
from demo.server.studio import Studio
from demo.train.payload import diagnosis_payload, number, short_hash
from demo.train.watch.sources import Live, Watchable
from demo.train.watch.stored_run import StoredRun
from gan.config import Config
from gan.runner.status import RunStatus
from gan.runs.snapshots import COLUMNS, snapshot_steps
from gan.storage.layout import MODEL, MOST_STEPS, snapshot_picture_path
from gan.storage.metadata import read_class_names

MAX_SNAPSHOTS = 8  # of a film, in one answer
KNOWN_RUNS = 4  # watched at the same time
PARTS = ("about", "sheet", "film", "doctor")  # each sent only when it has changed


class Progress:
    """Answers the polls of all visitors."""

    def __init__(self, studio: Studio) -> None:
        self._studio, self._watchable = studio, Watchable(studio)
        # by model: (version, parts); replaced, never modified, so that polls may race
        self._shared: dict[str, tuple[Any, dict[str, Any]]] = {}

    def poll(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Return the status of the watched run and what is new since the cursor in `payload`.

        `payload` may also hold `show`, the name of a run to watch instead of the current one, and
        `model`, the bundled model whose recording is shown before the first run.

        Always: state, step, rate (images per second), elapsed, cpu and left (s), and if any error,
        warning, and requested, what the run will do after its step. When new, in the format of
        `demo.train.payload`: rows, vitals, marks, and the parts

        - title, goal and best (steps), goal_s (None unless the goal is a time), labelled (the
          columns are classes), data and labels (the data set and the names of the columns'
          classes), playable (there is a model)
        - picture (see `sheet_text`) and opinions (base64, D(x) of each sample as a byte)
        - frames (steps with a recorded picture)
        - finding

        `reset`: all this replaces what the page has, as it is of another run or of one that was
        rolled back. An invalid cursor counts as an empty one.
        """
        who, show = payload.get("who"), payload.get("show")
        source = self._watchable.find(who, show, payload.get("model"))
        status, shared = source.status, self._parts(source)
        at, counts = _list(payload.get("at"), 2), _list(payload.get("counts"), 3)
        fresh = not all(type(n) is int and 0 <= n <= MOST_STEPS for n in (*at[:1], *counts))
        fresh = fresh or (payload.get("of"), at[1]) != (source.model, status.rollbacks)
        fresh = fresh or at[0] > status.step
        have = [None] * 4 if fresh else _list(payload.get("have"), 4)
        answer = dict(shared["status"])
        if status.requested:
            answer["requested"] = status.requested
        if fresh:
            answer["reset"] = True
        new, counts = source.new([0, 0, 0] if fresh else counts)
        answer |= {name: rows for name, rows in new._asdict().items() if rows}
        for name, known, key in zip(PARTS, have, shared["keys"], strict=True):
            if known != key:
                answer |= shared[name]
        at = [status.step, status.rollbacks]
        cursor = {"run": status.run, "of": source.model, "at": at, "counts": counts}
        return answer | {"cursor": cursor | {"have": shared["keys"]}}

    def frames(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Return recorded pictures by step, see `kept_sheet_text`.

        `payload`: {"run": name, "steps": [...]}; the name is "" for the recording of the bundled
        `model`. At most `MAX_SNAPSHOTS`; steps without a picture are left out.
        """
        run = payload.get("run")
        source = self._watchable.find(payload.get("who"), run, payload.get("model"))
        found: dict[str, str] = {}
        if source.status.run == run:
            steps = payload.get("steps")
            steps = steps[:MAX_SNAPSHOTS] if isinstance(steps, list) else []
            kept = set(snapshot_steps(source.folder))
            for step in (s for s in steps if isinstance(s, int) and s in kept):
                with suppress(OSError):  # deleted since, or damaged
                    path = snapshot_picture_path(source.folder, step)
                    found[str(step)] = kept_sheet_text(path.read_bytes())
        return {"run": source.status.run, "frames": found}

    def _parts(self, source: Live | StoredRun) -> dict[str, Any]:
        status = source.status
        title = model_name(source.model, source.folder)
        key = (status.version, status.state, status.step, status.elapsed_s, title, type(source))
        known_key, before = self._shared.get(source.model, (None, {}))
        if known_key == key:
            return before
        picture = "" if status.images is None else sheet_text(status.images)
        opinions = ""
        if status.opinions is not None:
            levels = np.rint(status.opinions * 255).clip(0, 255).astype(np.uint8)
            opinions = base64.b64encode(levels.tobytes()).decode()
        playable = bool(status.run) and (source.folder / MODEL).exists()
        shared: dict[str, Any] = {
            "about": _about(source) | {"playable": playable, "title": title},
            "sheet": {"picture": picture, "opinions": opinions},
            "film": {"frames": snapshot_steps(source.folder)},
            "doctor": {"finding": diagnosis_payload(status.diagnosis)},
        }
        keys = [short_hash(json.dumps(shared[name])) for name in PARTS]
        shared |= {"keys": keys, "status": _status(status)}
        others = [(model, one) for model, one in self._shared.items() if model != source.model]
        self._shared = {**dict(others[-(KNOWN_RUNS - 1) :]), source.model: (key, shared)}
        return shared


def _status(status: RunStatus) -> dict[str, Any]:
    shown = {
        "state": status.state,
        "step": status.step,
        "rate": number(status.images_per_s),
        "elapsed": number(status.elapsed_s),
        "cpu": number(status.cpu_s),
        "left": number(status.left_s),
    }
    messages = {"error": status.error, "warning": status.warning}
    return shown | {name: without_folders(text) for name, text in messages.items() if text}


def _about(source: Live | StoredRun) -> dict[str, Any]:
    status, names = source.status, read_class_names(source.folder)
    config = status.config or Config()
    return {
        "goal": status.goal_steps,
        "goal_s": number(status.goal_s),
        "best": status.best_step,
        "labelled": config.classes > 0,
        "data": config.data,
        "labels": class_names(config, names)[:COLUMNS],
        "clips": config.motion_dim > 0,
    }


def _list(value: Any, length: int) -> list[Any]:
    return value if isinstance(value, list) and len(value) == length else [None] * length
