"""The background of transparent images: one for a collection, on which the drawings are visible."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

# most are drawn for white; keys of `messages.NOTES`
BACKGROUNDS = {"transparent": 255, "on_black": 0, "on_grey": 128}
BLANK, FAINT = 8, 40  # contrast of 255: nothing is visible, hardly anything is
FEW = 0.02  # of the transparent images may be faint on white


def composite(pixels: np.ndarray, level: int) -> np.ndarray:
    """Place an image uint8 (h,w,4) on a background of this grey level: uint8 (h,w,3)."""
    image = Image.fromarray(pixels)
    behind = Image.new("RGBA", image.size, (level, level, level, 255))
    return np.asarray(Image.alpha_composite(behind, image).convert("RGB"))


def contrasts(pixels: np.ndarray) -> tuple[int, ...]:
    """Return for each of `BACKGROUNDS` how far the image differs from it at most, 0..255."""
    return tuple(
        int(np.abs(composite(pixels, level).astype(np.int16) - level).max())
        for level in BACKGROUNDS.values()
    )


def choose_background(found: Sequence[Sequence[int]]) -> int:
    """Return the index of the background for images of these `contrasts`."""
    faint = (np.array(found).reshape(-1, len(BACKGROUNDS)) <= FAINT).sum(0)
    faint -= faint.min()  # some are faint everywhere
    return 0 if faint[0] <= FEW * len(found) else int(faint.argmin())
