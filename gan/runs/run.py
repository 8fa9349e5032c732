"""A run is a folder: what was asked, how it went, what it looked like, and how to go on.

config.json          the Config it began with
history.jsonl        one line per `ROW_STEPS` steps, and marks of what was done to the run
snapshots/           contact sheets of the EMA on fixed latents and its weights, thinned as they age
milestones/          a few full checkpoints of long ago
vitals.jsonl         vital signs; pair.json, if it is one of a pair
training.json        while a process trains it: which one (gan.storage.run_lock)
model.safetensors    the EMA generator, for use
checkpoint.safetensors   everything to resume bit for bit; checkpoint.previous.safetensors
                         is the one before, should this one be damaged
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gan.config import Config
from gan.data import image_set
from gan.runs.checkpoints import CheckpointStore, never_saved
from gan.runs.history import History
from gan.runs.history_rows import HistoryRows
from gan.runs.milestones import drop_milestones
from gan.runs.snapshots import drop_snapshots, drop_torn_snapshots, thin_snapshots, write_snapshot
from gan.runs.training import Diverged, Training
from gan.storage.checkpoint import CheckpointError
from gan.storage.layout import CONFIG, LOCK, MILESTONES, SNAPSHOTS
from gan.storage.metadata import change_about
from gan.storage.run_lock import RunLock
from gan.system.atomic import is_leftover, sweep, sync_folder, write_json
from gan.training import live_settings
from gan.training.trainer import StepStats, Trainer

Maker = Callable[[Config, image_set.ImageSet], Trainer]


class Run(Training):
    """A training run on disk. `advance()` takes one step and keeps the history up to date.

    No other process trains it until `close`, or until nobody knows this object any more.
    `roll_backs` counts how often it diverged and was rolled back, `rewinds` how often this object
    went back to an earlier step, for whatever reason.
    """

    def __init__(
        self, folder: Path, trainer: Trainer, lock: RunLock, store: CheckpointStore | None = None
    ) -> None:
        super().__init__(trainer, History(folder))
        self.folder, self._lock, self._store = folder, lock, store or CheckpointStore(folder)
        self.roll_backs, self.rewinds = 0, 0
        self._went_back: dict[str, Any] | None = None  # the mark of the last time that was asked

    @classmethod
    def create(cls, config: Config, folder: Path, make: Maker = Trainer) -> Run:
        """A new run in a new or empty folder; `make` makes its trainer.

        Raises:
            FileExistsError: something is in there already.
            DataError: the images cannot be had.
            LockedElsewhere: another process does the same.
        """
        folder = Path(folder)
        if folder.exists() and not all(
            is_leftover(path) or path.name == LOCK for path in folder.iterdir()
        ):
            raise FileExistsError(f"{folder} is not empty; choose a new folder, or resume it.")
        images = image_set.load_for(config)
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder) as lock:
            sweep(folder)
            sync_folder(folder.parent)
            write_json(folder / CONFIG, config.to_json())  # from here on it can be resumed
            return cls._begin(folder, make(config, images), images, lock)

    @classmethod
    def resume(cls, folder: Path, make: Maker = Trainer) -> Run:
        """Go on from the last good checkpoint, bit for bit; `make` makes its trainer.

        Raises:
            CheckpointError: nothing usable is there; the folder is left as it was.
            DataError: the images cannot be had.
            LockedElsewhere: another process trains it.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise CheckpointError(f"There is no checkpoint in {folder}.")
        with _locked(folder) as lock:
            return cls._resume(folder, make, lock)

    @classmethod
    def _resume(cls, folder: Path, make: Maker, lock: RunLock) -> Run:
        if never_saved(folder):
            try:
                config = Config.from_json(json.loads((folder / CONFIG).read_bytes()))
            except ValueError as error:
                raise CheckpointError(f"There is no checkpoint in {folder}: {error}") from error
            images = image_set.load_for(config)
            return cls._begin(folder, make(config, images), images, lock)

        store = CheckpointStore(folder)

        def use(state: dict[str, Any], numbers: dict[str, Any]) -> Run:
            config = Config.from_json(state["config"])
            images = image_set.load_for(config)
            run = cls(folder, make(config, images), lock, store)
            run._take(state, numbers)
            return run

        try:
            run, note = store.load(use)
        except CheckpointError as error:
            if isinstance(error.__cause__, image_set.DataError):  # the checkpoints are good
                raise error.__cause__ from None
            raise
        for part in (folder, folder / SNAPSHOTS, folder / MILESTONES):
            sweep(part)
        (folder / SNAPSHOTS).mkdir(exist_ok=True)
        drop_torn_snapshots(folder)
        run._settle(note)
        with contextlib.suppress(OSError):  # a full disk: the next save tries again, and tells
            store.write_model(run.trainer.ema.state_dict())
        return run

    def advance(self) -> StepStats:
        """See `Training.advance`. Raises LockLost: another process has taken the lock."""
        self._lock.check()
        return super().advance()

    def close(self) -> None:
        """Let other processes have it."""
        self._lock.release()

    def keep_snapshot(self, images: np.ndarray | None = None, best: int | None = None) -> None:
        """Keep the contact sheet of this step, `images` if it is drawn already, and its weights.

        Old ones thin out; the first, the last and that of step `best` stay.
        """
        images = self.sheet.images() if images is None else images
        write_snapshot(self.folder, self.step, images, self.trainer.ema.state_dict())
        thin_snapshots(self.folder, best)

    def save(self, keep_previous: bool = True) -> None:
        """Write the history, the checkpoint and the model for use, in this order.

        `keep_previous`: the checkpoint that was newest becomes the one before.

        Raises:
            OSError: the disk said no; the earlier files still stand.
            Diverged: a weight is not finite; nothing was written.
            LockLost: another process has taken the lock; nothing was written.
        """
        self._lock.check()
        if not self.trainer.is_finite():
            raise Diverged(f"The weights were no longer finite numbers at step {self.step}.")
        self.history.sync()
        numbers: dict[str, Any] = {
            "elapsed_s": self.elapsed_s,
            "cpu_s": self.cpu_s,
            "recent": [vars(stats) for stats in self._rows.unfinished],
            "rows": sum(row["step"] <= self.step for row in self.rows),
            "roll_backs": self.roll_backs,
            "went_back": self._went_back,
        }
        self._store.save(self.trainer.state_dict(), numbers, keep_previous)
        self._store.write_model(self.trainer.ema.state_dict())

    def roll_back(self, further: bool = False) -> None:
        """Go back to the last good checkpoint, `further` to the one before it if there is one.

        Raises:
            CheckpointError: none is good.
        """
        counted, spent_s = self.roll_backs, self.cpu_s
        _, note = self._store.load(self._take, further)
        self.roll_backs, self.cpu_s = counted, spent_s
        self.rewinds += 1
        self._settle(note)

    def rewind(self, step: int, changes: dict[str, Any]) -> None:
        """Go back to the newest milestone at or before `step`, with the settings of then but for
        `changes`; what was changed since goes back to what it was then instead. On the disk it has
        happened whole, with its mark, or not at all.

        Raises:
            ConfigError: see `steering.changed`; nothing was changed.
            CheckpointError: nothing good is kept of that step or before; nothing was changed.
            OSError: it went back, but the disk does not know it yet.
        """
        present = self.config
        live_settings.changed(present, changes)
        reached, counted, spent_s = self.step, self.roll_backs, self.cpu_s
        self._store.load_milestone(self._take, step)
        made = live_settings.changes_after_all(self.config, present, changes)
        self.trainer.configure(live_settings.changed(self.config, made))
        self.roll_backs, self.cpu_s = counted, spent_s
        self.rewinds += 1
        note = f"Rolled back from step {reached} to step {self.step}"
        note += f", with a change ({live_settings.in_words(made)})." if made else "."
        values = {"from_step": reached, "changes": made, "note": note, "asked": True}
        self._went_back = {"step": self.step, "mark": "rolled back", **values}
        try:
            self.save(keep_previous=False)
        finally:
            self._settle(None)
        self._store.forget_previous(self.step)

    @classmethod
    def _begin(
        cls, folder: Path, trainer: Trainer, images: image_set.ImageSet, lock: RunLock
    ) -> Run:
        (folder / SNAPSHOTS).mkdir(exist_ok=True)
        if images.title:
            change_about(folder, title=images.title, classes=images.class_names or None)
        run = cls(folder, trainer, lock)
        run.save()
        return run

    def _take(self, state: dict[str, Any], numbers: dict[str, Any]) -> None:
        config, elapsed_s = Config.from_json(state["config"]), float(numbers["elapsed_s"])
        unfinished = [StepStats(**stats) for stats in numbers.get("recent", [])]
        self.trainer.configure(config)
        self.trainer.load_state_dict(state)
        self.elapsed_s, self.cpu_s = elapsed_s, float(numbers.get("cpu_s", 0.0))
        self._rows = HistoryRows(self.history, unfinished)
        self.roll_backs = int(numbers.get("roll_backs", 0))
        self._rows_then = int(numbers.get("rows", 0))
        self._went_back = numbers.get("went_back")

    def _settle(self, note: str | None) -> None:
        """All else follows the checkpoint; what is missing or was passed over is told."""
        self._store.settle()
        self.history.go_back(self.step, self._went_back)
        drop_snapshots(self.folder, self.step)
        drop_milestones(self.folder, self.step)
        if note:
            self.history.mark(self.step, "fell back", note=note)
        missing = self._rows_then - len(self.rows)
        if missing > 0:
            told = f"The history file had lost {missing} of its rows; the run itself is whole."
            self.history.mark(self.step, "history damaged", note=told)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[RunLock]:
    """Lock the run; release it if the block raises."""
    lock = RunLock(folder)
    try:
        yield lock
    except BaseException:
        lock.release()
        raise
