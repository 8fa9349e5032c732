"""The settings of a run as a form, and the form as a Config."""

from __future__ import annotations

from collections.abc import Iterator

import gradio as gr

from demo.studio import Studio
from demo.text import Said
from gan.config import RANGES, Config, ConfigError, preset

FIRST_PRESET = "default"
# the settings that a preset fills: field, and the lowest, highest and next value offered
FIELDS = (
    ("batch_size", 8, 256, 8),
    ("d_steps_per_g_step", 1, 10, 1),
    ("lr_g", *RANGES["lr_g"], 1e-5),
    ("lr_d", *RANGES["lr_d"], 1e-5),
)


def steps_of(studio: Studio, t: gr.I18n) -> gr.Slider:
    """How long to train, up to the server's limit."""
    cap = studio.settings.max_steps
    low = min(100, cap)
    goal = min(Config.steps, cap)
    return gr.Slider(low, cap, goal, step=low, label=t("train.steps"), buttons=[])


def fields_of(t: gr.I18n) -> Iterator[gr.Number]:
    """One number for each of `FIELDS`."""
    config = preset(FIRST_PRESET)
    for name, low, high, step in FIELDS:
        yield gr.Number(
            getattr(config, name),
            label=t(f"train.{name}"),
            minimum=low,
            maximum=high,
            step=step,
            precision=0 if isinstance(step, int) else None,
            min_width=0,
        )


def wanted(
    studio: Studio, said: Said, name: str, goal: float, seed: float, values: tuple
) -> Config:
    """The preset `name` with what stands in the form; `values` are of `FIELDS`.

    Raises:
        ConfigError: a field is empty or out of its range.
    """
    names = [row[0] for row in FIELDS]
    asked = dict(zip(names, values, strict=True)) | {"steps": goal, "seed": seed}
    for field, value in asked.items():
        if value is None:
            low, high = RANGES[field]
            label = said(f"train.{field}")
            sentence = said("train.empty", name=label, low=f"{low:g}", high=f"{high:g}")
            raise ConfigError(sentence)
        if isinstance(getattr(Config, field), int):
            asked[field] = int(value)
    asked["steps"] = min(asked["steps"], studio.settings.max_steps)
    return preset(name, **asked)
