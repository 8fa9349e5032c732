"""Train for so many seconds, as `python -m gan train` does.

    python -m bench.support.ours OUT --seconds 60 --seed 0

Writes OUT/<seconds>.npz: samples uint8 (n,28,28) of the EMA generator with the class frequencies of
the training set, and the number of steps.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gan.config import Config
from gan.data.image_set import load
from gan.metrics.evaluate import labels_like
from gan.models.generator import Generator
from gan.presets import preset
from gan.runner.checkpointing import FaultTolerantRun
from gan.runs.run import Run
from gan.system.machine import set_threads

SAMPLES = 10_000


def train_ours(
    config: Config, seconds: float, clock: Callable[[], float] = time.perf_counter
) -> tuple[Generator, int]:
    """Train with the schedule of that time; return the generator and the number of steps.

    The time includes history and checkpoints. With `time.process_time` it is that of all cores.
    """
    with tempfile.TemporaryDirectory() as folder:
        run = Run.create(config, Path(folder) / "run")
        run.extend(seconds=seconds)
        keeper, begun = FaultTolerantRun(run), clock()
        while (spent_s := clock() - begun) < seconds:
            run.trainer.elapsed_s = spent_s
            keeper.advance()
        return run.generator(), run.step


def main() -> None:
    """Train once and write samples."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    set_threads()
    generator, steps = train_ours(preset("default", seed=options.seed), options.seconds)
    z = np.random.default_rng(12345).standard_normal((SAMPLES, generator.z_dim))
    labels = labels_like(load("mnist").labels, SAMPLES)
    drawn = generator.sample(z, labels)[..., 0]
    np.savez(options.out / f"{options.seconds:g}.npz", eval=drawn, steps=steps)


if __name__ == "__main__":
    main()
