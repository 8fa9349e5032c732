"""What can be measured on a picture without knowing what it shows, in units a person can check.

Which traits make sense depends on the pictures: a stroke has a thickness, a shirt has not, and a
photograph has not even an outline. `traits_of` decides that by looking at them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

DARK = 0.06  # mean brightness of the frame, 0..1, below which the ground counts as black
DEPTH = 2 / 28  # half a pen's greatest width over the picture's side
CORE = 0.1  # share of the ink lying deeper than that: 0.01 in MNIST, 0.3 in Fashion-MNIST
TINY = 1e-9


@dataclass(frozen=True)
class Trait:
    """`more` says what a picture with more of it is; `least` is a change in `unit` one can see.

    That is in pictures of 28 px; see `visible`.
    """

    name: str
    more: str
    unit: str
    least: float

    def visible(self, side: int) -> float:
        """The smallest change worth a slider in pictures of `side` px."""
        return self.least * side / 28 if self.unit == "px" else self.least


TRAITS = MappingProxyType(
    {
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
)


def traits_of(images: np.ndarray) -> list[Trait]:
    """The traits that mean something on images uint8 (n,h,w,c) of one kind."""
    names = ["brightness", "contrast"]
    ink = _grey(images)
    if len(images) and _frame(ink) < DARK:
        names = ["stroke", "slant", "width", "height", "top"]
        if _core(ink) > CORE:  # a filled shape: its edges are not strokes, its tilt no slant
            names = ["width", "height", "shade"]
    return [TRAITS[name] for name in [*names, *(["warmth"] if images.shape[3] == 3 else [])]]


def measure(images: np.ndarray, traits: Sequence[Trait]) -> np.ndarray:
    """Float64 (n, len(traits)) for images uint8 (n,h,w,c); finite even for an empty picture.

    stroke: thickness, from the ink and the length of its outline (px).
    slant: of the upright axis from the vertical, by the shear moment; right is positive (deg).
    width, height: of the evenly filled box that is spread as far as the ink, slant removed (px).
    top: how much wider the half above the centre of mass is than the half below (px).
    shade: mean grey level of the ink, its own weight, so that the ground counts nothing (0 to 255).
    brightness, contrast: mean and standard deviation of the grey levels (0 to 255).
    warmth: mean of red less mean of blue (levels of 255).
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
    """Mean thickness in px (n,) of the strokes of ink float (n,h,w), 0..1.

    That of the bar with as much ink and as long an outline: ink = l*t, outline = 2*(l + t). The
    outline is the total variation, taken diagonally because that depends least on which way a
    stroke runs. Strokes of less than 2 px are too fine for these pixels and read as 2 px.
    """
    padded = np.pad(ink, ((0, 0), (1, 1), (1, 1)))
    down = padded[:, 1:, 1:] - padded[:, :-1, :-1]
    up = padded[:, 1:, :-1] - padded[:, :-1, 1:]
    full = np.maximum(ink.max((1, 2)), TINY)  # faint ink is not thin
    outline = np.sqrt((down * down + up * up) / 2).sum((1, 2)) / full
    return (outline - np.sqrt(np.maximum(outline**2 - 16 * ink.sum((1, 2)) / full, 0))) / 4


def _outline(ink: np.ndarray) -> dict[str, np.ndarray]:
    """slant, width, height and top, from moments about the centre of mass."""
    height, width = ink.shape[1:]
    y, x = np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2
    rows = np.stack([ink.sum(2), ink @ x.astype(ink.dtype), ink @ (x * x).astype(ink.dtype)])
    mass, first, second = rows.astype(np.float64)  # each (n,h): sums of 1, x and x*x over a row
    total = np.maximum(mass.sum(1), TINY)
    centre_x, centre_y = first.sum(1) / total, mass @ y / total
    below = y - centre_y[:, None]
    upright = np.maximum((mass * below**2).sum(1) / total, TINY)
    shear = (first * below).sum(1) / total / upright
    # each row shifted so that the upright axis is vertical and goes through x = 0
    shift = centre_x[:, None] + shear[:, None] * below
    straight = first - mass * shift
    square = second - 2 * first * shift + mass * shift**2

    def spread(where: np.ndarray | float) -> np.ndarray:
        inside = np.maximum((mass * where).sum(1), TINY)
        mean = (straight * where).sum(1) / inside
        # an evenly filled box of width w has the variance w*w/12
        return np.sqrt(12 * np.maximum((square * where).sum(1) / inside - mean**2, 0))

    return {
        "slant": np.degrees(np.arctan(-shear)),
        "width": spread(1.0),
        "height": np.sqrt(12 * np.where(upright > TINY, upright, 0)),
        "top": spread(below < 0) - spread(below >= 0),
    }


def _grey(images: np.ndarray) -> np.ndarray:
    """Float32 (n,h,w), 0..1, of images uint8 (n,h,w,c)."""
    return images.mean(3, dtype=np.float32) / np.float32(255)


def _frame(ink: np.ndarray) -> float:
    """Mean brightness of the outermost pixels, of the image in the middle of all."""
    frame = [ink[:, 0], ink[:, -1], ink[:, 1:-1, 0], ink[:, 1:-1, -1]]
    return float(np.median(np.concatenate(frame, 1).mean(1)))


def _core(ink: np.ndarray) -> float:
    """Mean share of the ink that is left when each outline is moved inwards by `DEPTH`."""
    reach = 2 * round(DEPTH * ink.shape[1]) + 1
    core = ink
    for axis in (1, 2):
        windows = np.lib.stride_tricks.sliding_window_view(core, reach, axis)
        core = windows.min(-1)
    return float((core.sum((1, 2)) / np.maximum(ink.sum((1, 2)), TINY)).mean())
