"""A film of a training run: the same latents drawn by one snapshot after another.

Snapshots are evenly spaced in the logarithm of their steps (gan/runs/run.py) and shown equally
long, so the fast beginning is not over in an instant.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from PIL import Image

from gan.media.export import export
from gan.media.formats import UNTIMED_FPS_MAX
from gan.media.frame_style import FrameStyle
from gan.media.writer import ExportSettings
from gan.recipes import clip_recipe, fields
from gan.recipes.fields import Rule
from gan.runs.snapshots import COLUMNS, ROWS, snapshot_steps
from gan.storage.config_file import read_config
from gan.storage.layout import snapshot_picture_path

SAMPLED = 3  # snapshots, to estimate a file's size
LAST_S = 1.0  # how long the last snapshot is shown
CLASS_COLUMNS = 3  # pictures side by side in the film of one class
COLUMN = fields.whole(0, COLUMNS - 1)
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "model": fields.MODEL,
        "seconds": fields.number(2, 120),
        "fps": fields.positive(UNTIMED_FPS_MAX),
        "format": clip_recipe.RULES["format"],
        "scale": clip_recipe.RULES["scale"],
        "caption": fields.FLAG,
    }
)


@dataclass(frozen=True)
class FilmRecipe:
    """The recipe of a film of snapshots.

    model: "mnist" or "run:<name>". seconds: 2 to 120, including the last snapshot's second. format:
    one of FORMATS. column: 0 to 9, the pictures of one class; None: all. caption: whether the step
    is shown below the picture.
    """

    model: str
    seconds: float = 8.0
    fps: float = 25.0
    format: str = "gif"
    scale: int = 3
    column: int | None = None
    caption: bool = True

    @property
    def frames(self) -> int:
        """The number of frames."""
        return max(2, round(self.seconds * self.fps))

    @classmethod
    def from_json(cls, data: Any) -> FilmRecipe:
        """Check parsed JSON, ignoring unknown fields.

        Raises RecipeError for a missing or invalid field or a newer version.
        """
        fields.check_version(data, "film")
        column = data.get("column")
        if column is not None:
            column = COLUMN.check(column, "column")
        return cls(column=column, **fields.checked(data, RULES, ("model",)))

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        data = {fields.MARKS["film"]: fields.VERSION, "model": self.model, "column": self.column}
        return data | {name: fields.plain(getattr(self, name)) for name in RULES}

    def to_text(self) -> str:
        """Return JSON for `gan.media.embedded`."""
        return fields.compact(self.to_json())


class FilmJob:
    """A film of the snapshots in a folder.

    images: number of images to draw: none, since snapshots are pictures. Raises ValueError if the
    run has fewer than 2 snapshots, or no classes although the recipe names one.
    """

    images = 0

    def __init__(self, recipe: FilmRecipe, folder: Path | str) -> None:
        self.recipe, self._folder = recipe, Path(folder)
        self._steps = snapshot_steps(self._folder)
        self.settings = ExportSettings(
            recipe.format, recipe.fps, recipe.frames, note=recipe.to_text()
        )
        if len(self._steps) < 2:
            raise ValueError(
                f"The run {self._folder.name} has {len(self._steps)} snapshots; a video needs at "
                "least 2. Train longer, then save it."
            )
        if recipe.column is not None and not _has_classes(self._folder):
            raise ValueError("This run has no classes: leave out column to film all its images.")

    @cached_property
    def size(self) -> tuple[int, int, int]:
        """(H, W, C) of every frame."""
        return next(self.frames()).shape

    @property
    def snapshots(self) -> int:
        """The number of snapshots in the folder."""
        return len(self._steps)

    def gif_bytes(self) -> int:
        """Estimate the size of a GIF with one frame per snapshot, from SAMPLED of them.

        Raises ValueError if one of them is damaged.
        """
        sizes = []
        for index in np.linspace(0, self.snapshots - 1, SAMPLED).astype(int):
            frame, part = self._frame(self._steps[index]), io.BytesIO()
            if frame is not None:
                Image.fromarray(frame.squeeze()).quantize(256).save(part, "GIF")
                sizes.append(part.tell())
        return round(np.mean(sizes or [1]) * self.snapshots)

    def render(
        self,
        path: Path | str,
        on_frame: Callable[[int], None] | None = None,
        stop: threading.Event | None = None,
    ) -> Path:
        """Write the film with its recipe to `path` and return it.

        For on_frame, stop and errors see `gan.media.export.export` and `frames`.
        """
        return export(self.frames(), path, self.settings, on_frame=on_frame, stop=stop)

    def frames(self) -> Iterator[np.ndarray]:
        """Yield all frames, uint8 (H,W,c), one in memory.

        Raises ValueError if a snapshot is damaged or of another size.
        """
        recipe, name = self.recipe, self._folder.name
        now, frame = -1, None
        for index in shown(len(self._steps), recipe.frames, recipe.fps):
            if index != now:
                now, before = index, frame
                # a run in training removes snapshots: the previous one is shown instead
                frame = self._frame(self._steps[index])
                frame = before if frame is None else frame
                if before is not None and frame.shape != before.shape:
                    raise ValueError(f"The snapshots of {name} are not all of one size.")
            if frame is not None:
                yield frame

    def _frame(self, step: int) -> np.ndarray | None:
        sheet = _sheet(snapshot_picture_path(self._folder, step))
        if sheet is None:
            return None
        style = FrameStyle(self.recipe.scale, caption=f"step {step:,}" * self.recipe.caption)
        return style.apply(_chosen(sheet, self.recipe.column))


def shown(snapshots: int, frames: int, fps: float) -> np.ndarray:
    """Return the snapshot of each frame, int (frames,), in order; the last one for LAST_S."""
    last = min(round(LAST_S * fps), frames // 2) or 1
    growing = np.arange(frames - last) * (snapshots - 1) // (frames - last)
    return np.concatenate([growing, np.full(last, snapshots - 1)])


def _sheet(path: Path) -> np.ndarray | None:
    try:
        with Image.open(path, formats=["PNG"]) as image:
            sheet = np.asarray(image if image.mode in ("L", "RGB") else image.convert("RGB"))
    except FileNotFoundError:
        return None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"The snapshot {path.name} of this run is damaged.") from error
    if sheet.shape[0] % ROWS or sheet.shape[1] % COLUMNS:
        raise ValueError(f"{path.name} is not a sheet of {COLUMNS} x {ROWS} pictures.")
    return sheet if sheet.ndim == 3 else sheet[..., None]


def _chosen(sheet: np.ndarray, column: int | None) -> np.ndarray:
    # column k of a sheet shows class k; its six pictures are arranged in a block
    if column is None:
        return sheet
    height, width = sheet.shape[0] // ROWS, sheet.shape[1] // COLUMNS
    pictures = sheet[:, column * width : (column + 1) * width].reshape(ROWS, height, width, -1)
    rows = ROWS // CLASS_COLUMNS
    block = pictures.reshape(rows, CLASS_COLUMNS, height, width, -1).swapaxes(1, 2)
    return np.ascontiguousarray(block).reshape(rows * height, CLASS_COLUMNS * width, -1)


def _has_classes(folder: Path) -> bool:
    try:
        return read_config(folder).classes > 0
    except (OSError, ValueError) as error:
        raise ValueError(f"The settings of the run in {folder.name} cannot be read.") from error
