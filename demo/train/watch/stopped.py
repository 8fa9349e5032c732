"""The last run of a visitor, if it stopped before its goal: after a restart it can be resumed."""

from functools import lru_cache
from typing import Any

from demo.server.model_library import RUN_PREFIX, changed_ns
from demo.server.model_menu import model_name
from demo.server.studio import Studio
from gan.runs.listing import RunInfo, list_runs
from gan.runs.pairs import pair_of
from gan.storage.metadata import read_owner
from gan.storage.run_lock import is_locked


class StoppedRuns:
    """Finds it as long as this server has not trained anything itself."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._runs = lru_cache(maxsize=1)(self._list)

    def of(self, who: Any) -> dict[str, Any] | None:
        """Return {run, title, step} of the visitor's last run if it can be resumed, else None."""
        settings, runner = self._studio.settings, self._studio.runner.status
        mark = self._studio.access.privacy.visitor(who).mark
        if runner.run or runner.state != "idle" or not mark:
            return None
        runs = self._runs(changed_ns(settings.runs))
        run = next((run for run in runs if read_owner(run.folder) == mark), None)
        if run is None or run.state != "can be resumed" or is_locked(run.folder):
            return None
        first = (pair_of(run.folder) or [run.folder])[0]  # both halves are resumed by the first
        title = model_name(RUN_PREFIX + first.name, first)
        return {"run": first.name, "title": title, "step": run.step}

    def _list(self, _changed_ns: int) -> list[RunInfo]:
        return list_runs(self._studio.settings.runs)
