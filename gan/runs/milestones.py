"""Milestones: a few full checkpoints of earlier steps, to which a run can be rolled back.

Each is a hard link to a checkpoint that was written anyway; their steps are about evenly spaced on
a logarithmic scale.
"""

from __future__ import annotations

from pathlib import Path

from gan.runs.snapshots import thin
from gan.storage.layout import MILESTONES
from gan.system.atomic import link_or_copy

MOST = 6


def milestone_name(step: int) -> str:
    """Return the name of a step's milestone, relative to the run's folder."""
    return f"{MILESTONES}/{step:08d}.safetensors"


def milestone_steps(folder: Path) -> list[int]:
    """Return the steps that have a milestone, in order."""
    names = (Path(folder) / MILESTONES).glob("*.safetensors")
    return sorted(int(path.stem) for path in names if path.stem.isdigit())


def keep_milestone(checkpoint: Path, step: int) -> None:
    """Make a checkpoint the milestone of `step`, and remove milestones beyond `MOST`.

    Raises:
        OSError: the disk refused.
    """
    folder = checkpoint.parent
    (folder / MILESTONES).mkdir(exist_ok=True)
    link_or_copy(checkpoint, folder / milestone_name(step), sync=False)
    for dropped in thin(milestone_steps(folder), MOST):
        (folder / milestone_name(dropped)).unlink(missing_ok=True)


def drop_milestones(folder: Path, after: int) -> None:
    """Remove the milestones of steps after `after`, to which the run has gone back."""
    for step in milestone_steps(folder):
        if step > after:
            (folder / milestone_name(step)).unlink(missing_ok=True)
