"""Export frames to a file, with one frame in memory at a time.

To add a format, write a Writer in `gan/media/ffmpeg.py`, `animations.py` or `stills.py`, and add it
to WRITERS and to `gan/media/formats.py`.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from uuid import uuid4

import numpy as np

from gan.media import embedded
from gan.media.animations import Apng, Webp
from gan.media.ffmpeg import COMMANDS, Ffmpeg
from gan.media.frame_style import FrameStyle
from gan.media.palettes import common_palette
from gan.media.stills import PngZip, SpriteSheet
from gan.media.writer import ExportError, ExportSettings, Output, Writer

WRITERS: Mapping[str, Callable[[Output], Writer]] = {
    **{format: partial(Ffmpeg, command=command) for format, command in COMMANDS.items()},
    "webp": Webp,
    "apng": Apng,
    "zip": PngZip,
    "sprite": SpriteSheet,
}


def export(
    frames: Iterable[np.ndarray],
    path: str | Path,
    settings: ExportSettings,
    *,
    sample: Sequence[np.ndarray] = (),
    on_frame: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
) -> Path:
    """Write frames to `path`, whatever its suffix, and return it.

    frames: uint8 (h,w,1) grey or (h,w,3) RGB, all of one shape. sample: runs of successive frames,
    uint8 (n,h,w,3), from which a colour GIF chooses its palette (see `gan.media.palettes`).
    on_frame: called with the number of frames written; may raise to stop. stop: ends the export
    when set, also while the encoder is finishing.

    GIF, WebP, APNG, ZIP and sprite sheet store exactly `settings.style.apply(frame)`, except that a
    GIF reduces colour frames to 256 colours. MP4 is H.264 and WebM is VP9, both yuv420p; an odd
    side is extended by one pixel that repeats its edge. Equal input gives equal bytes.

    Raises ValueError (a bad frame, the wrong number of frames, too large a picture), ExportError
    (the file could not be written), Stopped, or whatever `frames` and `on_frame` raise. After any
    error the encoder is stopped, no new file is left and an existing file at `path` is unchanged.
    """
    path, style = Path(path), settings.style
    partial_path = path.with_name(f".{uuid4().hex}.part")
    writer = shape = None
    try:
        for index, frame in enumerate(frames):
            shape = _check_frame(frame, index, shape)
            levels = style.levels(frame)
            if levels is frame:  # the caller may reuse its buffer
                levels = frame.copy()
            with _disk_errors(path):
                if writer is None:
                    settings.size(shape)
                    common = common_of(settings, shape, sample)
                    output = Output(partial_path, settings, levels, common, stop)
                    output.check_stop()
                    writer = WRITERS[settings.format](output)
                writer.write(levels)
            output.check_stop()
            if on_frame:
                on_frame(index + 1)
        if writer is None:
            raise ValueError("There are no frames to export.")
        if settings.format == "sprite" and index + 1 != settings.frames:
            raise ValueError(f"There are {index + 1} frames, not {settings.frames}.")
        with _disk_errors(path):
            writer.finish()
            if settings.note is not None and settings.format in embedded.APPENDED:
                embedded.append(partial_path, settings.format, settings.note)
            output.check_stop()
            partial_path.replace(path)
    except BaseException:
        if writer:
            writer.abort()
        partial_path.unlink(missing_ok=True)
        raise
    return path


def common_of(
    settings: ExportSettings, shape: tuple[int, int, int], sample: Sequence[np.ndarray]
) -> np.ndarray | None:
    """Return the common palette of a colour GIF chosen from `sample`; None: one per frame."""
    if settings.format != "gif" or shape[2] != 3 or not len(sample):
        return None
    style = settings.style
    small = FrameStyle(min(style.scale, 2), style.smooth, min(style.border, 1), style.caption)
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
