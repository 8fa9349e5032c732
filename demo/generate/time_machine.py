"""The server function of the time machine: one latent drawn by snapshots of a run."""

import base64
from collections.abc import Callable
from typing import Any

import numpy as np

from demo.endpoint import requested_model
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

    def moments(payload: dict[str, Any]) -> dict[str, Any]:
        who, model = payload.get("who"), requested_model(payload)
        if "steps" not in payload:
            shown = studio.gate.shows(who, model)
            return {"steps": studio.library.steps(model) if shown else []}
        return _draw(studio, model, payload["steps"], payload)

    return moments


def _draw(studio: Studio, model: str, steps: Any, payload: dict[str, Any]) -> dict[str, Any]:
    is_valid = isinstance(steps, list) and all(type(step) is int for step in steps)
    if not is_valid or len(steps) > STEPS_MAX:
        raise ValueError(f"A request names up to {STEPS_MAX} steps.")
    found, images, model_ids = [], [], []
    for step in steps:
        try:
            generator = studio.generator(payload.get("who"), snapshot_id(model, step))
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
