"""How a run learned, as a film: the same latents through one snapshot after another.

Snapshots are kept evenly in the ratio of their steps (gan/runs/run.py), so each is shown as long as
any other: the quick beginning is not over in an instant.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from PIL import Image

from gan.config import Config
from gan.media.embedded import TEXT_MAX
from gan.media.export import export
from gan.media.frame_style import Look
from gan.recipes import clip_fields as rules
from gan.recipes import fields
from gan.runs.snapshots import COLUMNS, ROWS, snapshot_steps
from gan.storage.layout import CONFIG, snapshot_picture_path

VERSION = 1
MARK = "latent_studio_growth"
LAST_S = 1.0  # the last snapshot is held for so long
CLASS_COLUMNS = 3  # the pictures of one class, 3 beside each other
_FIELDS = MappingProxyType(
    {
        "seconds": rules.Number(2, 120),
        "fps": rules.Rate(),
        "format": rules.CLIP["format"],
        "scale": rules.CLIP["scale"],
        "caption": rules.Flag(),
    }
)


@dataclass(frozen=True)
class FilmRecipe:
    """A film of a run's snapshots.

    `model`: "mnist" or "run:<name>". `seconds`: 2 to 120, the last snapshot's one second among
    them. `column`: 0 to 9, the pictures of one class only; None: of all. `caption`: whether the
    step stands below the picture. `format`: one of `kinds.KINDS`.
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
        """How many the film has."""
        return max(2, round(self.seconds * self.fps))

    @classmethod
    def from_json(cls, data: Any) -> FilmRecipe:
        """Checked from what `json.loads` gave; unknown fields are left aside.

        Raises:
            RecipeError: a field is missing or wrong, or a newer version made it.
        """
        rules.version(data, MARK, VERSION, "a film of a training run")
        column = data.get("column")
        if column is not None:
            column = rules.Whole(0, COLUMNS - 1).take(column, "The recipe's column")
        taken = rules.taken(data, _FIELDS)
        return cls(fields.name(data.get("model")), column=column, **taken)

    @classmethod
    def from_text(cls, text: str) -> FilmRecipe:
        """From JSON. Raises RecipeError: too long, not JSON, or see `from_json`."""
        return cls.from_json(fields.load(text, TEXT_MAX))

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        data = {MARK: VERSION, "model": self.model, "column": self.column}
        return data | {name: rules.tidy(getattr(self, name)) for name in _FIELDS}

    def to_text(self) -> str:
        """Compact JSON in printable ASCII that may stand in XML."""
        return fields.compact(self.to_json())


def frames(folder: Path | str, recipe: FilmRecipe) -> Iterator[np.ndarray]:
    """The film's frames from a folder with snapshots, uint8 (H,W,c), dressed; one in memory.

    Raises:
        ValueError: the run kept too few snapshots, one is damaged, or there are no classes.
    """
    folder = Path(folder)
    steps = snapshot_steps(folder)
    if len(steps) < 2:
        raise ValueError(
            f"The run {folder.name} has kept {len(steps)} snapshots so far, and a film needs 2: "
            "train on, then save it."
        )
    if recipe.column is not None and not _has_classes(folder):
        raise ValueError("This run knows no classes: leave column out, to film all its pictures.")
    return _dressed(folder, steps, recipe)


def render(
    recipe: FilmRecipe,
    folder: Path | str,
    path: Path | str,
    on_frame: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
) -> Path:
    """Write the film of a folder's snapshots to `path`, its recipe inside; return it.

    on_frame, stop: see `gan.media.export.export`, which also says what is raised, beside `frames`.
    """
    return export(
        frames(folder, recipe),
        path,
        fps=recipe.fps,
        kind=recipe.format,
        note=recipe.to_text(),
        count=recipe.frames,
        on_frame=on_frame,
        stop=stop,
    )


def shown(snapshots: int, frames: int, fps: float) -> np.ndarray:
    """Which snapshot each frame shows, int (frames,): in order, the last one for LAST_S seconds."""
    last = min(round(LAST_S * fps), frames // 2) or 1
    growing = np.arange(frames - last) * (snapshots - 1) // (frames - last)
    return np.concatenate([growing, np.full(last, snapshots - 1)])


def _dressed(folder: Path, steps: list[int], recipe: FilmRecipe) -> Iterator[np.ndarray]:
    now, frame, shape = -1, None, None
    for index in shown(len(steps), recipe.frames, recipe.fps):
        if index != now:
            now = index
            sheet = _sheet(snapshot_picture_path(folder, steps[index]))
            # a run that goes on training thins its snapshots: the one before stands in
            if sheet is not None:
                if shape not in (None, sheet.shape):
                    raise ValueError(f"The snapshots of {folder.name} are not all of one size.")
                shape = sheet.shape
                caption = f"step {steps[index]:,}" if recipe.caption else ""
                frame = Look(recipe.scale, caption=caption).dress(_chosen(sheet, recipe.column))
        if frame is not None:
            yield frame


def _sheet(path: Path) -> np.ndarray | None:
    try:
        with Image.open(path, formats=["PNG"]) as image:
            sheet = np.asarray(image if image.mode in ("L", "RGB") else image.convert("RGB"))
    except FileNotFoundError:
        return None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"The snapshot {path.name} of this run is damaged.") from error
    if sheet.shape[0] % ROWS or sheet.shape[1] % COLUMNS:
        raise ValueError(f"{path.name} is no sheet of {COLUMNS} x {ROWS} pictures.")
    return sheet if sheet.ndim == 3 else sheet[..., None]


def _chosen(sheet: np.ndarray, column: int | None) -> np.ndarray:
    # column k of a sheet shows class k: its six pictures, set closer together
    if column is None:
        return sheet
    height, width = sheet.shape[0] // ROWS, sheet.shape[1] // COLUMNS
    pictures = sheet[:, column * width : (column + 1) * width].reshape(ROWS, height, width, -1)
    rows = ROWS // CLASS_COLUMNS
    block = pictures.reshape(rows, CLASS_COLUMNS, height, width, -1).swapaxes(1, 2)
    return np.ascontiguousarray(block).reshape(rows * height, CLASS_COLUMNS * width, -1)


def _has_classes(folder: Path) -> bool:
    try:
        return Config.from_json(json.loads((folder / CONFIG).read_text())).classes > 0
    except (OSError, ValueError) as error:
        raise ValueError(f"The settings of the run in {folder.name} cannot be read.") from error
