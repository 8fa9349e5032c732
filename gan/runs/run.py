"""A training run: a folder with its settings, history, snapshots and checkpoints.

config.json          the Config it began with
history.jsonl        one line per `ROW_STEPS` steps, and marks of changes and rollbacks
snapshots/           contact sheets of the EMA on fixed latents and its weights, thinned as they age
milestones/          a few full checkpoints of earlier steps
vitals.jsonl         vital signs
pair.json            the name of the other run, if it is one of a pair
about.json           title, class names and owner; owner.json has the owner again
training.json        the lock of the process that trains it (gan.storage.run_lock)
model.safetensors    the EMA generator, for use
checkpoint.safetensors   everything to resume bit for bit; checkpoint.previous.safetensors
                         is the previous one, used if this one is damaged
"""

from __future__ import annotations

import contextlib
import copy
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gan.config import Config
from gan.data import image_set
from gan.models.generator import Generator
from gan.runs.checkpoint_store import CheckpointStore, never_saved
from gan.runs.history import History
from gan.runs.preview import Preview
from gan.runs.snapshots import drop_after, drop_torn_snapshots, thin_snapshots, write_snapshot
from gan.storage.checkpoint_file import CheckpointError
from gan.storage.config_file import read_config
from gan.storage.layout import CONFIG, LOCK, MILESTONES, SNAPSHOTS
from gan.storage.metadata import change_about
from gan.storage.run_lock import RunLock
from gan.system.atomic import is_leftover, sweep, sync_folder, write_json
from gan.training import live_settings
from gan.training.manual_step import ManualStep, manual_step
from gan.training.schedule import Schedule
from gan.training.trainer import StepStats, Trainer

Maker = Callable[[Config, image_set.ImageSet], Trainer]


class Diverged(FloatingPointError):
    """The losses or the weights are no longer finite numbers."""


class Run:
    """A trainer with its folder and history. `advance()` takes one step.

    It locks the folder until `close`, or until it is garbage collected. `cpu_s` is the processor
    time of its steps, including those undone by a rollback. `moves` counts changes of the weights,
    `divergences` the rollbacks after a divergence, and `rollbacks` all returns to an earlier step
    by this object.
    """

    def __init__(
        self, folder: Path, trainer: Trainer, lock: RunLock, store: CheckpointStore | None = None
    ) -> None:
        self.folder, self.trainer, self.history = folder, trainer, History(folder)
        self.preview = Preview(trainer)
        self.cpu_s, self.moves, self.divergences, self.rollbacks = 0.0, 0, 0, 0
        self._lock, self._store = lock, store or CheckpointStore(folder)
        self._rollback_mark: dict[str, Any] | None = None  # of the last one on request

    @classmethod
    def create(cls, config: Config, folder: Path, make: Maker = Trainer) -> Run:
        """Create a run in a new or empty folder; `make` returns its trainer.

        Raises FileExistsError if the folder is not empty, DataError if the images cannot be loaded,
        and LockedElsewhere if another process creates a run there.
        """
        folder = Path(folder)
        check_empty(folder)
        images = image_set.load_for(config)
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder) as lock:
            sweep(folder)
            sync_folder(folder.parent)
            write_json(folder / CONFIG, config.to_json())  # from here on it can be resumed
            return cls._begin(folder, make(config, images), lock)

    @classmethod
    def resume(cls, folder: Path, make: Maker = Trainer) -> Run:
        """Resume from the last good checkpoint, bit for bit; `make` returns its trainer.

        Raises CheckpointError without a usable checkpoint, DataError if the images cannot be
        loaded, and LockedElsewhere if another process trains it. The folder is then left as it was.
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
                config = read_config(folder)
            except ValueError as error:
                raise CheckpointError(f"There is no checkpoint in {folder}: {error}") from error
            return cls._begin(folder, make(config, image_set.load_for(config)), lock)

        store = CheckpointStore(folder)

        def use(state: dict[str, Any], numbers: dict[str, Any]) -> Run:
            config = Config.from_json(state["config"])
            run = cls(folder, make(config, image_set.load_for(config)), lock, store)
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
        with contextlib.suppress(OSError):  # a full disk: the next save tries again, and reports it
            store.write_model(run.trainer.ema.state_dict())
        return run

    @property
    def config(self) -> Config:
        """The present settings; live changes can make them differ from config.json."""
        return self.trainer.config

    @property
    def step(self) -> int:
        """Steps of G taken so far."""
        return self.trainer.step_count

    @property
    def elapsed_s(self) -> float:
        """Seconds of training so far."""
        return self.trainer.elapsed_s

    @property
    def is_done(self) -> bool:
        """Whether it has reached the goal of its schedule."""
        return self.trainer.schedule.progress(self.step, self.elapsed_s) == 1

    @property
    def rows(self) -> list[dict]:
        """The rows of history."""
        return self.history.rows

    def advance(self) -> StepStats:
        """Take one step; every `ROW_STEPS` steps, add a row of means to the history.

        Raises LockLost if another process has taken the run over, and Diverged if a loss is not
        finite: the weights are unusable, see `reload`.
        """
        self._lock.check()
        with self._counted():
            stats = self.trainer.step()
        self._note(stats)
        return stats

    def manual_step(self, who: str) -> ManualStep:
        """Step "D", or "G", which completes a step of the run. Raises Diverged and ValueError."""
        with self._counted():
            made = manual_step(self.trainer, who)
        if who == "G":
            after = made.after
            beliefs = float(after.d_real.mean()), float(after.d_fake.mean())
            self._note(StepStats(made.step, after.loss_g, after.loss_d, *beliefs))
        return made

    def configure(self, changes: dict[str, Any]) -> None:
        """Change settings from the next step on, with a mark; ConfigError as in `changed`."""
        after = live_settings.changed(self.config, changes)
        if made := live_settings.difference(self.config, after):
            before = live_settings.difference(after, self.config)
            self.trainer.configure(after)
            self.history.mark(self.step, "changed", changes=made, before=before)

    def extend(self, steps: int | None = None, seconds: float | None = None) -> None:
        """Set a new goal: `steps` in all, or `seconds` from now on. See `Schedule.extend`.

        Without either, the goal stays; but a run that has reached it before the goal of `config`
        continues to that one.
        """
        goal, unit = (steps, "steps") if seconds is None else (self.elapsed_s + seconds, "seconds")
        own = Schedule.of_config(self.config)
        if goal is None and self.is_done and own.progress(self.step, self.elapsed_s) < 1:
            goal, unit = own.goal, own.unit
        if goal is not None:
            self._aim(goal, unit)

    def generator(self) -> Generator:
        """Return a copy of the present EMA weights, for use."""
        return Generator(
            self.config, copy.deepcopy(self.trainer.ema), self.trainer.data.class_names
        )

    def close(self) -> None:
        """Release the lock on the folder."""
        self._lock.release()

    def keep_snapshot(self, images: np.ndarray | None = None, best: int | None = None) -> None:
        """Write the contact sheet of this step, `images` if drawn already, and its EMA weights.

        Old ones are thinned out; the first, the last and that of step `best` stay.
        """
        images = self.preview.images() if images is None else images
        write_snapshot(self.folder, self.step, images, self.trainer.ema.state_dict())
        thin_snapshots(self.folder, best)

    def save(self, keep_previous: bool = True) -> None:
        """Write the history, the checkpoint and the model for use, in this order.

        `keep_previous`: the newest checkpoint so far becomes the previous one. Raises OSError if
        the disk refuses (the earlier files remain), and without writing Diverged if a weight is not
        finite, or LockLost if another process has taken the run over.
        """
        self._lock.check()
        if not self.trainer.is_finite():
            raise Diverged(f"The weights were no longer finite numbers at step {self.step}.")
        self.history.sync()
        numbers: dict[str, Any] = {
            "elapsed_s": self.elapsed_s,
            "cpu_s": self.cpu_s,
            "recent": [vars(stats) for stats in self.history.unfinished],
            "rows": sum(row["step"] <= self.step for row in self.rows),
            "roll_backs": self.divergences,
            "went_back": self._rollback_mark,
            "schedule": vars(self.trainer.schedule),
        }
        self._store.save(self.trainer.state_dict(), numbers, keep_previous)
        self._store.write_model(self.trainer.ema.state_dict())

    def reload(self, previous: bool = False) -> None:
        """Reload the last good checkpoint, or the `previous` one; CheckpointError if none."""
        note = self._go_back(lambda: self._store.load(self._take, previous)[1])
        self._settle(note)

    def rollback(self, step: int, changes: dict[str, Any]) -> None:
        """Roll back to the newest milestone at or before `step`, on request.

        The settings become those of that step with `changes`, except for changes to settings that
        have been changed since: those return to their value at that step. The goal stays. On disk
        it happens completely, with its mark, or not at all.

        Raises ConfigError as `live_settings.changed` does, or CheckpointError without a good
        milestone, and changes nothing; OSError if it was rolled back but could not be saved.
        """
        present, reached = self.config, self.step
        live_settings.changed(present, changes)
        self._go_back(lambda: self._store.load_milestone(self._take, step))
        made = live_settings.changes_after_all(self.config, present, changes)
        self.trainer.configure(live_settings.changed(self.config, made))
        note = f"Rolled back from step {reached} to step {self.step}"
        note += f", with a change ({live_settings.in_words(made)})." if made else "."
        values = {"from_step": reached, "changes": made, "note": note, "asked": True}
        self._rollback_mark = {"step": self.step, "mark": "rolled back", **values}
        try:
            self.save(keep_previous=False)
        finally:
            self._settle(None)
        self._store.forget_previous(self.step)

    @classmethod
    def _begin(cls, folder: Path, trainer: Trainer, lock: RunLock) -> Run:
        (folder / SNAPSHOTS).mkdir(exist_ok=True)
        if trainer.data.title:
            names = trainer.data.class_names
            change_about(folder, title=trainer.data.title, classes=names or None)
        run = cls(folder, trainer, lock)
        run.save()
        return run

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        start_s, start_cpu_s = time.perf_counter(), time.process_time()
        yield
        self.trainer.elapsed_s += time.perf_counter() - start_s
        self.cpu_s += time.process_time() - start_cpu_s
        self.moves += 1

    def _note(self, stats: StepStats) -> None:
        if not np.isfinite([stats.loss_g, stats.loss_d]).all():
            raise Diverged(f"The losses were no longer finite numbers at step {stats.step}.")
        self.history.add(stats, self.elapsed_s)

    def _aim(self, goal: float, unit: str) -> None:
        schedule = self.trainer.schedule
        self.trainer.schedule = schedule.extend(goal, unit, self.step, self.elapsed_s)

    def _go_back(self, load: Callable[[], Any]) -> Any:
        """Load an earlier checkpoint, but keep the present goal and what has been counted."""
        counted, schedule = (self.divergences, self.cpu_s), self.trainer.schedule
        loaded = load()
        self.divergences, self.cpu_s = counted
        self._aim(schedule.goal, schedule.unit)
        self.rollbacks += 1
        return loaded

    def _take(self, state: dict[str, Any], numbers: dict[str, Any]) -> None:
        config, elapsed_s = Config.from_json(state["config"]), float(numbers["elapsed_s"])
        schedule = Schedule.of_checkpoint(numbers, config)
        unfinished = [StepStats(**stats) for stats in numbers.get("recent", [])]
        self.trainer.configure(config)
        self.trainer.load_state_dict(state)
        self.trainer.elapsed_s, self.trainer.schedule = elapsed_s, schedule
        self.cpu_s = float(numbers.get("cpu_s", 0.0))
        self.history.unfinished = unfinished
        self.divergences = int(numbers.get("roll_backs", 0))
        self._rows_then = int(numbers.get("rows", 0))
        self._rollback_mark = numbers.get("went_back")

    def _settle(self, note: str | None) -> None:
        """Cut history, snapshots and milestones to the checkpoint; mark lost rows of history."""
        self._store.settle()
        self.history.go_back(self.step, self._rollback_mark)
        drop_after(self.folder, self.step)
        if note:
            self.history.mark(self.step, "fell back", note=note)
        missing = self._rows_then - len(self.rows)
        if missing > 0:
            note = f"{missing} rows of the history file are lost; the checkpoint is intact."
            self.history.mark(self.step, "history damaged", note=note)


def check_empty(folder: Path) -> None:
    """Raise FileExistsError unless a run can be created in the folder: it is new or empty."""
    if folder.exists() and not all(
        is_leftover(path) or path.name == LOCK for path in folder.iterdir()
    ):
        raise FileExistsError(f"{folder} is not empty; choose a new folder, or resume it.")


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[RunLock]:
    """Lock the folder; release it again if the block raises."""
    lock = RunLock(folder)
    try:
        yield lock
    except BaseException:
        lock.release()
        raise
