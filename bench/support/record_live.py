"""Record runs of the page's own training loop, for the doctor: default ones, own images, pairs.

    OMP_NUM_THREADS=1 python bench/support/record_live.py --out FOLDER [--only NAME ...]

Readings come when the loop takes them; run several at once to slow each of them down. The files
and labels are those of `bench.support.record_runs`. Existing runs are skipped.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # the repository's root

from bench.support.autopsy import Autopsy
from bench.support.record_runs import AUTOPSIES, held_out
from bench.support.recorded import PEOPLE
from bench.support.verdict import verdict
from gan.config import Config
from gan.data.image_set import ImageSet
from gan.datasets import is_own
from gan.media.contact_sheet import grid, png_bytes
from gan.monitor.real_features import RealFeaturesCache
from gan.presets import preset
from gan.runner.training_loop import TrainingLoop
from gan.system.atomic import write_json
from gan.training.experiments import experiment
from gan.training.trainer import Trainer

SECONDS = 180  # the page's default
SEEDS = range(41, 71, 2)  # odd: held out
OWN_SEEDS = range(41, 51, 2)
PAIR_SEEDS = (41, 43)
PAIRS = {"article": ("d_winning", ""), "r1": ("", ""), "lr_d": ("", "d_blind")}
OWN = {"data": PEOPLE, "image_size": 32, "image_channels": 3, "image_classes": 5}

Plan = list[tuple[str, Config, str]]  # name, settings and intended illness of each run


def plans() -> dict[str, Plan]:
    """Return what can be recorded, by name."""
    found: dict[str, Plan] = {}
    for seed in SEEDS:
        name = f"page-{seed}"
        found[name] = [(name, preset("default", seconds=SECONDS, seed=seed), "")]
    for seed in OWN_SEEDS:
        name = f"page-own-{seed}"
        found[name] = [(name, preset("own-images", seconds=SECONDS, seed=seed, **OWN), "")]
    for which, means in PAIRS.items():
        one = experiment(which)
        for seed in PAIR_SEEDS:
            both = zip(("first", "second"), (one.first, one.second), means, strict=True)
            found[f"pair-{which}-{seed}"] = [
                (f"pair-{which}-{place}-{seed}", replace(config, seed=seed), mean)
                for place, config, mean in both
            ]
    return found


def main() -> None:
    """Record the runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="*", metavar="NAME", help="for example page-11")
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    every = plans()
    for name in options.only or every:
        if all((options.out / run).exists() for run, _, _ in every[name]):
            continue
        start = time.perf_counter()
        record(every[name], options.out)
        print(f"{name:28} {time.perf_counter() - start:6.1f} s", flush=True)


def record(plan: Plan, out: Path) -> None:
    """Train one run, or a pair in step, and keep what the doctor and the label need."""
    trainers: list[Trainer] = []

    def make(config: Config, data: ImageSet) -> Trainer:
        trainers.append(Trainer(config, data))
        return trainers[-1]

    works = [out / f".{name}" for name, _, _ in plan]
    for work in works:
        shutil.rmtree(work, ignore_errors=True)
    known = RealFeaturesCache()
    if not is_own(plan[0][1].data):  # as the page does when it is opened
        known.get(plan[0][1].data, plan[0][1].image_size)
    while known.is_reading:
        time.sleep(0.1)
    loop = TrainingLoop(known.get, make=make)
    loop.start([(config, work) for (_, config, _), work in zip(plan, works, strict=True)])
    held = held_out(plan[0][1].data)
    autopsies = [Autopsy(trainer, held) for trainer in trainers]
    reports: list[list[dict[str, Any]]] = [[] for _ in plan]
    while loop.status.state == "running":
        loop.advance()
        if _share(loop) >= (len(reports[0]) + 1) / AUTOPSIES:
            for autopsy, own, work in zip(autopsies, reports, works, strict=True):
                images, step = autopsy.images(), autopsy.trainer.step_count
                own.append(autopsy.report(images) | {"step": step})
                (work / f"sheet-{step:06d}.png").write_bytes(png_bytes(grid(images[:100], 10)))
    for (name, _, means), own, work in zip(plan, reports, works, strict=True):
        lines = [json.loads(line) for line in (work / "history.jsonl").read_text().splitlines()]
        write_json(work / "autopsy.json", {"ended": loop.status.state, "reports": own})
        write_json(work / "label.json", verdict(means, own, lines))
        work.rename(out / name)


def _share(loop: TrainingLoop) -> float:
    """Return the part of the run that is done."""
    status = loop.status
    return status.elapsed_s / status.goal_s if status.goal_s else status.step / status.goal_steps


if __name__ == "__main__":
    main()
