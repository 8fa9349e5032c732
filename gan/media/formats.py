"""The file formats of an export and the limits of each."""

import math
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

# format: file suffix
FORMATS: Mapping[str, str] = {
    "gif": ".gif",
    "mp4": ".mp4",
    "webm": ".webm",
    "webp": ".webp",
    "apng": ".png",
    "zip": ".zip",
    "sprite": ".png",
}
SIDE_MAX = 16_383  # pixels; the limit of WebP, and about that of H.264 encoders and browsers

# GIF stores delays in 1/100 s, and browsers slow down a delay of 1/100 s to 1/10 s.
_GIF = (1, 2, 5, 10, 12.5, 20, 25, 100 / 3, 50)
_USUAL = (1, 2, 5, 10, 12.5, 15, 20, 24, 25, 30, 50, 60)
# format: frame rates offered to the user; a GIF supports no others
FPS: Mapping[str, tuple[float, ...]] = {
    format: _GIF if format == "gif" else _USUAL for format in FORMATS
}
TIMED_FPS = (1, 60)  # MP4, WebM, WebP, APNG; browsers slow down APNG and WebP above about 90
UNTIMED_FPS_MAX = 240  # ZIP and sprite sheet, which store no timing

_NAMES = {"mp4": "An MP4", "webm": "A WebM", "webp": "A WebP", "apng": "An APNG"}


def format_of(path: Path) -> str:
    """Return the format of a file's suffix, .png being a sprite sheet. Raises ValueError."""
    formats = {f".{format}": format for format in FORMATS if format != "sprite"}
    formats[".png"] = "sprite"
    suffix = path.suffix.lower()
    if suffix not in formats:
        raise ValueError(f"The name {path.name!r} must end in one of {', '.join(formats)}.")
    return formats[suffix]


def check_fps(format: str, fps: float) -> Fraction:
    """Return the exact frame rate that a format uses for `fps`.

    GIF: one of FPS["gif"] (33.3 stands for 100/3). MP4, WebM, WebP and APNG: 1 to 60; a WebP rounds
    delays to milliseconds without accumulating the error. ZIP and sprite sheet: up to 240.
    Raises ValueError for an unknown format or a rate that it does not support.
    """
    if not isinstance(format, str) or format not in FORMATS:
        raise ValueError(f"There is no format {format!r}: choose one of {', '.join(FORMATS)}.")
    try:
        rate = Fraction(float(fps)).limit_denominator(1001)
    except (TypeError, ValueError, OverflowError):
        rate = Fraction(0)
    given = f"{fps:g}" if isinstance(fps, float) else str(fps)
    if format == "gif":
        for allowed in FPS["gif"]:
            if abs(rate - Fraction(allowed)) < 0.05:
                return Fraction(100, round(100 / allowed))
        listed = ", ".join(f"{allowed:.3g}" for allowed in FPS["gif"])
        raise ValueError(f"A GIF plays at {listed} frames a second, not {given}.")
    if format in _NAMES and not TIMED_FPS[0] <= rate <= TIMED_FPS[1]:
        least, most = TIMED_FPS
        name = _NAMES[format]
        raise ValueError(f"{name} plays at {least} to {most} frames a second, not {given}.")
    if not 0 < rate <= UNTIMED_FPS_MAX:
        raise ValueError(
            f"Frames a second must be above 0 and at most {UNTIMED_FPS_MAX}, not {given}."
        )
    return rate


def sprite_grid(height: int, width: int, frames: int) -> tuple[int, int]:
    """Return (columns, rows) of a sprite sheet, as close to a square as possible.

    Raises ValueError if browsers could not open the sheet.
    """
    wanted = math.ceil(math.sqrt(frames * height / width))
    columns = min(frames, max(1, min(wanted, SIDE_MAX // width)))
    rows = math.ceil(frames / columns)
    if columns * width > SIDE_MAX or rows * height > SIDE_MAX:
        raise ValueError(
            f"A sprite sheet of {frames:,} frames would be {columns * width:,} x "
            f"{rows * height:,} px, and {SIDE_MAX:,} px a side is the most: choose fewer frames, a "
            "smaller size, or PNG frames in a ZIP."
        )
    return columns, rows
