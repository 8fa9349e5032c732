"""The film of a run's snapshots as a file."""

from dataclasses import replace
from typing import Any

from demo.export.spec import ExportSpec, safe_name
from demo.server.studio import Studio
from demo.settings import Settings
from demo.train.watch.sources import Watchable
from gan.media.frame_style import FrameStyle
from gan.recipes.training_film import FilmJob, FilmRecipe

FORMATS = ("gif", "mp4", "webm")
SIDE_PX = 900  # largest side of an enlarged sheet


def film_spec(studio: Studio, who: Any, format: Any, shown: Any = None) -> ExportSpec:
    """Check a request for the film of what the value of the panel of Watch shows.

    Raises ValueError for a format not in FORMATS, or a run without a film.
    """
    shown = shown if isinstance(shown, dict) else {}
    run = shown.get("show")
    if format not in FORMATS:
        raise ValueError("Choose GIF, MP4 or WebM as the format of the film.")
    watched = Watchable(studio).find(who, run, shown.get("model"))
    model, folder = watched.model, watched.folder
    plain = FilmJob(FilmRecipe(model, format=format, scale=1, caption=False), folder)
    recipe = FilmRecipe(model, format=format, scale=_scale(studio.settings, plain.size))
    if recipe.frames > studio.settings.max_frames:
        recipe = replace(recipe, seconds=max(2.0, studio.settings.max_frames / recipe.fps))
    return ExportSpec(FilmJob(recipe, folder), f"latent-studio-{safe_name(model)}-growth")


def _scale(settings: Settings, shape: tuple[int, int, int]) -> int:
    """Return the largest scale that fits, caption included, and at least 1."""
    most = min(SIDE_PX, settings.max_side_px)
    fits = (
        scale
        for scale in range(16, 1, -1)
        if max(FrameStyle(scale, caption="step").size(*shape)) <= most
    )
    return next(fits, 1)
