"""Named settings for a training run: a preset is a row of `PRESETS`."""

from typing import Any

from gan.config import ABSENT, Config, ConfigError
from gan.datasets import CLIPS, DATASETS, is_own

# the default's settings when these presets were measured
MEASURED_WITH = {"d_slope": 0.2, "lr_g": 2e-3}
PRESETS = {
    "default": {},
    "article": {
        "arch": "mlp",
        "conditional": False,
        "z_dim": 100,
        "lr_g": 1e-3,
        "lr_d": 1e-3,
        "beta1": 0.9,
        "beta2": 0.999,
        "batch_size": 128,
        "ema_decay": 0.0,
        "d_norm": "none",
        **ABSENT,
        "r1_gamma": 0.0,
        "lr_schedule": "constant",
        "precision": "float32",
    },
    "unconditional": {"conditional": False},
    "hinge-spectral": {
        "loss": "hinge",
        "d_norm": "spectral",
        **ABSENT,
        "r1_gamma": 0.0,
        "lr_g": 2e-4,
        "lr_d": 2e-4,
        "beta1": 0.5,
        "batch_size": 32,
    },
    "relativistic-r1": {
        "loss": "relativistic",
        "d_norm": "none",
        **ABSENT,
        "r1_every": 8,
        "lr_g": 1e-3,
        "lr_d": 1e-3,
        "beta1": 0.5,
        "batch_size": 32,
    },
    # with batch norm, each class of faces-64 collapses to a few images
    "large-images": {
        "data": "faces-64",
        "loss": "relativistic",
        "d_norm": "none",
        "r1_gamma": 5.0,
        "r1_every": 8,
        "lr_g": 1e-3,
        "lr_d": 1e-3,
    },
    "few-images": {"train_images": 500, "augment": 0.3, **MEASURED_WITH},
    "video": {
        "data": "moving-mnist",
        "motion_dim": 6,
        "batch_size": 32,
        "lr_g": 1e-3,
        "r1_gamma": 0.1,  # with more, D hardly tells clips apart, and digits jitter
    },
    "own-images": {"augment": 0.2, "ema_decay": 0.998, **MEASURED_WITH},
}


def usual_preset(data: str, has_clips: bool = False) -> str:
    """Return the preset that suits a data set, or the id of the user's own images, best.

    `has_clips`: the user's own are clips, not images.
    """
    if is_own(data):
        return "video" if has_clips else "own-images"
    of_its_own = (name for name, row in PRESETS.items() if row.get("data") == data)
    return "video" if data in CLIPS else next(of_its_own, "default")


def preset(name: str, **changes: Any) -> Config:
    """Return the named row of `PRESETS` with `changes`; the image size follows the data set.

    For the user's own images, `changes` must include `Collection.settings()`.
    Raises ConfigError: no such preset, or a change is out of range.
    """
    if name not in PRESETS:
        raise ConfigError(f"There is no preset {name!r}; choose one of: {', '.join(PRESETS)}.")
    values = {**PRESETS[name], **changes}
    if "image_size" not in values and values.get("data") in DATASETS:
        values["image_size"] = DATASETS[values["data"]].image_size
    return Config.from_json({**Config().to_json(), **values})
