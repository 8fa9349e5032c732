"""What each field of a clip's recipe may be, as tables: demo/static/clip.js has the same ones.

The sentences are the page's English ones too (demo/text/en.json); a test holds them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from gan.latent.latents import SEED_MAX
from gan.media.captions import CAPTION_MAX
from gan.media.colormaps import COLOURS
from gan.media.formats import KINDS, UNTIMED_FPS_MAX
from gan.media.frame_style import BORDER_MAX, SCALE_MAX
from gan.recipes import fields
from gan.recipes.fields import RecipeError

KEYS = (1, 64)
HOLD = (0, 8)  # in average segments, as is
LENGTH = (0.1, 10)
# how many keyframes each path joins
PATH_KEYS = MappingProxyType(
    {"spline": (2, 64), "slerp": (2, 64), "circle": (2, 2), "walk": (1, 64)}
)
ALWAYS_CLOSED = ("circle", "walk")
EASINGS = ("none", "smooth", "hold")


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` to `high`."""

    low: int
    high: int

    def take(self, given: Any, field: str) -> int:
        """The number. Raises RecipeError."""
        value = fields.whole(given)
        if value is None or not self.low <= value <= self.high:
            raise RecipeError(f"{field} must be a whole number from {self.low} to {self.high}.")
        return value


@dataclass(frozen=True)
class Number:
    """A number from `low` to `high`."""

    low: float
    high: float

    def take(self, given: Any, field: str) -> float:
        """The number. Raises RecipeError."""
        if not fields.within(given, self.low, self.high):
            raise RecipeError(f"{field} must be a number from {self.low} to {self.high}.")
        return float(given)


@dataclass(frozen=True)
class Rate:
    """Frames a second."""

    def take(self, given: Any, field: str) -> float:
        """The number. Raises RecipeError."""
        if not fields.within(given, 0, UNTIMED_FPS_MAX) or given == 0:
            raise RecipeError(f"{field} must be a number above 0 and up to {UNTIMED_FPS_MAX}.")
        return float(given)


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def take(self, given: Any, field: str) -> str:
        """The word. Raises RecipeError."""
        if not isinstance(given, str) or given not in self.words:
            raise RecipeError(f"{field} must be one of: {', '.join(self.words)}.")
        return given


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    def take(self, given: Any, field: str) -> bool:
        """The answer. Raises RecipeError."""
        if not isinstance(given, bool):
            raise RecipeError(f"{field} must be true or false.")
        return given


@dataclass(frozen=True)
class Caption:
    """A line of text, maybe empty."""

    def take(self, given: Any, field: str) -> str:
        """The text. Raises RecipeError."""
        if not fields.plain(given, 0, CAPTION_MAX):
            raise RecipeError(
                f"{field} must be text of up to {CAPTION_MAX} characters, without line breaks or "
                "control characters."
            )
        return given


Rule = Whole | Number | Rate | Choice | Flag | Caption

# in the order in which they are checked and written
CLIP: Mapping[str, Rule] = MappingProxyType(
    {
        "path": Choice(tuple(PATH_KEYS)),
        "closed": Flag(),
        "wander": Whole(0, SEED_MAX),
        "easing": Choice(EASINGS),
        "even": Flag(),
        "back": Flag(),
        "tiles": Whole(1, 4),
        "frames": Whole(2, 100_000),
        "fps": Rate(),
        "format": Choice(tuple(KINDS)),
        "scale": Whole(1, SCALE_MAX),
        "smooth": Flag(),
        "loops": Whole(0, 1000),
        "border": Whole(0, BORDER_MAX),
        "caption": Caption(),
        "colours": Choice(tuple(COLOURS)),
    }
)


def version(data: Any, mark: str, newest: int, what: str) -> None:
    """Whether this is a recipe of the kind that the field `mark` tells. Raises RecipeError."""
    made = fields.whole(data.get(mark)) if isinstance(data, dict) else None
    if made is None or made < 1:
        raise RecipeError(f"This is not the recipe of {what}.")
    if made > newest:
        raise RecipeError(
            f"This recipe was made by a newer Latent Studio (version {made} of the format); "
            "update to open it."
        )


def taken(data: dict[str, Any], rules: Mapping[str, Rule]) -> dict[str, Any]:
    """The fields of `rules` that are there, each checked. Raises RecipeError."""
    return {
        name: rule.take(data[name], f"The recipe's {name}")
        for name, rule in rules.items()
        if name in data
    }


def tidy(value: Any) -> Any:
    """The value as JSON has it, whole floats without their ".0", as JavaScript writes them."""
    if isinstance(value, tuple):
        return [tidy(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
