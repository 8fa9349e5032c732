"""Clips: from the page's payload, which is untrusted, to a validated export."""

from typing import Any

from demo.export.spec import ExportSpec, safe_name
from demo.server.studio import Studio
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.estimate import estimate
from gan.recipes.render import RenderJob

WAIT_S = 0.5  # for newer weights of a model in training
CLASSES_MOST = 10  # in the name of a file


def clip_spec(studio: Studio, who: Any, payload: Any) -> ExportSpec:
    """Check the JSON of a clip recipe against its model and the server's limits.

    The recipe of the result names the weights that draw it: of a run in progress, a copy of them.

    Raises:
        gan.recipes.fields.RecipeError: the recipe is invalid or for another model.
        gan.models.generator.ModelError: there is no such model.
        ValueError: the clip exceeds a limit of its format or of the server.
    """
    recipe = ClipRecipe.from_json(payload)
    generator, settings = studio.generator(who, recipe.model, WAIT_S), studio.settings
    if recipe.frames > settings.max_frames:
        raise ValueError(
            f"The clip has {recipe.frames:,} frames, and this server makes at most "
            f"{settings.max_frames:,}: choose fewer seconds or frames a second."
        )
    job = RenderJob(recipe, generator)
    other = recipe.model_id != generator.model_id and not studio.trains(recipe.model)
    spec = ExportSpec(job, file_name(recipe), other)
    height, width, _ = job.size
    if max(height, width) > settings.max_side_px:
        raise ValueError(
            f"The picture would be {width:,} x {height:,} px, and this server makes at most "
            f"{settings.max_side_px:,} px a side: choose a smaller size, border or grid."
        )
    if spec.pixels > settings.max_megapixels * 1_000_000:
        raise ValueError(
            f"All frames together would have {spec.pixels / 1e6:,.0f} million pixels, and this "
            f"server makes at most {settings.max_megapixels:,} million: choose fewer frames or a "
            "smaller size."
        )
    return spec


def file_name(recipe: ClipRecipe) -> str:
    """Return "latent-studio-mnist-3-8-0-spline-120f": the model, the classes, the path, the frames.

    The classes are those of the keyframes, the strongest of blended ones, if they are not too many.
    The page names a saved recipe alike.
    """
    classes = [_strongest(key.classes) for key in recipe.keys]
    named = classes if len(classes) <= CLASSES_MOST and None not in classes else []
    parts = ["latent-studio", safe_name(recipe.model), *map(str, named), recipe.path]
    return "-".join([*parts, f"{recipe.frames}f"])


def _strongest(classes: int | tuple[float, ...] | None) -> int | None:
    return classes.index(max(classes)) if isinstance(classes, tuple) else classes


def estimated(spec: ExportSpec) -> dict[str, float]:
    """Estimate {bytes, seconds} of a clip by drawing and encoding some of it."""
    found = estimate(spec.job)
    return {"bytes": int(found.bytes), "seconds": round(float(found.seconds), 2)}
