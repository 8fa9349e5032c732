"""Frames to a file people can keep: GIF, MP4 or a ZIP of PNGs, one frame in memory at a time.

imageio's writers hide ffmpeg's exit status and Pillow's GIF writer keeps every frame, so ffmpeg
(the binary imageio-ffmpeg brings) is run here: a full disk is then an error, never a torn file.
A new format is one function (path, shape, rate) -> writer and one line in FORMATS.
"""

import contextlib
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from types import MappingProxyType
from uuid import uuid4

import imageio_ffmpeg
import numpy as np
from PIL import Image

GIF_FPS = (10, 12.5, 20, 25, 100 / 3, 50)
MP4_FPS = (1, 60)


class ExportError(RuntimeError):
    """The file could not be written: disk full, no such folder, no encoder, encoder died."""


def export(
    frames: Iterable[np.ndarray],
    path: str | Path,
    *,
    fps: float,
    scale: int = 1,
    on_frame: Callable[[int], None] | None = None,
) -> Path:
    """Stream frames into `path`, whose suffix (.gif, .mp4, .zip) names the format; return it.

    frames: uint8 (H, W, 1) grey or (H, W, 3) RGB, 0 to 255, all of one shape. scale: whole
    nearest-neighbour enlargement. on_frame: told how many frames are written; may raise to stop.

    GIF loops for ever; grey is exact, colour gets 256 colours a frame. MP4 is H.264 yuv420p; an
    odd side gains one pixel, a copy of its edge. ZIP holds exact frame_00000.png and on.

    Whatever is raised, here or by `frames` or `on_frame`, the encoder is stopped, no new file is
    left and an older one at `path` is untouched. ValueError: a bad frame (named by index), no
    frames, suffix, fps or scale. ExportError: the file could not be written.
    """
    path = Path(path)
    kind = path.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise ValueError(f"The name {path.name!r} must end in one of .{', .'.join(FORMATS)}.")
    rate = check_fps(kind, fps)
    if not isinstance(scale, int | np.integer) or scale < 1:
        raise ValueError(f"The scale must be a whole number of at least 1, not {scale!r}.")
    partial = path.with_name(f".{uuid4().hex}.part")
    writer = shape = None
    try:
        for index, frame in enumerate(frames):
            shape = _check_frame(frame, index, shape)
            # Columns first: the second repeat then copies whole rows, four times as fast.
            frame = frame.repeat(scale, axis=1).repeat(scale, axis=0)
            with _disk_errors(path):
                writer = writer or FORMATS[kind](partial, frame.shape, rate)
                writer.write(frame)
            if on_frame:
                on_frame(index + 1)
        if writer is None:
            raise ValueError("There are no frames to export.")
        with _disk_errors(path):
            writer.finish()
            partial.replace(path)
    except BaseException:
        if writer:
            writer.abort()
        partial.unlink(missing_ok=True)
        raise
    return path


def check_fps(kind: str, fps: float) -> Fraction:
    """The exact frame rate a format ("gif", "mp4", "zip") will use for `fps` frames a second.

    GIF counts whole hundredths of a second: only GIF_FPS (33.3 will do for 100/3). MP4: 1 to 60.
    A ZIP keeps no time: any positive number. Raises ValueError naming the allowed values.
    """
    try:
        rate = Fraction(float(fps)).limit_denominator(1001)
    except (TypeError, ValueError, OverflowError):
        rate = Fraction(0)
    if kind == "gif":
        for allowed in GIF_FPS:
            if abs(rate - Fraction(allowed)) < 0.05:
                return Fraction(100, round(100 / allowed))
        listed = ", ".join(f"{allowed:.3g}" for allowed in GIF_FPS)
        raise ValueError(f"A GIF plays at {listed} frames a second, not {fps}.")
    if kind == "mp4" and not MP4_FPS[0] <= rate <= MP4_FPS[1]:
        raise ValueError("An MP4 plays at {} to {} frames a second, not {}.".format(*MP4_FPS, fps))
    if rate <= 0:
        raise ValueError(f"Frames a second must be a positive number, not {fps}.")
    return rate


class _Ffmpeg:
    def __init__(self, path: Path, shape: tuple[int, ...], rate: Fraction, options: str) -> None:
        pixels = "gray" if shape[2] == 1 else "rgb24"
        source = f"-f rawvideo -pix_fmt {pixels} -s {shape[1]}x{shape[0]} -r {rate} -i pipe:0"
        try:
            program = imageio_ffmpeg.get_ffmpeg_exe()
        except RuntimeError as error:
            raise ExportError("There is no ffmpeg for this machine in imageio-ffmpeg.") from error
        command = [program, "-v", "error", *source.split(), *options.split(), "-y", f"file:{path}"]
        with contextlib.ExitStack() as failing:
            # Not a pipe: one that nobody reads can fill up and stop ffmpeg for ever.
            self._log = failing.enter_context(tempfile.TemporaryFile())
            self._process = Popen(command, stdin=PIPE, stdout=DEVNULL, stderr=self._log)
            failing.pop_all()

    def write(self, frame: np.ndarray) -> None:
        try:
            self._process.stdin.write(np.ascontiguousarray(frame))
        except BrokenPipeError:
            self.finish()
            raise

    def finish(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        if status := self._process.wait():
            self._log.seek(0)
            said = self._log.readline().decode(errors="replace").rpartition("] ")[2].strip()
            raise ExportError(f"The video encoder stopped: {said or f'exit status {status}'}.")
        self._log.close()

    def abort(self) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()
        with contextlib.suppress(OSError):
            self._process.stdin.close()


class _PngZip:
    def __init__(self, path: Path, shape: tuple[int, ...], rate: Fraction) -> None:
        self._archive, self._count = zipfile.ZipFile(path, "w", zipfile.ZIP_STORED), 0

    def write(self, frame: np.ndarray) -> None:
        picture = Image.fromarray(frame[..., 0] if frame.shape[2] == 1 else frame)
        with self._archive.open(f"frame_{self._count:05d}.png", "w") as file:
            picture.save(file, "PNG")
        self._count += 1

    def finish(self) -> None:
        self._archive.close()

    def abort(self) -> None:
        with contextlib.suppress(OSError):
            self._archive.close()


def _gif(path: Path, shape: tuple[int, ...], rate: Fraction) -> _Ffmpeg:
    if shape[2] == 1:
        return _Ffmpeg(path, shape, rate, "-pix_fmt gray -loop 0 -f gif")
    # No dither: at a whole-number enlargement it would break up the model's own pixels.
    # ffmpeg's frame differences compare across two palettes and leave wrong pixels: both off.
    colours = "split[a][b];[a]palettegen=stats_mode=single:reserve_transparent=0[p];"
    colours += "[b][p]paletteuse=new=1:dither=none -gifflags -offsetting-transdiff"
    return _Ffmpeg(path, shape, rate, f"-filter_complex {colours} -loop 0 -f gif")


def _mp4(path: Path, shape: tuple[int, ...], rate: Fraction) -> _Ffmpeg:
    right, bottom = shape[1] % 2, shape[0] % 2
    even = f"pad=iw+{right}:ih+{bottom},fillborders=right={right}:bottom={bottom}:mode=smear"
    colours = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
    tags = "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv"
    # x264's output depends on its thread count: two, so that every machine writes the same bytes.
    codec = "-c:v libx264 -preset veryfast -tune animation -crf 18 -threads 2 -movflags +faststart"
    filters = f"format=gbrp,{even},{colours}" if right or bottom else colours
    return _Ffmpeg(path, shape, rate, f"-vf {filters} {codec} {tags} -f mp4")


FORMATS = MappingProxyType({"gif": _gif, "mp4": _mp4, "zip": _PngZip})


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
