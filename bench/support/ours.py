"""Our own training for so many seconds, as `python -m gan train` does it, in a process of its own.

python -m bench.support.ours OUT --seconds 60 --seed 0

Writes OUT/<seconds>.npz: samples uint8 (n,28,28) of the averaged generator, the classes as often
as in the training set, and the steps taken.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from gan.config import preset
from gan.data.image_set import load
from gan.metrics.class_mix import mixed_like
from gan.models.generator import Generator
from gan.runner.fault_tolerance import FaultTolerantRun
from gan.runs.run import Run
from gan.system.machine import set_threads

SAMPLES = 10_000


def train_ours(seconds: float, seed: int) -> tuple[Generator, int]:
    """The generator after so many seconds of a run that knows it has so many, and its steps.

    The clock runs over all that a run does between its first step and its last: history and
    checkpoints, too.
    """
    with tempfile.TemporaryDirectory() as folder:
        run = Run.create(preset("default", seed=seed), Path(folder) / "run")
        run.extend(seconds=seconds)
        keeper, begun = FaultTolerantRun(run), time.perf_counter()
        while (spent_s := time.perf_counter() - begun) < seconds:
            run.trainer.elapsed_s = spent_s
            keeper.advance()
        return run.generator(), run.step


def main() -> None:
    """Train once, and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    set_threads()
    generator, steps = train_ours(options.seconds, options.seed)
    z = np.random.default_rng(12345).standard_normal((SAMPLES, generator.z_dim))
    asked = mixed_like(load("mnist").labels, SAMPLES)
    drawn = generator.sample(z, asked)[..., 0]
    np.savez(options.out / f"{options.seconds:g}.npz", eval=drawn, steps=steps)


if __name__ == "__main__":
    main()
