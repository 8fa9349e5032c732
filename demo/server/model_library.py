"""The models on this server's disk by id, with a cache of loaded ones."""

import threading
from functools import lru_cache
from pathlib import Path

from demo.server.hub_models import HubModels
from demo.settings import Settings
from gan.hub.names import PREFIX
from gan.models.generator import Generator, ModelError
from gan.recipes.model_ids import split_id
from gan.runs.listing import run_folders
from gan.runs.snapshots import kept_steps
from gan.storage.layout import MODEL, snapshot_weights_path

RUN_PREFIX = "run:"
MODELS_KEPT = 4  # in memory
SNAPSHOTS_KEPT = 12
NO_MODEL = "That model is not on this server any more; choose another one."


class ModelLibrary:
    """Loads models by id. Thread-safe.

    An id is the name of a bundled model ("mnist"), "run:<name>" for a training run,
    "run:<name>@<step>" for one of its snapshots, or "hub:<owner>/<name>" for a downloaded model of
    the Hugging Face Hub. Ids come from visitors, so they are only looked up in a listing, never
    joined to a path.
    """

    def __init__(self, settings: Settings, hub: HubModels) -> None:
        self._settings, self._hub = settings, hub
        self._lock = threading.Lock()
        self._model = lru_cache(MODELS_KEPT)(_load)
        self._snapshot = lru_cache(SNAPSHOTS_KEPT)(_load)
        self._listed: dict[str, Path] = {}  # the folders of the last listing

    def folders(self) -> dict[str, Path]:
        """Folders by id: bundled models, those of the Hub, then runs, newest first."""
        bundled = sorted(self._settings.models.glob("*/model.safetensors"))
        own = {path.parent.name: path.parent for path in bundled} | self._hub.folders()
        runs = sorted(run_folders(self._settings.runs).items(), reverse=True)
        return own | {RUN_PREFIX + name: path for name, path in runs if (path / MODEL).exists()}

    def steps(self, model: str) -> list[int]:
        """Return the steps of a run ("run:<name>") with a snapshot; [] for other models."""
        folder = self.folder(model) if model.startswith(RUN_PREFIX) else None
        return kept_steps(folder) if folder else []

    def load(self, model: str) -> Generator:
        """Load a model, again if its weights have changed. Raises ModelError: none, or damaged."""
        base, step = split_id(model)
        folder = self.folder(base)
        is_known = folder is not None and (step is None or step in kept_steps(folder))
        if not is_known and model.startswith(PREFIX):
            name = model.removeprefix(PREFIX)[:100]
            raise ModelError(f"{name}, a model of the Hugging Face Hub, is not on this server.")
        if not is_known:
            raise ModelError(NO_MODEL)
        path = folder / MODEL if step is None else snapshot_weights_path(folder, step)
        with self._lock:
            load = self._model if step is None else self._snapshot
            return load(folder, step, changed_ns(path))

    def folder(self, model: str) -> Path | None:
        """Return the folder of a model; None if there is none."""
        folder = self._listed.get(model)
        if folder is None or not (folder / MODEL).exists():
            self._listed = self.folders()
            folder = self._listed.get(model)
        return folder


def changed_ns(path: Path) -> int:
    """Return when a file or folder was changed, in ns since 1970; 0 if it is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _load(folder: Path, step: int | None, _changed_ns: int) -> Generator:
    return Generator.load(folder, step)
