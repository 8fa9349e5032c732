"""Measure the overhead of watching a run, and the size of a poll.

    python bench/train_overhead.py

In one thread, the bare `Trainer` loop and the `Runner` (snapshots, checkpoints, history, vital
signs and the doctor, polled by two pages) alternate every 0.3 s with the same number of steps. The
overhead is the median over blocks of such turns, of wall time and of CPU time. Then measures the
size of a poll's response without its image, late in runs of several lengths. The last line is one
JSON object.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from bench.support.alternation import Alternation, Slice
from bench.support.fake_run import poll_bytes
from demo.settings import Settings
from gan.presets import preset

WARM_S = 15.0  # time to extract the features of real images
BLOCK_S = 10.0  # of the studio's turns: includes a checkpoint


def percents(slices: Sequence[Slice]) -> tuple[float, float]:
    """Return the overhead of the studio in percent: wall time and CPU time."""
    whole = Slice(*map(sum, zip(*slices, strict=True)))
    more = whole.watched_s / whole.bare_s, whole.watched_cpu_s / whole.bare_cpu_s
    return 100 * (more[0] - 1), 100 * (more[1] - 1)


def measure(blocks: int, slice_s: float) -> dict[str, float]:
    """Measure the overhead over so many blocks and print each."""
    found: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        config = preset("default", steps=Settings().max_steps)
        both = Alternation(config, Path(folder), slice_s)
        time.sleep(WARM_S)
        first, each = len(both.slices), round(BLOCK_S / slice_s)
        while len(found) < blocks:
            taken = both.slices[first + len(found) * each :][:each]
            if len(taken) < each:
                time.sleep(slice_s / 2)
                continue
            wall, cpu = percents(taken)
            found.append(wall)
            print(
                f"{taken[0].steps:3} steps a turn: {wall:+.1f} %, CPU {cpu:+.1f} %",
                flush=True,
            )
        taken = both.slices[first:][: blocks * each]
        costs = [row["cost_s"] for row in both.studio.runner.vitals("")]
        both.close()
    print(f"vital signs: {len(costs)} times, median {statistics.median(costs):.3f} s each")
    return {
        "overhead_pct": round(statistics.median(found), 2),
        "cpu_overhead_pct": round(percents(taken)[1], 2),
        "steps": sum(each.steps for each in taken),
    }


def main() -> None:
    """Measure both and print the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--blocks", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.3, help="per turn")
    options = parser.parse_args()
    logging.disable(logging.INFO)
    figures: dict[str, float] = {}
    for steps in (100, 1_000, 20_000):
        first, tick = poll_bytes(steps)
        print(f"after {steps:6,} steps: first poll {first:6,} bytes, a tick {tick:5,} bytes")
        figures[f"tick_bytes_{steps}"] = tick
    print(json.dumps(measure(options.blocks, options.seconds) | figures))


if __name__ == "__main__":
    main()
