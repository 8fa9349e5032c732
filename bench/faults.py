"""Kill the real training process again and again, and look whether anything was lost.

    PYTHONPATH=. python bench/faults.py --kills 50

Runs `python -m gan train` and then `resume` on a tiny config, kills each by SIGKILL at a random
moment: while it starts, between steps, or in the middle of writing a file. After every kill each
file of the run is looked at; after every `PER_RUN` kills the run goes on for some steps and is
compared, bit for bit, with one of the same seed that nobody disturbed (both with the same number
of threads). The last line is one JSON object: `kills`, `lost_runs` (could not be resumed),
`corrupt` (files damaged, or runs that differ in the end), and `max_lost_s`, the most seconds
between the last good checkpoint, or the first step since, and a kill.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import imageio.v3 as imageio
import torch
from safetensors.torch import load_file

from gan.atomic import is_leftover
from gan.checkpoint import NEWEST, PREVIOUS, load_checkpoint
from gan.config import preset
from gan.machine import set_threads
from gan.run import Run

ROOT = Path(__file__).parents[1]
PER_RUN = 10  # kills, before a run is compared with the undisturbed one
SETTINGS = {"width": 4, "batch_size": 4, "r1_every": 4}
MODES = ("starting", "training", "writing", "writing")


@dataclass
class Tally:
    """What has happened so far."""

    kills: int = 0
    inside_writes: int = 0
    lost_runs: int = 0
    corrupt: int = 0
    max_lost_s: float = 0.0
    faults: list[str] = field(default_factory=list)


class Victim:
    """One training process on `folder`, new or resumed as the folder asks for."""

    def __init__(self, folder: Path, seed: int, save_every_s: float) -> None:
        self.folder, self.began_s = folder, time.time()
        self.moved_s: float | None = None
        begun = (folder / "config.json").exists()
        sets = [text for name, value in SETTINGS.items() for text in ("--set", f"{name}={value}")]
        new = ["train", "--out", str(folder), "--seed", str(seed), *sets]
        command = ["resume", str(folder)] if begun else new
        goal = ["--steps", "10000000", "--save-every", str(save_every_s)]
        self._history = self._size()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gan", *command, *goal],
            cwd=ROOT,
            env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run_until(self, moment_s: float, moving: bool = False) -> bool:
        """Wait: `moment_s` seconds, counted from its first new history if `moving`.

        False when it ended by itself, which it never should.
        """
        start, limit_s = time.monotonic(), 120.0
        while self.process.poll() is None:
            now = time.monotonic()
            if self.moved_s is None and self._size() > self._history:
                self.moved_s = time.time()
                start = now if moving else start
            self._history = min(self._history, self._size())  # a resumed run cuts it first
            if (self.moved_s is not None or not moving) and now - start >= moment_s:
                return True
            if now - start > limit_s:
                return False
            time.sleep(0.002)
        return False

    def wait_for_a_write(self, limit_s: float) -> bool:
        """Until a file is being written; looks without a pause."""
        end = time.monotonic() + limit_s
        folders = (self.folder, self.folder / "snapshots")
        while time.monotonic() < end:
            if any(is_leftover(Path(entry)) for f in folders for entry in os.listdir(f)):
                return True
        return False

    def kill(self) -> float:
        """SIGKILL, and the time of it."""
        self.process.kill()
        killed_s = time.time()
        self.process.wait()
        self.process.stderr.close()
        return killed_s

    def _size(self) -> int:
        path = self.folder / "history.jsonl"
        return path.stat().st_size if path.exists() else 0


def damage(folder: Path) -> list[str]:
    """Every file of a killed run that is not whole; temporary ones do not count."""
    looks = {
        "config.json": lambda path: json.loads(path.read_bytes()),
        "model.safetensors": load_file,
        NEWEST: load_checkpoint,
        PREVIOUS: load_checkpoint,
        "history.jsonl": _look_at_lines,
    }
    found = []
    paths = [path for path in folder.rglob("*") if path.is_file() and not is_leftover(path)]
    for path in paths:
        try:
            looks.get(path.name, imageio.imread)(path)
        except Exception as error:  # whatever it is: the file is not whole
            found.append(f"{path.name}: {error}")
    return found


def _look_at_lines(path: Path) -> None:
    for line in path.read_bytes().split(b"\n")[:-1]:  # what follows the last newline may be cut
        json.loads(line)


def torture(folder: Path, kills: int, seed: int, save_every_s: float, tally: Tally) -> None:
    """Start, kill and resume one run `kills` times; the findings go into `tally`."""
    chance = random.Random(seed)
    for _ in range(kills):
        mode = chance.choice(MODES)
        victim = Victim(folder, seed, save_every_s)
        moving = mode != "starting"
        lives = victim.run_until(chance.uniform(0, 3 * save_every_s if moving else 6.0), moving)
        if not lives:
            victim.process.kill()
            said = victim.process.communicate()[1]
            tally.lost_runs += 1
            tally.faults.append(f"it ended by itself: {said[-300:]}")
            return
        if mode == "writing" and victim.wait_for_a_write(3 * save_every_s):
            time.sleep(chance.choice((0, 0, 0.0005, 0.002)))
        killed_s = victim.kill()
        tally.kills += 1
        tally.inside_writes += any(map(is_leftover, folder.rglob(".*"))) if folder.exists() else 0
        found = damage(folder) if folder.exists() else []
        tally.corrupt += bool(found)
        tally.faults += found
        if victim.moved_s is not None:
            saved_s = (folder / NEWEST).stat().st_mtime
            tally.max_lost_s = max(tally.max_lost_s, killed_s - max(saved_s, victim.moved_s))


def compare(folder: Path, seed: int, tally: Tally) -> None:
    """Go on with a tortured run for some steps, and hold it against an undisturbed one."""
    try:
        run = Run.resume(folder) if folder.exists() else None
    except (ValueError, OSError) as error:
        tally.lost_runs += 1
        tally.faults.append(f"it cannot be resumed: {error}")
        return
    if run is None:  # killed before it had begun
        return
    goal = run.step + 25
    with tempfile.TemporaryDirectory() as other:
        straight = Run.create(preset("default", seed=seed, **SETTINGS), Path(other) / "straight")
        for each in (run, straight):
            while each.step < goal:
                each.advance()
        one, two = (each.trainer.state_dict()["tensors"] for each in (run, straight))
        same = one.keys() == two.keys() and all(torch.equal(one[k], two[k]) for k in one)
        rows = [
            [{k: v for k, v in row.items() if k != "elapsed_s"} for row in each.rows]
            for each in (run, straight)
        ]
    if not same or rows[0] != rows[1]:
        tally.corrupt += 1
        tally.faults.append(f"seed {seed} differs from the undisturbed run at step {goal}")


def main() -> None:
    """Torture several runs, print the findings and the JSON line."""
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
            torture(folder, wanted, seed, args.save_every, tally)
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
