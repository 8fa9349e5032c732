"""Everything that decides a training run, in one frozen object.

The page, the command line, the tests and the checkpoints all build this same `Config`.
A preset is one row of `PRESETS`; a new hyperparameter is one field here.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from gan.datasets import DATASETS, MOST_CLASSES, OWN_SIZES, is_own


class ConfigError(ValueError):
    """A setting is outside its range; the message names the field and the range."""


FEWEST_IMAGES = 10  # to learn from, if not all

CHOICES = MappingProxyType(
    {
        "data": tuple(DATASETS),
        "arch": ("conv", "mlp"),
        "image_size": (28, 32, 64, 128),
        "image_channels": (0, 1, 3),
        "loss": ("non-saturating", "hinge", "relativistic", "least-squares"),
        "d_norm": ("batch", "spectral", "none"),
        "lr_schedule": ("constant", "linear"),
        "precision": ("auto", "float32", "bfloat16"),
    }
)

RANGES = MappingProxyType(
    {
        "z_dim": (2, 512),
        "width": (4, 256),
        "d_hidden": (0, 1024),
        "d_slope": (0.0, 1.0),
        "lr_g": (1e-6, 0.1),
        "lr_d": (1e-6, 0.1),
        "beta1": (0.0, 0.999),
        "beta2": (0.0, 0.9999),
        "batch_size": (2, 1024),
        "d_steps_per_g_step": (1, 10),
        "r1_gamma": (0.0, 1000.0),
        "r1_every": (1, 64),
        "ema_decay": (0.0, 0.99999),
        "augment": (0.0, 1.0),
        "augment_target": (0.0, 0.99),
        "train_images": (0, 1_000_000),
        "steps": (1, 10_000_000),
        "seed": (0, 2**32 - 1),
        "image_classes": (0, MOST_CLASSES),
    }
)


@dataclass(frozen=True)
class Config:
    """One training run. The defaults are the preset `default`.

    `steps` is the goal, counted in generator steps; with `lr_schedule="linear"` both learning
    rates fall to zero over its second half. `d_norm="spectral"` is Miyato et al. 2018. `d_hidden`
    is the width of D's dense layer before its score, 0 for none; `d_slope`, 0..1, is the slope
    below zero of a convolutional D's leaky ReLUs. `augment`, 0..1, is the probability of each
    disturbance of what D sees (`gan.training.augment`); with `augment_target` it is only what that
    begins with, and is steered so that D's certainty of real images stays at the target
    (`gan.training.adaptive_augment`). `train_images`: so many of the data set's images, as many of
    each class, chosen by the seed; 0 is all. `data` may be the id of a collection of one's own
    images (`gan.data.collection`); what they look like is then said here, in `image_size`,
    `image_channels` (1 or 3) and `image_classes`, so that the networks can be made without them.
    Both are 0 for the data sets that have a name.

    Raises:
        ConfigError: a value is of the wrong type or outside its range.
    """

    data: str = "mnist"
    arch: str = "conv"
    image_size: int = 28
    conditional: bool = True
    z_dim: int = 64
    width: int = 32
    loss: str = "non-saturating"
    d_norm: str = "batch"
    d_hidden: int = 128
    d_slope: float = 0.05
    lr_g: float = 3e-3
    lr_d: float = 2e-3
    lr_schedule: str = "linear"
    beta1: float = 0.0  # momentum chases a target that moves: without, higher rates hold
    beta2: float = 0.99
    batch_size: int = 64
    d_steps_per_g_step: int = 1
    r1_gamma: float = 1.0  # without it batch norm in D lets each class shrink to a few shapes
    r1_every: int = 16
    ema_decay: float = 0.995
    augment: float = 0.0
    augment_target: float = 0.0
    train_images: int = 0
    precision: str = "auto"
    steps: int = 10_000
    seed: int = 0
    image_channels: int = 0
    image_classes: int = 0

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value, kind = getattr(self, field.name), type(field.default)
            _check_type(field.name, value, kind)
            if kind is float:  # JSON's 0 is one too, but PyTorch's Adam takes no whole number
                object.__setattr__(self, field.name, float(value))
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed and not (name == "data" and is_own(self.data)):
                listed = ", ".join(map(str, allowed))
                raise ConfigError(f"{name} is {getattr(self, name)!r}; choose one of: {listed}.")
        for name, (low, high) in RANGES.items():
            if not low <= getattr(self, name) <= high:
                raise ConfigError(
                    f"{name} is {getattr(self, name)}; it must lie between {low:g} and {high:g}."
                )
        self._check_images()
        if 0 < self.train_images < FEWEST_IMAGES:
            raise ConfigError(
                f"train_images is {self.train_images}; it must be {FEWEST_IMAGES} or more, "
                "or 0 for all."
            )
        if self.arch == "mlp" and self.conditional:
            raise ConfigError("conditional is on, but the mlp of the article knows no classes.")

    @property
    def channels(self) -> int:
        """Colour channels of the images: 1 or 3."""
        return self.image_channels or DATASETS[self.data].channels

    @property
    def classes(self) -> int:
        """Classes the generator is told about; 0 when it is unconditional."""
        classes = self.image_classes if is_own(self.data) else DATASETS[self.data].classes
        return classes if self.conditional and classes > 1 else 0

    def _check_images(self) -> None:
        own = is_own(self.data)
        for name in ("image_channels", "image_classes"):
            if not own and getattr(self, name):
                raise ConfigError(f"{name} is {getattr(self, name)}; of {self.data} it must be 0.")
        if own and not self.image_channels:
            raise ConfigError("image_channels is 0; of one's own images it must be 1 or 3.")
        if own and self.image_size not in OWN_SIZES:
            listed = ", ".join(map(str, OWN_SIZES))
            raise ConfigError(
                f"image_size is {self.image_size}; one's own images must have one of: {listed}."
            )

    def to_json(self) -> dict[str, Any]:
        """Plain values, ready for `json.dumps`."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: Any) -> Config:
        """The reverse of `to_json`, whichever version wrote them.

        Raises:
            ConfigError: not an object, an unknown field, or a value out of range.
        """
        if not isinstance(values, dict):
            raise ConfigError("A config must be a JSON object of named settings.")
        unknown = set(values) - {field.name for field in dataclasses.fields(cls)}
        if unknown:
            raise ConfigError(f"Unknown setting: {', '.join(sorted(map(str, unknown)))}.")
        return cls(**{**ABSENT, **values})


# what it meant that a setting was not there yet
ABSENT = MappingProxyType({"d_hidden": 0, "d_slope": 0.2})


def _check_type(name: str, value: Any, wanted: type) -> None:
    if wanted is float and type(value) is int:
        return
    if type(value) is not wanted:
        kind = {int: "a whole number", float: "a number", bool: "true or false", str: "a word"}
        raise ConfigError(f"{name} is {value!r}; it must be {kind[wanted]}.")
    if wanted is float and not math.isfinite(value):
        raise ConfigError(f"{name} is {value}; it must be a finite number.")


# the default's settings when what is told of few images and of one's own was measured
MEASURED_WITH = {"d_slope": 0.2, "lr_g": 2e-3}
PRESETS = MappingProxyType(
    {
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
            "d_hidden": 0,
            "d_slope": 0.2,
            "r1_gamma": 0.0,
            "lr_schedule": "constant",
            "precision": "float32",
        },
        "unconditional": {"conditional": False},
        "hinge-spectral": {
            "loss": "hinge",
            "d_norm": "spectral",
            "d_hidden": 0,
            "d_slope": 0.2,
            "r1_gamma": 0.0,
            "lr_g": 2e-4,
            "lr_d": 2e-4,
            "beta1": 0.5,
            "batch_size": 32,
        },
        "relativistic-r1": {
            "loss": "relativistic",
            "d_norm": "none",
            "d_hidden": 0,
            "d_slope": 0.2,
            "r1_every": 8,
            "lr_g": 1e-3,
            "lr_d": 1e-3,
            "beta1": 0.5,
            "batch_size": 32,
        },
        "few-images": {"train_images": 500, "augment": 0.3, **MEASURED_WITH},
        "own-images": {"augment": 0.2, "ema_decay": 0.998, **MEASURED_WITH},
    }
)


def preset(name: str, **changes: Any) -> Config:
    """The named row of `PRESETS`, with `changes` on top; image size follows the data set.

    For a collection of one's own images, `changes` must hold its `Collection.settings()`.

    Raises:
        ConfigError: no such preset, or a change is out of range.
    """
    if name not in PRESETS:
        raise ConfigError(f"There is no preset {name!r}; choose one of: {', '.join(PRESETS)}.")
    values = {**PRESETS[name], **changes}
    if "image_size" not in values and values.get("data") in DATASETS:
        values["image_size"] = DATASETS[values["data"]].image_size
    return Config.from_json({**Config().to_json(), **values})
