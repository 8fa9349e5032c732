"""Kill the training process at random moments and check that nothing is lost.

    python bench/faults.py --kills 50

Runs `python -m gan train`, then `resume`, on a tiny config and kills it with SIGKILL: while it
starts, between steps, or while it writes a file. Every kill is followed by a check of all files of
the run; after every `PER_RUN` kills, the run continues for some steps and must equal, bit for bit,
an uninterrupted run of the same seed and number of threads. The last line is one JSON object:
`kills`, `lost_runs` (could not be resumed), `corrupt` (damaged files, or runs that differ) and
`max_lost_s`, the longest time between the last valid checkpoint, or the first step after it, and a
kill.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from bench.support.integrity import damage, differences
from bench.support.training_process import TrainingProcess
from gan.storage.layout import NEWEST
from gan.system.atomic import is_leftover
from gan.system.machine import set_threads

PER_RUN = 10  # kills before a run is compared with an uninterrupted one
MODES = ("starting", "training", "writing", "writing")


@dataclass
class Tally:
    """Counts and faults so far."""

    kills: int = 0
    inside_writes: int = 0
    lost_runs: int = 0
    corrupt: int = 0
    max_lost_s: float = 0.0
    faults: list[str] = field(default_factory=list)


def kill_and_resume(folder: Path, kills: int, seed: int, save_every_s: float, tally: Tally) -> None:
    """Start, kill and resume one run `kills` times; the results go into `tally`."""
    chance = random.Random(seed)
    for _ in range(kills):
        mode = chance.choice(MODES)
        training = TrainingProcess(folder, seed, save_every_s)
        moving = mode != "starting"
        running = training.run_until(chance.uniform(0, 3 * save_every_s if moving else 6.0), moving)
        if not running:
            training.process.kill()
            stderr = training.process.communicate()[1]
            tally.lost_runs += 1
            tally.faults.append(f"it ended by itself: {stderr[-300:]}")
            return
        if mode == "writing" and training.wait_for_a_write(3 * save_every_s):
            time.sleep(chance.choice((0, 0, 0.0005, 0.002)))
        killed_s = training.kill()
        tally.kills += 1
        tally.inside_writes += any(map(is_leftover, folder.rglob(".*"))) if folder.exists() else 0
        found = damage(folder) if folder.exists() else []
        tally.corrupt += bool(found)
        tally.faults += found
        if training.moved_s is not None:
            saved_s = (folder / NEWEST).stat().st_mtime
            tally.max_lost_s = max(tally.max_lost_s, killed_s - max(saved_s, training.moved_s))


def compare(folder: Path, seed: int, tally: Tally) -> None:
    """Check that a killed run can be resumed and equals an uninterrupted one."""
    if not folder.exists():  # killed before the first write
        return
    try:
        found = differences(folder, seed)
    except (ValueError, OSError) as error:
        tally.lost_runs += 1
        tally.faults.append(f"it cannot be resumed: {error}")
        return
    tally.corrupt += bool(found)
    tally.faults += [f"seed {seed}: {fault}" for fault in found]


def main() -> None:
    """Kill several runs, print the faults and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--save-every", type=float, default=1.0, help="seconds")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    set_threads()
    tally, runs = Tally(), 0
    with tempfile.TemporaryDirectory() as root:
        while tally.kills < args.kills and runs < args.kills:
            seed = args.seed + runs
            wanted, folder = min(PER_RUN, args.kills - tally.kills), Path(root) / f"run{runs}"
            kill_and_resume(folder, wanted, seed, args.save_every, tally)
            compare(folder, seed, tally)
            runs += 1
            print(
                f"{tally.kills} kills, {tally.inside_writes} inside a write, "
                f"{tally.lost_runs} lost, {tally.corrupt} corrupt, "
                f"at most {tally.max_lost_s:.2f} s lost",
                flush=True,
            )
    for fault in tally.faults:
        print(fault)
    figures = {
        "kills": tally.kills,
        "inside_writes": tally.inside_writes,
        "runs": runs,
        "lost_runs": tally.lost_runs,
        "corrupt": tally.corrupt,
        "save_every_s": args.save_every,
        "max_lost_s": round(tally.max_lost_s, 2),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
