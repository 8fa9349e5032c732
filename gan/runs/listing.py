"""List the runs in a folder quickly: tensors are not read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gan.config import Config
from gan.runs.milestones import checkpoint_names
from gan.runs.validate_rows import Numbers, check_values
from gan.storage.checkpoint_file import read_numbers
from gan.storage.config_file import read_config
from gan.storage.layout import CONFIG, HISTORY
from gan.training.schedule import Schedule

LONGEST_SENTENCE = 300  # characters


@dataclass(frozen=True)
class RunInfo:
    """A run on disk. `when` is the time of its last checkpoint, in seconds since 1970.

    `state` is "finished", "can be resumed" (before the goal of its schedule or of `config`) or
    "damaged"; `sentence` says what is damaged: the run, or its newest checkpoint if it can be
    resumed from an earlier one. `goal_steps` is the goal in steps, or `config.steps` if the goal is
    in seconds, which is then `goal_s`. `cpu_s` is the processor time of its steps.
    """

    name: str
    folder: Path
    config: Config | None
    step: int
    elapsed_s: float
    when: float
    state: str
    sentence: str | None = None
    cpu_s: float = 0.0
    goal_steps: int = 0
    goal_s: float | None = None

    def further(self, length: Config | None) -> dict[str, float]:
        """Return the goal of `Run.extend` for as many steps or seconds more; {}: its own goal."""
        if length is None:
            return {}
        if length.seconds:
            return {"seconds": length.seconds}
        return {"steps": self.step + length.steps}


def list_runs(root: Path) -> list[RunInfo]:
    """Return the runs in `root`, the last trained first; other folders are ignored."""
    folders = run_folders(Path(root)).values()
    found = [info for path in folders if (info := run_info(path)) is not None]
    return sorted(found, key=lambda info: (info.when, info.name), reverse=True)


def find_run(root: Path, name: Any) -> RunInfo | None:
    """Return the run of that name in `root`; None if there is none. The name may be untrusted."""
    folder = run_folders(root).get(name) if isinstance(name, str) else None
    return folder and run_info(folder)


def run_folders(root: Path) -> dict[str, Path]:
    """Return the folders in `root` by name: to look names up, never joining them to a path.

    A name that is not text (of another encoding, say) is left out: no page could show it.
    """
    paths = root.iterdir() if root.is_dir() else ()
    return {path.name: path for path in paths if path.name.isprintable() and path.is_dir()}


def run_info(folder: Path) -> RunInfo | None:
    """Return what is known of a run without loading it; None if the folder has no run.

    Damaged tensors are detected only on resuming, which then uses an earlier checkpoint.
    """
    sentence = None
    for path in (folder / name for name in checkpoint_names(folder)):
        if not path.is_file():
            continue
        try:
            numbers, when = read_numbers(path), path.stat().st_mtime
            config = Config.from_json(numbers["config"])
            step, times = numbers["step_count"], check_values(Numbers, numbers, path.name)
            schedule = Schedule.of_checkpoint(numbers, config)
        except (OSError, ValueError, TypeError) as error:
            sentence = sentence or f"{error}"[:LONGEST_SENTENCE]
            continue
        # as in `Run.extend`
        goals = (schedule, Schedule.of_config(config))
        is_done = all(each.progress(step, times.elapsed_s) == 1 for each in goals)
        state = "finished" if is_done else "can be resumed"
        goal = (schedule.goal_steps(config.steps), schedule.goal_s)
        last = (step, times.elapsed_s, when, state, sentence, times.cpu_s, *goal)
        return RunInfo(folder.name, folder, config, *last)
    return _without_checkpoint(folder, sentence)


def _without_checkpoint(folder: Path, sentence: str | None) -> RunInfo | None:
    path, config = folder / CONFIG, None
    try:
        config = read_config(folder)
    except FileNotFoundError:
        if sentence is None:
            return None
    except (OSError, ValueError) as error:
        sentence = sentence or f"{CONFIG} cannot be used: {error}"[:LONGEST_SENTENCE]
    if sentence is None and (folder / HISTORY).exists():
        sentence = f"There is no checkpoint in {folder}."
    # without a sentence it was killed before its first checkpoint, and restarts
    state = "damaged" if sentence else "can be resumed"
    when = (path if config else folder).stat().st_mtime
    info = RunInfo(folder.name, folder, config, 0, 0.0, when, state, sentence)
    if config is None:
        return info
    return replace(info, goal_steps=config.steps, goal_s=config.seconds or None)
