"""One process beside two that train the same run together, on this machine, at the same batch.

    PYTHONPATH=. python bench/cluster.py [--steps 400] [--seeds 0 1 2]

The default model, on CPU, each process with its share of the processors. Of every seed the two runs
see the same images and latents in the same order; what differs is that batch norm sees half of the
batch. Printed of each: the mean losses, over each quarter of the run, the Frechet distance of its
last weights, and steps per second of training. How far the two ways are apart is to be compared
with how far two seeds of the same way are. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from gan.monitor.real_features import RealFeatures, RealFeaturesCache
from gan.monitor.vitals import Probe
from gan.runs.history import read_history
from gan.runs.run import Run

WAYS = {
    "one": [sys.executable],
    "two": [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "--standalone"],
}
QUARTERS = 4
WAIT_S = 0.2


def main() -> None:
    """Train them, one after the other, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    found: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    real_features = _real_features()
    with tempfile.TemporaryDirectory() as place:
        for seed in options.seeds:
            for way, launcher in WAYS.items():
                folder = Path(place) / f"{way}-{seed}"
                told = _train(launcher, folder, seed, options.steps, real_features)
                found[way].append(told)
                curve = " ".join(f"{g:.2f}/{d:.2f}" for g, d in told["losses"])
                print(
                    f"{way} process{'es' * (way == 'two')}, seed {seed}: G/D {curve}, distance "
                    f"{told['frechet']:.2f}, {told['steps_per_s']:.1f} steps/s",
                    flush=True,
                )
    print(json.dumps(_summary(found)))


def _train(
    launcher: list[str], folder: Path, seed: int, steps: int, real_features: RealFeatures
) -> dict:
    goal = ["--steps", str(steps), "--seed", str(seed), "--out", str(folder)]
    start = time.monotonic()
    done = subprocess.run(
        [*launcher, "-m", "gan", "train", *goal], capture_output=True, text=True, check=False
    )
    whole_s = time.monotonic() - start
    if done.returncode:
        raise SystemExit(done.stderr)
    run = Run.resume(folder)
    sign = Probe(run.trainer, real_features).measure()
    run.close()
    losses = np.array([(row["loss_g"], row["loss_d"]) for row in read_history(folder)])
    return {
        "losses": [part.mean(0).tolist() for part in np.array_split(losses, QUARTERS)],
        "frechet": sign["frechet"],
        "steps_per_s": steps / run.elapsed_s,
        "start_s": whole_s - run.elapsed_s,
    }


def _summary(found: dict[str, list[dict[str, Any]]]) -> dict[str, float]:
    """Medians over the seeds, and distances between loss curves: mean absolute differences."""
    curves = {way: np.array([told["losses"] for told in runs]) for way, runs in found.items()}
    seeds = range(len(curves["one"]))
    between = [
        abs(curve[a] - curve[b]).mean()
        for curve in curves.values()
        for a in seeds
        for b in seeds[:a]
    ]
    summary = {
        "loss_one_to_two": float(abs(curves["one"] - curves["two"]).mean()),
        "loss_seed_to_seed": float(np.mean(between)) if between else None,
    }
    for way, runs in found.items():
        for name in ("frechet", "steps_per_s", "start_s"):
            summary[f"{name}_{way}"] = statistics.median(told[name] for told in runs)
    return {name: value and round(value, 3) for name, value in summary.items()}


def _real_features() -> RealFeatures:
    shelf = RealFeaturesCache()
    while (real_features := shelf.get("mnist", 28)) is None:
        time.sleep(WAIT_S)
    return real_features


if __name__ == "__main__":
    main()
