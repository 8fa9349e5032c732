"""History and vital signs of a synthetic, healthy run."""

from __future__ import annotations

from typing import Any

EVERY = 100  # steps between two readings


def made(count: int, **series: Any) -> tuple[list[dict], list[dict]]:
    """Return rows of history, and `count` rows of vital signs.

    A series is a value or a function of the index. loss_d and loss_g go into the history, all
    other series into the vital signs; None omits a value.
    """
    rows, vitals = [], []
    for index in range(count):
        values: dict[str, Any] = {
            "frechet": 60.0 * 0.85**index + 1,
            "frechet_error": 0.2,
            "diversity": 0.9,
            "confidence": 0.95,
            "classes": [50] * 10,
            "gap": 0.01,
            "separation": 0.5,
            "loss_d": 0.9,
            "loss_g": 1.2,
        }
        for name, value in series.items():
            values[name] = value(index) if callable(value) else value
        losses = {name: values.pop(name) for name in ("loss_d", "loss_g")}
        for step in range(index * EVERY + 10, (index + 1) * EVERY + 1, 10):
            rows.append({"step": step, **losses, "d_real": 0.7, "d_fake": 0.3, "elapsed_s": 1.0})
        known = {name: value for name, value in values.items() if value is not None}
        vitals.append({"step": (index + 1) * EVERY, **known})
    return rows, vitals
