"""The server function of the time machine: one latent drawn by snapshots of a run."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np

from demo.generate.draw import checked_labels, checked_latents
from demo.server.studio import Studio
from gan.models.generator import ModelError
from gan.recipes.model_ids import snapshot_id

STEPS_MAX = 8  # per request: each snapshot may have to be read from disk


def snapshots_function(studio: Studio) -> Callable[[Any], dict[str, Any]]:
    """Return the function `moments` for a panel's `server_functions`.

    The payload is untrusted. {model: "run:<name>"} returns {steps}: the steps of the run's
    snapshots in order, empty for other models. {model, steps, z, labels} with one latent and one
    label as in `demo.generate.draw` returns {steps, h, w, c, pixels, model_ids}: an image and the
    id of its weights for each step whose snapshot exists. Both may return {error: sentence}.
    """

    def moments(payload: Any) -> dict[str, Any]:
        model = payload.get("model") if isinstance(payload, dict) else None
        if not isinstance(model, str):
            return {"error": "A request names a model."}
        if "steps" not in payload:
            return {"steps": studio.library.steps(model)}
        try:
            return _draw(studio, model, _check_steps(payload["steps"]), payload)
        except ValueError as error:
            return {"error": str(error)}

    return moments


def _check_steps(given: Any) -> list[int]:
    is_valid = isinstance(given, list) and all(type(step) is int for step in given)
    if not is_valid or len(given) > STEPS_MAX:
        raise ValueError(f"A request names up to {STEPS_MAX} steps.")
    return given


def _draw(studio: Studio, model: str, steps: list[int], payload: dict) -> dict[str, Any]:
    found, images, model_ids = [], [], []
    for step in steps:
        try:
            generator = studio.generator(snapshot_id(model, step))
        except ModelError:  # removed or damaged
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
