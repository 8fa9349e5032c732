"""Validate the folder of a run from an untrusted source.

Valid text files are rewritten, and the run is left as it would be after a power cut: its
snapshots, milestones and rows end at its checkpoint.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import torch

from gan.config import Config
from gan.data.image_set import ImageSet
from gan.runs import snapshots
from gan.runs.checkpoint_store import CheckpointStore
from gan.runs.milestones import milestone_name, milestone_steps
from gan.runs.validate_rows import (
    MOST_MARKS,
    MOST_ROWS,
    Numbers,
    check_history,
    check_values,
    check_vitals,
)
from gan.storage import layout
from gan.storage.checkpoint_file import CheckpointError, load_checkpoint, load_weights
from gan.storage.config_file import read_config
from gan.storage.metadata import read_class_names, read_title
from gan.system.atomic import write_atomic, write_json
from gan.training.optimizer_state import check_shapes
from gan.training.schedule import Schedule
from gan.training.trainer import Trainer


class ArchiveError(ValueError):
    """A file is not a run of Latent Studio, or is damaged; the message says what is wrong."""


def check_settings(folder: Path, check: Callable[[Config], None] | None = None) -> Config:
    """Return the Config of a run. Raises ArchiveError, also if `check` raises ValueError."""
    try:
        config = read_config(folder)
        if check is not None:
            check(config)
    except FileNotFoundError as error:
        raise ArchiveError("The run has no settings: config.json is missing.") from error
    except ValueError as error:
        raise ArchiveError(f"The settings of the run cannot be used: {error}") from error
    return config


def check_run(folder: Path) -> None:
    """Validate a run or raise ArchiveError. It may take much memory and time: see `check_apart`."""
    config = check_settings(folder)
    write_json(folder / layout.CONFIG, config.to_json())
    side = config.image_size  # to see whether a checkpoint fits, no real images are needed
    images = torch.zeros((1, config.channels, side, side), dtype=torch.uint8)
    blank = ImageSet(config.data, images, torch.zeros(1, dtype=torch.int64))
    trainer = Trainer(config, blank)
    for step in milestone_steps(folder):
        path = folder / milestone_name(step)
        with contextlib.suppress(ArchiveError):
            if _load(path, trainer) == step:
                continue
        path.unlink()  # there is one step less to roll back to
    step = _load(folder / layout.NEWEST, trainer)
    snapshots.drop_after(folder, step)
    snapshots.thin_snapshots(folder)  # and weights without their picture
    _check_snapshots(folder, trainer, config)
    _rewrite(folder / layout.HISTORY, check_history, step)
    _rewrite(folder / layout.VITALS, check_vitals, step)
    about = {"title": read_title(folder), "classes": read_class_names(folder)}
    write_json(folder / layout.ABOUT, {name: value for name, value in about.items() if value})
    CheckpointStore(folder).write_model(trainer.ema.state_dict())


def _load(path: Path, trainer: Trainer) -> int:
    """Load a checkpoint that training can resume from; return its step."""
    try:
        state, numbers = load_checkpoint(path)
        config = Config.from_json(state["config"])
        trainer.configure(config)
        check_values(Numbers, numbers, "its numbers")
        Schedule.of_checkpoint(numbers, config)
        trainer.load_state_dict(state)
        if not trainer.is_finite():
            raise ValueError("its weights are not finite numbers")
    except CheckpointError as error:
        text = f"{error}".replace(str(path), path.name)  # not the temporary folder
        raise ArchiveError(text) from error
    except (ValueError, LookupError, TypeError, RuntimeError, AttributeError) as error:
        raise ArchiveError(f"The checkpoint {path.name} cannot be used: {error}.") from error
    return trainer.step_count


def _check_snapshots(folder: Path, trainer: Trainer, config: Config) -> None:
    side = snapshots.sample_side(config.image_size)
    shape = (snapshots.ROWS * side, snapshots.COLUMNS * side)
    for step in snapshots.snapshot_steps(folder):
        path = layout.snapshot_picture_path(folder, step)
        try:
            if path.stat().st_size > snapshots.LARGEST_PICTURE_BYTES:
                raise ValueError("it is too large")
            if iio.improps(path, extension=".png").shape[:2] != shape:
                raise ValueError("it is of another size")
            iio.imread(path, extension=".png")
        except (OSError, ValueError, SyntaxError) as error:  # Pillow raises these for damage
            raise ArchiveError(f"The picture of step {step} cannot be used: {error}.") from error
    for step in snapshots.kept_steps(folder):
        try:
            kept = load_weights(layout.snapshot_weights_path(folder, step))
            if any(w.ndim and not w.is_floating_point() for w in kept.values()):
                raise ValueError("they are not floating-point")
            check_shapes("G", trainer.G.state_dict(), {f"G.{name}": w for name, w in kept.items()})
        except ValueError as error:
            raise ArchiveError(f"The weights of step {step} cannot be used: {error}.") from error


def _rewrite(path: Path, check: Callable[[list[Any]], None], step: int) -> None:
    """Keep the rows up to `step`; truncated lines are dropped, as when reading."""
    if not path.exists():
        return
    texts = path.read_bytes().splitlines()
    lines = []
    for line in texts if len(texts) <= MOST_ROWS + MOST_MARKS else ():
        with contextlib.suppress(ValueError, RecursionError):
            lines.append(json.loads(line))
    try:
        if len(texts) > MOST_ROWS + MOST_MARKS:
            raise ValueError(f"it has more than {MOST_ROWS:,} rows")
        check(lines)
    except ValueError as error:
        raise ArchiveError(f"{path.name} cannot be used: {error}.") from error
    kept = [row for row in lines if row["step"] <= step]
    write_atomic(path, b"".join(json.dumps(row).encode() + b"\n" for row in kept))
