"""From a clip's recipe to its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gan.latent.plan import Plan, plan_clip
from gan.recipes.clip_recipe import ClipRecipe

if TYPE_CHECKING:
    from gan.models.generator import Generator


def make_plan(recipe: ClipRecipe, generator: Generator) -> Plan:
    """The plan of a recipe for a generator, which is asked for pictures only if `even` is set.

    Raises ValueError, with a sentence for people, for keys, lengths or frames that cannot be.
    """
    return plan_clip(
        recipe.latents(generator.z_dim),
        recipe.class_weights(generator.classes),
        holds=[key.hold for key in recipe.keys],
        lengths=[key.length for key in recipe.keys],
        path=recipe.path,
        closed=recipe.closed,
        wander=recipe.wander,
        easing=recipe.easing,
        back=recipe.back,
        tiles=recipe.tiles,
        frames=recipe.frames,
        draw=generator.sample if recipe.even else None,
    )
