"""What Watch is told on one poll: only what the page does not have yet.

The page sends back the cursor of its last answer. Nothing here waits for the training thread: a
status is read, never locked, and what many visitors ask for is made once per version.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import numpy as np

from demo.server.class_names import class_names
from demo.server.contact_sheets import kept_sheet_text, sheet_text
from demo.server.model_menu import model_name
from demo.server.studio import Studio
from demo.train.curve_rows import number
from demo.train.watch import doctor
from demo.train.watch.sources import ExternalRun, Live, Recorded, Watchable
from gan.config import Config
from gan.runner.status import RunStatus
from gan.runs.snapshots import COLUMNS, snapshot_steps
from gan.storage.layout import MODEL, snapshot_picture_path
from gan.storage.metadata import read_class_names

MAX_SNAPSHOTS = 8  # of a film, in one answer
KNOWN_FILMS = 16  # lists of steps that pages may still have, newest last
KNOWN_RUNS = 4  # that pages watch at the same time
SELDOM = ("about", "sheet", "film", "doctor")  # what is sent when it has changed


class Progress:
    """Answers the polls of every visitor."""

    def __init__(self, studio: Studio) -> None:
        self._studio, self._watchable = studio, Watchable(studio)
        # replaced whole, so that visitors' polls may race: by model, (version, what is shared)
        self._shared: dict[str, tuple[Any, dict[str, Any]]] = {}

    def poll(self, asked: Any) -> dict[str, Any]:
        """How the run stands that is watched, and what is new since `asked`: an earlier answer's
        cursor, or {}, and in it `show`, the name of a run to watch instead of the present one, and
        `model`, the bundled model whose recording is shown where nothing was trained yet.

        Always: state, step, rate (images per second), elapsed, cpu and left (s), and error or
        warning where there is one. When new: rows (of `curve_rows.CURVES`), vitals (rows of
        `vital_signs.wire`), marks (of `watched.mark_rows`), and together, as in `SELDOM`:

        - title (what people call the run), goal and best (steps), labelled (the columns are
          classes), data and labels (what it learns from, and the names of the columns' classes),
          playable (there is a model)
        - picture (see `sheet_text`) and opinions (base64, a byte for each sample, 255 is certainly
          real)
        - frames (steps with a recorded picture), or dropped and added to the list the page has
        - finding (`doctor_wire.wire`)

        `reset` says that all this replaces what the page has: another run, or one that went back.
        A cursor that makes no sense is an empty one.
        """
        cursor = asked if isinstance(asked, dict) else {}
        hidden = self._studio.access.privacy.hides_present(
            cursor.get("who"), self._studio.runner.status
        )
        source = self._watchable.find(cursor.get("show"), cursor.get("model"), hidden)
        status, shared = source.status, self._once(source)
        at, counts = _list(cursor.get("at"), 2), _list(cursor.get("counts"), 3)
        fresh = not all(type(number) is int and number >= 0 for number in (*at[:1], *counts))
        fresh = fresh or (cursor.get("of"), at[1]) != (source.model, status.rollbacks)
        fresh = fresh or at[0] > status.step
        counts = [0, 0, 0] if fresh else counts[:]
        have = [None] * 4 if fresh else _list(cursor.get("have"), 4)
        answer = dict(shared["status"])
        if fresh:
            answer["reset"] = True
        for index, name in enumerate(("rows", "vitals", "marks")):
            news, counts[index] = getattr(source, name)(counts[index])
            if news:
                answer[name] = news
        for name, known, key in zip(SELDOM, have, shared["keys"], strict=True):
            if known != key:
                answer |= shared[name]
        before = shared["films"].get(str(have[SELDOM.index("film")]))
        if before is not None and "frames" in answer:
            after = answer.pop("frames")
            answer["dropped"] = [step for step in before if step not in after]
            answer["added"] = [step for step in after if step not in before]
        at = [status.step, status.rollbacks]
        told = {"run": status.run, "of": source.model, "at": at, "counts": counts}
        return answer | {"cursor": told | {"have": shared["keys"]}}

    def frames(self, wanted: Any) -> dict[str, Any]:
        """Recorded pictures of a film: {"run": name, "steps": [...]}, where the name is "" with the
        `model` of a recording, to `kept_sheet_text` by step.

        Answers at most `MAX_SNAPSHOTS`. Steps that were not recorded, or of a run that is gone, are
        left out.
        """
        asked = wanted if isinstance(wanted, dict) else {}
        run = asked.get("run")
        source = self._watchable.find(run, asked.get("model"))
        found: dict[str, str] = {}
        if source.status.run == run:
            steps = asked.get("steps")
            some = steps[:MAX_SNAPSHOTS] if isinstance(steps, list) else []
            kept = set(snapshot_steps(source.folder))
            for step in (s for s in some if isinstance(s, int) and s in kept):
                try:
                    found[str(step)] = kept_sheet_text(
                        snapshot_picture_path(source.folder, step).read_bytes()
                    )
                except OSError:  # the ring has dropped it since, or it is damaged
                    continue
        return {"run": source.status.run, "frames": found}

    def _once(self, source: Live | Recorded | ExternalRun) -> dict[str, Any]:
        status = source.status
        title = model_name(source.model, source.folder)
        key = (status.version, status.state, status.step, status.elapsed_s, title)
        key = (*key, type(source))
        kept_key, before = self._shared.get(source.model, (None, {}))
        if kept_key == key:
            return before
        picture, opinions = "", ""
        if status.images is not None:
            picture = sheet_text(status.images)
        if status.opinions is not None:
            levels = np.rint(status.opinions * 255).clip(0, 255).astype(np.uint8)
            opinions = base64.b64encode(levels.tobytes()).decode()
        steps = snapshot_steps(source.folder)
        playable = bool(status.run) and (source.folder / MODEL).exists()
        shared: dict[str, Any] = {
            "about": _about(source) | {"playable": playable, "title": title},
            "sheet": {"picture": picture, "opinions": opinions},
            "film": {"frames": steps},
            "doctor": {"finding": doctor.wire(status.finding)},
        }
        keys = [_short_hash(json.dumps(shared[name])) for name in SELDOM]
        films = [*before.get("films", {}).items(), (keys[SELDOM.index("film")], steps)]
        shared |= {"keys": keys, "films": dict(films[-KNOWN_FILMS:]), "status": _status(status)}
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
    told = {"error": status.error, "warning": status.warning}
    return shown | {name: sentence for name, sentence in told.items() if sentence}


def _about(source: Live | Recorded) -> dict[str, Any]:
    """What seldom changes."""
    status, names = source.status, read_class_names(source.folder)
    config = status.config or Config()
    return {
        "goal": status.goal_steps,
        "best": status.best_step,
        "labelled": config.classes > 0,
        "data": config.data,
        "labels": class_names(config, names)[:COLUMNS],
    }


def _list(value: Any, length: int) -> list[Any]:
    return value if isinstance(value, list) and len(value) == length else [None] * length


def _short_hash(text: str) -> str:
    return hashlib.blake2s(text.encode(), digest_size=3).hexdigest()
