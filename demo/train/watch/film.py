"""The film of a run's snapshots as a file."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from demo.export.spec import ExportSpec, safe_name
from demo.server.studio import Studio
from demo.settings import Settings
from demo.train.watch.sources import Watchable
from gan.media.frame_style import FrameStyle
from gan.recipes.training_film import LAST_S, FilmJob, FilmRecipe

FORMATS = ("gif", "mp4", "webm")
SIZES = {"small": 320, "medium": 600, "large": 900}  # largest side of an enlarged sheet, px
GIF_FPS = (1, 2, 5, 10, 12.5, 20, 25)
GIF_S = 7.0  # about the duration of a GIF before its last snapshot
# a GIF larger than this is of fewer snapshots, except a large one; others are small anyway
GIF_BYTES = 8_000_000


def film_spec(
    studio: Studio, who: Any, format: Any, shown: Any = None, size: Any = "medium"
) -> ExportSpec:
    """Check a request for the film of what the value of the panel of Watch shows.

    Raises ValueError for a format not in FORMATS, a size not in SIZES, or a run without a film.
    """
    shown = shown if isinstance(shown, dict) else {}
    run = shown.get("show")
    if format not in FORMATS:
        raise ValueError("Choose GIF, MP4 or WebM as the format of the film.")
    if not isinstance(size, str) or size not in SIZES:
        raise ValueError(f"Choose {', '.join(SIZES)} as the size of the film.")
    watched = Watchable(studio).find(who, run, shown.get("model"))
    model, folder = watched.model, watched.folder
    plain = FilmJob(FilmRecipe(model, format=format, scale=1, caption=False), folder)
    scale = _scale(studio.settings, plain.size, SIZES[size])
    recipe = FilmRecipe(model, format=format, scale=scale)
    if format == "gif":
        recipe = _paced(FilmJob(recipe, folder), math.inf if size == "large" else GIF_BYTES)
    if recipe.frames > studio.settings.max_frames:
        recipe = replace(recipe, seconds=max(2.0, studio.settings.max_frames / recipe.fps))
    return ExportSpec(FilmJob(recipe, folder), f"latent-studio-{safe_name(model)}-growth")


def size_labels(
    studio: Studio, who: Any, format: Any, shown: Any, texts: Callable[..., str]
) -> list[tuple[str, str]]:
    """Return the choices of SIZES with the width of each film, and for a GIF about its bytes.

    `texts` is of the visitor's language. Without a film there is only the name of each.
    """
    labels = []
    for size in SIZES:
        label = texts(f"train.film_{size}")
        try:
            job = film_spec(studio, who, format, shown, size).job
            label += texts("train.film_width", width=job.size[1])
            if format == "gif":
                megabytes = job.gif_bytes() / job.snapshots * job.recipe.frames / 1e6
                label += texts("train.film_bytes", size=f"{megabytes:.1f}")
        except ValueError:
            pass  # the press on the button says why
        labels.append((label, size))
    return labels


def _paced(job: FilmJob, most_bytes: float) -> FilmRecipe:
    """Return a GIF's recipe with one frame per snapshot: a repeated one costs as much as a new one.

    Above `most_bytes`, by estimate, snapshots are left out evenly.
    """
    most = most_bytes * GIF_S / (GIF_S + LAST_S) / job.gif_bytes()  # the last one is repeated
    count = int(max(2, min(1, most) * job.snapshots))
    fps = min(GIF_FPS, key=lambda fps: abs(math.log((count - 1) / fps / GIF_S)))
    return replace(job.recipe, fps=fps, seconds=max(2.0, (count - 1) / fps + LAST_S))


def _scale(settings: Settings, shape: tuple[int, int, int], side: int) -> int:
    """Return the largest scale that fits, caption included, and at least 1."""
    most = min(side, settings.max_side_px)
    fits = (
        scale
        for scale in range(16, 1, -1)
        if max(FrameStyle(scale, caption="step").size(*shape)) <= most
    )
    return next(fits, 1)
