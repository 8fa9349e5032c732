"""Answers to the polls of Side by side: the current or last pair of runs."""

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from demo.server.model_library import RUN_PREFIX, changed_ns
from demo.server.studio import Studio
from demo.server.training_slot import ACTIVE
from demo.train.watch.progress import Progress
from gan.config import Config
from gan.monitor.compare import outcome
from gan.monitor.vitals_log import read_vitals
from gan.runner.status import RunStatus
from gan.runs.listing import list_runs
from gan.runs.pairs import pair_of
from gan.training.experiments import differences, name_of


@dataclass(frozen=True)
class Pair:
    """Two runs. `live`: they are the runner's; `resumable`: they ended before their goal."""

    names: tuple[str, str]
    configs: tuple[Config, Config]
    live: bool
    resumable: bool = False


class Pairs:
    """Answers the polls of all visitors."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self.progress = Progress(studio)
        # what they return changes only with their arguments
        self._last = lru_cache(maxsize=1)(self._last_pair)
        self._outcome = lru_cache(maxsize=1)(self._judge)

    def poll(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Return the status of the pair and what is new since the cursor in `payload`.

        `payload` also holds `who`. Always: state (of the runner), left (s), live and resumable (see
        `Pair`), mine (this visitor controls it), may (they may start one), and sides, an answer of
        `Progress.poll` for each run, none before the first pair. When new: pair, with `names`,
        `experiment` ("" for none of the list), `differences` ([setting, first value, second
        value]), `goal` (steps), and `images` that D sees per step of each run. When the pair has
        ended: outcome (`gan.monitor.compare.Outcome`).
        """
        runner, who = self._studio.runner.status, payload.get("who")
        access, gate, pair = self._studio.access, self._studio.gate, self._pair(runner)
        if pair is not None and not all(gate.shows(who, RUN_PREFIX + name) for name in pair.names):
            pair = None
        answer: dict[str, Any] = {
            "state": runner.state,
            "left": None if runner.left_s is None else round(runner.left_s, 1),
            "live": pair is not None and pair.live,
            "mine": runner.state in ACTIVE and access.controls(who),
            "may": access.may_train(who),
            "resumable": pair is not None and pair.resumable,
            "sides": [],
        }
        if pair is None:
            return answer | {"cursor": {}}
        key = " ".join(pair.names)
        if payload.get("pair") != key:
            answer["pair"] = _about(pair)
        sides = payload.get("sides")
        cursors = sides if isinstance(sides, list) and len(sides) == 2 else [{}, {}]
        for name, cursor in zip(pair.names, cursors, strict=True):
            known = cursor if isinstance(cursor, dict) else {}
            answer["sides"].append(self.progress.poll(known | {"who": who, "show": name}))
        if not (pair.live and runner.state in ACTIVE):
            failed = [side["state"] == "failed" or "error" in side for side in answer["sides"]]
            at = tuple(zip(failed, (side["step"] for side in answer["sides"]), strict=True))
            answer["outcome"] = self._outcome(pair, at)
        cursors = [side.pop("cursor") for side in answer["sides"]]
        return answer | {"cursor": {"pair": key, "sides": cursors}}

    def _pair(self, runner: RunStatus) -> Pair | None:
        """Return the runner's pair, or else the last one."""
        if runner.beside is not None and runner.config and runner.beside.config:
            both = (runner, runner.beside)
            names, configs = zip(*((each.run, each.config) for each in both), strict=True)
            early = any(each.step < each.goal_steps for each in both)
            return Pair(names, configs, live=True, resumable=runner.state == "done" and early)
        return self._last(runner.run, runner.state, changed_ns(self._studio.settings.runs))

    def _last_pair(self, _run: str, _state: str, _changed_ns: int) -> Pair | None:
        runs = list_runs(self._studio.settings.runs)
        known = {run.folder: run for run in runs}
        for run in runs:  # newest first
            folders = pair_of(run.folder)
            both = [known[folder] for folder in folders or () if folder in known]
            if len(both) == 2 and both[0].config and both[1].config:
                resumable = any(each.state == "can be resumed" for each in both)
                names, configs = zip(*((each.name, each.config) for each in both), strict=True)
                return Pair(names, configs, live=False, resumable=resumable)
        return None

    def _judge(self, pair: Pair, at: tuple[tuple[bool, int], ...]) -> dict[str, Any]:
        root = self._studio.settings.runs
        last = [(read_vitals(root / name) or [None])[-1] for name in pair.names]
        return dataclasses.asdict(outcome(*last, tuple(failed for failed, _ in at)))


def _about(pair: Pair) -> dict[str, Any]:
    return {
        "names": pair.names,
        "experiment": name_of(*pair.configs),
        "differences": [[name, *two] for name, two in differences(*pair.configs).items()],
        "goal": max(each.steps for each in pair.configs),
        "images": [each.batch_size * each.d_steps_per_g_step for each in pair.configs],
    }
