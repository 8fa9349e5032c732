"""A training process that can be killed at chosen moments."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from gan.system.atomic import is_leftover

ROOT = Path(__file__).parents[2]
SETTINGS = {"width": 4, "batch_size": 4, "r1_every": 4}


class TrainingProcess:
    """Trains a new run in `folder`, or resumes the one that is there."""

    def __init__(self, folder: Path, seed: int, save_every_s: float) -> None:
        self.folder = folder
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
        """Wait for `moment_s` seconds, from its first new history row on if `moving`.

        Returns False if it ended by itself, which is a fault.
        """
        start, limit_s = time.monotonic(), 120.0
        while self.process.poll() is None:
            now = time.monotonic()
            if self.moved_s is None and self._size() > self._history:
                self.moved_s = time.time()
                start = now if moving else start
            self._history = min(self._history, self._size())  # a resumed run truncates it first
            if (self.moved_s is not None or not moving) and now - start >= moment_s:
                return True
            if now - start > limit_s:
                return False
            time.sleep(0.002)
        return False

    def wait_for_a_write(self, limit_s: float) -> bool:
        """Poll without a pause until a file is being written; return whether one is."""
        end = time.monotonic() + limit_s
        parts = ("", "snapshots", "milestones")
        folders = [f for part in parts if (f := self.folder / part).is_dir()]
        while time.monotonic() < end:
            if any(is_leftover(Path(entry)) for f in folders for entry in os.listdir(f)):
                return True
        return False

    def kill(self) -> float:
        """Send SIGKILL; return the time."""
        self.process.kill()
        killed_s = time.time()
        self.process.wait()
        self.process.stderr.close()
        return killed_s

    def _size(self) -> int:
        path = self.folder / "history.jsonl"
        return path.stat().st_size if path.exists() else 0
