"""Frames to a file people can keep, one frame in memory at a time.

A new format is one writer in `gan/media/ffmpeg.py`, `animations.py` or `stills.py`, one line in
WRITERS, and what it can hold in `gan/media/formats.py`.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from uuid import uuid4

import numpy as np

from gan.media import embedded
from gan.media.animations import Apng, Webp
from gan.media.ffmpeg import COMMANDS, Ffmpeg
from gan.media.formats import KINDS, SIDE_MAX, check_fps, check_kind
from gan.media.frame_style import Look
from gan.media.palettes import common_palette
from gan.media.stills import PngZip, SpriteSheet, sheet
from gan.media.writer import ExportError, Target, Writer

LOOPS_MAX = 1000
APPENDED = frozenset({"gif", "webp", "apng", "sprite"})  # get their note when all else is there

WRITERS: Mapping[str, Callable[[Target], Writer]] = MappingProxyType(
    {
        **{kind: partial(Ffmpeg, command=command) for kind, command in COMMANDS.items()},
        "webp": Webp,
        "apng": Apng,
        "zip": PngZip,
        "sprite": SpriteSheet,
    }
)


def export(
    frames: Iterable[np.ndarray],
    path: str | Path,
    *,
    fps: float,
    kind: str | None = None,
    look: Look = Look(),  # noqa: B008 (frozen)
    loops: int = 0,
    count: int | None = None,
    sample: Sequence[np.ndarray] = (),
    note: str | None = None,
    on_frame: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
) -> Path:
    """Stream frames into `path`, dressed by `look`; return it.

    frames: uint8 (H, W, 1) grey or (H, W, 3) RGB, 0 to 255, all of one shape. kind: one of KINDS;
    left out, by the suffix (.gif .mp4 .webm .webp .apng .zip, and .png for a sprite sheet).
    loops: how often a GIF, WebP or APNG plays, 0 for ever; the others leave that to the player.
    count: how many frames there are; a sprite sheet needs it unless `frames` has a length.
    sample: runs of frames, uint8 (n, H, W, 3) each, from all over the clip: a colour GIF chooses
    its palette by them (see `gan.media.palettes`). note: a recipe's text for the file to carry.
    on_frame: told how many frames are written; may raise to stop. stop: looked at all the time,
    while the encoder works off its last frames too.

    GIF, WebP, APNG, ZIP and sprite sheet hold exactly `look.dress(frame)`, but a GIF of colour
    frames only their nearest of 256 colours. MP4 is H.264 and WebM is VP9, both yuv420p; an odd
    side gains one pixel, a copy of its edge. The same input makes the same bytes.

    Whatever is raised, here or by `frames` or `on_frame`, the encoder is stopped, no new file is
    left and an older one at `path` is untouched. ValueError: a bad frame (named by index), no
    frames, kind, fps, loops or size. ExportError: the file could not be written. Stopped.
    """
    path = Path(path)
    kind = check_kind(kind) if kind else kind_of(path)
    rate = check_fps(kind, fps)
    check_loops(loops)
    if count is None and hasattr(frames, "__len__"):
        count = len(frames)
    partial_path = path.with_name(f".{uuid4().hex}.part")
    writer = shape = None
    try:
        for index, frame in enumerate(frames):
            shape = _check_frame(frame, index, shape)
            levels = look.levels(frame)
            if levels is frame:  # it may change as soon as the next one is asked for
                levels = frame.copy()
            with _disk_errors(path):
                if writer is None:
                    check_size(kind, look, shape, count)
                    target = Target(
                        partial_path,
                        levels,
                        rate,
                        palette=look.palette,
                        smooth=look.smooth and look.scale > 1,
                        loops=loops,
                        count=count,
                        common=common_of(kind, look, shape, sample),
                        note=note,
                        stop=stop,
                    )
                    target.check_stop()
                    writer = WRITERS[kind](target)
                writer.write(levels)
            target.check_stop()
            if on_frame:
                on_frame(index + 1)
        if writer is None:
            raise ValueError("There are no frames to export.")
        if kind == "sprite" and index + 1 != count:
            raise ValueError(f"There are {index + 1} frames, not {count}.")
        with _disk_errors(path):
            writer.finish()
            if note is not None and kind in APPENDED:
                embedded.append(partial_path, kind, note)
            target.check_stop()
            partial_path.replace(path)
    except BaseException:
        if writer:
            writer.abort()
        partial_path.unlink(missing_ok=True)
        raise
    return path


def kind_of(path: Path) -> str:
    """The kind a file's suffix names. Raises ValueError, listing the suffixes."""
    kinds = {f".{kind}": kind for kind in KINDS if kind != "sprite"} | {".png": "sprite"}
    suffix = path.suffix.lower()
    if suffix not in kinds:
        raise ValueError(f"The name {path.name!r} must end in one of {', '.join(kinds)}.")
    return kinds[suffix]


def check_loops(loops: int) -> None:
    """Raises ValueError for other than a whole number from 0 (for ever) to 1000."""
    whole = isinstance(loops, int | np.integer) and not isinstance(loops, bool)
    if not whole or not 0 <= loops <= LOOPS_MAX:
        raise ValueError(
            f"The loop count must be a whole number from 0 to {LOOPS_MAX}, not {loops!r}."
        )


def check_size(kind: str, look: Look, shape: tuple[int, int, int], count: int | None) -> None:
    """Raises ValueError, with a sentence, for a picture or a sheet that no program would open."""
    height, width, channels = look.size(*shape)
    if max(height, width) > SIDE_MAX:
        raise ValueError(
            f"The picture would be {width:,} x {height:,} px, and {SIDE_MAX:,} px a side is the "
            "most."
        )
    if kind == "sprite":
        sheet((height, width, channels), count)


def common_of(
    kind: str, look: Look, shape: tuple[int, int, int], sample: Sequence[np.ndarray]
) -> np.ndarray | None:
    """The colours of a colour GIF, from `sample`; None: each frame's own, or another file."""
    if kind != "gif" or shape[2] != 3 or not len(sample):
        return None
    small = Look(min(look.scale, 2), look.smooth, min(look.border, 1), look.caption)
    return common_palette([np.stack([small.levels(one) for one in run]) for run in sample])


@contextlib.contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExportError(f"Could not write {path}: {error.strerror or error}.") from error


def _check_frame(frame: np.ndarray, index: int, shape: tuple[int, ...] | None) -> tuple[int, ...]:
    fits = isinstance(frame, np.ndarray) and frame.dtype == np.uint8 and frame.ndim == 3
    if not fits or frame.shape[2] not in (1, 3) or not frame.size:
        raise ValueError(f"Frame {index} is not a uint8 array of shape (H, W, 1) or (H, W, 3).")
    if shape not in (None, frame.shape):
        raise ValueError(f"Frame {index} has shape {frame.shape}, but the first had {shape}.")
    return frame.shape
