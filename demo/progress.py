"""What the Train tab is told on one poll: only what the page does not have yet.

The page sends back the cursor of its last answer. Nothing here waits for the training thread: a
snapshot is read, never locked, and what many visitors ask for is made once per version.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from demo import vital_signs
from demo.curve_rows import number, points, thin
from demo.studio import RUN_PREFIX, Studio
from gan.frames import frame_steps
from gan.history import read_history
from gan.pictures import grid, png_bytes
from gan.snapshot import Snapshot
from gan.vitals_log import read_vitals

MAX_FRAMES = 8  # of a film, in one answer
KNOWN_FILMS = 16  # lists of steps that pages may still have, newest last
COLUMNS = 10
BUNDLED = "mnist"


class Progress:
    """Answers the polls of every visitor. The film shown is the last run's, or the bundled one."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        # replaced whole, so that two visitors' polls may race for it: (version, what is shared)
        self._shared: tuple[Any, dict[str, Any]] = (None, {})
        self._bundled: list[list[float | None]] | None = None
        self._bundled_vitals: list[dict[str, Any]] | None = None

    def poll(self, cursor: Any) -> dict[str, Any]:
        """The state of training, and what is new since `cursor` (an earlier answer's, or {}).

        Always: version, state, run, step, goal, rate (images per second), elapsed, left (s), and
        error or warning where there is one. When new: rows (of `curve_rows.CURVES`), vitals (rows
        of `vital_signs.wire`), frames (steps with a recorded picture; frames_dropped and
        frames_added where the page has an earlier list), picture (base64 PNG), note (the last of
        what happened to the run). `reset` says that rows and vitals replace what the page has:
        another run, or one that went back. A cursor that makes no sense is an empty one.
        """
        cursor = cursor if isinstance(cursor, dict) else {}
        snapshot = self._studio.runner.snapshot
        shared = self._once(snapshot)
        same = (cursor.get("run"), cursor.get("rewinds")) == (snapshot.run, snapshot.rewinds)
        fresh = not same or _whole(cursor.get("step")) > snapshot.step
        rows, row = self._rows(snapshot, 0 if fresh else _whole(cursor.get("row")))
        vitals, vital = self._vitals(snapshot, 0 if fresh else _whole(cursor.get("vital")))
        place = {"run": snapshot.run, "rewinds": snapshot.rewinds, "step": snapshot.step}
        place |= {"row": row, "vital": vital, "notes": len(snapshot.notes)}
        answer = {**shared["status"], "cursor": place}
        if fresh or cursor.get("notes") != len(snapshot.notes):
            answer["note"] = snapshot.notes[-1] if snapshot.notes else ""
        if fresh:
            answer["reset"] = True
        if rows:
            answer["rows"] = rows
        if vitals:
            answer["vitals"] = vitals
        for name in ("frames", "picture"):
            answer["cursor"][name] = shared[name + "_key"]
            if fresh or cursor.get(name) != shared[name + "_key"]:
                answer[name] = shared[name]
        before = None if fresh else shared["films"].get(str(cursor.get("frames")))
        if before is not None and "frames" in answer:
            after = answer.pop("frames")
            answer["frames_dropped"] = [step for step in before if step not in after]
            answer["frames_added"] = [step for step in after if step not in before]
        return answer

    def frames(self, wanted: Any) -> dict[str, Any]:
        """Recorded pictures of the film: {"run": name, "steps": [...]} to base64 PNGs by step.

        Answers at most `MAX_FRAMES`; a step that was not recorded, or a run that is not the
        one shown any more, is left out.
        """
        snapshot = self._studio.runner.snapshot
        found: dict[str, str] = {}
        if isinstance(wanted, dict) and wanted.get("run") == snapshot.run:
            folder = self._folder(snapshot)
            steps = wanted.get("steps")
            asked = steps[:MAX_FRAMES] if isinstance(steps, list) else []
            kept = set(frame_steps(folder))
            for step in (s for s in asked if isinstance(s, int) and s in kept):
                try:
                    data = (folder / "snapshots" / f"{step:08d}.png").read_bytes()
                except OSError:  # the ring has dropped it since
                    continue
                found[str(step)] = base64.b64encode(data).decode()
        return {"run": snapshot.run, "frames": found}

    def _once(self, snapshot: Snapshot) -> dict[str, Any]:
        key = (snapshot.run, snapshot.version, snapshot.state)
        kept_key, shared_before = self._shared
        if kept_key == key:
            return shared_before
        picture = ""
        if snapshot.images is not None:
            picture = base64.b64encode(png_bytes(grid(snapshot.images, COLUMNS))).decode()
        folder = self._folder(snapshot)
        steps = frame_steps(folder)
        playable = bool(snapshot.run) and (folder / "model.safetensors").exists()
        shared = {
            "status": {**_status(snapshot), "playable": playable},
            "picture": picture,
            "picture_key": _short_hash(picture),
            "frames": steps,
            "frames_key": _short_hash(repr(steps)),
        }
        films = [*shared_before.get("films", {}).items(), (shared["frames_key"], steps)]
        shared["films"] = dict(films[-KNOWN_FILMS:])
        self._shared = (key, shared)
        return shared

    def _rows(self, snapshot: Snapshot, since: int) -> tuple[list[list[float | None]], int]:
        """The thinned rows from `since` on, and the number of the next one."""
        if snapshot.run:
            rows = self._studio.runner.history(since)
            return thin([points(row) for row in rows]), since + len(rows)
        if self._bundled is None:
            recorded = read_history(self._folder(snapshot))
            self._bundled = thin([points(row) for row in recorded])
        return self._bundled[since:], len(self._bundled)

    def _vitals(self, snapshot: Snapshot, since: int) -> tuple[list[list[Any]], int]:
        """The thinned vital signs from `since` on, and the number of the next one."""
        if snapshot.run:
            rows = self._studio.runner.vitals(snapshot.run, since)
        else:
            if self._bundled_vitals is None:
                self._bundled_vitals = read_vitals(self._folder(snapshot))
            rows = self._bundled_vitals[since:]
        return [vital_signs.wire(row) for row in vital_signs.thin(rows)], since + len(rows)

    def _folder(self, snapshot: Snapshot) -> Path:
        return shown_film(self._studio, snapshot.run)[1]


def shown_film(studio: Studio, run: str | None = None) -> tuple[str, Path]:
    """Whose film the page shows: the model's id and folder. `run`: instead of the present one."""
    run = studio.runner.snapshot.run if run is None else run
    if run:
        return RUN_PREFIX + run, studio.settings.runs / run
    return BUNDLED, studio.settings.models / BUNDLED


def _status(snapshot: Snapshot) -> dict[str, Any]:
    status = {
        "version": snapshot.version,
        "state": snapshot.state,
        "run": snapshot.run,
        "step": snapshot.step,
        "goal": snapshot.goal_steps,
        "rate": number(snapshot.images_per_s),
        "elapsed": number(snapshot.elapsed_s),
        "left": number(snapshot.left_s),
        "labelled": bool(snapshot.config.conditional) if snapshot.config else True,
    }
    told = {"error": snapshot.error, "warning": snapshot.warning}
    return status | {name: sentence for name, sentence in told.items() if sentence}


def _whole(value: Any) -> int:
    return value if type(value) is int and value >= 0 else 0


def _short_hash(text: str) -> str:
    return hashlib.blake2s(text.encode(), digest_size=4).hexdigest()
