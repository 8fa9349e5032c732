"""What can be watched: the run that goes on, an earlier one, or how a bundled model learned."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from demo.server.model_library import RUN_PREFIX
from demo.server.studio import Studio
from demo.train import vitals_rows
from demo.train.curve_rows import points, thin
from demo.train.mark_rows import Numbered, mark_rows
from demo.train.watch.external_run import ExternalRun
from gan.config import Config
from gan.monitor.best import best_step
from gan.monitor.doctor import diagnose
from gan.monitor.vitals_log import read_vitals
from gan.runner.runner import Runner
from gan.runner.status import RunStatus
from gan.runs.history import read_history, read_marks
from gan.runs.listing import RunInfo, run_info
from gan.runs.snapshots import snapshot_steps
from gan.storage.layout import CONFIG, HISTORY, LOCK
from gan.storage.run_lock import elsewhere

log = logging.getLogger(__name__)

OPEN = 4  # recordings kept in memory
READ_S = 2.0  # so long what was read of a run serves all who watch it grow
BUNDLED = "mnist"  # what is shown where nothing was trained and no other bundled model is chosen


@dataclass(frozen=True)
class Live:
    """A run of the runner, the present one or its last, as of one moment."""

    runner: Runner
    status: RunStatus
    folder: Path
    model: str

    def rows(self, since: int) -> Numbered:
        """Rows of `curve_rows.CURVES` from `since` on, thinned, and the number of the next one."""
        rows = self.runner.history(since, run=self.status.run)
        return thin([points(row) for row in rows]), since + len(rows)

    def vitals(self, since: int) -> Numbered:
        """The same of `vital_signs.wire`."""
        rows = self.runner.vitals(self.status.run, since)
        return [vitals_rows.wire(row) for row in vitals_rows.thin(rows)], since + len(rows)

    def marks(self, since: int) -> Numbered:
        """The same of marks, see `mark_rows`."""
        marks = self.runner.marks(self.status.run)
        return mark_rows(marks[since:]), max(since, len(marks))


@dataclass(frozen=True)
class Recorded:
    """A run as its folder has it, read once. Its `status` has no picture: the film ends with it.

    Its rows are numbered unlike those of the same run live, which `rollbacks` of -1 makes known.
    """

    status: RunStatus
    folder: Path
    model: str
    curve: list[list[Any]]
    signs: list[list[Any]]
    deeds: list[list[Any]]

    @classmethod
    def read(cls, status: RunStatus, folder: Path, model: str) -> Recorded:
        """The folder's, with what it tells of itself added to `status`."""
        rows, vitals, marks = read_history(folder), read_vitals(folder), read_marks(folder)
        config = status.config or Config()
        status = replace(
            status,
            rollbacks=-1,
            step=status.step or (rows[-1]["step"] if rows else 0),
            best_step=best_step(vitals, snapshot_steps(folder)),
            finding=diagnose(rows, vitals, config, marks) if vitals else None,
        )
        signs = [vitals_rows.wire(row) for row in vitals_rows.thin(vitals)]
        curve = thin([points(row) for row in rows])
        return cls(status, folder, model, curve, signs, mark_rows(marks))

    def rows(self, since: int) -> Numbered:
        """See `Live.rows`."""
        return self.curve[since:], len(self.curve)

    def vitals(self, since: int) -> Numbered:
        """See `Live.vitals`."""
        return self.signs[since:], len(self.signs)

    def marks(self, since: int) -> Numbered:
        """See `Live.marks`."""
        return self.deeds[since:], len(self.deeds)


class Watchable:
    """Finds what a page wants to watch by its name; safe from any thread."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        # replaced whole: two visitors may race for it
        self._opened: dict[tuple[str, int], Recorded | ExternalRun] = {}

    def find(
        self, name: Any = "", chosen: Any = BUNDLED, hidden: bool = False
    ) -> Live | Recorded | ExternalRun:
        """The run of that name; the present or last one when there is none such. Before any it is
        one that another process trains, or else how the chosen bundled model learned. A name is
        looked up in listings only. `hidden`: the present one is not on show, but for those who
        know its name.
        """
        runner, runs = self._studio.runner, self._studio.settings.runs
        present = runner.status
        for status in (present, present.beside):
            if status is not None and status.run and status.run == name:
                folder = runs / status.run
                return Live(runner, status, folder, RUN_PREFIX + status.run)
        if name and isinstance(name, str):
            listed = (path for path in runs.glob("*/") if path.name == name)
            found = next((info for path in listed if (info := run_info(path))), None)
            if found is not None:
                model, far = RUN_PREFIX + name, elsewhere(found.folder) is not None
                return self._open(
                    found.folder, model, _snapshot(found), ExternalRun if far else Recorded
                )
        if present.run and not hidden:
            return self.find(present.run)
        if hidden:
            present = RunStatus(version=present.version)
        elif present.state == "idle" and (far := self._newest_elsewhere()):
            return self.find(far)
        bundled = self._bundled(chosen)
        state = {"state": present.state, "version": present.version, "error": present.error}
        return replace(bundled, status=replace(bundled.status, **state))

    def _bundled(self, chosen: Any) -> Recorded:
        models = self._studio.settings.models
        recorded = [path.parent.name for path in models.glob(f"*/{HISTORY}")]
        name = chosen if chosen in recorded else BUNDLED
        return self._open(models / name, name, RunStatus(config=_config(models / name)))

    def _newest_elsewhere(self) -> str:
        """The run that another process began to train last, of those that all may see; else ""."""
        folders = [path.parent for path in self._studio.settings.runs.glob(f"*/{LOCK}")]
        found = [(held.since, folder) for folder in folders if (held := elsewhere(folder))]
        seen = [
            (since, folder.name)
            for since, folder in found
            if not self._studio.access.privacy.hides("", folder)
        ]
        return max(seen)[1] if seen else ""

    def _open(
        self,
        folder: Path,
        model: str,
        status: RunStatus,
        kind: type[Recorded] | type[ExternalRun] = Recorded,
    ) -> Recorded | ExternalRun:
        key = (model, _changed_ns(folder))
        if kind is ExternalRun:  # it changes all the time, and reading it takes some
            key = (model, int(time.time() / READ_S))
        known = self._opened.get(key)
        if known is None:
            try:
                known = kind.read(status, folder, model)
            except Exception:  # rows that were not written here; the film can be shown
                log.exception("The figures of %s could not be read.", folder)
                error = "The figures of this run are damaged; only its pictures can be shown."
                known = Recorded(replace(status, error=error), folder, model, [], [], [])
            self._opened = {**dict(list(self._opened.items())[1 - OPEN :]), key: known}
        return known


def _snapshot(run: RunInfo) -> RunStatus:
    """What its listing tells of a run that is over."""
    return RunStatus(
        state="failed" if run.state == "damaged" else "done",
        run=run.name,
        config=run.config,
        step=run.step,
        goal_steps=run.config.steps if run.config else run.step,
        elapsed_s=run.elapsed_s,
        cpu_s=run.cpu_s,
        error=run.sentence,
    )


def _config(folder: Path) -> Config | None:
    try:
        return Config.from_json(json.loads((folder / CONFIG).read_bytes()))
    except (OSError, ValueError):
        return None


def _changed_ns(folder: Path) -> int:
    try:
        return (folder / HISTORY).stat().st_mtime_ns
    except OSError:  # a recording without one, or no such folder any more
        return 0
