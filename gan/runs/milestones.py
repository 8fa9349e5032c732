"""Milestones: a few full checkpoints of earlier steps, to which a run can be rolled back.

Each is a hard link to a checkpoint that was written anyway; their steps are about evenly spaced on
a logarithmic scale.
"""

from __future__ import annotations

from pathlib import Path

from gan.runs.snapshots import steps_in, thin
from gan.storage.layout import MILESTONES, NEWEST, PREVIOUS
from gan.system.atomic import link_or_copy

MOST = 6


def milestone_name(step: int) -> str:
    """Return the name of a step's milestone, relative to the run's folder."""
    return f"{MILESTONES}/{step:08d}.safetensors"


def milestone_steps(folder: Path) -> list[int]:
    """Return the steps that have a milestone, in order."""
    return steps_in(Path(folder) / MILESTONES, "safetensors")


def checkpoint_names(folder: Path) -> list[str]:
    """Return the names of a run's checkpoints, in the order in which they are tried."""
    return [NEWEST, PREVIOUS, *map(milestone_name, reversed(milestone_steps(folder)))]


def keep_milestone(checkpoint: Path, step: int) -> None:
    """Make a checkpoint the milestone of `step`, and thin them to `MOST`. Raises OSError."""
    folder = checkpoint.parent
    (folder / MILESTONES).mkdir(exist_ok=True)
    link_or_copy(checkpoint, folder / milestone_name(step), sync=False)
    for dropped in thin(milestone_steps(folder), MOST):
        (folder / milestone_name(dropped)).unlink(missing_ok=True)
