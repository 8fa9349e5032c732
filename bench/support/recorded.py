"""The settings, lengths and seeds of the runs recorded for the doctor.

Networks and runs are as small as the intended illness allows.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from gan.config import PRESETS


class Recipe(NamedTuple):
    """One kind of run. The even seeds are for tuning, the odd ones are held out.

    `means` is the intended illness of D (`bench.support.verdict` detects the others).
    """

    name: str
    steps: int
    vitals_every: int  # steps
    settings: dict[str, Any]
    seeds: tuple[int, ...] = (0, 1)
    means: str = ""


SMALL = {"width": 12}
TINY = {"width": 8}
QUICK = {"width": 8, "batch_size": 16}
PLAIN = {"width": 8, "d_norm": "none", "r1_gamma": 0.0}
ARTICLE = PRESETS["article"] | {"batch_size": 64}
STEADY = PRESETS["article"] | {
    "batch_size": 32,
    "lr_g": 2e-4,
    "lr_d": 2e-4,
    "beta1": 0.5,
    "r1_gamma": 1.0,
    "ema_decay": 0.995,
}
FEW = {"train_images": 100, "r1_gamma": 0.0}
OVERDONE = PLAIN | {"d_steps_per_g_step": 5, "lr_d": 2e-3, "lr_g": 1e-4}
TOO_FAST = PLAIN | {"loss": "least-squares", "lr_g": 0.05, "lr_d": 0.05}
# with beta2 = 0, Adam's steps are unbounded: the weights become NaN or infinite
RUNAWAY = {"width": 8, "d_norm": "none", "beta1": 0.9, "beta2": 0.0, "lr_g": 0.02, "lr_d": 0.02}

RECIPES = (
    Recipe("healthy", 1500, 75, QUICK, (0, 1, 2, 3)),
    Recipe("healthy-wide", 3000, 100, {"width": 16}, (0,)),
    Recipe("unconditional", 2400, 100, SMALL | {"conditional": False}, (0,)),
    Recipe("free", 1500, 75, QUICK | {"conditional": False}, (1,)),
    Recipe("hinge", 2400, 100, PRESETS["hinge-spectral"] | SMALL, (0,)),
    Recipe("relativistic", 2000, 100, PRESETS["relativistic-r1"] | SMALL, (0,)),
    Recipe("relativistic-quick", 1500, 75, PRESETS["relativistic-r1"] | QUICK, (1,)),
    Recipe("mlp-steady", 4000, 150, STEADY, (0,)),
    Recipe("small", 4000, 150, {"width": 4, "batch_size": 16, "lr_schedule": "linear"}, (0,)),
    Recipe("article", 1200, 100, ARTICLE, (1, 2, 3), "d_winning"),
    Recipe("article-long", 3000, 150, ARTICLE, (0,), "d_winning"),
    Recipe("no-r1", 2400, 100, SMALL | {"r1_gamma": 0.0}),
    Recipe("strong-d", 600, 30, OVERDONE, means="d_winning"),
    Recipe("weak-d", 1000, 50, TINY | {"lr_d": 2e-6}, means="d_blind"),
    Recipe("weaker-d", 1000, 50, TINY | {"lr_d": 1e-5, "lr_g": 1e-3}, means="d_blind"),
    Recipe("few-images", 2400, 100, SMALL | FEW, (0,)),
    Recipe("few-quick", 900, 75, QUICK | FEW),
    Recipe("diverging", 500, 25, TOO_FAST, (0, 1, 2, 3)),
    Recipe("nan", 600, 25, RUNAWAY),
)
