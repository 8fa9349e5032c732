"""The server function that draws images: latents in, raw pixels out."""

import base64
from collections.abc import Callable
from typing import Any

import numpy as np

from demo.endpoint import requested_model
from demo.server.studio import Studio
from gan.models.generator import Generator

IMAGES_MAX = 64
LATENT_MAX = 1_000.0  # beyond the range of the sliders; keeps the network finite


def draw_function(studio: Studio) -> Callable[[Any], dict[str, Any]]:
    """Return the function `draw` for a panel's `server_functions`.

    The payload is untrusted: {model, z: [[...]], labels: [...]}. A label is a class or a list of
    class weights; without labels the generator chooses the classes. The answer is that of `encode`
    or {error: sentence}.
    """

    def draw(payload: dict[str, Any]) -> dict[str, Any]:
        generator = studio.generator(payload.get("who"), requested_model(payload))
        z = checked_latents(payload.get("z"), generator.z_dim)
        labels = checked_labels(payload.get("labels"), len(z), generator.classes)
        return encode(generator, generator.sample(z, labels))

    return draw


def encode(generator: Generator, images: np.ndarray) -> dict[str, Any]:
    """Return images uint8 (n,h,w,c) as JSON; `pixels` are their bytes in base64."""
    count, h, w, c = images.shape
    shape = {"h": h, "w": w, "c": c, "count": count}
    pixels = base64.b64encode(images.tobytes()).decode()
    return shape | {"pixels": pixels, "model_id": generator.model_id}


def _numbers(value: Any, sentence: str) -> np.ndarray:
    """Return a float64 array; raise ValueError(sentence) for text, ragged lists, bool, NaN, inf."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(sentence) from error
    if array.dtype.kind not in "iuf" or not np.isfinite(array).all():
        raise ValueError(sentence)
    return array.astype(np.float64)


def checked_latents(value: Any, z_dim: int) -> np.ndarray:
    """Check latents: float32 (n,z_dim). Raises ValueError if they are invalid or too many."""
    if not isinstance(value, list) or not 1 <= len(value) <= IMAGES_MAX:
        raise ValueError(f"A request draws 1 to {IMAGES_MAX} images.")
    sentence = f"Each latent must be {z_dim} finite numbers within {LATENT_MAX:,.0f} of zero."
    if any(not isinstance(row, list) or len(row) != z_dim for row in value):
        raise ValueError(sentence)
    z = _numbers(value, sentence)
    if z.shape != (len(value), z_dim) or np.abs(z).max() > LATENT_MAX:
        raise ValueError(sentence)
    return z.astype(np.float32)


def checked_labels(value: Any, count: int, classes: int) -> np.ndarray | None:
    """Check labels (n,) or class weights (n,classes); None: no choice. Raises ValueError."""
    if not classes or value is None or value == []:
        return None
    sentence = f"There must be one class from 0 to {classes - 1}, or its weights, for each image."
    if not isinstance(value, list) or len(value) != count:
        raise ValueError(sentence)
    if any(isinstance(row, list) and len(row) != classes for row in value):
        raise ValueError(sentence)
    labels = _numbers(value, sentence)
    if labels.shape == (count, classes):
        if np.abs(labels).max() > LATENT_MAX:
            raise ValueError(sentence)
        return labels.astype(np.float32)
    if labels.shape != (count,) or not np.isin(labels, np.arange(classes)).all():
        raise ValueError(sentence)
    return labels.astype(np.int64)
