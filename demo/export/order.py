"""What can be exported to a file: a clip (`interpolate.clips`) or a film (`train.watch.film`)."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gan.media.formats import KINDS, check_fps

if TYPE_CHECKING:
    from gan.recipes.clip_recipe import ClipRecipe
    from gan.recipes.training_film import FilmRecipe

LONG_S = 3.0  # what is expected to take longer leaves a slot to others: see demo/export/queue.py
# a first guess, until frames are counted: formats differ by ten, 30 to 340 million pixels
PX_PER_S = 50_000_000


@dataclass(frozen=True)
class Made:
    """A finished file, the recipe that lies beside it, and what is in it."""

    path: Path
    recipe_path: Path
    frames: int
    seconds: float
    size: int  # bytes
    took_s: float
    other_weights: bool = False


class Order(ABC):
    """Something that this server can and may write.

    `pixels` are those of all frames together. `other_weights` says that the recipe was made with
    other weights than it is drawn with, of a model that is not in training.
    """

    recipe: ClipRecipe | FilmRecipe
    pixels: int
    other_weights: bool

    @property
    @abstractmethod
    def name(self) -> str:
        """Of the file, without its suffix."""

    @abstractmethod
    def write(self, path: Path, on_frame: Callable[[int], None], stop: threading.Event) -> None:
        """Write the file; see `gan.media.export.export` for all that happens on the way."""

    @property
    def expected_s(self) -> float:
        """A rough guess at the seconds it takes."""
        return self.pixels / PX_PER_S

    @property
    def long(self) -> bool:
        """Whether it has to leave a slot to others."""
        return self.expected_s > LONG_S

    def make(
        self, folder: Path, on_frame: Callable[[int, int], None], stop: threading.Event
    ) -> Made:
        """Write the file into `folder`, and its recipe beside it.

        on_frame: told (frames written, frames in all). stop: set, it ends the work at once.

        Raises:
            gan.media.writer.Stopped: `stop` was set; no file is left.
            gan.media.writer.ExportError: the file could not be written.
        """
        recipe, started = self.recipe, time.monotonic()
        path = folder / (self.name + KINDS[recipe.format])
        self.write(path, lambda done: on_frame(done, recipe.frames), stop)
        beside = path.with_suffix(".json")
        beside.write_text(recipe.to_text() + "\n", encoding="ascii")
        seconds = float(recipe.frames / check_fps(recipe.format, recipe.fps))
        took_s, size = time.monotonic() - started, path.stat().st_size
        return Made(path, beside, recipe.frames, seconds, size, took_s, self.other_weights)


def safe_name(model: str) -> str:
    """A model's id as part of a file's name."""
    return "".join(c if c.isalnum() and c.isascii() else "-" for c in model)[:60]
