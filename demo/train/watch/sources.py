"""What can be watched: the run in progress, an earlier one, or the recording of a bundled model."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from demo.server.model_library import RUN_PREFIX, changed_ns
from demo.server.studio import Studio
from demo.train.payload import curve_row, mark_rows, thin_curves, thin_vitals, vitals_row
from demo.train.watch.stored_run import ChartRows, StoredRun, added
from gan.config import Config
from gan.runner.runner import Runner
from gan.runner.status import RunStatus
from gan.runs.listing import RunInfo
from gan.storage.config_file import read_config
from gan.storage.layout import HISTORY, LOCK
from gan.storage.run_lock import is_locked, lock_owner

log = logging.getLogger(__name__)

CACHED_RUNS = 4
READ_S = 2.0  # a run that another process trains is read again after this time
BUNDLED = "mnist"  # whose recording is shown unless another bundled model is chosen


@dataclass(frozen=True)
class Live:
    """The current or last run of the runner, at one moment."""

    runner: Runner
    status: RunStatus
    folder: Path
    model: str

    def new(self, counts: Sequence[int]) -> tuple[ChartRows, list[int]]:
        """Return what is new to a page that has `counts` rows of each kind, and the new counts."""
        run = self.status.run
        rows = self.runner.history(counts[0], run=run)
        vitals = self.runner.vitals(run, counts[1])
        marks = self.runner.marks(run)[counts[2] :]
        history = ChartRows(
            thin_curves([curve_row(row) for row in rows]),
            [vitals_row(row) for row in thin_vitals(vitals)],
            mark_rows(marks),
        )
        return history, added(counts, (rows, vitals, marks))


class Watchable:
    """Finds the run that a page asks for by name. Thread-safe."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        # replaced, never modified: two visitors may race for it
        self._cache: dict[tuple[str, int], StoredRun] = {}

    def find(self, who: Any, name: Any = "", chosen: Any = BUNDLED) -> Live | StoredRun:
        """Return the run of that name, else the current or last one, if this visitor may see it.

        Before the first run: one that another process trains, else the recording of the bundled
        model `chosen`. Names are only looked up in listings, never joined to a path.
        """
        runner, runs = self._studio.runner, self._studio.settings.runs
        current = self._studio.current(who)
        for status in (current, current.beside):
            if status is not None and status.run and status.run == name:
                return Live(runner, status, runs / status.run, RUN_PREFIX + status.run)
        if info := self._studio.gate.find(who, name):
            far = is_locked(info.folder)
            return self._read(info.folder, RUN_PREFIX + name, _status(info), far)
        if current.run:
            return self.find(who, current.run)
        if runner.status.state == "idle" and (far := self._newest_elsewhere()):
            return self.find(who, far)
        bundled = self._bundled(chosen)
        state = {"state": current.state, "version": current.version, "error": current.error}
        return replace(bundled, status=replace(bundled.status, **state))

    def _bundled(self, chosen: Any) -> StoredRun:
        models = self._studio.settings.models
        recorded = [path.parent.name for path in models.glob(f"*/{HISTORY}")]
        name = chosen if chosen in recorded else BUNDLED
        return self._read(models / name, name, RunStatus(config=_config(models / name)))

    def _newest_elsewhere(self) -> str:
        """Return the public run that another process started last; "" if there is none."""
        folders = [path.parent for path in self._studio.settings.runs.glob(f"*/{LOCK}")]
        owners = [(lock_owner(folder), folder) for folder in folders]
        found = [(one.since, folder) for one, folder in owners if one and not one.is_this_process]
        hides = self._studio.access.privacy.hides
        return max(
            ((since, folder.name) for since, folder in found if not hides("", folder)),
            default=(0, ""),
        )[1]

    def _read(self, folder: Path, model: str, status: RunStatus, far: bool = False) -> StoredRun:
        # one that another process trains changes all the time, and reading it takes a while
        key = (model, int(time.time() / READ_S) if far else changed_ns(folder / HISTORY))
        known = self._cache.get(key)
        if known is None:
            try:
                known = StoredRun.read(status, folder, model, far)
            except Exception:  # rows of a damaged or foreign file; the film can still be shown
                log.exception("Cannot read the history of %s.", folder)
                error = "The history of this run is damaged; only its images can be shown."
                known = StoredRun(
                    replace(status, error=error), folder, model, ChartRows([], [], [])
                )
            self._cache = {**dict(list(self._cache.items())[1 - CACHED_RUNS :]), key: known}
        return known


def _status(run: RunInfo) -> RunStatus:
    """Return the status of a run that has ended."""
    return RunStatus(
        state="failed" if run.state == "damaged" else "done",
        run=run.name,
        config=run.config,
        step=run.step,
        goal_steps=run.goal_steps or run.step,
        goal_s=run.goal_s,
        elapsed_s=run.elapsed_s,
        cpu_s=run.cpu_s,
        error=run.sentence,
    )


def _config(folder: Path) -> Config | None:
    try:
        return read_config(folder)
    except (OSError, ValueError):
        return None
