"""A keyframe of a clip's recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gan.latent.latents import SEED_MAX
from gan.recipes import fields
from gan.recipes.clip_fields import HOLD, KEYS, LENGTH, Number, Whole, tidy
from gan.recipes.fields import RecipeError


@dataclass(frozen=True)
class Key:
    """`z`: 2 to 512 float32 numbers within 100 of zero, or None for the latent of `seed`.

    `classes`: a class, or a weight from -10 to 10 for each, or None for a model without classes.
    `hold`: how long the clip rests here, 0 to 8; `length`: how long the way to the next keyframe
    is against the others, 0.1 to 10. Both count in average segments.
    """

    seed: int
    z: tuple[float, ...] | None = None
    classes: int | tuple[float, ...] | None = None
    hold: float = 0.0
    length: float = 1.0

    @classmethod
    def from_json(cls, given: Any, number: int) -> Key:
        """Checked; `number`, from 1, is what a sentence calls it. Raises RecipeError."""

        def named(field: str) -> str:
            return f"The {field} of keyframe {number}"

        if not isinstance(given, dict):
            raise RecipeError(f"Keyframe {number} must be an object with a seed.")
        return cls(
            Whole(0, SEED_MAX).take(given.get("seed"), named("seed")),
            fields.floats(given["z"], named("z")) if "z" in given else None,
            fields.classes(given["class"], named("class")) if "class" in given else None,
            Number(*HOLD).take(given.get("hold", 0), named("hold")),
            Number(*LENGTH).take(given.get("length", 1), named("length")),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values; what is as usual is left out."""
        data: dict[str, Any] = {"seed": self.seed}
        if self.z is not None:
            data["z"] = fields.packed(self.z)
        if self.classes is not None:
            data["class"] = tidy(self.classes)
        if self.hold != 0:
            data["hold"] = tidy(self.hold)
        if self.length != 1:
            data["length"] = tidy(self.length)
        return data


def keys_from_json(given: Any) -> tuple[Key, ...]:
    """The keyframes of a recipe. Raises RecipeError: too few, too many, or a wrong one."""
    low, high = KEYS
    if not isinstance(given, list) or not low <= len(given) <= high:
        raise RecipeError(f"The recipe's keys must be a list of {low} to {high} keyframes.")
    return tuple(Key.from_json(one, number) for number, one in enumerate(given, 1))
