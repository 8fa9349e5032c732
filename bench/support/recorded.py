"""The settings, lengths and seeds of the runs recorded for the doctor.

Networks and runs are as small as the intended illness allows. Own images are collections made by
`bench.support.record_images`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from gan.presets import PRESETS
from gan.training.experiments import TRIED

PEOPLE, DIGITS = "own-0000000000aa", "own-0000000000bb"  # 1,066 in colour; 60 of ten classes


class Recipe(NamedTuple):
    """One kind of run. The even seeds are for tuning, the odd ones are held out.

    `means` is the intended illness of D (`bench.support.verdict` detects the others).
    """

    name: str
    steps: int
    settings: dict[str, Any]
    seeds: tuple[int, ...] = (0, 5)
    means: str = ""


FOUR = (0, 2, 5, 7)
SMALL = TRIED | {"width": 12}
QUICK = TRIED | {"width": 8, "batch_size": 16}
TINY = TRIED | {"width": 8}
PLAIN = TINY | {"d_norm": "none", "r1_gamma": 0.0}
FREE = {"conditional": False}
FASHION = {"data": "fashion-mnist"}
ARTICLE = PRESETS["article"] | {"batch_size": 64}
STEADY = ARTICLE | {
    "batch_size": 32,
    "lr_g": 2e-4,
    "lr_d": 2e-4,
    "beta1": 0.5,
    "r1_gamma": 1.0,
    "ema_decay": 0.995,
}
OWN = PRESETS["own-images"] | {"image_size": 32, "batch_size": 32, "width": 16}
COLOUR = OWN | {"data": PEOPLE, "image_channels": 3, "image_classes": 5}
SIXTY = OWN | {"data": DIGITS, "image_channels": 1, "image_classes": 10}
FEW = {"train_images": 100, "r1_gamma": 0.0}
OVERDONE = PLAIN | {"d_steps_per_g_step": 5, "lr_d": 2e-3, "lr_g": 1e-4}
TOO_FAST = PLAIN | {"loss": "least-squares", "lr_g": 0.05, "lr_d": 0.05}
# with beta2 = 0, Adam's steps are unbounded: the weights become NaN or infinite
RUNAWAY = TINY | {"d_norm": "none", "beta1": 0.9, "beta2": 0.0, "lr_g": 0.02, "lr_d": 0.02}

RECIPES = (
    Recipe("default", 600, {}, FOUR),
    Recipe("default-fashion", 500, FASHION),
    Recipe("quick", 1200, QUICK, FOUR),
    Recipe("quick-fashion", 1200, QUICK | FASHION),
    Recipe("free", 1500, QUICK | FREE, FOUR),
    Recipe("free-fashion", 1200, QUICK | FREE | FASHION),
    Recipe("hinge", 2000, PRESETS["hinge-spectral"] | {"width": 12}),
    Recipe("relativistic", 1500, PRESETS["relativistic-r1"] | {"width": 8, "batch_size": 16}),
    Recipe("mlp-steady", 3000, STEADY),
    Recipe("small", 2500, TRIED | {"width": 4, "batch_size": 16, "lr_schedule": "linear"}),
    Recipe("people", 800, COLOUR, FOUR),
    Recipe("people-free", 600, COLOUR | FREE),
    Recipe("sixty", 1200, SIXTY, FOUR),
    Recipe("sixty-alone", 1200, SIXTY | {"augment": 0.0, "r1_gamma": 0.0}, FOUR),
    Recipe("article", 2400, ARTICLE, FOUR, "d_winning"),
    Recipe("article-fashion", 2000, ARTICLE | FASHION, means="d_winning"),
    Recipe("no-r1", 2000, SMALL | {"r1_gamma": 0.0}, FOUR),
    Recipe("no-r1-fashion", 1500, SMALL | FASHION | {"r1_gamma": 0.0}),
    Recipe("strong-d", 600, OVERDONE, FOUR, "d_winning"),
    Recipe("weak-d", 1600, TINY | {"lr_d": 2e-6}, means="d_blind"),
    Recipe("weaker-d", 1600, TINY | {"lr_d": 1e-5, "lr_g": 1e-3}, means="d_blind"),
    Recipe("few", 900, QUICK | FEW, FOUR),
    Recipe("few-fashion", 900, QUICK | FEW | FASHION),
    Recipe("diverging", 400, TOO_FAST),
    Recipe("nan", 400, RUNAWAY),
)
