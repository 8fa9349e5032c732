"""A visitor's clip, from the wish as it came from the page to the finished file.

Nothing here trusts the page: a `Clip` exists only if all of it can be drawn, and whatever is wrong
becomes a ValueError whose text is a sentence for the visitor.
"""

from __future__ import annotations

import base64
import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gan.export import check_fps, export
from gan.latents import SEED_MAX, latent
from gan.paths import KEY_COUNT, label_weights, make_path
from gan.recipe_fields import WEIGHT_LIMIT, Z_LIMIT

if TYPE_CHECKING:
    from demo.studio import Studio
    from gan.generator import Generator

FORMATS = ("gif", "mp4", "zip")
PREVIEW_FRAMES = 240
PREVIEW_BYTES = 1_500_000
BATCH = 16  # images drawn between two chances to cancel


class Cancelled(Exception):
    """The visitor asked for the export to stop."""


@dataclass(frozen=True)
class Made:
    """A finished file and what is in it."""

    path: Path
    frames: int
    seconds: float
    size: int


@dataclass(frozen=True)
class Clip:
    """A closed path through a model's latents: z of every frame, and class weights if it has any.

    `keys` and `classes` are the keyframes themselves, float32 (k,z_dim) and (k,classes) or None;
    `name` is for a file, without its suffix.
    """

    generator: Generator
    keys: np.ndarray
    classes: np.ndarray | None
    z: np.ndarray
    weights: np.ndarray | None
    name: str

    @classmethod
    def read(cls, studio: Studio, wish: Any, frames: int | None = None) -> Clip:
        """From {"model", "keys": [{"seed" or "z", "label" or "weights"}], "path", "frames"}.

        frames: instead of what the wish says, for a preview.

        Raises:
            ValueError: no such model, or something in the wish makes no sense.
        """
        generator = _generator(studio, wish)
        model, path = wish["model"], str(wish.get("path"))[:20]
        if frames is None:
            frames = _whole(wish.get("frames"), 2, studio.settings.max_frames, "number of frames")
        keys, classes = _keyframes(generator, wish.get("keys"))
        z = make_path(path, keys, frames)
        weights = None if classes is None else _blended(classes, frames)
        safe = "".join(c if c.isalnum() and c.isascii() else "-" for c in model)
        return cls(generator, keys, classes, z, weights, f"latent-studio-{safe}-{path}-{frames}f")

    def frames(self) -> Iterator[np.ndarray]:
        """The pictures one by one, uint8 (h,w,c), drawn a few at a time."""
        for i in range(0, len(self.z), BATCH):
            weights = None if self.weights is None else self.weights[i : i + BATCH]
            yield from self.generator.sample(self.z[i : i + BATCH], weights)


def preview(studio: Studio, wish: Any) -> dict[str, Any]:
    """What the page plays: all frames and the keyframes' thumbnails, base64 of raw uint8.

    Longer clips are thinned to PREVIEW_FRAMES, and to PREVIEW_BYTES for large pictures; the
    page plays them over the same time.

    Raises:
        ValueError: see `Clip.read`.
    """
    generator = _generator(studio, wish)
    wanted = _whole(wish.get("frames"), 2, studio.settings.max_frames, "number of frames")
    height, width, channels = generator.shape
    fit = max(2, PREVIEW_BYTES // (height * width * channels))
    clip = Clip.read(studio, wish, frames=min(wanted, PREVIEW_FRAMES, fit))
    thumbs = generator.sample(clip.keys, clip.classes)
    frames = generator.sample(clip.z, clip.weights)
    return {
        "width": width,
        "height": height,
        "channels": channels,
        "z_dim": generator.z_dim,
        "classes": generator.classes,
        "count": len(frames),
        "frames": base64.b64encode(frames.tobytes()).decode(),
        "thumbs": base64.b64encode(thumbs.tobytes()).decode(),
    }


def make_file(
    studio: Studio,
    wish: Any,
    folder: Path,
    on_frame: Callable[[int, int], None],
    stop: threading.Event,
) -> Made:
    """Write the clip into `folder`. The wish also says "fps", "format" and "scale".

    on_frame: told (frames written, frames in all) after each. stop: set, it ends the work at the
    next frame.

    Raises:
        ValueError: the wish makes no sense, or asks for more than the server allows.
        Cancelled: `stop` was set; no file is left.
        gan.export.ExportError: the file could not be written.
    """
    clip, kind = Clip.read(studio, wish), wish.get("format")
    if kind not in FORMATS:
        raise ValueError("Choose GIF, MP4 or PNG frames as the format.")
    fps = wish.get("fps")
    if isinstance(fps, bool) or not isinstance(fps, int | float) or not math.isfinite(fps):
        raise ValueError("Frames a second must be a number.")
    rate = check_fps(kind, fps)
    side = max(clip.generator.shape[:2])
    most = max(1, studio.settings.max_side_px // side)
    scale = _whole(wish.get("scale"), 1, most, f"enlargement (of {side} px)")

    def step(done: int) -> None:
        if stop.is_set():
            raise Cancelled
        on_frame(done, len(clip.z))

    path = folder / f"{clip.name}.{kind}"
    export(clip.frames(), path, fps=fps, scale=scale, on_frame=step)
    if stop.is_set():
        path.unlink()
        raise Cancelled
    return Made(path, len(clip.z), float(len(clip.z) / rate), path.stat().st_size)


def _generator(studio: Studio, wish: Any) -> Generator:
    if not isinstance(wish, dict) or not isinstance(wish.get("model"), str):
        raise ValueError("The clip did not arrive whole; reload the page and try again.")
    return studio.generator(wish["model"])


def _keyframes(generator: Generator, given: Any) -> tuple[np.ndarray, np.ndarray | None]:
    if not isinstance(given, list) or not KEY_COUNT[0] <= len(given) <= KEY_COUNT[1]:
        raise ValueError("A clip needs {} to {} keyframes.".format(*KEY_COUNT))
    keys, classes = [], []
    for number, key in enumerate(given, 1):
        key = key if isinstance(key, dict) else {}
        own = key.get("z")
        # a latent made for another model gives way to the key's seed, where it has one
        strange = isinstance(own, list) and len(own) != generator.z_dim
        if own is None or (strange and "seed" in key):
            seed = _whole(key.get("seed"), 0, SEED_MAX, f"seed of keyframe {number}")
            keys.append(latent(seed, generator.z_dim))
        else:
            keys.append(_latent(own, generator.z_dim, number))
        if generator.classes:
            classes.append(_class_weights(key, generator.classes, number))
    return np.stack(keys), np.stack(classes) if classes else None


def _class_weights(key: dict[str, Any], classes: int, number: int) -> np.ndarray:
    own = key.get("weights")
    # like the latent, another model's blend gives way to the key's class
    strange = isinstance(own, list) and len(own) != classes
    if own is None or (strange and "label" in key):
        label = _whole(key.get("label"), 0, classes - 1, f"class of keyframe {number}")
        return np.eye(1, classes, label, np.float32)[0]
    if not isinstance(own, list) or strange:
        raise ValueError(f"Keyframe {number} needs {classes} class weights, or one class.")
    return _numbers(own, WEIGHT_LIMIT, number)


def _blended(classes: np.ndarray, frames: int) -> np.ndarray:
    """Class weights of every frame, (frames,classes): linear from keyframe to keyframe."""
    shares = label_weights(range(len(classes)), frames, len(classes))  # of the keyframes
    return (shares.astype(np.float64) @ classes.astype(np.float64)).astype(np.float32)


def _latent(given: Any, z_dim: int, number: int) -> np.ndarray:
    if not isinstance(given, list) or len(given) != z_dim:
        raise ValueError(f"Keyframe {number} was made for another model; give it a seed instead.")
    return _numbers(given, Z_LIMIT, number)


def _numbers(given: list[Any], limit: float, number: int) -> np.ndarray:
    for value in given:
        good = isinstance(value, int | float) and not isinstance(value, bool)
        if not good or not abs(value) <= limit:  # nan compares false
            raise ValueError(
                f"Keyframe {number} holds something that is not a number between "
                f"-{limit:.0f} and {limit:.0f}."
            )
    return np.array(given, np.float32)


def _whole(given: Any, low: int, high: int, what: str) -> int:
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int) or not low <= given <= high:
        raise ValueError(f"The {what} must be a whole number from {low} to {high}.")
    return given
