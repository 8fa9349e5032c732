"""The recipe of a clip: JSON in a link, embedded in the exported file, and beside it.

Recipes are untrusted; invalid ones are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from gan.latent.curves import ALWAYS_CLOSED, PATH_KEYS
from gan.latent.latents import SEED_MAX
from gan.latent.plan import TILES_MAX
from gan.latent.timing import EASINGS, FRAME_COUNT
from gan.media.captions import CAPTION_MAX
from gan.media.colormaps import COLOURS
from gan.media.formats import FORMATS, UNTIMED_FPS_MAX
from gan.media.frame_style import BORDER_MAX, SCALE_MAX
from gan.media.writer import LOOPS_MAX
from gan.recipes import fields
from gan.recipes.fields import RecipeError, Rule
from gan.recipes.keyframe import Key, keys_from_json

if TYPE_CHECKING:
    from gan.models.generator import Generator

MOTION_MAX = 4.0  # times the normal speed
# the optional fields, in the order in which they are checked and written
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "path": fields.choice(PATH_KEYS),
        "closed": fields.FLAG,
        "wander": fields.whole(0, SEED_MAX),
        "easing": fields.choice(EASINGS),
        "even": fields.FLAG,
        "back": fields.FLAG,
        "tiles": fields.whole(1, TILES_MAX),
        "frames": fields.whole(*FRAME_COUNT),
        "fps": fields.positive(UNTIMED_FPS_MAX),
        "motion": fields.number(0, MOTION_MAX),
        "format": fields.choice(FORMATS),
        "scale": fields.whole(1, SCALE_MAX),
        "smooth": fields.FLAG,
        "loops": fields.whole(0, LOOPS_MAX),
        "border": fields.whole(0, BORDER_MAX),
        "caption": fields.text("caption", 0, CAPTION_MAX),
        "colours": fields.choice(COLOURS),
    }
)


@dataclass(frozen=True)
class ClipRecipe:
    """A path through keyframes, its timing, and the file to write; see RULES.

    even: constant speed in image space instead of latent space. back: play forward, then backward.
    tiles: loops along each side of the grid. motion: speed of the motion, of a model of clips: 1
    is `gan.models.motion.FRAMES_PER_S`. For the other fields see `plan_clip`, `FrameStyle` and
    `ExportSettings`.
    """

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
    motion: float = 1.0
    format: str = "gif"
    scale: int = 16
    smooth: bool = False
    loops: int = 0
    border: int = 0
    caption: str = ""
    colours: str = "grey"

    @classmethod
    def from_json(cls, data: Any) -> ClipRecipe:
        """Check parsed JSON, ignoring unknown fields.

        Raises RecipeError for a missing or invalid field, a newer version or another kind of
        recipe.
        """
        if (kind := fields.kind_of(data)) in ("picture", "film"):
            raise RecipeError(kind)
        fields.check_version(data, "clip")
        names = {"model": fields.MODEL, "model_id": fields.MODEL_ID}
        model = fields.checked(data, names, names)
        keys = keys_from_json(data.get("keys"))
        recipe = cls(**model, keys=keys, **fields.checked(data, RULES))
        recipe._check_together()
        return recipe

    def to_json(self) -> dict[str, Any]:
        """Return plain values, z as base64 of float32, little-endian.

        Normal motion is left out, so that clips of images have the recipe they always had.
        """
        data = {fields.MARKS["clip"]: fields.VERSION, "model": self.model}
        data |= {"model_id": self.model_id, "keys": [key.to_json() for key in self.keys]}
        data |= {name: fields.plain(getattr(self, name)) for name in RULES if name != "motion"}
        return data | ({} if self.motion == 1 else {"motion": fields.plain(self.motion)})

    def to_text(self) -> str:
        """Return JSON for `embedded`. Raises RecipeError if it is too long."""
        return fields.compact(self.to_json())

    def latents(self, z_dim: int) -> np.ndarray:
        """Return the latents of the keyframes, float32 (k,z_dim).

        Raises RecipeError if a keyframe's z has another size.
        """
        return np.stack([fields.latent_of(key.seed, key.z, z_dim) for key in self.keys])

    def class_weights(self, classes: int) -> np.ndarray | None:
        """Return class weights, float32 (k,classes), or None for a model without classes.

        Raises RecipeError if the keyframes' classes do not fit the model.
        """
        for number, key in enumerate(self.keys, 1):
            fields.check_classes(key.classes, classes, number)
        if not classes:
            return None
        ring = np.eye(classes)
        rows = [k.classes if isinstance(k.classes, tuple) else ring[k.classes] for k in self.keys]
        return np.array(rows, np.float32)

    def check_model(self, generator: Generator) -> None:
        """Raise RecipeError if the model cannot draw this clip."""
        if not generator.moves:
            self._check_count(PATH_KEYS[self.path][0])
        self.latents(generator.z_dim)
        self.class_weights(generator.classes)

    def _check_together(self) -> None:
        self._check_count(1)  # enough for a model of clips
        if self.path in ALWAYS_CLOSED and not self.closed:
            raise RecipeError("closes", path=self.path)
        if len({len(key.z) for key in self.keys if key.z is not None}) > 1:
            raise RecipeError("z_lengths")
        blends = {len(key.classes) for key in self.keys if isinstance(key.classes, tuple)}
        if len(blends) > 1:
            raise RecipeError("weight_lengths")

    def _check_count(self, least: int) -> None:
        """Raise RecipeError unless the path takes so many keyframes, or `least` of them."""
        path, (low, high), count = self.path, PATH_KEYS[self.path], len(self.keys)
        if not (low <= count <= high or count == least):
            key = "path_exactly" if low == high else "path_keys"
            raise RecipeError(key, path=path, low=low, high=high, count=count)
