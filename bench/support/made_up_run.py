"""A run as the page is told of it, of any length, without the training: to weigh what is sent."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

from demo.progress import Progress
from demo.settings import Settings
from demo.studio import Studio
from gan.config import Config
from gan.frames import MAX_FRAMES, thin
from gan.run import ROW_STEPS
from gan.snapshot import Snapshot

STEPS_PER_S = 30  # of the bytes' made-up run
VITALS_STEPS = 6 * STEPS_PER_S  # between two rows of vital signs


def poll_bytes(steps: int) -> tuple[int, int]:
    """Bytes of a page's first poll, and of a later one that brings a row of everything."""
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Settings(runs=Path(folder)))
        studio.runner.close()
        made = MadeUp(steps)
        studio.runner = made
        sheets = Path(folder) / made.snapshot.run / "snapshots"
        sheets.mkdir(parents=True)
        kept = list(range(0, steps + 1, STEPS_PER_S))
        for step in sorted(set(kept) - set(thin(kept, MAX_FRAMES))):
            (sheets / f"{step:08d}.png").touch()
        progress = Progress(studio)
        first = progress.poll({})
        made.grow()
        (sheets / f"{made.snapshot.step:08d}.png").touch()
        return _size(first), _size(progress.poll(first["cursor"]))


class MadeUp:
    """Stands in for the runner late in a run: rows as it writes them, without the training."""

    def __init__(self, steps: int) -> None:
        self._rows = [_row(step) for step in range(ROW_STEPS, steps + 1, ROW_STEPS)]
        self._signs = [_sign(step) for step in range(VITALS_STEPS, steps + 1, VITALS_STEPS)]
        self.snapshot = Snapshot(
            7, "running", "20260101-120000-mnist", Config(), steps, 100_000, steps / 30, 960.0, 99.0
        )

    def grow(self) -> None:
        """A second more of training, and it is time for vital signs."""
        step = self.snapshot.step
        self._rows += [_row(step + k * ROW_STEPS) for k in range(1, 4)]
        self._signs.append(_sign(step + STEPS_PER_S))
        self.snapshot = replace(self.snapshot, version=8, step=step + STEPS_PER_S)

    def history(self, since_row: int = 0) -> list[dict]:
        """As the runner's."""
        return self._rows[since_row:]

    def vitals(self, run: str, since_row: int = 0) -> list[dict]:
        """As the runner's."""
        return self._signs[since_row:]


def _row(step: int) -> dict:
    numbers = {"loss_g": 1.23456, "loss_d": 0.98765, "d_real": 0.71234, "d_fake": 0.31234}
    return {"step": step, **numbers, "elapsed_s": step / STEPS_PER_S}


def _sign(step: int) -> dict:
    return {
        "step": step,
        "classes": [50, 49, 46, 51, 48, 53, 48, 52, 50, 53],
        "frechet": 2.509,
        "frechet_error": 0.1276,
        "diversity": 0.8659,
        "confidence": 0.9852,
        "d_real": [0] * 8 + [1, 7, 11, 34, 62, 64, 32, 21, 9, 5, 5, 2, 2, 1, 0, 0],
        "d_fake": [0, 0, 0, 1, 1, 1, 2, 6, 24, 49, 71, 63, 31, 7] + [0] * 10,
        "gap": 0.03036,
        "grad_g": 2.291,
        "grad_d": 4.726,
        "elapsed_s": step / STEPS_PER_S,
        "cost_s": 0.15,
    }


def _size(answer: dict) -> int:
    rest = {name: value for name, value in answer.items() if name != "picture"}
    return len(json.dumps(rest, separators=(",", ":")))
