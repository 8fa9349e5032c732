"""A run is a folder: what was asked, how it went, what it looked like, and how to go on.

config.json          the Config
history.jsonl        one line per `ROW_STEPS` steps, append-only
snapshots/           contact sheets of the EMA on fixed latents, thinned as they age
model.safetensors    the EMA generator, for use
checkpoint.safetensors   everything to resume bit for bit
"""

from __future__ import annotations

import copy
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gan import data
from gan.checkpoint import (
    CheckpointError,
    load_checkpoint,
    save_checkpoint,
    save_weights,
    write_atomic,
    write_json,
)
from gan.config import Config, ConfigError
from gan.generator import Generator
from gan.pictures import grid, png_bytes
from gan.trainer import StepStats, Trainer

ROW_STEPS = 10
COLUMNS, ROWS = 10, 6  # of the contact sheet: a column per class
MAX_FRAMES = 64


class Run:
    """A training run on disk. `advance()` takes one step and keeps the folder up to date."""

    def __init__(self, folder: Path, trainer: Trainer, elapsed_s: float, rows: list[dict]) -> None:
        self.folder, self.trainer, self.rows = folder, trainer, rows
        self.elapsed_s = elapsed_s
        self.config = trainer.config
        self._recent: list[StepStats] = []
        self._history = open(folder / "history.jsonl", "a")  # noqa: SIM115 (held until close)
        # the same latents from the first step to the last, across every resume
        rng = np.random.default_rng(self.config.seed)
        fixed = rng.standard_normal((ROWS, self.config.z_dim)).repeat(COLUMNS, 0)
        if not self.config.classes:
            fixed = rng.standard_normal((ROWS * COLUMNS, self.config.z_dim))
        self._fixed_z = fixed.astype(np.float32)

    @classmethod
    def create(cls, config: Config, folder: Path) -> Run:
        """A new run in a new or empty folder.

        Raises:
            FileExistsError: something is in there already.
            DataError: the images cannot be had.
        """
        folder = Path(folder)
        if folder.exists() and any(folder.iterdir()):
            raise FileExistsError(f"{folder} is not empty; choose a new folder, or resume it.")
        images = data.load(config.data, size=config.image_size)
        (folder / "snapshots").mkdir(parents=True, exist_ok=True)
        write_json(folder / "config.json", config.to_json())
        run = cls(folder, Trainer(config, images), 0.0, [])
        run.save()
        return run

    @classmethod
    def resume(cls, folder: Path) -> Run:
        """Go on from the last checkpoint, bit for bit.

        Raises:
            CheckpointError: nothing usable is there; the folder is left as it was.
        """
        folder = Path(folder)
        state, numbers = load_checkpoint(folder / "checkpoint.safetensors")
        try:
            config = Config.from_json(state["config"])
            trainer = Trainer(config, data.load(config.data, size=config.image_size))
            trainer.load_state_dict(state)
            elapsed_s = float(numbers["elapsed_s"])
        except (ConfigError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise CheckpointError(f"The checkpoint in {folder} cannot be used: {error}") from error
        rows = [row for row in read_history(folder) if row["step"] <= trainer.step_count]
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        write_atomic(folder / "history.jsonl", lines.encode())
        (folder / "snapshots").mkdir(exist_ok=True)
        run = cls(folder, trainer, elapsed_s, rows)
        run._recent = [StepStats(**stats) for stats in numbers.get("recent", [])]
        return run

    @property
    def step(self) -> int:
        """Steps of G taken so far."""
        return self.trainer.step_count

    def advance(self) -> StepStats:
        """One step; every `ROW_STEPS` steps a line of history with their means."""
        start = time.perf_counter()
        stats = self.trainer.step()
        self.elapsed_s += time.perf_counter() - start
        self._recent.append(stats)
        if stats.step % ROW_STEPS == 0:
            names = ("loss_g", "loss_d", "d_real", "d_fake")
            means = {
                n: round(float(np.mean([getattr(s, n) for s in self._recent])), 5) for n in names
            }
            row = {"step": stats.step, **means, "elapsed_s": round(self.elapsed_s, 2)}
            self._recent = []
            self.rows.append(row)
            self._history.write(json.dumps(row) + "\n")
        return stats

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
        for step in thin(frame_steps(self.folder), MAX_FRAMES):
            frame_path(self.folder, step).unlink(missing_ok=True)

    def save(self) -> None:
        """Write the model for use and the checkpoint.

        Raises:
            OSError: the disk said no; the earlier files still stand.
        """
        self._history.flush()
        save_weights(self.folder / "model.safetensors", self.trainer.ema.state_dict())
        numbers: dict[str, Any] = {
            "elapsed_s": self.elapsed_s,
            "recent": [vars(stats) for stats in self._recent],
        }
        save_checkpoint(self.folder / "checkpoint.safetensors", self.trainer.state_dict(), numbers)

    def close(self) -> None:
        """Let go of the history file."""
        self._history.close()


def read_history(folder: Path) -> list[dict]:
    """Rows of `history.jsonl`; a last line cut short by a crash is left out."""
    path = Path(folder) / "history.jsonl"
    rows = []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return [row for row in rows if isinstance(row, dict) and isinstance(row.get("step"), int)]


def frame_path(folder: Path, step: int) -> Path:
    """Where the contact sheet of a step lies."""
    return Path(folder) / "snapshots" / f"{step:08d}.png"


def frame_steps(folder: Path) -> list[int]:
    """Steps of the kept contact sheets, in order."""
    names = (Path(folder) / "snapshots").glob("*.png")
    return sorted(int(path.stem) for path in names if path.stem.isdigit())


def thin(steps: list[int], limit: int) -> list[int]:
    """Which of these steps to drop so that `limit` stay, spread evenly in the ratio of steps.

    Dropped first is the one whose neighbours are closest in log(step): early change is fast.
    """
    kept, dropped = list(steps), []
    while len(kept) > limit:
        logs = np.log(np.array(kept) + 50.0)
        victim = 1 + int(np.argmin(logs[2:] - logs[:-2]))
        dropped.append(kept.pop(victim))
    return dropped
