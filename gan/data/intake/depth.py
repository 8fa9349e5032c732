"""Images of more than 8 bits: all of a collection are scaled to 8 bits by the same range."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

SAMPLE = 100_000  # values per image by which its range is estimated
OUTSIDE = 0.001  # share of values below and above the range, such as hot pixels
FULL = ((0.0, 1.0), (0.0, 255.0), (0.0, 65535.0))  # of floats, floats and integers
TIFF_SAMPLE_FORMAT, UNSIGNED = 339, 1


@dataclass(frozen=True)
class Range:
    """The range of an image's values, whose type is "int" or "float"."""

    kind: str
    low: float
    high: float


def is_deep(image: Image.Image) -> bool:
    """Return whether an image has grey values of 16 or 32 bits."""
    return image.mode.startswith("I") or image.mode == "F"


def read_values(image: Image.Image) -> tuple[Image.Image, Range]:
    """Return the values as float32, in mode "F", and their range.

    Values that are not finite become the lowest or the highest. Raises ValueError if all are.
    """
    values = np.asarray(image)
    unsigned = getattr(image, "tag_v2", {}).get(TIFF_SAMPLE_FORMAT) in (UNSIGNED, (UNSIGNED,))
    if image.mode == "I" and unsigned and values.min() < 0:
        values = values.view(np.uint32)  # Pillow has no mode for it
    values = values.astype(np.float32)
    finite = np.isfinite(values)
    if not finite.all():
        known = values[finite]
        if not known.size:
            raise ValueError("no value is finite")
        values = np.nan_to_num(values, nan=known.min(), neginf=known.min(), posinf=known.max())
    sample = values.ravel()[:: -(-values.size // SAMPLE)]
    low, high = np.quantile(sample, (OUTSIDE, 1 - OUTSIDE), method="nearest")
    kind = "float" if image.mode == "F" else "int"
    return Image.fromarray(values), Range(kind, float(low), float(high))


def common_range(ranges: Sequence[Range]) -> tuple[float, float]:
    """Return the values that become 0 and 255 in all images of a kind.

    They are the full range of the type, 0..65535, or 0..1 or 0..255 for floats, if the values use
    half of it; else the range of the values. A camera of 12 bits uses a sixteenth of 16 bits.
    """
    low, high = min(one.low for one in ranges), max(one.high for one in ranges)
    for full in FULL[:2] if ranges[0].kind == "float" else FULL[2:]:
        if low >= 0 and high <= full[1] and high - low >= full[1] / 2:
            return full
    return low, high


def eight_bits(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Scale float32 values from low..high to uint8 0..255."""
    scale = 255 / (high - low) if high > low else 0.0
    return ((values - low) * scale).clip(0, 255).round().astype(np.uint8)
