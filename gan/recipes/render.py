"""From a clip recipe to a file: draw with a model, then export."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gan.latent.plan import Plan, plan_clip
from gan.latent.tiles import tile
from gan.media.export import export
from gan.media.frame_style import FrameStyle
from gan.media.writer import ExportSettings, Stopped
from gan.models.motion import FRAMES_PER_S
from gan.system.prefetch import prefetch

if TYPE_CHECKING:
    from gan.models.generator import Generator
    from gan.recipes.clip_recipe import ClipRecipe

BATCH = 16  # images drawn at once
AHEAD = 2  # batches that wait for the encoder: enough to keep generator and encoder busy
SAMPLED = 8  # pairs of frames from which a colour GIF's palette is chosen


class RenderJob:
    """A clip that a model can draw and a format can hold.

    recipe: with the `model_id` of the generator. shape: (h, w, c) of a frame before styling. size:
    (H, W, C) after styling. images: number of images drawn for all frames.

    Raises RecipeError if the recipe is for another model, and ValueError if it has a caption, frame
    rate or size that cannot be exported.
    """

    def __init__(self, recipe: ClipRecipe, generator: Generator) -> None:
        recipe.check_model(generator)
        self.recipe = replace(recipe, model_id=generator.model_id)
        self.generator = generator
        self.images = recipe.frames * recipe.tiles**2
        height, width, channels = generator.shape
        self.shape = height * recipe.tiles, width * recipe.tiles, channels
        self.settings = ExportSettings(
            format=recipe.format,
            fps=recipe.fps,
            frames=recipe.frames,
            style=FrameStyle(
                recipe.scale, recipe.smooth, recipe.border, recipe.caption, recipe.colours
            ),
            loops=recipe.loops,
            note=self.recipe.to_text(),
        )
        self.size = self.settings.size(self.shape)

    def plan(self, stop: threading.Event | None = None) -> Plan:
        """Plan the clip; images are drawn only if the recipe's `even` is set.

        Raises ValueError for keyframes, lengths or frames that cannot be combined, and Stopped.
        """
        recipe, generator = self.recipe, self.generator

        def sample(z: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
            if stop is not None and stop.is_set():
                raise Stopped
            return generator.sample(z, weights)

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
            motion=self._motion() if generator.moves else None,
            draw=sample if recipe.even else None,
        )

    def _motion(self) -> np.ndarray:
        """Return the motion of the first keyframe over the clip, float32 (frames,m).

        It always runs forward, and its period is the length of a clip that closes.
        """
        recipe, generator = self.recipe, self.generator
        pace = recipe.motion * FRAMES_PER_S / float(self.settings.rate)
        closes = recipe.closed or recipe.back or len(recipe.keys) == 1
        period = recipe.frames * pace if closes and pace else None
        key = recipe.latents(generator.z_dim)[:1]
        times = pace * np.arange(recipe.frames)
        return generator.moved(key, times, period)[0, :, -generator.config.motion_dim :]

    def render(
        self,
        path: str | Path,
        on_frame: Callable[[int], None] | None = None,
        stop: threading.Event | None = None,
        plan: Plan | None = None,
    ) -> Path:
        """Write the clip with its recipe to `path`, whatever its suffix, and return it.

        The next frames are drawn in a thread while the last ones are encoded. plan: the clip's, if
        already made. For on_frame, stop and errors see `gan.media.export.export` and `plan`.
        """
        plan = plan or self.plan(stop)
        sample = self.palette_sample(plan)
        with closing(self.frames(plan)) as frames:
            return export(frames, path, self.settings, sample=sample, on_frame=on_frame, stop=stop)

    def frames(self, plan: Plan) -> Iterator[np.ndarray]:
        """Yield all frames, uint8 (h,w,c), drawn ahead in a thread.

        Close the iterator to end the thread.
        """
        at_once = max(1, BATCH // plan.tiles**2)
        starts = range(0, len(plan.z), at_once)
        batches = (draw(plan, self.generator, slice(start, start + at_once)) for start in starts)
        with closing(prefetch(batches, AHEAD)) as drawn:
            for batch in drawn:
                yield from batch

    def palette_sample(self, plan: Plan) -> list[np.ndarray]:
        """Draw pairs of successive frames for the palette of a colour GIF; else return none."""
        frames = self.recipe.frames
        if self.recipe.format != "gif" or self.shape[2] != 3:
            return []
        starts = np.linspace(0, frames - 2, min(SAMPLED, frames // 2)).astype(int)
        return [draw(plan, self.generator, slice(start, start + 2)) for start in starts]


def draw(plan: Plan, generator: Generator, which: slice | np.ndarray) -> np.ndarray:
    """Draw some frames of a clip, uint8 (n,h,w,c), with the loops in a square grid."""
    z, weights = plan.z[which], plan.weights if plan.weights is None else plan.weights[which]
    side = plan.tiles
    tiled = np.concatenate([tile(z, index, plan.content) for index in range(side**2)])
    if weights is not None:
        weights = np.tile(weights, (side**2, 1))
    images = generator.sample(tiled, weights)
    height, width, channels = images.shape[1:]
    images = images.reshape(side, side, len(z), height, width, channels)
    return images.transpose(2, 0, 3, 1, 4, 5).reshape(-1, side * height, side * width, channels)
