"""The film that the Train tab shows, as a file: the same latents through a run's snapshots."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from demo.export import order as orders
from demo.server.studio import Studio
from demo.settings import Settings
from demo.train.watch.sources import Watchable
from gan.media.frame_style import Look
from gan.recipes.training_film import FilmRecipe, frames, render

FORMATS = ("gif", "mp4", "webm")
SIDE_PX = 900  # about; the sheet is enlarged as far as it stays below this


@dataclass(frozen=True)
class Order(orders.Order):
    """The film of a folder with snapshots."""

    recipe: FilmRecipe
    folder: Path
    pixels: int
    other_weights = False  # a film is of the run's own

    @property
    def name(self) -> str:
        return f"latent-studio-{orders.safe_name(self.recipe.model)}-growth"

    def write(self, path: Path, on_frame: Callable[[int], None], stop: threading.Event) -> None:
        render(self.recipe, self.folder, path, on_frame, stop)


def order(studio: Studio, kind: Any, run: Any = "", chosen: Any = None) -> Order:
    """The film of a run, or of the present one, in a format of `FORMATS`; see `Watchable.find`.

    Raises:
        ValueError: another format, or a run without a film; a sentence for the visitor.
    """
    if kind not in FORMATS:
        raise ValueError("Choose GIF, MP4 or WebM as the format of the film.")
    hidden = studio.access.privacy.hides_present("", studio.runner.status)
    if hidden and not run:
        raise ValueError("This run is not everybody's: open it from the list of runs to save it.")
    shown = Watchable(studio).find(run, chosen, hidden)
    model, folder = shown.model, shown.folder
    plain = FilmRecipe(model, format=kind, scale=1, caption=False)
    height, width, channels = next(iter(frames(folder, plain))).shape
    scale = _scale(studio.settings, height, width, channels)
    height, width, _ = Look(scale, caption="step").size(height, width, channels)
    recipe = FilmRecipe(model, format=kind, scale=scale)
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
