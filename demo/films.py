"""The film that the Train tab shows, as a file: the same latents through a run's snapshots."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from demo.clips import LONG_S, PX_PER_S, Made, safe_name
from demo.progress import shown_film
from demo.settings import Settings
from demo.studio import Studio
from gan.growth import GrowthRecipe, frames, render
from gan.kinds import KINDS
from gan.looks import Look

FORMATS = ("gif", "mp4", "webm")
SIDE_PX = 900  # about; the sheet is enlarged as far as it stays below this


@dataclass(frozen=True)
class Order:
    """The film of a folder with snapshots, as this server may write it."""

    recipe: GrowthRecipe
    folder: Path
    pixels: int  # in all frames together

    @property
    def long(self) -> bool:
        """Whether it has to leave a slot to others."""
        return self.expected_s > LONG_S

    @property
    def expected_s(self) -> float:
        """A rough guess at the seconds it takes."""
        return self.pixels / PX_PER_S

    def make(
        self, folder: Path, on_frame: Callable[[int, int], None], stop: threading.Event
    ) -> Made:
        """Write the film into `folder`, and its recipe beside it; as `demo.clips.Order.make`."""
        recipe, started = self.recipe, time.monotonic()
        name = f"latent-studio-{safe_name(recipe.model)}-growth"
        path = folder / (name + KINDS[recipe.format])
        render(
            recipe,
            self.folder,
            path,
            on_frame=lambda done: on_frame(done, recipe.frames),
            stop=stop,
        )
        beside = path.with_suffix(".json")
        beside.write_text(recipe.to_text() + "\n", encoding="ascii")
        took = time.monotonic() - started
        seconds = recipe.frames / recipe.fps
        return Made(path, beside, recipe.frames, seconds, path.stat().st_size, took)


def order(studio: Studio, kind: Any) -> Order:
    """The film of the run on show, in a format of `FORMATS`.

    Raises:
        ValueError: another format, or a run without a film; a sentence for the visitor.
    """
    if kind not in FORMATS:
        raise ValueError("Choose GIF, MP4 or WebM as the format of the film.")
    model, folder = shown_film(studio)
    plain = GrowthRecipe(model, format=kind, scale=1, caption=False)
    height, width, channels = next(iter(frames(folder, plain))).shape
    scale = _scale(studio.settings, height, width, channels)
    height, width, _ = Look(scale, caption="step").size(height, width, channels)
    recipe = GrowthRecipe(model, format=kind, scale=scale)
    if recipe.frames > studio.settings.max_frames:
        recipe = replace(recipe, seconds=max(2.0, studio.settings.max_frames / recipe.fps))
    return Order(recipe, folder, recipe.frames * height * width)


def _scale(settings: Settings, height: int, width: int, channels: int) -> int:
    """The largest that fits, its caption included, and at least 1."""
    most = min(SIDE_PX, settings.max_side_px)
    fits = (
        scale
        for scale in range(16, 1, -1)
        if max(Look(scale, caption="step").size(height, width, channels)) <= most
    )
    return next(fits, 1)
