"""Evaluate the doctor's remedies: continue ill runs with each of them, and with none.

    OMP_NUM_THREADS=1 python bench/remedies.py [--runs FOLDER] [--only NAME]

FOLDER is that of `bench/support/record_runs.py`; runs that are not there are recorded first. Slow:
every remedy is a training run. Each line is a report of `bench.support.autopsy` after the same
number of further steps. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from bench.support.autopsy import Autopsy
from bench.support.record_runs import record_all
from gan.data.image_set import load
from gan.monitor.remedies import remedies
from gan.runner.checkpointing import FaultTolerantRun, RunFailed
from gan.runs.run import Run
from gan.training.schedule import Schedule


class Patient(NamedTuple):
    """A recorded run, its illness, and the steps to train on with a remedy."""

    name: str
    state: str
    steps: int


PATIENTS = (
    Patient("strong-d-0", "d_winning", 300),
    Patient("weak-d-0", "d_blind", 400),
    Patient("few-0", "memorising", 500),
    Patient("article-0", "collapsing", 1000),
    Patient("sixty-alone-0", "collapsing", 500),
)
FIGURES = ("frechet", "class_spread", "near")


def main() -> None:
    """Train every patient with every remedy and print the reports."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, default=Path(tempfile.mkdtemp()))
    parser.add_argument("--only", default="", help="prefix of the runs' names")
    options = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    record_all(options.runs, [p.name for p in PATIENTS if p.name.startswith(options.only)])
    found = {}
    for patient in PATIENTS:
        if not patient.name.startswith(options.only):
            continue
        folder = options.runs / patient.name
        config = Run.resume(_copy(folder)).config
        print(f"{patient.name}, {patient.state}; {patient.steps} steps on", flush=True)
        choices = {"before": ({}, 0), "nothing": ({}, patient.steps)}
        for remedy in remedies(patient.state, config, False):
            choices[remedy.name] = (remedy.changes, patient.steps)
        found[patient.name] = {}
        for name, (changes, steps) in choices.items():
            found[patient.name][name] = treated(folder, changes, steps)
            figures = found[patient.name][name]
            shown = "  ".join(f"{key} {figures[key]:8.3f}" for key in FIGURES)
            print(f"  {name:14} {shown}  {changes or ''}", flush=True)
    print(json.dumps(found))


def treated(folder: Path, changes: dict[str, Any], steps: int) -> dict[str, Any]:
    """Continue a run for so many steps with these changes and return its autopsy."""
    run = Run.resume(_copy(folder))
    keeper = FaultTolerantRun(run, 60.0)
    if changes:
        keeper.configure(changes)
    goal = run.step + steps
    # in the first half of a longer run, at the full rate: a finished one has none left
    run.trainer.schedule = Schedule(2 * goal)
    try:
        while run.step < goal:
            keeper.advance()
    except RunFailed:
        pass
    autopsy = Autopsy(run.trainer, load(run.config.data, train=False))
    report = autopsy.report(autopsy.images())
    shutil.rmtree(run.folder)
    return {key: report[key] for key in FIGURES}


def _copy(folder: Path) -> Path:
    target = Path(tempfile.mkdtemp()) / folder.name
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("sheet-*", "label.json"))
    return target


if __name__ == "__main__":
    main()
