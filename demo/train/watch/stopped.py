"""The last run of a visitor that stopped with an earlier server, to be resumed after a restart."""

import time
from functools import cached_property
from typing import Any

from demo.server.model_library import RUN_PREFIX
from demo.server.model_menu import model_name
from demo.server.studio import Studio
from gan.runs.listing import RunInfo, list_runs, run_info
from gan.runs.pairs import pair_of
from gan.storage.metadata import read_owner
from gan.storage.run_lock import is_locked


class StoppedRuns:
    """Finds that run, even after others have trained."""

    def __init__(self, studio: Studio) -> None:
        self._studio, self._since_s = studio, time.time()

    def of(self, who: Any) -> dict[str, Any] | None:
        """Return {run, title, step} of the run if it is still as it was then, else None."""
        then = self._last.get(self._studio.access.privacy.visitor(who).mark)
        if then is None or self._studio.access.holds(who) or is_locked(then.folder):
            return None
        run = run_info(then.folder)
        if run is None or run.when != then.when or run.state != "can be resumed":
            return None
        first = (pair_of(run.folder) or [run.folder])[0]  # both halves are resumed by the first
        title = model_name(RUN_PREFIX + first.name, first)
        return {"run": first.name, "title": title, "step": run.step}

    @cached_property
    def _last(self) -> dict[str, RunInfo]:
        """The last run of each visitor when the server started; all files are read just once."""
        found: dict[str, RunInfo] = {}
        for run in list_runs(self._studio.settings.runs):  # the last first
            if run.when <= self._since_s and (owner := read_owner(run.folder)):
                found.setdefault(owner, run)
        return found
