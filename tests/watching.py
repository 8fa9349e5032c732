"""The rows, vital signs, images and film of a recorded run."""

from pathlib import Path

import numpy as np

from gan.media.contact_sheet import grid, png_bytes


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
