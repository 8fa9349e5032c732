"""What belongs to the server, not to one visitor: models, runner, exports and settings."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from demo.exports import Exports
from demo.live import LiveModel
from demo.settings import Settings
from gan.config import Config
from gan.generator import Generator, ModelError
from gan.runner import Runner
from gan.runs import RunInfo, list_runs

RUN_PREFIX = "run:"


class Studio:
    """One per server, made by `app.py` and handed to the tabs.

    A model's id is the name of a bundled model ("mnist") or "run:<name>" of a training run. Ids
    come from visitors, so they are only ever looked up in a listing, never joined to a path.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.runner = Runner()
        self.exports = Exports(settings.exports_at_once)
        self._live = LiveModel(self.runner)
        self._owner: str | None = None
        self._lock = threading.Lock()
        self._start_lock = threading.Lock()
        self._loaded: dict[str, tuple[object, Generator]] = {}
        self._folders: dict[str, Path] = {}  # of the last listing

    def model_folders(self) -> dict[str, Path]:
        """Every usable model's id and folder: bundled ones first, then runs, newest first."""
        bundled = sorted(self.settings.models.glob("*/model.safetensors"))
        runs = self.settings.runs.glob("*/model.safetensors")
        newest = sorted(runs, key=lambda path: path.parent.name, reverse=True)
        return {path.parent.name: path.parent for path in bundled} | {
            RUN_PREFIX + path.parent.name: path.parent for path in newest
        }

    def trains(self, model: str) -> bool:
        """Whether this model is of the run in progress, so that its weights keep changing."""
        return model.startswith(RUN_PREFIX) and self._live.covers(model.removeprefix(RUN_PREFIX))

    def generator(self, model: str, wait_s: float = 0.0) -> Generator:
        """The model behind an id: of a run in progress a copy made a moment ago.

        `wait_s` is how long a newer copy may be waited for; until it is there, the last copy
        serves, or what the run has saved.

        Raises:
            ModelError: no such model, or its files are damaged.
        """
        if self.trains(model):
            live = self._live.latest(model.removeprefix(RUN_PREFIX), wait_s)
            if live is not None:
                return live
        return self._saved(model)

    def _saved(self, model: str) -> Generator:
        """From its folder, loaded again when a run has written newer weights."""
        folder, stamp = self._find(model)
        with self._lock:
            kept = self._loaded.get(model)
            if kept is None or kept[0] != stamp:
                kept = (stamp, Generator.load(folder))
                self._loaded.pop(model, None)
                while len(self._loaded) >= 4:
                    self._loaded.pop(next(iter(self._loaded)))
                self._loaded[model] = kept
            return kept[1]

    def _find(self, model: str) -> tuple[Path, int]:
        """A model's folder and when its weights were written; listed anew only if need be."""
        found = _stamped(self._folders.get(model))
        if found is None:
            self._folders = self.model_folders()
            found = _stamped(self._folders.get(model))
        if found is None:
            raise ModelError("That model is not on this server any more; choose another one.")
        return found

    def start(self, config: Config, owner: str) -> str:
        """Start a run for `owner` and return its name; refused while another one goes on.

        Raises:
            RuntimeError: a run is going on already, in a sentence for the visitor.
            DataError, OSError: the data or the disk said no.
        """
        self._refuse_while_running()
        with self._start_lock:  # of two who press at once, the first one steers
            self._refuse_while_running()
            name = time.strftime("%Y%m%d-%H%M%S-") + config.data
            self.runner.start(config, self.settings.runs / name).result()
            self._owner = owner
        return name

    def resumable(self) -> list[RunInfo]:
        """Runs on the disk that ended before their goal, the last trained first."""
        return [run for run in list_runs(self.settings.runs) if run.state == "can be resumed"]

    def resume(self, name: str, owner: str) -> None:
        """Go on with a run of `resumable`, from its last good checkpoint; `owner` steers it.

        Raises:
            RuntimeError: a run is going on already, in a sentence for the visitor.
            LookupError: there is no such run (any more).
            gan.checkpoint.CheckpointError, DataError, OSError: it cannot be gone on with.
        """
        self._refuse_while_running()
        with self._start_lock:
            self._refuse_while_running()
            folders = {run.name: run.folder for run in self.resumable()}
            if name not in folders:
                raise LookupError("That run is not on this server any more; choose another one.")
            self.runner.resume_run(folders[name]).result()
            self._owner = owner

    def _refuse_while_running(self) -> None:
        if self.runner.snapshot.state in ("loading", "running", "paused"):
            raise RuntimeError(
                "A run is already going on. You can watch it and play with its model; "
                "start yours when it has stopped."
            )

    def steers(self, owner: str) -> bool:
        """Whether this visitor started the present run."""
        return bool(owner) and owner == self._owner

    def close(self) -> None:
        """Save and stop the run; exports in progress end without a file."""
        self.exports.close()
        self.runner.close()


def _stamped(folder: Path | None) -> tuple[Path, int] | None:
    """The folder and when its weights were written; None if they are not there any more."""
    try:
        return folder and (folder, (folder / "model.safetensors").stat().st_mtime_ns)
    except FileNotFoundError:
        return None
