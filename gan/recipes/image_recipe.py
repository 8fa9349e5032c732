"""All it takes to draw a picture again: plain JSON that travels in a link and inside a PNG.

demo/static/recipe.js keeps the same rules; a test holds the two to one verdict on every recipe.
Recipes come from strangers: whatever is not exactly right is refused with a sentence.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, PngImagePlugin

from gan.latent.latents import SEED_MAX, latent
from gan.recipes import fields
from gan.recipes.fields import SCALE_MAX, RecipeError

if TYPE_CHECKING:
    from gan.models.generator import Generator

VERSION = 1
KEYWORD = "latent-studio"  # of the PNG's text chunk
TEXT_MAX = 20_000  # characters of JSON
PNG_MAX = 5_000_000  # bytes


@dataclass(frozen=True)
class Recipe:
    """The picture is generator(scale * z, classes).

    `model`: "mnist", "run:<name>", "run:<name>@<step>" of a moment, or "hub:<owner>/<name>";
    `model_id`: the 12 hex digits of its weights. `z`: 2 to 512 float32 numbers within 100 of zero,
    or None for the latent of `seed`. `classes`: a class, or a weight from -10 to 10 for each, or
    None for a model without classes. `scale`: 0 to 3.
    """

    model: str
    model_id: str
    seed: int
    z: tuple[float, ...] | None = None
    classes: int | tuple[float, ...] | None = None
    scale: float = 1.0

    @classmethod
    def from_json(cls, data: Any) -> Recipe:
        """Checked from what `json.loads` gave; unknown fields are left aside.

        Raises:
            RecipeError: a field is missing or wrong, or a newer version made it.
        """
        version = fields.whole(data.get("latent_studio")) if isinstance(data, dict) else None
        if version is None or version < 1:
            raise RecipeError("This is not a recipe of Latent Studio.")
        if version > VERSION:
            raise RecipeError(
                f"This recipe was made by a newer Latent Studio (version {version} of the format, "
                f"here it is {VERSION}); update to open it."
            )
        seed = fields.whole(data.get("seed"))
        if seed is None or not 0 <= seed <= SEED_MAX:
            raise RecipeError(f"The recipe's seed must be a whole number from 0 to {SEED_MAX}.")
        scale = data.get("scale")
        if not fields.within(scale, 0, SCALE_MAX):
            raise RecipeError(f"The recipe's scale must be a number from 0 to {SCALE_MAX:.0f}.")
        model_id = fields.model_id(data.get("model_id"))
        return cls(
            model=fields.name(data.get("model")),
            model_id=model_id,
            seed=seed,
            z=fields.floats(data["z"]) if "z" in data else None,
            classes=fields.classes(data["classes"]) if "classes" in data else None,
            scale=float(scale),
        )

    @classmethod
    def from_text(cls, text: str) -> Recipe:
        """From JSON. Raises RecipeError: too long, not JSON, or see `from_json`."""
        return cls.from_json(fields.load(text, TEXT_MAX))

    @classmethod
    def from_png(cls, path: Path | str) -> Recipe:
        """From a picture that was saved with its recipe; its pixels are never decoded.

        Raises:
            RecipeError: not a PNG, a damaged one, one above 5 MB or without a recipe.
            OSError: the file cannot be read.
        """
        path = Path(path)
        if path.stat().st_size > PNG_MAX:
            raise RecipeError(f"{path.name} is larger than {PNG_MAX // 1_000_000} MB.")
        try:
            with Image.open(path, formats=["PNG"]) as picture:
                # not `.text`, which would decode the pixels to find what comes after them
                text = picture.info.get(KEYWORD)
        except PermissionError:
            raise
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            raise RecipeError(f"{path.name} is not a PNG picture, or is damaged.") from error
        if not isinstance(text, str):
            raise RecipeError(f"{path.name} carries no recipe.")
        return cls.from_text(text)

    @classmethod
    def read(cls, path: Path | str) -> Recipe:
        """From a picture or a JSON file, whichever it is. Raises as `from_png` does."""
        path = Path(path)
        with path.open("rb") as file:
            start = file.read(4 * TEXT_MAX + 1)
        if start.startswith(b"\x89PNG"):
            return cls.from_png(path)
        try:
            return cls.from_text(start.decode())
        except UnicodeDecodeError as error:
            raise RecipeError(f"{path.name} is neither a PNG picture nor a recipe.") from error

    def to_json(self) -> dict[str, Any]:
        """Plain values, z as base64 of float32, little-endian; what is None is left out."""
        data: dict[str, Any] = {
            "latent_studio": VERSION,
            "model": self.model,
            "model_id": self.model_id,
            "seed": self.seed,
        }
        if self.z is not None:
            data["z"] = fields.packed(self.z)
        if self.classes is not None:
            whole = isinstance(self.classes, int)
            data["classes"] = self.classes if whole else list(self.classes)
        return data | {"scale": self.scale}

    def draw(self, generator: Generator) -> np.ndarray:
        """The picture, uint8 (h,w,c).

        Raises:
            RecipeError: the latent or the classes do not fit this model.
        """
        z = latent(self.seed, generator.z_dim) if self.z is None else np.array(self.z, np.float32)
        if len(z) != generator.z_dim:
            raise RecipeError(
                f"The recipe's latent has {len(z)} numbers and the model takes {generator.z_dim}: "
                "it was made for another model."
            )
        classes = None
        if generator.classes:
            blended = isinstance(self.classes, tuple)
            if blended and len(self.classes) != generator.classes:
                raise RecipeError(
                    f"The recipe has {len(self.classes)} class weights and the model has "
                    f"{generator.classes} classes: it was made for another model."
                )
            if not blended and (self.classes is None or self.classes >= generator.classes):
                raise RecipeError(
                    f"The model needs a class from 0 to {generator.classes - 1}, and the recipe's "
                    "is none of them: it was made for another model."
                )
            classes = np.array([self.classes]) if blended else self.classes
        elif self.classes is not None:
            raise RecipeError("The recipe names a class and the model knows none.")
        # as the browser does: one product in double precision, rounded to float32
        scaled = (self.scale * z.astype(np.float64)).astype(np.float32)
        return generator.sample(scaled[None], classes)[0]


def save_png(path: Path | str, image: np.ndarray, recipe: Recipe) -> None:
    """Write a picture uint8 (h,w,1) or (h,w,3) with its recipe inside."""
    note = PngImagePlugin.PngInfo()
    note.add_itxt(KEYWORD, json.dumps(recipe.to_json()))
    grey = image.shape[-1] == 1
    Image.fromarray(image[..., 0] if grey else image).save(path, format="PNG", pnginfo=note)
