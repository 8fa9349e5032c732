"""What the Train tab is told on one poll: only what the page does not have yet.

The page sends back the cursor of its last answer. Nothing here waits for the training thread: a
snapshot is read, never locked, and what many visitors ask for is made once per version.
"""

from __future__ import annotations

import base64
import hashlib
import math
from pathlib import Path
from typing import Any

from demo.studio import RUN_PREFIX, Studio
from gan.pictures import grid, png_bytes
from gan.run import frame_steps, read_history
from gan.runner import Snapshot

MAX_POINTS = 400  # of a chart, in one answer
MAX_FRAMES = 8  # of a film, in one answer
COLUMNS = 10
CURVES = ("step", "loss_g", "loss_d", "d_real", "d_fake")
BUNDLED = "mnist"


class Progress:
    """Answers the polls of every visitor. The film shown is the last run's, or the bundled one."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        # replaced whole, so that two visitors' polls may race for it: (version, what is shared)
        self._shared: tuple[Any, dict[str, Any]] = (None, {})
        self._bundled: list[list[float | None]] | None = None

    def poll(self, cursor: Any) -> dict[str, Any]:
        """The state of training, and what is new since `cursor` (an earlier answer's, or {}).

        Always: version, state, run, step, goal, rate (images per second), elapsed, left (s).
        When new: rows (of `CURVES`), frames (steps with a recorded picture), picture (base64 PNG).
        `reset` says that rows replace what the page has. A cursor that makes no sense is an
        empty one.
        """
        cursor = cursor if isinstance(cursor, dict) else {}
        snapshot = self._studio.runner.snapshot
        shared = self._once(snapshot)
        fresh = cursor.get("run") != snapshot.run
        rows, row = self._rows(snapshot, 0 if fresh else _whole(cursor.get("row")))
        answer = {**shared["status"], "cursor": {"run": snapshot.run, "row": row}}
        if fresh:
            answer["reset"] = True
        if rows:
            answer["rows"] = rows
        for name in ("frames", "picture"):
            answer["cursor"][name] = shared[name + "_key"]
            if fresh or cursor.get(name) != shared[name + "_key"]:
                answer[name] = shared[name]
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
        kept_key, shared = self._shared
        if kept_key == key:
            return shared
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
        self._shared = (key, shared)
        return shared

    def _rows(self, snapshot: Snapshot, since: int) -> tuple[list[list[float | None]], int]:
        """The thinned rows from `since` on, and the number of the next one."""
        if snapshot.run:
            rows = self._studio.runner.history(since)
            return thin([_points(row) for row in rows]), since + len(rows)
        if self._bundled is None:
            recorded = read_history(self._folder(snapshot))
            self._bundled = thin([_points(row) for row in recorded])
        return self._bundled[since:], len(self._bundled)

    def _folder(self, snapshot: Snapshot) -> Path:
        return shown_film(self._studio, snapshot.run)[1]


def shown_film(studio: Studio, run: str | None = None) -> tuple[str, Path]:
    """Whose film the page shows: the model's id and folder. `run`: instead of the present one."""
    run = studio.runner.snapshot.run if run is None else run
    if run:
        return RUN_PREFIX + run, studio.settings.runs / run
    return BUNDLED, studio.settings.models / BUNDLED


def thin(rows: list[list[float | None]], limit: int = MAX_POINTS) -> list[list[float | None]]:
    """At most `limit` rows: means of neighbours, each under its last step."""
    size = math.ceil(len(rows) / limit)
    if size <= 1:
        return rows
    groups = [rows[start : start + size] for start in range(0, len(rows), size)]
    return [[group[-1][0], *map(_mean, list(zip(*group, strict=True))[1:])] for group in groups]


def _mean(values: tuple[float | None, ...]) -> float | None:
    known = [value for value in values if value is not None]
    return _number(sum(known) / len(known)) if known else None


def _points(row: dict[str, Any]) -> list[float | None]:
    return [row["step"], *(_number(row[name]) for name in CURVES[1:])]


def _status(snapshot: Snapshot) -> dict[str, Any]:
    status = {
        "version": snapshot.version,
        "state": snapshot.state,
        "run": snapshot.run,
        "step": snapshot.step,
        "goal": snapshot.goal_steps,
        "rate": _number(snapshot.images_per_s),
        "elapsed": _number(snapshot.elapsed_s),
        "left": _number(snapshot.left_s),
        "labelled": bool(snapshot.config.conditional) if snapshot.config else True,
    }
    return status | ({"error": snapshot.error} if snapshot.error else {})


def _number(value: float | None) -> float | None:
    """Four digits, and None for what JSON has no word for."""
    return float(f"{value:.4g}") if value is not None and math.isfinite(value) else None


def _whole(value: Any) -> int:
    return value if type(value) is int and value >= 0 else 0


def _short_hash(text: str) -> str:
    return hashlib.blake2s(text.encode(), digest_size=4).hexdigest()
