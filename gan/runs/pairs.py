"""Two runs side by side: created and resumed together; each folder names the other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from gan.config import Config
from gan.data.image_set import DataError
from gan.runs.run import Maker, Run
from gan.storage.layout import PAIR
from gan.storage.run_lock import LockedElsewhere
from gan.system.atomic import write_json
from gan.training.trainer import Trainer


def create_runs(plans: Sequence[tuple[Config, Path]], make: Maker = Trainer) -> list[Run]:
    """Create one run, or a pair, each in a new folder; if that raises, no folder is left behind."""
    made: list[Run] = []
    try:
        for config, folder in plans:
            made.append(_create(config, folder, make))
        if len(made) > 1:
            tie(made[0].folder, made[1].folder)
    except BaseException:
        for run in made:  # its folder was new, and nothing has been trained
            run.close()
            shutil.rmtree(run.folder, ignore_errors=True)
        raise
    return made


def _create(config: Config, folder: Path, make: Maker) -> Run:
    is_new = not folder.exists()
    try:
        return Run.create(config, folder, make)
    except FileExistsError:
        raise
    except OSError:  # a full disk; a run that cannot be saved would only look like one
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def resume_runs(folder: Path, make: Maker = Trainer) -> list[Run]:
    """Resume the run in `folder`, and the other one of its pair.

    If the other run cannot be resumed, a mark in the history says why, and this one is resumed
    alone. Raises what `Run.resume` raises, LockedElsewhere also for the other run.
    """
    pair = pair_of(folder) if folder.is_dir() else None
    if pair is None:
        return [Run.resume(folder, make)]
    runs = {folder: Run.resume(folder, make)}
    other = pair[1] if pair[0] == folder else pair[0]
    try:
        runs[other] = Run.resume(other, make)
    except (DataError, OSError, ValueError) as error:  # ValueError: also of a checkpoint
        run = runs[folder]
        run.history.mark(run.step, "alone", note=f"It continues alone: {error}")
    except LockedElsewhere:
        runs[folder].close()
        raise
    return [runs[each] for each in pair if each in runs]


def tie(first: Path, second: Path) -> None:
    """Make a pair of the runs in two folders of one parent. Raises OSError."""
    write_json(first / PAIR, {"beside": second.name, "first": True})
    write_json(second / PAIR, {"beside": first.name, "first": False})


def pair_of(folder: Path) -> tuple[Path, Path] | None:
    """Return the folders of the first and of the second run of the pair that a run belongs to.

    Return None for a single run, or if the other one is missing or does not name this one.
    """
    name, is_first = _read(folder)
    folders = {path.name: path for path in folder.parent.iterdir() if path.is_dir()}
    other = folders.get(name)
    if other is None or name == folder.name or _read(other) != (folder.name, not is_first):
        return None
    return (folder, other) if is_first else (other, folder)


def _read(folder: Path) -> tuple[str, bool]:
    try:
        known = json.loads((folder / PAIR).read_bytes())
        return str(known["beside"]), known["first"] is True
    except (OSError, ValueError, LookupError, TypeError):
        return "", False
