"""A run is a folder: what was asked, how it went, what it looked like, and how to go on.

config.json          the Config it began with
history.jsonl        one line per `ROW_STEPS` steps, and marks of what was done to the run
snapshots/           contact sheets of the EMA on fixed latents, thinned as they age
model.safetensors    the EMA generator, for use
checkpoint.safetensors   everything to resume bit for bit; checkpoint.previous.safetensors
                         is the one before, should this one be damaged
"""

from __future__ import annotations

import contextlib
import copy
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gan import data, steering
from gan.atomic import is_leftover, sweep, sync_folder, write_atomic, write_json
from gan.checkpoint import CheckpointError
from gan.config import Config
from gan.frames import (
    COLUMNS,
    drop_frames,
    fixed_latents,
    frame_path,
    thin_frames,
)
from gan.generator import Generator
from gan.history import History
from gan.pictures import grid, png_bytes
from gan.store import Store, never_saved
from gan.trainer import StepStats, Trainer

ROW_STEPS = 10


class Diverged(FloatingPointError):
    """The losses or the weights are no longer finite numbers."""


class Run:
    """A training run on disk. `advance()` takes one step and keeps the folder up to date.

    `roll_backs` counts how often it diverged and was rolled back, `rewinds` how often this object
    went back to an earlier step, for whatever reason.
    """

    def __init__(self, folder: Path, trainer: Trainer, store: Store | None = None) -> None:
        self.folder, self.trainer, self._store = folder, trainer, store or Store(folder)
        self.elapsed_s, self.roll_backs, self.rewinds = 0.0, 0, 0
        self.history = History(folder)
        self._recent: list[StepStats] = []
        self._fixed_z = fixed_latents(self.config)

    @classmethod
    def create(cls, config: Config, folder: Path) -> Run:
        """A new run in a new or empty folder.

        Raises:
            FileExistsError: something is in there already.
            DataError: the images cannot be had.
        """
        folder = Path(folder)
        if folder.exists() and not all(map(is_leftover, folder.iterdir())):
            raise FileExistsError(f"{folder} is not empty; choose a new folder, or resume it.")
        images = data.load(config.data, size=config.image_size)
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder)
        sync_folder(folder.parent)
        write_json(folder / "config.json", config.to_json())  # from here on it can be resumed
        return cls._begin(config, folder, images)

    @classmethod
    def resume(cls, folder: Path) -> Run:
        """Go on from the last good checkpoint, bit for bit.

        Raises:
            CheckpointError: nothing usable is there; the folder is left as it was.
        """
        folder = Path(folder)
        if never_saved(folder):
            try:
                config = Config.from_json(json.loads((folder / "config.json").read_bytes()))
            except ValueError as error:
                raise CheckpointError(f"There is no checkpoint in {folder}: {error}") from error
            return cls._begin(config, folder, data.load(config.data, size=config.image_size))

        store = Store(folder)

        def use(state: dict[str, Any], numbers: dict[str, Any]) -> Run:
            config = Config.from_json(state["config"])
            images = data.load(config.data, size=config.image_size)
            run = cls(folder, Trainer(config, images), store)
            run._take(state, numbers)
            return run

        run, note = store.load(use)
        sweep(folder)
        sweep(folder / "snapshots")
        (folder / "snapshots").mkdir(exist_ok=True)
        run._settle(note)
        with contextlib.suppress(OSError):  # a full disk: the next save tries again, and tells
            store.write_model(run.trainer.ema.state_dict())
        return run

    @property
    def config(self) -> Config:
        """The present one: what may be steered can differ from config.json."""
        return self.trainer.config

    @property
    def step(self) -> int:
        """Steps of G taken so far."""
        return self.trainer.step_count

    @property
    def rows(self) -> list[dict]:
        """The rows of history."""
        return self.history.rows

    def advance(self) -> StepStats:
        """One step; every `ROW_STEPS` steps a line of history with their means.

        Raises:
            Diverged: a loss is not finite. The weights are of no use any more: `roll_back`.
        """
        start = time.perf_counter()
        stats = self.trainer.step()
        if not np.isfinite([stats.loss_g, stats.loss_d]).all():
            raise Diverged(f"The losses were no longer finite numbers at step {stats.step}.")
        self.elapsed_s += time.perf_counter() - start
        self._recent.append(stats)
        if stats.step % ROW_STEPS == 0:
            names = ("loss_g", "loss_d", "d_real", "d_fake")
            means = {
                n: round(float(np.mean([getattr(s, n) for s in self._recent])), 5) for n in names
            }
            row = {"step": stats.step, **means, "elapsed_s": round(self.elapsed_s, 2)}
            self._recent = []
            self.history.append(row)
        return stats

    def configure(self, changes: dict[str, Any]) -> None:
        """Other learning rates, steps of D or R1 from the next step on, marked in the history.

        Raises:
            ConfigError: see `steering.changed`; nothing was changed.
        """
        before, after = self.config, steering.changed(self.config, changes)
        if after != before:
            self.trainer.configure(after)
            made = steering.difference(before, after)
            self.history.mark(self.step, "changed", changes=made)

    def generator(self) -> Generator:
        """A copy of the present EMA weights, for use."""
        return Generator(self.config, copy.deepcopy(self.trainer.ema))

    def samples(self) -> np.ndarray:
        """The EMA on the fixed latents, uint8 (ROWS*COLUMNS,h,w,c); column k shows class k."""
        z = torch.from_numpy(self._fixed_z).to(self.trainer.device)
        labels = torch.arange(len(z)) % COLUMNS % max(1, self.config.classes)
        with torch.inference_mode():
            images = self.trainer.ema(z, self.trainer._classes(labels))
            images = images.add(1).mul(127.5).round().clamp(0, 255).byte()
        return images.permute(0, 2, 3, 1).cpu().contiguous().numpy()

    def keep_frame(self, images: np.ndarray) -> None:
        """Keep a contact sheet of this step; old ones thin out, the first and last stay."""
        write_atomic(frame_path(self.folder, self.step), png_bytes(grid(images, COLUMNS)))
        thin_frames(self.folder)

    def save(self, keep_previous: bool = True) -> None:
        """Write the history, the checkpoint and the model for use, in this order.

        `keep_previous`: the checkpoint that was newest becomes the one before.

        Raises:
            OSError: the disk said no; the earlier files still stand.
            Diverged: a weight is not finite; nothing was written.
        """
        if not self.trainer.is_finite():
            raise Diverged(f"The weights were no longer finite numbers at step {self.step}.")
        self.history.sync()
        numbers: dict[str, Any] = {
            "elapsed_s": self.elapsed_s,
            "recent": [vars(stats) for stats in self._recent],
            "rows": len(self.rows),
            "roll_backs": self.roll_backs,
        }
        self._store.save(self.trainer.state_dict(), numbers, keep_previous)
        self._store.write_model(self.trainer.ema.state_dict())

    def roll_back(self, further: bool = False) -> None:
        """Go back to the last good checkpoint, `further` to the one before it if there is one.

        Raises:
            CheckpointError: none is good.
        """
        counted = self.roll_backs
        _, note = self._store.load(self._take, further)
        self.roll_backs = counted
        self.rewinds += 1
        self._settle(note)

    @classmethod
    def _begin(cls, config: Config, folder: Path, images: data.ImageSet) -> Run:
        (folder / "snapshots").mkdir(exist_ok=True)
        run = cls(folder, Trainer(config, images))
        run.save()
        return run

    def _take(self, state: dict[str, Any], numbers: dict[str, Any]) -> None:
        config, elapsed_s = Config.from_json(state["config"]), float(numbers["elapsed_s"])
        recent = [StepStats(**stats) for stats in numbers.get("recent", [])]
        self.trainer.configure(config)
        self.trainer.load_state_dict(state)
        self.elapsed_s, self._recent = elapsed_s, recent
        self.roll_backs = int(numbers.get("roll_backs", 0))
        self._rows_then = int(numbers.get("rows", 0))

    def _settle(self, note: str | None) -> None:
        """History and frames follow the checkpoint; what is missing or was passed over is told."""
        self._store.settle()
        for mark in self.history.cut(self.step):
            if mark["mark"] == "rolled back":  # that it happened stays known
                values = {k: v for k, v in mark.items() if k not in ("step", "mark")}
                self.history.mark(self.step, mark["mark"], **values)
        drop_frames(self.folder, self.step)
        if note:
            self.history.mark(self.step, "fell back", note=note)
        missing = self._rows_then - len(self.rows)
        if missing > 0:
            told = f"The history file had lost {missing} of its rows; the run itself is whole."
            self.history.mark(self.step, "history damaged", note=told)
