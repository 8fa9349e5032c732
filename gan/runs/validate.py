"""Whether the folder of a run that came from elsewhere holds what we would have written there.

What is good is written anew in our own words where it is text, and the run is left as it would be
after a power cut: its pictures, milestones and rows end at its checkpoint.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from gan.config import Config, ConfigError
from gan.data.image_set import ImageSet
from gan.runs.checkpoints import CheckpointStore
from gan.runs.milestones import drop_milestones, milestone_name, milestone_steps
from gan.runs.snapshots import (
    COLUMNS,
    ROWS,
    drop_snapshots,
    kept_steps,
    sample_side,
    snapshot_steps,
    thin_snapshots,
)
from gan.runs.validate_rows import RowError, figures, happenings, numbers_of
from gan.storage.checkpoint import CheckpointError, load_checkpoint
from gan.storage.layout import (
    ABOUT,
    CONFIG,
    HISTORY,
    NEWEST,
    VITALS,
    snapshot_picture_path,
    snapshot_weights_path,
)
from gan.storage.metadata import read_class_names, read_title
from gan.system.atomic import write_atomic, write_json
from gan.training.live_settings import changed, difference
from gan.training.optimizer_state import check_shapes
from gan.training.trainer import Trainer

LARGEST_PICTURE_BYTES = 4_000_000


class ForeignError(ValueError):
    """A file of the run is not what it should be; the sentence says which."""


def check_run(folder: Path, check: Callable[[Config], None] | None = None) -> None:
    """Look at everything in the folder; `check` raises ValueError of a Config that is refused.

    Raises:
        ForeignError: something is wrong.
        OSError: the disk said no.
    """
    try:
        config = Config.from_json(json.loads((folder / CONFIG).read_bytes()))
        if check is not None:
            check(config)
    except FileNotFoundError as error:
        raise ForeignError("The run has no settings: config.json is missing.") from error
    except (ValueError, RecursionError) as error:
        raise ForeignError(f"The settings of the run cannot be used: {error}") from error
    write_json(folder / CONFIG, config.to_json())
    trainer = Trainer(config, _blank(config))
    for step in milestone_steps(folder):
        path = folder / milestone_name(step)
        if not _is_milestone(path, step, trainer, config):
            path.unlink()  # the run can go back less far
    step = _load(folder / NEWEST, trainer, config)
    drop_milestones(folder, step)
    drop_snapshots(folder, step)
    thin_snapshots(folder)  # and weights without their picture
    _check_frames(folder, trainer, config)
    for name, take in ((HISTORY, happenings), (VITALS, figures)):
        _rewrite(folder / name, take, step)
    about = {"title": read_title(folder), "classes": read_class_names(folder)}
    write_json(folder / ABOUT, {name: value for name, value in about.items() if value})
    CheckpointStore(folder).write_model(trainer.ema.state_dict())


def _blank(config: Config) -> ImageSet:
    """Images that nothing is learned from: to see whether a checkpoint fits, none are needed."""
    side = config.image_size
    images = torch.zeros((1, config.channels, side, side), dtype=torch.uint8)
    return ImageSet(config.data, images, torch.zeros(1, dtype=torch.int64))


def _load(path: Path, trainer: Trainer, config: Config) -> int:
    """The step of a checkpoint that can be gone on from."""
    try:
        state, numbers = load_checkpoint(path)
        now = Config.from_json(state["config"])
        if changed(config, difference(config, now)) != now:
            raise ConfigError("it is one of another run")
        numbers_of(numbers)
        trainer.load_state_dict(state)
        if not trainer.is_finite():
            raise ValueError("its weights are not finite numbers")
    except CheckpointError as error:
        told = f"{error}".replace(str(path), path.name)  # not where it lay for a moment
        raise ForeignError(told) from error
    except (ValueError, LookupError, TypeError, RuntimeError, AttributeError) as error:
        raise ForeignError(f"The checkpoint {path.name} cannot be used: {error}.") from error
    return trainer.step_count


def _is_milestone(path: Path, step: int, trainer: Trainer, config: Config) -> bool:
    try:
        return _load(path, trainer, config) == step
    except ForeignError:
        return False


def _check_frames(folder: Path, trainer: Trainer, config: Config) -> None:
    side = sample_side(config.image_size)
    for step in snapshot_steps(folder):
        path = snapshot_picture_path(folder, step)
        try:
            if path.stat().st_size > LARGEST_PICTURE_BYTES:
                raise ValueError("it is too large")
            shape = iio.improps(path, extension=".png").shape
            if shape[:2] != (ROWS * side, COLUMNS * side):
                raise ValueError("it is of another size")
            iio.imread(path, extension=".png")
        except (OSError, ValueError, SyntaxError) as error:  # what Pillow makes of damage
            raise ForeignError(f"The picture of step {step} cannot be used: {error}.") from error
    for step in kept_steps(folder):
        try:
            kept = load_file(snapshot_weights_path(folder, step))
            if not all(
                weights.is_floating_point() or not weights.ndim for weights in kept.values()
            ):
                raise ValueError("they are of another kind")
            check_shapes("G", trainer.G.state_dict(), {f"G.{name}": w for name, w in kept.items()})
        except (SafetensorError, ValueError) as error:
            raise ForeignError(f"The weights of step {step} cannot be used: {error}.") from error


def _rewrite(path: Path, take: Callable[[list[Any]], list[dict[str, Any]]], step: int) -> None:
    """Whole lines up to `step`; those cut short by a power cut are left out, as when read."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    lines = []
    for line in data.splitlines():
        try:
            lines.append(json.loads(line))
        except (ValueError, RecursionError):
            continue
    try:
        kept = [row for row in take(lines) if row["step"] <= step]
    except RowError as error:
        raise ForeignError(f"{path.name} cannot be used: {error}.") from error
    write_atomic(path, b"".join(json.dumps(row).encode() + b"\n" for row in kept))
