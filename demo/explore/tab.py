"""Explore: drag a latent along the generator's own directions and watch the image follow."""

from __future__ import annotations

import base64
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import gradio as gr
import numpy as np

from demo import text
from demo.generate.draw import draw_function, encode
from demo.generate.find import find_function
from demo.generate.time_machine import snapshots_function
from demo.generate.weights import weights_function
from demo.panels import Panel
from demo.server.model_menu import about, chosen
from demo.server.studio import Studio
from gan.explore.cached_directions import judge_of, kept_directions
from gan.explore.directions import Direction, directions
from gan.latent.latents import latent
from gan.models.generator import Generator, ModelError

FIRST_SEED = 0
FACES_MOST = 20  # classes that are shown by a picture each; as in demo/static/classes.js
QUIET = {"queue": False, "show_progress": "hidden", "api_visibility": "undocumented"}


def build(studio: Studio, model: gr.Dropdown, t: gr.I18n) -> None:
    """The tab's content: one panel, given a new value when another model is chosen."""

    known = lru_cache(maxsize=8)(description)
    one_at_a_time = Lock()  # of many visitors who come at once, one waits for the arithmetic

    def value_of(chosen: Any) -> dict[str, Any]:
        if not isinstance(chosen, str):
            return {"model": None}
        try:
            generator = studio.generator(chosen)
            folder = studio.model_folders().get(chosen)
            with one_at_a_time:
                return {"model": chosen, **known(generator, folder)}
        except ModelError as error:
            return {"model": chosen, "error": str(error)}

    def describe(payload: Any) -> dict[str, Any]:
        return value_of(payload.get("model") if isinstance(payload, dict) else None)

    panel = Panel(
        "explore",
        value=value_of(model.value),
        words=text.words("explore", "app", "recipe", "gallery", "moment", "class"),
        server_functions=[
            draw_function(studio),
            weights_function(studio),
            find_function(studio),
            snapshots_function(studio),
            describe,
        ],
        elem_id="explore",
    )

    def select(value: Any, request: gr.Request) -> Any:
        wanted = value.get("wanted") if isinstance(value, dict) else None
        return chosen(studio, wanted, request.session_hash)

    panel.submit(select, panel, model, **QUIET)
    model.change(
        value_of,
        model,
        panel,
        trigger_mode="always_last",
        **QUIET,
    )


def description(generator: Generator, folder: Path | None = None) -> dict[str, Any]:
    """What the panel needs to play with a model, with the first picture already drawn.

    `folder`: where its directions may lie, if they were found before.

    `first` holds the first seed's latent drawn in every class (once, without classes and where
    they are many), so that the page paints before it asks the server for anything.
    """
    count = generator.classes if 0 < generator.classes <= FACES_MOST else 1
    z = np.repeat(latent(FIRST_SEED, generator.z_dim)[None], count, axis=0)
    labels = np.arange(count) if generator.classes else None
    found = kept_directions(folder, generator) if folder else None
    if found is None:
        found = directions(generator, judge_of(generator.config.data))
    axes = np.array([direction.axis for direction in found], "<f4")
    return {
        **about(generator),
        "directions": [_said(direction) for direction in found],
        "axes": base64.b64encode(axes.tobytes()).decode(),
        "first": {"seed": FIRST_SEED} | encode(generator, generator.sample(z, labels)),
    }


def _said(direction: Direction) -> dict[str, Any]:
    """What a direction does, without its axis."""
    said = asdict(replace(direction, axis=None))
    del said["axis"]
    return {
        name: round(float(value), 4) if isinstance(value, (float, np.floating)) else value
        for name, value in said.items()
    }
