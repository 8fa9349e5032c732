"""Explore: drag a latent along the generator's own directions and watch the image follow."""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Any

import gradio as gr
import numpy as np

from demo import text
from demo.drawing import draw_function, encode
from demo.panels import Panel
from demo.studio import Studio
from gan.generator import Generator, ModelError
from gan.latents import latent

FIRST_SEED = 0
DIRECTIONS_MAX = 128  # sliders nobody reaches would only make the page heavier


def build(studio: Studio, model: gr.Dropdown, t: gr.I18n) -> None:
    """The tab's content: one panel, given a new value when another model is chosen."""

    known = lru_cache(maxsize=8)(description)

    def value_of(chosen: Any) -> dict[str, Any]:
        if not isinstance(chosen, str):
            return {"model": None}
        try:
            return {"model": chosen, **known(studio.generator(chosen))}
        except ModelError as error:
            return {"model": chosen, "error": str(error)}

    def describe(payload: Any) -> dict[str, Any]:
        return value_of(payload.get("model") if isinstance(payload, dict) else None)

    panel = Panel(
        "explore",
        value=value_of(model.value),
        words=text.words("explore", "app"),
        server_functions=[draw_function(studio), describe],
        elem_id="explore",
    )
    model.change(
        value_of,
        model,
        panel,
        queue=False,
        show_progress="hidden",
        trigger_mode="always_last",
        api_visibility="undocumented",
    )


def description(generator: Generator) -> dict[str, Any]:
    """What the panel needs to play with a model, with the first picture already drawn.

    `first` holds the first seed's latent drawn in every class (once, without classes), so that
    the page paints before it asks the server for anything.
    """
    count = max(1, generator.classes)
    z = np.repeat(latent(FIRST_SEED, generator.z_dim)[None], count, axis=0)
    labels = np.arange(count) if generator.classes else None
    directions = generator.directions()[:DIRECTIONS_MAX].astype("<f4")
    return {
        "model_id": generator.model_id,
        "z_dim": generator.z_dim,
        "classes": generator.classes,
        "labels": [str(label) for label in range(generator.classes)],
        "shape": list(generator.shape),
        "directions": base64.b64encode(directions.tobytes()).decode(),
        "first": {"seed": FIRST_SEED} | encode(generator, generator.sample(z, labels)),
    }
