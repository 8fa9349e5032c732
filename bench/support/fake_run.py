"""A fake run of any length, to measure the size of the payloads sent to the page."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from demo.server.studio import Studio
from demo.settings import Settings
from demo.train.watch.progress import Progress
from gan.config import Config
from gan.monitor.diagnosis import Diagnosis, Evidence
from gan.monitor.remedies import remedies
from gan.runner.status import RunStatus
from gan.runs.history import ROW_STEPS
from gan.runs.snapshots import MAX_SNAPSHOTS, thin

STEPS_PER_S = 30
VITALS_STEPS = 6 * STEPS_PER_S  # between two rows of vital signs
MARK_STEPS = 30 * STEPS_PER_S  # between two changes of a setting


def poll_bytes(steps: int) -> tuple[int, int]:
    """Return the bytes of a page's first poll, and of a later one with a row of everything."""
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Settings(runs=Path(folder)))
        studio.runner.close()
        fake = FakeRunner(steps)
        studio.runner = fake
        sheets = Path(folder) / fake.status.run / "snapshots"
        sheets.mkdir(parents=True)
        kept = list(range(0, steps + 1, STEPS_PER_S))
        for step in sorted(set(kept) - set(thin(kept, MAX_SNAPSHOTS))):
            (sheets / f"{step:08d}.png").touch()
        progress = Progress(studio)
        first = progress.poll({})
        fake.advance()
        (sheets / f"{fake.status.step:08d}.png").touch()
        return _size(first), _size(progress.poll(first["cursor"]))


class FakeRunner:
    """Stands in for the runner late in a run, without the training."""

    def __init__(self, steps: int) -> None:
        self._rows = [_row(step) for step in range(ROW_STEPS, steps + 1, ROW_STEPS)]
        self._vitals = [_vital_signs(step) for step in range(VITALS_STEPS, steps + 1, VITALS_STEPS)]
        self._marks = [_mark(step) for step in range(0, steps + 1, MARK_STEPS)]
        self.status = RunStatus(
            version=7,
            state="running",
            run="20260101-120000-mnist",
            config=Config(),
            step=steps,
            goal_steps=100_000,
            elapsed_s=steps / STEPS_PER_S,
            images_per_s=960.0,
            left_s=99.0,
            cpu_s=2 * steps / STEPS_PER_S,
            best_step=steps // 2,
            opinions=np.full(60, 0.43, np.float32),
            diagnosis=_diagnosis(steps),
        )

    def advance(self) -> None:
        """Add a second of training, vital signs and a new diagnosis."""
        step = self.status.step
        self._rows += [_row(step + k * ROW_STEPS) for k in range(1, 4)]
        self._vitals.append(_vital_signs(step + STEPS_PER_S))
        self.status = replace(
            self.status,
            version=8,
            step=step + STEPS_PER_S,
            opinions=np.full(60, 0.57, np.float32),
            diagnosis=_diagnosis(step + STEPS_PER_S),
        )

    def history(self, since_row: int = 0, run: str = "") -> list[dict]:
        """See `Runner`."""
        return self._rows[since_row:]

    def marks(self, run: str = "") -> list[dict]:
        """See `Runner`."""
        return self._marks

    def vitals(self, run: str, since_row: int = 0) -> list[dict]:
        """See `Runner`."""
        return self._vitals[since_row:]


def _row(step: int) -> dict:
    numbers = {"loss_g": 1.23456, "loss_d": 0.98765, "d_real": 0.71234, "d_fake": 0.31234}
    return {"step": step, **numbers, "elapsed_s": step / STEPS_PER_S}


def _vital_signs(step: int) -> dict:
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


def _mark(step: int) -> dict:
    return {"step": step, "mark": "changed", "changes": {"lr_g": 0.0001, "lr_d": 0.00025}}


def _diagnosis(step: int) -> Diagnosis:
    """Return a long diagnosis."""
    values = {"step": step, "top_class": 1, "top_share": 0.93, "diversity": 0.1234, "classes": 1.31}
    evidence = (
        Evidence("diversity", 0.1234, 0.35, "below"),
        Evidence("classes", 1.31, 3.0, "below"),
        Evidence("separation", 0.9987, 0.995, "above"),
    )
    return Diagnosis("collapsing", step, values, evidence, remedies("collapsing", Config(), True))


def _size(answer: dict) -> int:
    rest = {name: value for name, value in answer.items() if name != "picture"}
    return len(json.dumps(rest, separators=(",", ":")))
