"""The keyframes of a clip recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from gan.latent.curves import KEYS_MAX
from gan.latent.timing import HOLD_RANGE, LENGTH_RANGE
from gan.recipes import fields
from gan.recipes.fields import RecipeError, Rule

KEYS = (1, KEYS_MAX)  # keyframes of a clip
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "seed": fields.SEED,
        "z": fields.Z,
        "class": fields.CLASSES,
        "hold": fields.number(*HOLD_RANGE),
        "length": fields.number(*LENGTH_RANGE),
    }
)


@dataclass(frozen=True)
class Key:
    """A keyframe.

    seed, z, classes: as in `gan.recipes.image_recipe.Recipe`. hold: how long the clip rests here, 0
    to 8 average segments. length: duration of the segment to the next keyframe, 0.1 to 10 times the
    default.
    """

    seed: int
    z: tuple[float, ...] | None = None
    classes: int | tuple[float, ...] | None = None
    hold: float = 0.0
    length: float = 1.0

    @classmethod
    def from_json(cls, given: Any, number: int) -> Key:
        """Check keyframe `number`, counted from 1 in messages. Raises RecipeError."""
        if not isinstance(given, dict):
            raise RecipeError("key", number=number)
        values = fields.checked(given, RULES, ("seed",), number)
        return cls(classes=values.pop("class", None), **values)

    def to_json(self) -> dict[str, Any]:
        """Return plain values without those that have their default."""
        data = {
            "seed": self.seed,
            "z": fields.encode_z(self.z),
            "class": fields.plain(self.classes),
            "hold": fields.plain(self.hold) or None,
            "length": None if self.length == 1 else fields.plain(self.length),
        }
        return {name: value for name, value in data.items() if value is not None}


def keys_from_json(given: Any) -> tuple[Key, ...]:
    """Check the keyframes of a recipe. Raises RecipeError."""
    low, high = KEYS
    if not isinstance(given, list) or not low <= len(given) <= high:
        raise RecipeError("keys", low=low, high=high)
    return tuple(Key.from_json(one, number) for number, one in enumerate(given, 1))
