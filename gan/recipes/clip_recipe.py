"""All it takes to make a clip again: plain JSON in a link, inside the file, and beside it.

demo/static/clip.js keeps the same rules; a test holds the two to one verdict on every recipe.
Recipes come from strangers: whatever is not exactly right is refused with a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gan.latent.latents import latent
from gan.media.embedded import TEXT_MAX
from gan.recipes import clip_fields as rules
from gan.recipes import fields
from gan.recipes.fields import RecipeError
from gan.recipes.keyframe import Key, keys_from_json

if TYPE_CHECKING:
    from gan.models.generator import Generator

__all__ = ["MARK", "ClipRecipe", "Key", "RecipeError"]

VERSION = 1
MARK = "latent_studio_clip"


@dataclass(frozen=True)
class ClipRecipe:
    """A path through keyframes, its timing, and the file it goes to. See `clip_fields.CLIP`."""

    model: str
    model_id: str
    keys: tuple[Key, ...]
    path: str = "spline"
    closed: bool = True
    wander: int = 0
    easing: str = "none"
    even: bool = True
    back: bool = False
    tiles: int = 1
    frames: int = 125
    fps: float = 25.0
    format: str = "gif"
    scale: int = 16
    smooth: bool = False
    loops: int = 0
    border: int = 0
    caption: str = ""
    colours: str = "grey"

    @classmethod
    def from_json(cls, data: Any) -> ClipRecipe:
        """Checked from what `json.loads` gave; unknown fields are left aside.

        Raises:
            RecipeError: a field is missing or wrong, a newer version made it, or it is the recipe
                of something else.
        """
        if isinstance(data, dict) and MARK not in data and "latent_studio" in data:
            raise RecipeError("This is the recipe of a picture, not of a clip.")
        if isinstance(data, dict) and MARK not in data and "latent_studio_growth" in data:
            raise RecipeError("This is the recipe of a film of a training run, not of a clip.")
        rules.version(data, MARK, VERSION, "a clip of Latent Studio")
        recipe = cls(
            fields.name(data.get("model")),
            fields.model_id(data.get("model_id")),
            keys_from_json(data.get("keys")),
            **rules.taken(data, rules.CLIP),
        )
        recipe._check_together()
        return recipe

    @classmethod
    def from_text(cls, text: str) -> ClipRecipe:
        """From JSON. Raises RecipeError: too long, not JSON, or see `from_json`."""
        return cls.from_json(fields.load(text, TEXT_MAX))

    @classmethod
    def read(cls, path: Path | str) -> ClipRecipe:
        """From a clip that was exported here, or a file of JSON, whichever it is.

        Raises:
            RecipeError: it carries no recipe, is damaged, or see `from_json`.
            OSError: the file cannot be read.
        """
        return cls.from_json(fields.read(path))

    def to_json(self) -> dict[str, Any]:
        """Plain values, z as base64 of float32, little-endian."""
        data = {MARK: VERSION, "model": self.model, "model_id": self.model_id}
        data["keys"] = [key.to_json() for key in self.keys]
        return data | {name: rules.tidy(getattr(self, name)) for name in rules.CLIP}

    def to_text(self) -> str:
        """Compact JSON in printable ASCII that may stand in XML. Raises RecipeError: too long."""
        return fields.compact(self.to_json())

    def latents(self, z_dim: int) -> np.ndarray:
        """The keyframes, float32 (k,z_dim).

        Raises:
            RecipeError: a keyframe's z is another model's.
        """
        for key in self.keys:
            if key.z is not None and len(key.z) != z_dim:
                raise RecipeError(
                    f"This recipe was made for a model with latents of {len(key.z)} numbers and "
                    f"this one takes {z_dim}: open it with its own model."
                )
        drawn = [latent(key.seed, z_dim) if key.z is None else key.z for key in self.keys]
        return np.array(drawn, np.float32)

    def class_weights(self, classes: int) -> np.ndarray | None:
        """A weight for each class of the model, float32 (k,classes); None if it knows none.

        Raises:
            RecipeError: the keyframes' classes are another model's.
        """
        if not classes and all(key.classes is None for key in self.keys):
            return None
        other = "open it with its own model."
        for number, key in enumerate(self.keys, 1):
            if not classes and key.classes is not None:
                raise RecipeError(
                    f"Keyframe {number} names a class and this model knows none: {other}"
                )
            blended = isinstance(key.classes, tuple)
            if blended and len(key.classes) != classes:
                raise RecipeError(
                    f"This recipe was made for a model with {len(key.classes)} classes and this "
                    f"one has {classes}: {other}"
                )
            if not blended and (key.classes is None or key.classes >= classes):
                raise RecipeError(
                    f"Keyframe {number} needs a class from 0 to {classes - 1} for this model: "
                    f"{other}"
                )
        ring = np.eye(classes)
        rows = [k.classes if isinstance(k.classes, tuple) else ring[k.classes] for k in self.keys]
        return np.array(rows, np.float32)

    def check_model(self, generator: Generator) -> None:
        """Raises RecipeError if the model cannot draw this clip."""
        self.latents(generator.z_dim)
        self.class_weights(generator.classes)

    def _check_together(self) -> None:
        low, high = rules.PATH_KEYS[self.path]
        if not low <= len(self.keys) <= high:
            many = f"exactly {low}" if low == high else f"{low} to {high}"
            raise RecipeError(
                f"The {self.path} path joins {many} keyframes; the recipe has {len(self.keys)}."
            )
        if self.path in rules.ALWAYS_CLOSED and not self.closed:
            raise RecipeError(f"The {self.path} path always closes: closed must be true.")
        if len({len(key.z) for key in self.keys if key.z is not None}) > 1:
            raise RecipeError("The z of all keyframes must have as many numbers.")
        blends = {len(key.classes) for key in self.keys if isinstance(key.classes, tuple)}
        if len(blends) > 1:
            raise RecipeError("The class weights of all keyframes must be as many.")
