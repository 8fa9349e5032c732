"""Colour maps for grey pictures, 256 colours each.

Each map interpolates control points (lightness, chroma, hue) in Oklab's polar form (Ottosson 2020,
"A perceptual color space for image processing") at evenly spaced lightness. Equal differences of
level look equal (Kovesi 2015, "Good colour maps: how to design them"), also without colour.
"""

from collections.abc import Mapping

import numpy as np


def _map(*points: tuple[float, float, float]) -> np.ndarray:
    """Return sRGB uint8 (256,3) through points (lightness 0..1, chroma, hue in degrees)."""
    lightness, chroma, hue = np.array(points).T
    angle = np.radians(hue)
    even = np.linspace(lightness[0], lightness[-1], 256)
    a = np.interp(even, lightness, chroma * np.cos(angle))
    b = np.interp(even, lightness, chroma * np.sin(angle))
    return _srgb(even, _smooth(a), _smooth(b))


def _smooth(curve: np.ndarray) -> np.ndarray:
    """Smooth a curve, keeping its ends."""
    width = 24
    mirrored = np.pad(curve, width, mode="reflect", reflect_type="odd")
    kernel = np.hanning(2 * width + 3)[1:-1]
    return np.convolve(mirrored, kernel / kernel.sum(), mode="valid")


def _srgb(lightness: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Convert Oklab to sRGB uint8 (n,3), clipping colours out of gamut."""
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    linear = np.stack([red, green, blue], axis=-1).clip(0, 1)
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(255 * curved).astype(np.uint8)


_GREY = np.arange(256, dtype=np.uint8)[:, None].repeat(3, axis=1)

COLOURS: Mapping[str, np.ndarray] = {
    "grey": _GREY,
    "inverted": _GREY[::-1].copy(),
    "ember": _map(
        (0.13, 0.02, 310), (0.32, 0.13, 345), (0.58, 0.2, 30), (0.8, 0.16, 70), (0.97, 0.07, 100),
    ),
    "ocean": _map(
        (0.14, 0.03, 275), (0.36, 0.12, 262), (0.6, 0.12, 232), (0.82, 0.1, 195), (0.98, 0.03, 170),
    ),
    "meadow": _map(
        (0.15, 0.04, 300), (0.35, 0.09, 265), (0.55, 0.09, 195), (0.76, 0.16, 145),
        (0.95, 0.16, 105),
    ),
    "neon": _map(
        (0.13, 0.04, 285), (0.38, 0.19, 285), (0.6, 0.24, 335), (0.8, 0.13, 20), (0.97, 0.04, 80),
    ),
}  # fmt: skip
for _table in COLOURS.values():
    _table.flags.writeable = False
