"""Label a recorded run by means other than the doctor's vital signs.

Collapse, copying and a D that overfits are detected by the autopsy, from live weights, new latents,
pixels and all scores. The labels d_winning and d_blind cannot be detected in images: they hold
where the recipe was made to show them and G never draws anything like digits. A person then checks
the contact sheets.
"""

from __future__ import annotations

from typing import Any

import numpy as np

ALIKE = 0.45  # class_spread: by eye, images of one class are nearly the same; others end above 0.6
COPIES, NEAR = 0.6, 0.93  # reached by no run on all images, except one with a single image
COPIED = 0.35  # `nearest`: even with few held-out images
OVERFIT = 0.7  # D scores held-out images nearly as it scores G's
LAST = 3  # reports at the end, in all of which a state must hold
NOTHING = 80.0  # Frechet distance: not even strokes
RAN_AWAY = 1000.0  # a loss
FLAT = 0.95  # of the mean Frechet distance of the middle third of a run

Label = dict[str, Any]


def verdict(means: str, reports: list[dict[str, Any]], lines: list[dict[str, Any]]) -> Label:
    """Return {"main": state, "states": {state: step from which it holds}, "by": this file}.

    means: the intended illness of the recipe. reports: the autopsies. lines: the lines of history.
    """
    found: dict[str, int] = {}
    last = reports[-1] if reports else {}
    ran = [line["from_step"] for line in lines if line.get("mark") == "rolled back"]
    ran += [r["step"] for r in lines if r.get("loss_d", 0) > RAN_AWAY and r["step"] > 50]
    if ran:
        found["diverged"] = min(ran)
        reports = [r for r in reports if r["step"] < min(ran)]  # later images mean nothing
    end = reports[-LAST:]
    closer = end and np.mean([r["copies"] for r in end]) > COPIES
    by_heart = [
        r["nearest"] < COPIED or (closer and r["near"] < NEAR) or r["overfit"] > OVERFIT
        for r in reports
    ]
    if by_heart and all(by_heart[-LAST:]):
        found["memorising"] = reports[_since(by_heart)]["step"]
    alike = [r["class_spread"] < ALIKE for r in reports]
    if alike and all(alike[-LAST:]):
        found["collapsing"] = reports[_since(alike)]["step"]
    if means in ("d_winning", "d_blind") and last["frechet"] > NOTHING:
        found[means] = 0
    if not found and len(reports) >= 6:
        distances = np.array_split([r["frechet"] for r in reports], 3)
        if distances[2].mean() > FLAT * distances[1].mean():
            found["plateau"] = reports[len(reports) - len(distances[2])]["step"]
    main = means if means in found else next(iter(found), "healthy")
    return {"main": main, "states": found or {"healthy": 0}, "by": "bench/support/verdict.py"}


def _since(held: list[bool]) -> int:
    """Return the index from which on it holds to the end."""
    index = len(held)
    while index and held[index - 1]:
        index -= 1
    return index
