"""The state of the server that all visitors share: models, runner, exports and settings."""

import math
from typing import Any

from demo.export.jobs import Exports
from demo.server.access import Access
from demo.server.hub_models import HubModels
from demo.server.image_collections import ImageCollections
from demo.server.live_model import LiveModel
from demo.server.model_library import NO_MODEL, RUN_PREFIX, ModelLibrary
from demo.server.pace_cache import PaceCache
from demo.server.portable_files import PortableFiles
from demo.settings import Settings
from gan.models.generator import Generator, ModelError
from gan.runner.runner import Runner
from gan.runner.status import RunStatus
from gan.storage.run_lock import is_locked
from gan.training.pace import MAX_STEP_S


class Studio:
    """One per server, passed to the tabs. Model ids: see `ModelLibrary`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        max_step_s = MAX_STEP_S if settings.public else math.inf
        self.runner = Runner(on_end=lambda: self.access.run_ended(), max_step_s=max_step_s)
        self.access = Access(self.runner, settings)
        self.gate = self.access.gate
        self.exports = Exports(
            settings.exports_at_once, settings.public, self.access.room.check_disk
        )
        self.hub = HubModels(settings)
        self.library = ModelLibrary(settings, self.hub)
        self.portable_files = PortableFiles()
        self.live_files = PortableFiles()  # apart, as training makes new ones all the time
        self.paces = PaceCache(self.runner, max_step_s)
        self.collections = ImageCollections(self)
        self._live = LiveModel(self.runner)

    def trains(self, model: str) -> bool:
        """Return whether this is the model of a run in progress, whose weights keep changing."""
        if not model.startswith(RUN_PREFIX):
            return False
        if self._live.covers(model.removeprefix(RUN_PREFIX)):
            return True
        folder = self.library.folder(model)
        return folder is not None and is_locked(folder)

    def current(self, who: Any) -> RunStatus:
        """Return the status of the current or last run; empty if it is hidden from this visitor."""
        return self.gate.shown(who, self.runner.status)

    def resume(self, payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "run"}: resume a run, or a pair; answers its name, or "" when it was queued."""
        return {"run": self.access.resume(payload.get("who"), payload.get("run"))}

    def generator(self, who: Any, model: str, wait_s: float = 0.0) -> Generator:
        """Return a model that this visitor may see; of the current run a recent copy.

        Waits up to `wait_s` for a newer copy; otherwise returns the last copy or saved weights.
        Raises ModelError: no such model, or its files are damaged.
        """
        if not self.gate.shows(who, model):
            raise ModelError(NO_MODEL)
        if self.trains(model):
            live = self._live.latest(model.removeprefix(RUN_PREFIX), wait_s)
            if live is not None:
                return live
        return self.library.load(model)

    def close(self) -> None:
        """Save and stop the run, and cancel exports, imports and downloads.

        The run comes first: a host kills a process that takes long to end.
        """
        self.runner.close()
        self.exports.close()
        self.collections.close()
        self.hub.close()
