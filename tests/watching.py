"""A runner and a recorded run, without training."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from gan.config import Config
from gan.media.contact_sheet import grid, png_bytes
from gan.runner.status import RunStatus


class FakeRunner:
    """A runner whose status, rows and marks a test sets."""

    def __init__(self) -> None:
        self.status = RunStatus()
        self.rows: list[dict] = []
        self.signs: list[dict] = []
        self.deeds: list[dict] = []

    def vitals(self, run: str, since_row: int = 0) -> list[dict]:
        return self.signs[since_row:] if run == self.status.run else []

    def history(self, since_row: int = 0, run: str = "") -> list[dict]:
        return self.rows[since_row:] if run == self.status.run else []

    def marks(self, run: str = "") -> list[dict]:
        return self.deeds[:]

    def start(self, config: Config, folder: Path) -> SimpleNamespace:
        self.status = RunStatus(1, "running", folder.name, config)
        return SimpleNamespace(result=lambda: None)


def rows(count: int) -> list[dict]:
    numbers = {"loss_g": 1.23456789, "loss_d": 0.98765, "d_real": 0.7, "d_fake": 0.3}
    return [{"step": 10 * k, **numbers, "elapsed_s": float(k)} for k in range(1, count + 1)]


def signs(count: int) -> list[dict]:
    row = {
        "frechet": 12.3456,
        "frechet_error": 1.11111,
        "diversity": 0.8765432,
        "confidence": 0.987654,
        "classes": [50] * 10,
        "d_real": [0] * 12 + [20] * 10 + [28, 28],
        "d_fake": [28, 28] + [20] * 10 + [0] * 12,
        "gap": -0.012345,
        "grad_g": 5.3031,
        "grad_d": 13.0912,
        "cost_s": 0.2,
    }
    return [{"step": 100 * k, **row} for k in range(1, count + 1)]


def images(value: int) -> np.ndarray:
    return np.full((60, 28, 28, 1), value, np.uint8)


def record(folder: Path, steps: list[int]) -> None:
    (folder / "snapshots").mkdir(parents=True)
    for step in steps:
        sheet = png_bytes(grid(images(step % 256), 10))
        (folder / "snapshots" / f"{step:08d}.png").write_bytes(sheet)
