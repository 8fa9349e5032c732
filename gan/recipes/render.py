"""A recipe's clip, drawn by its model and written to a file: the whole way in one call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gan.latent.plan import Plan
from gan.latent.tiles import tile
from gan.media.export import export
from gan.media.frame_style import Look
from gan.media.writer import Stopped
from gan.recipes.clip_plan import make_plan
from gan.system.prefetch import prefetch

if TYPE_CHECKING:
    from gan.models.generator import Generator
    from gan.recipes.clip_recipe import ClipRecipe

BATCH = 16  # pictures drawn at once
AHEAD = 2  # batches that wait for the encoder: enough for both to be busy all the time
SAMPLED = 8  # pairs of neighbours by which a colour GIF's palette is chosen


def render(
    recipe: ClipRecipe,
    generator: Generator,
    path: str | Path,
    on_frame: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
) -> Path:
    """Write the clip of a recipe to `path`, in its own format whatever the suffix; return it.

    The file carries the recipe, with the `model_id` of the weights that really drew it. The next
    frames are drawn in another thread while these are encoded. on_frame, stop: see
    `gan.media.export.export`, which also says what is raised and that nothing is left then.

    Raises:
        ValueError: the recipe is for another model, or cannot be drawn or held by the format.
    """
    look_of(recipe)  # what is wrong with it is told before anything is drawn
    plan = make_plan(recipe, generator if stop is None else _Stoppable(generator, stop))
    return write(recipe, plan, generator, path, on_frame, stop)


def write(
    recipe: ClipRecipe,
    plan: Plan,
    generator: Generator,
    path: str | Path,
    on_frame: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
) -> Path:
    """As `render`, with a plan that is there already."""
    with closing(frames(plan, generator)) as drawn:
        return export(
            drawn,
            path,
            fps=recipe.fps,
            kind=recipe.format,
            look=look_of(recipe),
            loops=recipe.loops,
            count=recipe.frames,
            sample=sample_of(recipe, plan, generator),
            note=replace(recipe, model_id=generator.model_id).to_text(),
            on_frame=on_frame,
            stop=stop,
        )


def look_of(recipe: ClipRecipe) -> Look:
    """How a recipe dresses its frames. Raises ValueError: see `Look`."""
    return Look(recipe.scale, recipe.smooth, recipe.border, recipe.caption, recipe.colours)


def frames(plan: Plan, generator: Generator) -> Iterator[np.ndarray]:
    """All pictures of a clip, uint8 (H, W, C), drawn ahead in a thread of their own.

    Close the iterator to end the thread.
    """
    at_once = max(1, BATCH // plan.tiles**2)
    starts = range(0, len(plan.z), at_once)
    batches = (draw(plan, generator, slice(start, start + at_once)) for start in starts)
    with closing(prefetch(batches, AHEAD)) as drawn:
        for batch in drawn:
            yield from batch


def draw(plan: Plan, generator: Generator, which: slice | np.ndarray) -> np.ndarray:
    """Some of the pictures of a clip, uint8 (n, H, W, C), its loops side by side in a square."""
    z, weights = plan.z[which], plan.weights if plan.weights is None else plan.weights[which]
    side = plan.tiles
    hands = np.concatenate([tile(z, index) for index in range(side**2)])
    if weights is not None:
        weights = np.tile(weights, (side**2, 1))
    images = generator.sample(hands, weights)
    height, width, channels = images.shape[1:]
    images = images.reshape(side, side, len(z), height, width, channels)
    return images.transpose(2, 0, 3, 1, 4, 5).reshape(-1, side * height, side * width, channels)


def sample_of(recipe: ClipRecipe, plan: Plan, generator: Generator) -> list[np.ndarray]:
    """Pairs of neighbours from all over the clip, for the palette of a colour GIF; else none."""
    if recipe.format != "gif" or generator.shape[2] != 3:
        return []
    starts = np.linspace(0, recipe.frames - 2, min(SAMPLED, recipe.frames // 2)).astype(int)
    return [draw(plan, generator, slice(start, start + 2)) for start in starts]


class _Stoppable:
    """A generator that ends the planning too when it is time to stop."""

    def __init__(self, generator: Generator, stop: threading.Event) -> None:
        self._generator, self._stop = generator, stop

    def sample(self, *given: Any) -> np.ndarray:
        if self._stop.is_set():
            raise Stopped
        return self._generator.sample(*given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._generator, name)
