"""The Explore tab: move a latent along directions of the generator and watch the image change."""

import base64
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import gradio as gr
import numpy as np

from demo.endpoint import asking, sentence_of
from demo.explore.menu_pictures import pictures_function, small_picture
from demo.generate.attributes import attributes_function
from demo.generate.draw import draw_function, encode
from demo.generate.find import find_function
from demo.generate.time_machine import snapshots_function
from demo.generate.weights import weights_function
from demo.panels import QUIET, Panel
from demo.server.model_menu import about, selector
from demo.server.studio import Studio
from gan.explore.attribute_traits import attribute_traits
from gan.explore.cached_directions import load_directions
from gan.explore.direction import Direction
from gan.explore.directions import directions
from gan.explore.first_seed import first_seed
from gan.latent.latents import latent
from gan.metrics.judge import find_judge
from gan.models.generator import Generator, ModelError
from gan.recipes.limits import limits

WAIT_S = 15  # for the description of other models
FACES_MOST = 20  # classes shown as an image each; same limit as in the page's script


def build(studio: Studio, model: gr.Dropdown, t: gr.I18n) -> None:
    """Build the tab: one panel, with a new value for each model."""

    known = lru_cache(maxsize=8)(description)
    weights = weights_function(studio)
    one_at_a_time = Lock()  # many visitors may arrive at once, and this takes a while

    def value_of(who: str, chosen: Any) -> dict[str, Any]:
        if not isinstance(chosen, str):
            return {"model": None}
        try:
            generator = studio.generator(who, chosen)
            folder = studio.library.folders().get(chosen)
            if not one_at_a_time.acquire(timeout=WAIT_S):
                raise ModelError("The server is preparing other models. Try again in a minute.")
            try:
                described = known(generator, folder)
            finally:
                one_at_a_time.release()
            return {"model": chosen, "weights": weights({"who": who, "model": chosen}), **described}
        except ModelError as error:
            return {"model": chosen, "error": sentence_of(error)}

    def describe(payload: dict[str, Any]) -> dict[str, Any]:
        return value_of(payload.get("who"), payload.get("model"))

    def choose(chosen: Any, request: gr.Request) -> dict[str, Any]:
        return value_of(asking(request.headers), chosen)

    panel = Panel(
        "explore",
        value=value_of("", model.value),
        server_functions=[
            draw_function(studio),
            weights,
            find_function(studio),
            attributes_function(studio),
            snapshots_function(studio),
            describe,
            pictures_function(studio),
        ],
        elem_id="explore",
        limits=limits(),
    )
    panel.submit(selector(studio), panel, model, **QUIET)
    model.change(choose, model, panel, trigger_mode="always_last", **QUIET)


def description(generator: Generator, folder: Path | None = None) -> dict[str, Any]:
    """Describe a model to the panel: directions, which `folder` may have, and images to show first.

    `first` holds images of the first seed in every class (one image without classes or with more
    than `FACES_MOST`), so that the page can paint before its first request; `picture` is that of
    the menu.
    """
    count = generator.classes if 0 < generator.classes <= FACES_MOST else 1
    judge = find_judge(generator.config.data, generator.shape)
    seed = first_seed(generator, judge)
    z = np.repeat(latent(seed, generator.z_dim)[None], count, axis=0)
    labels = np.arange(count) if generator.classes else None
    found = load_directions(folder, generator) if folder else None
    if found is None:
        found = directions(generator, judge)
    axes = np.array([direction.axis for direction in found], "<f4")
    return {
        **about(generator),
        "directions": [_payload(direction) for direction in found],
        "attributes": [trait.name for trait in attribute_traits(judge.data_name)] if judge else [],
        "axes": base64.b64encode(axes.tobytes()).decode(),
        "first": {"seed": seed} | encode(generator, generator.sample(z, labels)),
        "picture": small_picture(generator, seed),
    }


def _payload(direction: Direction) -> dict[str, Any]:
    named = {name: value for name, value in vars(direction).items() if name != "axis"}
    return _rounded(named | {"true": direction.is_true})


def _rounded(value: Any) -> Any:
    """Round numbers, those of an object too: JSON has 17 digits otherwise."""
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return round(float(value), 4) if isinstance(value, (float, np.floating)) else value
