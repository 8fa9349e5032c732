"""The contact sheets that a run keeps: one PNG per kept step, thinned as they age."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gan.config import Config

MAX_FRAMES = 64
COLUMNS, ROWS = 10, 6  # of a contact sheet: a column per class


def fixed_latents(config: Config) -> np.ndarray:
    """float32 (ROWS*COLUMNS, z_dim): the same from the first step to the last, across every resume.

    With classes a row shares one latent.
    """
    rng = np.random.default_rng(config.seed)
    fixed = rng.standard_normal((ROWS, config.z_dim)).repeat(COLUMNS, 0)
    if not config.classes:
        fixed = rng.standard_normal((ROWS * COLUMNS, config.z_dim))
    return fixed.astype(np.float32)


def frame_path(folder: Path, step: int) -> Path:
    """Where the contact sheet of a step lies."""
    return Path(folder) / "snapshots" / f"{step:08d}.png"


def frame_steps(folder: Path) -> list[int]:
    """Steps of the kept contact sheets, in order."""
    names = (Path(folder) / "snapshots").glob("*.png")
    return sorted(int(path.stem) for path in names if path.stem.isdigit())


def thin_frames(folder: Path) -> None:
    """Remove what is too many; the first and the last stay."""
    for step in thin(frame_steps(folder), MAX_FRAMES):
        frame_path(folder, step).unlink(missing_ok=True)


def drop_frames(folder: Path, after: int) -> None:
    """Remove the frames of steps after `after`: the run went back, and they never were."""
    for step in frame_steps(folder):
        if step > after:
            frame_path(folder, step).unlink(missing_ok=True)


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
