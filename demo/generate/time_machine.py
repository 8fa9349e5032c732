"""The server function by which a page goes back in time: one latent, drawn by a run's past."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np

from demo.generate.draw import checked_labels, checked_latents
from demo.server.studio import Studio
from gan.models.generator import ModelError
from gan.recipes.model_ids import moment

STEPS_MAX = 8  # in one answer: each may have to be read from the disk


def moments_function(studio: Studio) -> Callable[[Any], dict[str, Any]]:
    """The function `moments` for a panel's `server_functions`; demo/static/moments.js calls it.

    Anyone can call it with anything. {model: "run:<name>"} gives {steps}, those whose weights are
    kept, in order; none of other models. With {steps, z, labels} too, one latent and one label as
    `demo.generate.draw` takes them, it gives {steps, h, w, c, pixels, model_ids}: a picture and the
    name of its weights for each step, less those that are not kept (any more); or {error} with a
    sentence.
    """

    def moments(payload: Any) -> dict[str, Any]:
        model = payload.get("model") if isinstance(payload, dict) else None
        if not isinstance(model, str):
            return {"error": "A request names a model."}
        if "steps" not in payload:
            return {"steps": studio.library.steps(model)}
        try:
            return _drawn(studio, model, _steps(payload["steps"]), payload)
        except ValueError as error:
            return {"error": str(error)}

    return moments


def _steps(given: Any) -> list[int]:
    whole = isinstance(given, list) and all(type(step) is int for step in given)
    if not whole or len(given) > STEPS_MAX:
        raise ValueError(f"A request names up to {STEPS_MAX} steps.")
    return given


def _drawn(studio: Studio, model: str, steps: list[int], payload: dict) -> dict[str, Any]:
    found, images, model_ids = [], [], []
    for step in steps:
        try:
            generator = studio.generator(moment(model, step))
        except ModelError:  # not kept (any more), or damaged: the others are fine
            continue
        z = checked_latents(payload.get("z"), generator.z_dim)
        if len(z) != 1:
            raise ValueError("A request names one latent.")
        labels = checked_labels(payload.get("labels"), 1, generator.classes)
        images.append(generator.sample(z, labels)[0])
        found.append(step)
        model_ids.append(generator.model_id)
    if not found:
        return {"steps": []}
    h, w, c = images[0].shape
    pixels = base64.b64encode(np.stack(images).tobytes()).decode()
    return {"steps": found, "h": h, "w": w, "c": c, "pixels": pixels, "model_ids": model_ids}
