"""All settings of a training run, in one frozen object.

The page, the command line, the tests and the checkpoints use the same `Config`. A new
hyperparameter is a field of it; for presets, see `gan.presets`.
"""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Self

from gan.datasets import CLIPS, DATASETS, MOST_CLASSES, OWN_SIZES, is_own


class ConfigError(ValueError):
    """A setting is outside its range; the message names the field and the range."""


LONGEST_SHOWN = 60  # characters of a wrong value in a message
FEWEST_IMAGES = 10  # of train_images, unless 0
ADA_TARGET = 0.6  # the usual augment_target, from Karras et al. 2020

CHOICES = {
    "data": tuple(DATASETS),
    "arch": ("conv", "mlp"),
    "image_size": (28, 32, 64, 128),
    "image_channels": (0, 1, 3),
    "loss": ("non-saturating", "hinge", "relativistic", "least-squares"),
    "upsample": ("resize", "shuffle"),
    "d_norm": ("batch", "spectral", "none"),
    "lr_schedule": ("constant", "linear"),
    "precision": ("auto", "float32", "bfloat16"),
}

RANGES = {
    "z_dim": (2, 512),
    "motion_dim": (0, 96),
    "clip_span": (3, 256),
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
    "seconds": (0.0, 1e9),
    "seed": (0, 2**32 - 1),
    "image_classes": (0, MOST_CLASSES),
}


@dataclass(frozen=True)
class Config:
    """One training run. The defaults are the preset `default`.

    Raises ConfigError: a value is of the wrong type or outside its range.
    """

    data: str = "mnist"  # a key of DATASETS, or the id of a collection of own images or clips
    arch: str = "conv"
    image_size: int = 28  # pixels a side
    conditional: bool = True  # whether G and D are given the class
    z_dim: int = 64  # size of the latent
    motion_dim: int = 0  # numbers of z that move over a clip, 3 per oscillator; 0: no clips
    clip_span: int = 16  # successive frames out of which D sees three
    width: int = 32  # channels of the largest feature maps
    upsample: str = "resize"  # of a convolutional G; shuffle: of older models, has a checkerboard
    loss: str = "non-saturating"
    d_norm: str = "batch"  # spectral: Miyato et al. 2018
    d_hidden: int = 128  # width of D's dense layer before its score; 0: none
    d_slope: float = 0.05  # negative slope of the leaky ReLUs of a convolutional D
    lr_g: float = 3e-3
    lr_d: float = 2e-3
    lr_schedule: str = "linear"  # linear: decay to zero over the second half, see Schedule
    beta1: float = 0.0  # of Adam; without momentum, higher rates stay stable
    beta2: float = 0.99
    batch_size: int = 64
    d_steps_per_g_step: int = 1
    r1_gamma: float = 1.0  # without R1, batch norm in D lets each class collapse to a few shapes
    r1_every: int = 16  # steps; "lazy" R1, Karras et al. 2020
    ema_decay: float = 0.995  # of the moving average of G's weights
    augment: float = 0.0  # augmentation probability p; with augment_target, its initial value
    augment_target: float = 0.0  # r_t that ADA aims at (Karras et al. 2020); 0: p is fixed
    train_images: int = 0  # train on a class-balanced subset of this size; 0: all
    precision: str = "auto"  # auto: bfloat16 where the hardware is faster with it
    steps: int = 10_000  # the goal, in steps of G, unless `seconds` is set
    seconds: float = 0.0  # the goal, in seconds of training; 0: `steps` is the goal
    seed: int = 0  # of all random numbers, and of the choice of train_images
    image_channels: int = 0  # 1 or 3 for the user's own images; else 0, as the data set has them
    image_classes: int = 0  # of the user's own images; else 0, as the data set has them

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            _check_type(field.name, getattr(self, field.name), type(field.default))
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed and not (name == "data" and is_own(self.data)):
                listed = ", ".join(map(str, allowed))
                value = _shown(getattr(self, name))
                raise ConfigError(f"{name} is {value}; choose one of: {listed}.")
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ConfigError(
                    f"{name} is {_shown(value)}; it must lie between {low:g} and {high:g}."
                )
            if type(low) is float:  # JSON has 0 for 0.0, and PyTorch's Adam takes no int
                object.__setattr__(self, name, float(value))
        self._check_images()
        if 0 < self.train_images < FEWEST_IMAGES:
            raise ConfigError(
                f"train_images is {self.train_images}; it must be {FEWEST_IMAGES} or more, "
                "or 0 for all."
            )
        if self.arch == "mlp" and self.conditional:
            raise ConfigError("conditional is true; the mlp architecture supports only false.")

        self._check_motion()

    @property
    def channels(self) -> int:
        """Colour channels of the images: 1 or 3."""
        return self.image_channels or DATASETS[self.data].channels

    @property
    def classes(self) -> int:
        """Classes that condition G and D; 0 when the run is unconditional."""
        classes = self.image_classes if is_own(self.data) else DATASETS[self.data].classes
        return classes if self.conditional and classes > 1 else 0

    def _check_motion(self) -> None:
        if not self.motion_dim:
            return
        if self.motion_dim % 3 or self.motion_dim >= self.z_dim:
            raise ConfigError(
                f"motion_dim is {self.motion_dim}; it must be a multiple of 3, and less than z_dim."
            )
        if self.arch == "mlp":
            raise ConfigError("arch is mlp; clips need conv.")
        if self.data not in CLIPS and not is_own(self.data):  # these are only seen when loaded
            raise ConfigError(
                f"motion_dim is {self.motion_dim}, but {self.data} has no clips; choose data from: "
                f"{', '.join(CLIPS)}."
            )

    def _check_images(self) -> None:
        own = is_own(self.data)
        for name in ("image_channels", "image_classes"):
            if not own and getattr(self, name):
                raise ConfigError(f"{name} is {getattr(self, name)}; for {self.data} it must be 0.")
        if own and not self.image_channels:
            raise ConfigError("image_channels is 0; for your own images it must be 1 or 3.")
        if own and self.image_size not in OWN_SIZES:
            listed = ", ".join(map(str, OWN_SIZES))
            raise ConfigError(
                f"image_size is {self.image_size}; for your own images choose one of: {listed}."
            )

    def to_json(self) -> dict[str, Any]:
        """Return plain values, ready for `json.dumps`."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: Any) -> Self:
        """Return the config that any version's `to_json` wrote.

        Raises ConfigError: not an object, an unknown field, or a value out of range.
        """
        if not isinstance(values, dict):
            raise ConfigError("A config must be a JSON object of named settings.")
        unknown = set(values) - {field.name for field in dataclasses.fields(cls)}
        if unknown:
            listed = ", ".join(_shown(name)[1:-1] for name in sorted(map(str, unknown))[:5])
            raise ConfigError(f"Unknown setting: {listed}.")
        return cls(**{**ABSENT, **values})


# the values in effect before these settings existed
ABSENT = {"d_hidden": 0, "d_slope": 0.2, "upsample": "shuffle"}


def _shown(value: Any) -> str:
    """Return the repr of a value from an untrusted source, shortened."""
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 4]}...{text[-1]}"


def _check_type(name: str, value: Any, wanted: type) -> None:
    if wanted is float and type(value) is int:
        return
    if type(value) is not wanted:
        kind = {int: "a whole number", float: "a number", bool: "true or false", str: "a string"}
        raise ConfigError(f"{name} is {_shown(value)}; it must be {kind[wanted]}.")
    if wanted is float and not math.isfinite(value):
        raise ConfigError(f"{name} is {value}; it must be a finite number.")
