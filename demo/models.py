"""What a page is told of this server's models, and which one is chosen first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from demo.shelf import RUN_PREFIX
from demo.studio import Studio

if TYPE_CHECKING:
    from gan.generator import Generator

DEFAULT_MODEL = "mnist"


def choices(studio: Studio) -> list[tuple[str, str]]:
    """Every model of the server as (what is shown, its id)."""
    return [(model_name(model), model) for model in studio.model_folders()]


def preferred(options: list[tuple[str, str]]) -> str | None:
    """The bundled MNIST model, else the first one there is."""
    ids = [model for _, model in options]
    return DEFAULT_MODEL if DEFAULT_MODEL in ids else next(iter(ids), None)


def model_name(model: str) -> str:
    """A model's id in readable form: "MNIST", or a run's data, day and time."""
    if not model.startswith(RUN_PREFIX):
        return model.replace("-", " ").upper() if model.islower() else model
    name = model.removeprefix(RUN_PREFIX)
    found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-(.+)", name)
    if not found:
        return name
    year, month, day, hour, minute, second, data = found.groups()
    return f"{data.upper()}, {year}-{month}-{day} {hour}:{minute}:{second}"


def about(generator: Generator) -> dict[str, Any]:
    """What a panel needs to know of a model, to ask for its pictures or to draw them."""
    return {
        "model_id": generator.model_id,
        "z_dim": generator.z_dim,
        "classes": generator.classes,
        "labels": [str(label) for label in range(generator.classes)],
        "shape": list(generator.shape),
    }
