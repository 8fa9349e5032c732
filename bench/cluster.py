"""Compare training in one process with data-parallel training in two, at the same batch size.

    python bench/cluster.py [--steps 400] [--seeds 0 1 2]

The default model on this machine's CPU, each process with its share of the cores. Both runs of a
seed see the same images and latents in the same order; only batch norm differs, which sees half of
the batch. Prints the mean losses of each quarter of a run, the Frechet distance of the last weights
and the training steps per second. Compare the difference between the two ways with the difference
between two seeds. The last line is one JSON object.
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

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from gan.monitor.real_features import RealFeatures, read_real_features
from gan.monitor.vitals import Probe
from gan.runs.history import History
from gan.runs.run import Run

WAYS = {
    "one": [sys.executable],
    "two": [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "--standalone"],
}
QUARTERS = 4


def main() -> None:
    """Train the runs one after the other and print the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    found: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    real_features = read_real_features("mnist", 28)
    with tempfile.TemporaryDirectory() as place:
        for seed in options.seeds:
            for way, launcher in WAYS.items():
                folder = Path(place) / f"{way}-{seed}"
                result = _train(launcher, folder, seed, options.steps, real_features)
                found[way].append(result)
                curve = " ".join(f"{g:.2f}/{d:.2f}" for g, d in result["losses"])
                print(
                    f"{way} process{'es' * (way == 'two')}, seed {seed}: G/D {curve}, distance "
                    f"{result['frechet']:.2f}, {result['steps_per_s']:.1f} steps/s",
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
    vitals = Probe(run.trainer, real_features).measure()
    run.close()
    losses = np.array([(row["loss_g"], row["loss_d"]) for row in History(folder).rows])
    return {
        "losses": [part.mean(0).tolist() for part in np.array_split(losses, QUARTERS)],
        "frechet": vitals["frechet"],
        "steps_per_s": steps / run.elapsed_s,
        "start_s": whole_s - run.elapsed_s,
    }


def _summary(found: dict[str, list[dict[str, Any]]]) -> dict[str, float]:
    """Return medians over the seeds, and mean absolute differences between loss curves."""
    curves = {way: np.array([run["losses"] for run in runs]) for way, runs in found.items()}
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
            summary[f"{name}_{way}"] = statistics.median(run[name] for run in runs)
    return {name: value and round(value, 3) for name, value in summary.items()}


if __name__ == "__main__":
    main()
