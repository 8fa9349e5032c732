"""Measure image quality after given training times: ours and two common scripts.

    python bench/time_to_quality.py [--seeds 3] [--long-seeds 3] [--only ours dcgan]

Ours is the default preset, one run per training time with the schedule of that time. The scripts
are run unchanged (bench/support/peers.py). Each trains in a process of its own, one at a time; only
training counts as time, including the scripts' data loading. The metric is the Frechet distance of
10,000 samples to MNIST's test images in the judge's features; a script's is the minimum over
several ways of drawing and resizing. The floor is that of real training images. Takes about 18
minutes per seed. The last line is one JSON object: the medians, the values of each seed, and which
targets are met.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from bench.support.scoring import Scorer
from gan.media.contact_sheet import grid, png_bytes

ROOT = Path(__file__).parents[1]
QUICK = 1 / 20  # of the seconds


class Job(NamedTuple):
    """One training: who trains, the name in the JSON, and when to sample, in seconds."""

    who: str
    name: str
    seconds: tuple[int, ...]


JOBS = (
    Job("ours", "ours", (10,)),
    Job("article", "article", (60,)),
    Job("ours", "ours", (60,)),
    Job("dcgan", "peer", (60, 600)),
    Job("ours", "ours", (300,)),
)


class Score(NamedTuple):
    """A distance, how the samples were drawn and resized, and the steps taken."""

    distance: float
    how: str
    steps: int


def train(job: Job, seed: int, scale: float, out: Path) -> None:
    """Train in a new process that writes samples to `out`."""
    if job.who == "ours":
        command = ["bench.support.ours", str(out)]
        env = dict(os.environ)
    else:
        command = ["bench.support.peers", job.who, str(out)]
        # without our settings of PyTorch
        ours = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")
        env = {name: value for name, value in os.environ.items() if name not in ours}
    times = [f"{scale * s:g}" for s in job.seconds]
    subprocess.run(
        [sys.executable, "-m", *command, "--seed", str(seed), "--seconds", *times],
        cwd=ROOT,
        env=env,
        check=True,
    )


def judge(path: Path, scorer: Scorer, picture: Path | None) -> Score:
    """Score a file of samples; write a hundred of them to `picture`."""
    with np.load(path) as file:
        drawn = {name: file[name] for name in file.files if name != "steps"}
        steps = int(file["steps"])
    if picture:
        picture.parent.mkdir(parents=True, exist_ok=True)
        shown = np.concatenate([images[:50] for images in drawn.values()])
        picture.write_bytes(png_bytes(grid(shown[..., None], 10)))
    return Score(*scorer.minimum(drawn), steps)


def measure(options: argparse.Namespace, scorer: Scorer) -> dict[str, list[Score]]:
    """Return the scores of all seeds by name and time ("peer_60s"), and print them."""
    found: dict[str, list[Score]] = {}
    scale = QUICK if options.quick else 1
    for seed in range(options.seeds):
        for job in JOBS:
            if job.who not in options.only:
                continue
            with tempfile.TemporaryDirectory() as folder:
                job = job if seed < options.long_seeds else job._replace(seconds=job.seconds[:1])
                train(job, seed, scale, Path(folder))
                for seconds in job.seconds:
                    key = f"{job.name}_{seconds}s"
                    path = Path(folder) / f"{scale * seconds:g}.npz"
                    picture = options.pictures and options.pictures / f"{key}_{seed}.png"
                    new = judge(path, scorer, picture)
                    found.setdefault(key, []).append(new)
                    print(
                        f"{job.who:8} {scale * seconds:5g} s, seed {seed}: {new.distance:10.4f}"
                        f"   {new.steps:7,} steps   ({new.how})",
                        flush=True,
                    )
    return found


def verdicts(median: dict[str, float]) -> dict[str, bool]:
    """Return which targets are met, of those that were measured."""
    rules = {
        "ours_10s <= peer_600s": ("ours_10s", "peer_600s", 1.0),
        "ours_60s <= peer_60s / 100": ("ours_60s", "peer_60s", 0.01),
        "ours_300s <= 5 floor": ("ours_300s", "floor", 5.0),
    }
    return {
        rule: median[ours] <= factor * median[bound]
        for rule, (ours, bound, factor) in rules.items()
        if ours in median and bound in median
    }


def main() -> None:
    """Train all, print the table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--long-seeds", type=int, default=3, help="seeds that train the DCGAN for 600 s"
    )
    known = sorted({job.who for job in JOBS})
    parser.add_argument("--only", nargs="+", choices=known, default=known)
    parser.add_argument("--quick", action="store_true", help="1/20 of the time, to test the script")
    parser.add_argument("--pictures", type=Path, help="folder to write sample grids to")
    options = parser.parse_args()
    scorer = Scorer()
    print(f"floor: {scorer.floor:.4f}")
    found = measure(options, scorer)
    median = {key: statistics.median(f.distance for f in each) for key, each in found.items()}
    median["floor"] = scorer.floor
    print(f"\n{'Frechet distance, median':28}{'':>10}{'of floor':>12}")
    for key, value in sorted(median.items(), key=lambda item: item[1]):
        print(f"{key:28}{value:10.4f}{value / scorer.floor:12,.1f}")
    met = verdicts(median)
    for rule, is_met in met.items():
        print(f"{rule:28} {'met' if is_met else 'MISSED'}")
    figures = {key: round(value, 4) for key, value in median.items()}
    for key, each in found.items():
        figures[f"{key}_seeds"] = [round(f.distance, 4) for f in each]
        figures[f"{key}_steps"] = [f.steps for f in each]
    scale = {"time_scale": QUICK} if options.quick else {}
    print(json.dumps(figures | {"targets": met} | scale))


if __name__ == "__main__":
    main()
