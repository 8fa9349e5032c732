"""Frames to export, and independent decoders of the exported files."""

import io
import subprocess
import zipfile
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from PIL import Image, ImageSequence

from gan.media import export as media
from gan.media.formats import format_of
from gan.media.writer import ExportSettings

SUFFIX = {"apng": ".png", "sprite": ".png"}


def export(frames, path, *, format=None, fps=25, count=None, sample=(), on_frame=None, stop=None,
           **settings):  # fmt: skip
    """Export with settings given by keywords; the format is that of the suffix by default."""
    count = len(frames) if count is None and hasattr(frames, "__len__") else count or 0
    settings = ExportSettings(format or format_of(Path(path)), fps, count, **settings)
    return media.export(frames, path, settings, sample=sample, on_frame=on_frame, stop=stop)


def name(format: str) -> str:
    """Return a file name with the suffix of this format."""
    return f"a{SUFFIX.get(format, f'.{format}')}"


def noise(count: int, height: int = 64, width: int = 64, channels: int = 1):
    """Yield random frames that contain every level from 0 to 255."""
    rng = np.random.default_rng(0)
    for _ in range(count):
        levels = np.arange(height * width * channels).astype(np.uint8)
        yield rng.permutation(levels).reshape(height, width, channels)


def blobs(count: int, height: int = 64, width: int = 64, channels: int = 1):
    """Yield frames of a soft spot that moves in a circle."""
    y, x = np.mgrid[0:height, 0:width]
    for angle in 2 * np.pi * np.arange(count) / count:
        centre = height * (0.5 + 0.3 * np.sin(angle)), width * (0.5 + 0.3 * np.cos(angle))
        spot = np.exp(-((y - centre[0]) ** 2 + (x - centre[1]) ** 2) / (0.02 * height * width))
        shades = [spot, np.roll(spot, 9, axis=0), np.roll(spot, 9, axis=1)][:channels]
        yield np.rint(255 * np.stack(shades, axis=-1)).astype(np.uint8)


def rgb(frames) -> np.ndarray:
    """Return frames as uint8 (n, H, W, 3)."""
    return np.stack([np.broadcast_to(f, (*f.shape[:2], 3)) for f in frames])


def read_animation(path):
    """Return RGB frames (n, H, W, 3), durations in ms and the loop count, decoded by Pillow."""
    with Image.open(path) as image:
        loop, frames, durations = image.info.get("loop"), [], []
        for frame in ImageSequence.Iterator(image):
            frames.append(np.array(frame.convert("RGB")))
            durations.append(frame.info["duration"])
    return np.stack(frames), durations, loop


def read_film(path):
    """Return RGB frames (n, H, W, 3) and metadata, decoded by ffmpeg."""
    rounding = ["-sws_flags", "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"]
    reader = imageio_ffmpeg.read_frames(str(path), pix_fmt="rgb24", output_params=rounding)
    meta = next(reader)
    width, height = meta["size"]
    frames = [np.frombuffer(f, np.uint8).reshape(height, width, 3) for f in reader]
    return np.stack(frames), meta


def about(path) -> str:
    """Return how ffmpeg describes a file and its streams."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path)]
    return subprocess.run(command, capture_output=True, text=True).stderr


def tags(path) -> str:
    """Return the tags of a video in ffmpeg's text format."""
    program = imageio_ffmpeg.get_ffmpeg_exe()
    done = subprocess.run(
        [program, "-v", "error", "-i", str(path), "-f", "ffmetadata", "-"],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    return done.stdout


def read_zip(path):
    """Return RGB frames (n, H, W, 3), decoded by Pillow, and all names in the archive."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        pictures = [name for name in names if name.endswith(".png")]
        images = [Image.open(io.BytesIO(archive.read(name))).convert("RGB") for name in pictures]
    return np.stack([np.array(image) for image in images]), names


def read_sheet(path, shape, count: int) -> np.ndarray:
    """Return the frames of shape (H, W, C) of a sprite sheet as RGB (n, H, W, 3)."""
    with Image.open(path) as image:
        sheet = np.array(image.convert("RGB"))
    height, width = shape[:2]
    rows, columns = sheet.shape[0] // height, sheet.shape[1] // width
    assert sheet.shape[:2] == (rows * height, columns * width)
    frames = sheet.reshape(rows, height, columns, width, 3).swapaxes(1, 2)
    return frames.reshape(-1, height, width, 3)[:count]


def read(format: str, path, shape, count: int) -> np.ndarray:
    """Return the frames of any exported file as RGB (n, H, W, 3)."""
    if format in ("mp4", "webm"):
        return read_film(path)[0]
    if format == "zip":
        return read_zip(path)[0]
    if format == "sprite":
        return read_sheet(path, shape, count)
    return read_animation(path)[0]
