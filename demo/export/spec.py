"""Validated exports: clips (`interpolate.clips`) and films of a run (`train.watch.film`)."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gan.media.formats import FORMATS
from gan.recipes.render import RenderJob
from gan.recipes.training_film import FilmJob

LONG_S = 3.0  # an export expected to take longer leaves a slot to others: see `ExportQueue`
# first guesses; the formats differ by a factor of ten, 30 to 340 million pixels per second
PX_PER_S = 50_000_000
IMAGES_PER_S = 5_000  # drawn by the generator


@dataclass(frozen=True)
class ExportedFile:
    """A finished file and its recipe beside it; size in bytes."""

    path: Path
    recipe_path: Path
    frames: int
    seconds: float
    size: int
    took_s: float
    other_weights: bool = False


@dataclass(frozen=True)
class ExportSpec:
    """An export that this server can and may write.

    name: of the file, without suffix. other_weights: whether the recipe was made with other weights
    of a model that is not in training.
    """

    job: RenderJob | FilmJob
    name: str
    other_weights: bool = False

    @property
    def pixels(self) -> int:
        """The pixels of all frames."""
        height, width, _ = self.job.size
        return self.job.recipe.frames * height * width

    @property
    def expected_s(self) -> float:
        """A rough estimate of the duration."""
        return self.pixels / PX_PER_S + self.job.images / IMAGES_PER_S

    @property
    def long(self) -> bool:
        """Whether it must leave a slot to others."""
        return self.expected_s > LONG_S

    def write(
        self, folder: Path, on_frame: Callable[[int, int], None], stop: threading.Event
    ) -> ExportedFile:
        """Write the file into `folder`, and its recipe beside it.

        on_frame: called with the frames written and their total. stop: ends the export when set.
        Raises gan.media.writer.ExportError, or `Stopped`, which leaves no file.
        """
        recipe, started = self.job.recipe, time.monotonic()
        path = folder / (self.name + FORMATS[recipe.format])
        self.job.render(path, lambda done: on_frame(done, recipe.frames), stop)
        recipe_path = path.with_suffix(".json")
        recipe_path.write_text(recipe.to_text() + "\n", encoding="ascii")
        seconds = float(recipe.frames / self.job.settings.rate)
        took_s, size = time.monotonic() - started, path.stat().st_size
        return ExportedFile(
            path, recipe_path, recipe.frames, seconds, size, took_s, self.other_weights
        )


def safe_name(model: str) -> str:
    """Convert a model's id to a part of a file's name."""
    return "".join(c if c.isalnum() and c.isascii() else "-" for c in model)[:60]
