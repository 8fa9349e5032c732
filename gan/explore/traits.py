"""Measurable traits of images, in units that can be checked by eye.

Which traits apply depends on the images: strokes have a thickness, filled shapes have none, and
photographs have no outline. `traits_of` selects them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DARK = 0.06  # mean brightness of the border, 0..1, below which the background counts as black
DEPTH = 2 / 28  # half the greatest stroke width, over the side of the image
CORE = 0.1  # share of the ink deeper than that: 0.01 in MNIST, 0.3 in Fashion-MNIST
TINY = 1e-9


@dataclass(frozen=True)
class Trait:
    """`more` describes an image with more of it; `least` is a visible change in `unit` at 28 px."""

    name: str
    more: str
    unit: str
    least: float

    def visible(self, side: int) -> float:
        """Return the smallest visible change in images of `side` px."""
        return self.least * side / 28 if self.unit == "px" else self.least


TRAITS = {
    trait.name: trait
    for trait in (
        Trait("stroke", "thicker", "px", 0.5),
        Trait("slant", "slanted", "deg", 8.0),
        Trait("width", "wider", "px", 2.0),
        Trait("height", "taller", "px", 1.5),
        Trait("top", "top-heavy", "px", 2.0),
        Trait("shade", "brighter", "levels", 12.0),
        Trait("brightness", "brighter", "levels", 12.0),
        Trait("contrast", "contrasted", "levels", 12.0),
        Trait("warmth", "warmer", "levels", 12.0),
    )
}


def traits_of(images: np.ndarray) -> list[Trait]:
    """Return the traits that apply to images uint8 (n,h,w,c) of one kind."""
    names = ["brightness", "contrast"]
    ink = _grey(images)
    if len(images) and _border(ink) < DARK:
        names = ["stroke", "slant", "width", "height", "top"]
        if _core(ink) > CORE:  # filled shapes: no strokes, no slant
            names = ["width", "height", "shade"]
    return [TRAITS[name] for name in [*names, *(["warmth"] if images.shape[3] == 3 else [])]]


def measure(images: np.ndarray, traits: Sequence[Trait]) -> np.ndarray:
    """Measure images uint8 (n,h,w,c): float64 (n, len(traits)), finite even for blank images.

    stroke: thickness, from the amount of ink and the length of its outline (px).
    slant: angle of the upright axis from the shear moment, positive to the right (deg).
    width, height: of a filled box with the variance of the ink, slant removed (px).
    top: width of the half above the centre of mass minus that of the half below (px).
    shade: ink-weighted mean grey level, so that the background does not count (0..255).
    brightness, contrast: mean and standard deviation of the grey levels (0..255).
    warmth: mean red minus mean blue (levels of 255).
    """
    ink = _grey(images)
    found = {
        **_outline(ink),
        "stroke": thickness(ink),
        "shade": np.square(ink).sum((1, 2)) / np.maximum(ink.sum((1, 2)), TINY) * 255,
        "brightness": ink.mean((1, 2)) * 255,
        "contrast": ink.std((1, 2)) * 255,
        "warmth": images[..., 0].mean((1, 2)) - images[..., -1].mean((1, 2)),
    }
    return np.stack([found[trait.name] for trait in traits], 1).astype(np.float64)


def thickness(ink: np.ndarray) -> np.ndarray:
    """Return the mean stroke thickness in px (n,) of ink float (n,h,w), 0..1.

    That of a bar with the same ink and outline: ink = l*t, outline = 2*(l + t). The outline is the
    diagonal total variation, which depends least on the direction of a stroke. Strokes below 2 px
    are not resolved and measure 2 px.
    """
    padded = np.pad(ink, ((0, 0), (1, 1), (1, 1)))
    down = padded[:, 1:, 1:] - padded[:, :-1, :-1]
    up = padded[:, 1:, :-1] - padded[:, :-1, 1:]
    full = np.maximum(ink.max((1, 2)), TINY)  # faint ink is not thin
    outline = np.sqrt((down * down + up * up) / 2).sum((1, 2)) / full
    return (outline - np.sqrt(np.maximum(outline**2 - 16 * ink.sum((1, 2)) / full, 0))) / 4


def _outline(ink: np.ndarray) -> dict[str, np.ndarray]:
    """Return slant, width, height and top, from moments about the centre of mass."""
    height, width = ink.shape[1:]
    y, x = np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2
    rows = np.stack([ink.sum(2), ink @ x.astype(ink.dtype), ink @ (x * x).astype(ink.dtype)])
    mass, first, second = rows.astype(np.float64)  # each (n,h): sums of 1, x and x*x over a row
    total = np.maximum(mass.sum(1), TINY)
    centre_x, centre_y = first.sum(1) / total, mass @ y / total
    below = y - centre_y[:, None]
    upright = np.maximum((mass * below**2).sum(1) / total, TINY)
    shear = (first * below).sum(1) / total / upright
    # shift each row so that the upright axis is x = 0
    shift = centre_x[:, None] + shear[:, None] * below
    straight = first - mass * shift
    square = second - 2 * first * shift + mass * shift**2

    def spread(where: np.ndarray | float) -> np.ndarray:
        inside = np.maximum((mass * where).sum(1), TINY)
        mean = (straight * where).sum(1) / inside
        # a filled box of width w has the variance w*w/12
        return np.sqrt(12 * np.maximum((square * where).sum(1) / inside - mean**2, 0))

    return {
        "slant": np.degrees(np.arctan(-shear)),
        "width": spread(1.0),
        "height": np.sqrt(12 * np.where(upright > TINY, upright, 0)),
        "top": spread(below < 0) - spread(below >= 0),
    }


def _grey(images: np.ndarray) -> np.ndarray:
    """Convert images uint8 (n,h,w,c) to float32 (n,h,w), 0..1."""
    return images.mean(3, dtype=np.float32) / np.float32(255)


def _border(ink: np.ndarray) -> float:
    """Return the median over the images of the mean brightness of the outermost pixels."""
    border = [ink[:, 0], ink[:, -1], ink[:, 1:-1, 0], ink[:, 1:-1, -1]]
    return float(np.median(np.concatenate(border, 1).mean(1)))


def _core(ink: np.ndarray) -> float:
    """Return the mean share of the ink that an erosion by `DEPTH` leaves."""
    reach = 2 * round(DEPTH * ink.shape[1]) + 1
    core = ink
    for axis in (1, 2):
        core = np.lib.stride_tricks.sliding_window_view(core, reach, axis).min(-1)
    return float((core.sum((1, 2)) / np.maximum(ink.sum((1, 2)), TINY)).mean())
