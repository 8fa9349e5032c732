"""Runs are opened one at a time or as a pair: both are there in the end, or neither is begun."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from gan.config import Config
from gan.data.image_set import DataError
from gan.runs.pairs import pair_of, tie
from gan.runs.run import Run
from gan.storage.run_lock import LockedElsewhere


def begin(plans: Sequence[tuple[Config, Path]]) -> list[Run]:
    """New runs in new folders, one or two that are a pair.

    Raises:
        FileExistsError, DataError, OSError: see `Run.create`; nothing is left of either.
    """
    made: list[Run] = []
    try:
        for config, folder in plans:
            made.append(Run.create(config, folder))
        if len(made) > 1:
            tie(made[0].folder, made[1].folder)
    except BaseException:
        for run in made:  # its folder was new, and nothing has been trained
            run.close()
            shutil.rmtree(run.folder, ignore_errors=True)
        raise
    return made


def go_on(folder: Path) -> list[Run]:
    """The run in `folder` as it was saved, and its companion if it is one of a pair.

    Raises:
        CheckpointError, DataError, OSError, LockedElsewhere: see `Run.resume`. A companion that
            cannot go on stays behind, and a mark in the run's history says why; but for one that
            another process trains.
    """
    pair = pair_of(folder)
    if pair is None:
        return [Run.resume(folder)]
    runs = {folder: Run.resume(folder)}
    other = pair[1] if pair[0] == folder else pair[0]
    try:
        runs[other] = Run.resume(other)
    except (DataError, OSError, ValueError) as error:  # ValueError: also of a checkpoint
        run = runs[folder]
        run.history.mark(run.step, "alone", note=f"It goes on alone: {error}")
    except LockedElsewhere:
        runs[folder].close()
        raise
    return [runs[each] for each in pair if each in runs]
