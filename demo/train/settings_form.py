"""The settings of a run as rows of a form, and a filled-in form as a Config."""

import dataclasses
from typing import Any

from demo.settings import Settings
from gan.config import CHOICES, FEWEST_IMAGES, RANGES, Config, ConfigError
from gan.data.image_set import is_available
from gan.datasets import CLIPS, DATASETS
from gan.presets import PRESETS, preset, usual_preset
from gan.training.live_settings import STEERABLE

FIRST_PRESET = "default"
FIRST_S = 180.0  # of training, until the visitor chooses another length
DERIVED = ("image_channels", "image_classes")  # from the data; not in the form
# lower than what `Config` allows: beyond, a single step exhausts a small machine, or a run by time
# would be free of the limit on steps
MOST = {"width": 128, "batch_size": 256, "image_size": 128, "seconds": 3600.0}


def rows(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return the allowed values of each field of `Config`, by name.

    kind "choice" has `choices`, "number" has `low`, `high`, `whole` and perhaps `zero_or`, "switch"
    nothing more; `live`: it can change during a run.
    """
    found, most = {}, _most(settings)
    for field in dataclasses.fields(Config):
        if field.name in DERIVED:
            continue
        row: dict[str, Any] = {"live": field.name in STEERABLE}
        if field.name in CHOICES:
            row |= {"kind": "choice", "choices": list(CHOICES[field.name])}
        elif isinstance(field.default, bool):
            row |= {"kind": "switch"}
        else:
            low, high = RANGES[field.name]
            high = min(high, most.get(field.name, high))
            row |= {"kind": "number", "low": low, "high": high}
            row |= {"whole": isinstance(field.default, int)}
        found[field.name] = row
    found["train_images"]["zero_or"] = FEWEST_IMAGES
    return found


def payload(settings: Settings) -> dict[str, Any]:
    """Return the contents of the form: `rows`, the presets in full, and the data sets.

    `preset` is the usual one of a data set.
    """
    filled = {name: preset(name).to_json() for name in PRESETS}
    for values in filled.values():
        values["steps"] = min(values["steps"], settings.max_steps)
        values["seconds"] = min(FIRST_S, settings.max_run_s)
    data = {
        name: {
            "image_size": spec.image_size,
            "here": is_available(name),
            "clips": name in CLIPS,
            "preset": usual_preset(name),
        }
        for name, spec in DATASETS.items()
    }
    return {"rows": rows(settings), "presets": filled, "data": data, "first": FIRST_PRESET}


def parse(values: Any, settings: Settings) -> Config:
    """Return the Config of a filled-in form, whose missing settings have their defaults.

    Raises ConfigError: not an object, an unknown setting, or a value that is not allowed here.
    """
    if isinstance(values, dict):
        length = {"steps": min(Config.steps, settings.max_steps)}
        values = Config().to_json() | length | values
    config = Config.from_json(values)
    for name, most in _most(settings).items():
        if getattr(config, name) > most:
            raise ConfigError(
                f"{name} is {getattr(config, name)}; this server trains with at most {most:g}."
            )
    return config


def _most(settings: Settings) -> dict[str, float]:
    return {"steps": settings.max_steps, **MOST}
