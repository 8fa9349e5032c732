"""A visitor's clip, from the wish as it came from the page to the finished file.

The wish is the JSON of a clip recipe. Nothing here trusts the page: an `Order` exists only if all
of it can be drawn here, and whatever is wrong becomes a sentence for the visitor.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demo.export import order as orders
from demo.settings import Settings
from gan.media.export import check_size
from gan.media.formats import check_fps
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.estimate import estimate
from gan.recipes.render import look_of, render

if TYPE_CHECKING:
    from demo.server.studio import Studio
    from gan.models.generator import Generator

WAIT_S = 0.5  # for a copy of weights in training that is newer than the last one
PICTURES_PER_S = 5_000  # drawn, as a first guess


@dataclass(frozen=True)
class Order(orders.Order):
    """A clip; `recipe` names the very weights it is drawn with: of a run in progress, this copy."""

    recipe: ClipRecipe
    generator: Generator
    other_weights: bool
    pixels: int

    @property
    def name(self) -> str:
        recipe = self.recipe
        return f"latent-studio-{orders.safe_name(recipe.model)}-{recipe.path}-{recipe.frames}f"

    @property
    def expected_s(self) -> float:
        pictures = self.recipe.frames * self.recipe.tiles**2
        return super().expected_s + pictures / PICTURES_PER_S

    def write(self, path: Path, on_frame: Callable[[int], None], stop: threading.Event) -> None:
        render(self.recipe, self.generator, path, on_frame, stop)


def order(studio: Studio, wish: Any) -> Order:
    """From a clip recipe's JSON, within this server's limits.

    Raises:
        gan.recipes.fields.RecipeError: it makes no sense, or is for another model.
        gan.models.generator.ModelError: no such model.
        ValueError: it asks for more than the server allows.
    """
    recipe = ClipRecipe.from_json(wish)
    generator = studio.generator(recipe.model, WAIT_S)
    recipe.check_model(generator)
    check_fps(recipe.format, recipe.fps)
    pixels = within_limits(studio.settings, recipe, generator.shape)
    other = recipe.model_id != generator.model_id and not studio.trains(recipe.model)
    return Order(replace(recipe, model_id=generator.model_id), generator, other, pixels)


def within_limits(settings: Settings, recipe: ClipRecipe, shape: tuple[int, int, int]) -> int:
    """The clip's pixels in all frames together. Raises ValueError: more than is allowed here."""
    if recipe.frames > settings.max_frames:
        raise ValueError(
            f"The clip has {recipe.frames:,} frames, and this server makes at most "
            f"{settings.max_frames:,}: choose fewer seconds or frames a second."
        )
    look, (h, w, c) = look_of(recipe), shape
    whole = h * recipe.tiles, w * recipe.tiles, c
    height, width, _ = look.size(*whole)
    if max(height, width) > settings.max_side_px:
        raise ValueError(
            f"The picture would be {width:,} x {height:,} px, and this server makes at most "
            f"{settings.max_side_px:,} px a side: choose a smaller size, border or grid."
        )
    check_size(recipe.format, look, whole, recipe.frames)
    pixels = recipe.frames * height * width
    if pixels > settings.max_megapixels * 1_000_000:
        raise ValueError(
            f"All frames together would have {pixels / 1e6:,.0f} million pixels, and this server "
            f"makes at most {settings.max_megapixels:,} million: choose fewer frames or a smaller "
            "size."
        )
    return pixels


def estimated(order: Order) -> dict[str, float]:
    """{bytes, seconds} of a clip, by drawing and encoding some of it."""
    found = estimate(order.recipe, order.generator)
    return {"bytes": int(found.bytes), "seconds": round(float(found.seconds), 2)}
