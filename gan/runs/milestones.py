"""Full checkpoints of long ago, a few of them, so that a run can go far back and on from there.

Each is a second name (a hard link) of a checkpoint that was written anyway; they lie closer the
older the run was young: evenly in the ratio of steps.
"""

from __future__ import annotations

from pathlib import Path

from gan.runs.snapshots import thin
from gan.storage.layout import MILESTONES
from gan.system.atomic import link_or_copy

MOST = 6


def milestone_name(step: int) -> str:
    """Name of a step's milestone, within the folder of the run."""
    return f"{MILESTONES}/{step:08d}.safetensors"


def milestone_steps(folder: Path) -> list[int]:
    """Steps that can be gone back to, in order."""
    names = (Path(folder) / MILESTONES).glob("*.safetensors")
    return sorted(int(path.stem) for path in names if path.stem.isdigit())


def keep_milestone(checkpoint: Path, step: int) -> None:
    """This checkpoint becomes the milestone of `step`, and what is too many is removed.

    Raises:
        OSError: the disk said no.
    """
    folder = checkpoint.parent
    (folder / MILESTONES).mkdir(exist_ok=True)
    link_or_copy(checkpoint, folder / milestone_name(step), sync=False)
    for dropped in thin(milestone_steps(folder), MOST):
        (folder / milestone_name(dropped)).unlink(missing_ok=True)


def drop_milestones(folder: Path, after: int) -> None:
    """Remove those of steps after `after`: the run went back, and they never were."""
    for step in milestone_steps(folder):
        if step > after:
            (folder / milestone_name(step)).unlink(missing_ok=True)
