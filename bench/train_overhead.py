"""What watching a run costs: the bare training loop beside the one of the page, and a poll's bytes.

    python bench/train_overhead.py

In one process and one thread, the bare `Trainer` loop and the real `Runner` (snapshots, opinions,
contact sheets and their weights, checkpoints, history, vital signs and the doctor, polled by two
pages) take turns of about 0.3 s, as many steps each. Of every block of turns the seconds are
compared; the median over the blocks counts, and the processor time of all of them. Then weighs what
one poll answers, the picture aside, late in a run of so many steps. The last line is one JSON
object.
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

from bench.support.made_up_run import poll_bytes
from bench.support.turnabout import Slice, Turnabout
from demo.settings import Settings
from gan.config import preset

WARM_S = 15.0  # the real images are read meanwhile, once
BLOCK_S = 10.0  # of the studio's turns: long enough for a checkpoint in each


def percents(slices: Sequence[Slice]) -> tuple[float, float]:
    """How much longer the studio's way took, in percent: by the clock, and of processors."""
    whole = Slice(*map(sum, zip(*slices, strict=True)))
    more = whole.watched_s / whole.bare_s, whole.watched_cpu_s / whole.bare_cpu_s
    return 100 * (more[0] - 1), 100 * (more[1] - 1)


def measure(blocks: int, slice_s: float) -> dict[str, float]:
    """The overhead over so many blocks, printed one by one."""
    found: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        config = preset("default", steps=Settings().max_steps)
        both = Turnabout(config, Path(folder), slice_s)
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
                f"{taken[0].steps:3} steps a turn: {wall:+.1f} %, of processors {cpu:+.1f} %",
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
    """Measure both and print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--blocks", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.3, help="of each turn")
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
