"""The recipe of a picture: JSON in a link and embedded in a PNG.

Recipes are untrusted; invalid ones are refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, PngImagePlugin

from gan.recipes import fields
from gan.recipes.fields import Rule

if TYPE_CHECKING:
    from gan.models.generator import Generator

KEYWORD = "latent-studio"  # of the PNG's text chunk
TEXT_MAX = 20_000  # characters of JSON
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "model": fields.MODEL,
        "model_id": fields.MODEL_ID,
        "seed": fields.SEED,
        "scale": fields.number(0, 3),
        "z": fields.Z,
        "classes": fields.CLASSES,
    }
)


@dataclass(frozen=True)
class Recipe:
    """The picture is generator(scale * z, classes).

    model: "mnist", "run:<name>", "run:<name>@<step>" for a snapshot, or "hub:<owner>/<name>".
    model_id: 12 hexadecimal digits that identify the weights. z: 2 to 512 float32 numbers within
    100 of zero, or None for the latent of `seed`. classes: a class, a weight from -10 to 10 for
    each class, or None for a model without classes. scale: 0 to 3.
    """

    model: str
    model_id: str
    seed: int
    z: tuple[float, ...] | None = None
    classes: int | tuple[float, ...] | None = None
    scale: float = 1.0

    @classmethod
    def from_json(cls, data: Any) -> Recipe:
        """Check parsed JSON, ignoring unknown fields.

        Raises RecipeError for a missing or invalid field or a newer version.
        """
        fields.check_version(data, "picture")
        return cls(**fields.checked(data, RULES, RULES.keys() - {"z", "classes"}))

    @classmethod
    def read(cls, path: Path | str) -> Recipe:
        """Read the recipe of a saved picture or a JSON file; pixels are never decoded.

        Raises:
            RecipeError: there is none, it is damaged, or see `from_json`.
            OSError: the file cannot be read.
        """
        return cls.from_json(fields.read(path, TEXT_MAX))

    def to_json(self) -> dict[str, Any]:
        """Return plain values, z as base64 of float32, little-endian; None is left out."""
        data = {
            fields.MARKS["picture"]: fields.VERSION,
            "model": self.model,
            "model_id": self.model_id,
            "seed": self.seed,
            "z": fields.encode_z(self.z),
            "classes": list(self.classes) if isinstance(self.classes, tuple) else self.classes,
            "scale": self.scale,
        }
        return {name: value for name, value in data.items() if value is not None}

    def draw(self, generator: Generator) -> np.ndarray:
        """Draw the picture, uint8 (h,w,c).

        Raises RecipeError if the latent or the classes do not fit the model.
        """
        z = fields.latent_of(self.seed, self.z, generator.z_dim)
        fields.check_classes(self.classes, generator.classes)
        classes = np.array([self.classes]) if isinstance(self.classes, tuple) else self.classes
        # as the browser does it: in double precision, rounded to float32
        scaled = (self.scale * z.astype(np.float64)).astype(np.float32)
        return generator.sample(scaled[None], classes)[0]


def save_png(path: Path | str, image: np.ndarray, recipe: Recipe) -> None:
    """Write a picture uint8 (h,w,1) or (h,w,3) as PNG with its recipe."""
    note = PngImagePlugin.PngInfo()
    note.add_itxt(KEYWORD, json.dumps(recipe.to_json()))
    grey = image.shape[-1] == 1
    Image.fromarray(image[..., 0] if grey else image).save(path, format="PNG", pnginfo=note)
