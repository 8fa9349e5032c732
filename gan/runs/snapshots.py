"""Snapshots of a run's past steps: a contact sheet (PNG) and the EMA weights in half precision.

They are thinned as they age; the first, the last and the best are never removed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gan.config import Config
from gan.media.contact_sheet import grid, png_bytes, shrunk
from gan.storage.checkpoint_file import has_whole_length, weights_bytes
from gan.storage.layout import MILESTONES, SNAPSHOTS, snapshot_picture_path, snapshot_weights_path
from gan.system.atomic import write_atomic

MAX_SNAPSHOTS = 64
COLUMNS, ROWS = 10, 6  # of a contact sheet: a column per class
SAMPLE_PX = 64  # longest side of an image on it: saves disk space
LARGEST_PICTURE_BYTES = 4_000_000  # of a contact sheet
LARGEST_HALF = 65_504  # float16
PNG_END = b"IEND\xaeB`\x82"


def fixed_latents(config: Config) -> np.ndarray:
    """Return the latents of a run's contact sheets, float32 (ROWS*COLUMNS, z_dim).

    With classes, a row has one latent for each pass through the classes.
    """
    rng = np.random.default_rng(config.seed)
    span = min(COLUMNS, config.classes) or 1  # columns that share a latent
    spans = -(-COLUMNS // span)
    fixed = rng.standard_normal((ROWS, spans, config.z_dim)).repeat(span, 1)[:, :COLUMNS]
    return fixed.reshape(ROWS * COLUMNS, config.z_dim).astype(np.float32)


def clip_latents(config: Config) -> np.ndarray:
    """Return the latents of a run's clips, float32 (COLUMNS, z_dim): one for each column."""
    rng = np.random.default_rng(config.seed)
    return rng.standard_normal((COLUMNS, config.z_dim)).astype(np.float32)


def snapshot_steps(folder: Path) -> list[int]:
    """Return the steps that have a contact sheet, in order."""
    return steps_in(Path(folder) / SNAPSHOTS, "png")


def kept_steps(folder: Path) -> list[int]:
    """Return the steps that have both a contact sheet and weights, in order."""
    weights = steps_in(Path(folder) / SNAPSHOTS, "safetensors")
    return sorted(set(weights).intersection(snapshot_steps(folder)))


def write_snapshot(folder: Path, step: int, images: np.ndarray, weights: dict[str, Tensor]) -> None:
    """Write the contact sheet of `images` uint8 (ROWS*COLUMNS,h,w,c) and the weights of a step.

    Neither is fsynced: see `drop_torn_snapshots`. Raises OSError if the disk refuses.
    """
    write_atomic(snapshot_weights_path(folder, step), weights_bytes(halved(weights)), sync=False)
    write_atomic(snapshot_picture_path(folder, step), png_bytes(contact_sheet(images)), sync=False)


def contact_sheet(images: np.ndarray) -> np.ndarray:
    """Return images uint8 (n,h,w,c) as one, ten in a row, each at most `SAMPLE_PX` a side."""
    return grid(shrunk(images, SAMPLE_PX), COLUMNS)


def sample_side(image_size: int) -> int:
    """Return the side in px that an image of `image_size` has on a contact sheet."""
    return image_size // -(-image_size // SAMPLE_PX)


def halved(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return weights with matrices and filters in float16 where they fit; vectors are unchanged.

    Images differ by at most a level or two in 256.
    """
    return {
        name: value.half()
        if value.dtype == torch.float32 and value.ndim > 1 and value.abs().max() <= LARGEST_HALF
        else value
        for name, value in weights.items()
    }


def thin_snapshots(folder: Path, best: int | None = None) -> None:
    """Remove snapshots beyond `MAX_SNAPSHOTS`; the first, the last and the best remain."""
    steps = snapshot_steps(folder)
    dropped = thin(steps, MAX_SNAPSHOTS, () if best is None else (best,))
    without_picture = set(steps_in(folder / SNAPSHOTS, "safetensors")).difference(steps)
    _remove(folder, without_picture.union(dropped))


def drop_after(folder: Path, step: int) -> None:
    """Remove the snapshots and milestones after `step`, to which the run has gone back."""
    for part in (SNAPSHOTS, MILESTONES):
        for suffix in ("png", "safetensors"):
            for later in steps_in(folder / part, suffix):
                if later > step:
                    (folder / part / f"{later:08d}.{suffix}").unlink(missing_ok=True)


def drop_torn_snapshots(folder: Path) -> None:
    """Remove the snapshots that a power cut has truncated."""
    for step in {*snapshot_steps(folder), *steps_in(folder / SNAPSHOTS, "safetensors")}:
        picture, weights = snapshot_picture_path(folder, step), snapshot_weights_path(folder, step)
        if picture.exists() and not picture.read_bytes().endswith(PNG_END):
            _remove(folder, [step])
        elif weights.exists() and not has_whole_length(weights):
            weights.unlink()


def thin(steps: Sequence[int], limit: int, keep: Collection[int] = ()) -> list[int]:
    """Return the steps to remove so that `limit` remain, about evenly spaced in log(step).

    The step whose neighbours are closest is removed first. The first, the last and those in `keep`
    remain.
    """
    kept, dropped = list(steps), []
    while len(kept) > max(limit, 2 + len(keep)):
        logs = np.log(np.array(kept) + 50.0)
        gaps = np.where(np.isin(kept[1:-1], list(keep)), np.inf, logs[2:] - logs[:-2])
        dropped.append(kept.pop(1 + int(np.argmin(gaps))))
    return dropped


def steps_in(folder: Path, suffix: str) -> list[int]:
    """Return the steps that files in a folder, like 00000100.png, are named after, in order.

    There are none in a folder that does not exist, or is deleted meanwhile.
    """
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
    named = (re.fullmatch(rf"([0-9]{{8}})\.{suffix}", name) for name in names)
    return sorted(int(found[1]) for found in named if found)


def _remove(folder: Path, steps: Collection[int]) -> None:
    for step in steps:
        snapshot_picture_path(folder, step).unlink(missing_ok=True)
        snapshot_weights_path(folder, step).unlink(missing_ok=True)
