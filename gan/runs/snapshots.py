"""What a run keeps of its past to look at: contact sheets, and the weights that drew them.

Each kept step is a PNG and the EMA's weights in half precision. They thin out as they age; the
first, the last and the best are never dropped.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gan.config import Config
from gan.media.contact_sheet import grid, png_bytes, shrunk
from gan.storage.checkpoint import has_whole_length, weights_bytes
from gan.storage.layout import SNAPSHOTS, snapshot_picture_path, snapshot_weights_path
from gan.system.atomic import write_atomic

MAX_SNAPSHOTS = 64
COLUMNS, ROWS = 10, 6  # of a contact sheet: a column per class
SAMPLE_PX = 64  # most of a side on it: sixty whole pictures of 128 px fill no screen, but a disk
LARGEST_HALF = 65_504  # float16
PNG_END = b"IEND\xaeB`\x82"


def fixed_latents(config: Config) -> np.ndarray:
    """float32 (ROWS*COLUMNS, z_dim): the same from the first step to the last, across every resume.

    With classes a row shares one latent, until the columns come to the first class again.
    """
    rng = np.random.default_rng(config.seed)
    span = min(COLUMNS, config.classes) or 1  # columns that share a latent
    spans = -(-COLUMNS // span)
    fixed = rng.standard_normal((ROWS, spans, config.z_dim)).repeat(span, 1)[:, :COLUMNS]
    return fixed.reshape(ROWS * COLUMNS, config.z_dim).astype(np.float32)


def snapshot_steps(folder: Path) -> list[int]:
    """Steps of the kept contact sheets, in order."""
    return _steps(folder, "png")


def kept_steps(folder: Path) -> list[int]:
    """Steps of which both the contact sheet and the weights are kept, in order."""
    return sorted(set(_steps(folder, "safetensors")).intersection(snapshot_steps(folder)))


def write_snapshot(folder: Path, step: int, images: np.ndarray, weights: dict[str, Tensor]) -> None:
    """Keep a step: the sheet of `images` uint8 (ROWS*COLUMNS,h,w,c), and what drew them.

    Training does not wait until they are on the disk: see `drop_torn_snapshots`.

    Raises:
        OSError: the disk said no.
    """
    write_atomic(snapshot_weights_path(folder, step), weights_bytes(halved(weights)), sync=False)
    write_atomic(snapshot_picture_path(folder, step), png_bytes(contact_sheet(images)), sync=False)


def contact_sheet(images: np.ndarray) -> np.ndarray:
    """Images uint8 (n,h,w,c) as one picture, ten in a row, each of at most `SAMPLE_PX` a side."""
    return grid(shrunk(images, SAMPLE_PX), COLUMNS)


def sample_side(image_size: int) -> int:
    """The side in px of a picture of that size on a contact sheet."""
    return image_size // -(-image_size // SAMPLE_PX)


def halved(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Matrices and filters in float16, where their numbers fit; the few others as they are.

    What is drawn with them differs by at most a level or two in 256.
    """
    return {
        name: value.half()
        if value.dtype == torch.float32 and value.ndim > 1 and value.abs().max() <= LARGEST_HALF
        else value
        for name, value in weights.items()
    }


def thin_snapshots(folder: Path, best: int | None = None) -> None:
    """Remove what is too many; the first, the last and the best stay."""
    steps = snapshot_steps(folder)
    dropped = thin(steps, MAX_SNAPSHOTS, () if best is None else (best,))
    without_picture = set(_steps(folder, "safetensors")).difference(steps)
    _remove(folder, without_picture.union(dropped))


def drop_snapshots(folder: Path, after: int) -> None:
    """Remove the frames of steps after `after`: the run went back, and they never were."""
    steps = {*snapshot_steps(folder), *_steps(folder, "safetensors")}
    _remove(folder, [step for step in steps if step > after])


def drop_torn_snapshots(folder: Path) -> None:
    """Remove the frames that a power cut has left cut short."""
    for step in {*snapshot_steps(folder), *_steps(folder, "safetensors")}:
        picture, weights = snapshot_picture_path(folder, step), snapshot_weights_path(folder, step)
        if picture.exists() and not picture.read_bytes().endswith(PNG_END):
            _remove(folder, [step])
        elif weights.exists() and not has_whole_length(weights):
            weights.unlink()


def thin(steps: Sequence[int], limit: int, keep: Collection[int] = ()) -> list[int]:
    """Which of these steps to drop so that `limit` stay, spread evenly in the ratio of steps.

    Dropped first is the one whose neighbours are closest in log(step): early change is fast. The
    first, the last and those in `keep` stay.
    """
    kept, dropped = list(steps), []
    while len(kept) > max(limit, 2 + len(keep)):
        logs = np.log(np.array(kept) + 50.0)
        gaps = np.where(np.isin(kept[1:-1], list(keep)), np.inf, logs[2:] - logs[:-2])
        dropped.append(kept.pop(1 + int(np.argmin(gaps))))
    return dropped


def _steps(folder: Path, kind: str) -> list[int]:
    names = (Path(folder) / SNAPSHOTS).glob(f"*.{kind}")
    return sorted(int(path.stem) for path in names if path.stem.isdigit())


def _remove(folder: Path, steps: Collection[int]) -> None:
    for step in steps:
        snapshot_picture_path(folder, step).unlink(missing_ok=True)
        snapshot_weights_path(folder, step).unlink(missing_ok=True)
