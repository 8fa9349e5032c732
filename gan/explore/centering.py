"""Preprocess a user's image like the training images of a model.

Digits as in MNIST (LeCun et al. 1998): the ink is scaled to 20x20 pixels and its centre of mass
moved to the middle of 28x28. Other data sets: the middle square, resized.
"""

import numpy as np
from PIL import Image

INK_SIDE = 20 / 28  # of the frame
FAINT = 0.2  # of full ink: fainter pixels do not extend the bounding box
CONTRAST_MIN = 16  # grey levels between background and ink


class CenteringError(ValueError):
    """The image is empty or has no clear ink; the message says what to do."""


def center(picture: np.ndarray, size: int = 28) -> np.ndarray:
    """Convert a drawn digit uint8 (h,w) to MNIST's format, uint8 (size,size), white on black.

    Dark ink on a light background (a photo of paper) is inverted and the background set to black.
    Raises CenteringError: there is no ink, or it does not stand out from the background.
    """
    ink = _ink(np.asarray(picture, dtype=np.float32))
    rows, columns = (np.flatnonzero((ink > FAINT).any(axis)) for axis in (1, 0))
    if not len(rows):
        if np.ptp(picture) < CONTRAST_MIN:
            raise CenteringError("There is nothing drawn yet. Draw a digit, or choose an image.")
        raise CenteringError("No ink stands out. Use an image with a plain background.")
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = round(size * INK_SIDE) / max(ink.shape)
    h, w = (max(1, round(length * scale)) for length in ink.shape)
    ink = np.asarray(Image.fromarray(ink).resize((w, h), Image.Resampling.HAMMING))
    ink = ink.clip(0, 1) / ink.max()
    # by whole pixels to pixel 14 of 0..27, as in MNIST, within the frame
    top, left = (
        int(np.clip(round(size / 2 - np.average(np.arange(n), weights=ink.sum(axis))), 0, size - n))
        for axis, n in ((1, h), (0, w))
    )
    frame = np.zeros((size, size), np.uint8)
    frame[top : top + h, left : left + w] = np.rint(ink * 255)
    return frame


def fit(picture: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Resize the middle square of uint8 (h,w,1) or (h,w,3) to `shape` (h,w,c).

    Raises CenteringError: all pixels are equal.
    """
    h, w, _ = picture.shape
    side = min(h, w)
    top, left = (h - side) // 2, (w - side) // 2
    square = _image(picture[top : top + side, left : left + side])
    square = square.convert("L" if shape[2] == 1 else "RGB")
    # whole pixels of an enlarged image are averaged alone, so that it is restored exactly
    how = Image.Resampling.HAMMING if side % shape[0] else Image.Resampling.BOX
    fitted = np.asarray(square.resize((shape[1], shape[0]), how))
    if fitted.max() == fitted.min():
        raise CenteringError("This image is all one colour. Draw something, or choose another.")
    return fitted.reshape(shape).copy()


def flatten(picture: np.ndarray) -> np.ndarray:
    """Blend uint8 (h,w,4) onto black, or onto white if its content is dark; else unchanged."""
    if picture.shape[2] != 4:
        return picture
    colour, alpha = picture[..., :3].astype(np.float32), picture[..., 3:] / np.float32(255)
    mean = (colour * alpha).sum() / max(3 * alpha.sum(), 1e-6)
    ground = 255 if 0 < mean < 128 or (mean == 0 and alpha.any()) else 0
    return np.rint(colour * alpha + ground * (1 - alpha)).astype(np.uint8)


def grey(picture: np.ndarray) -> np.ndarray:
    """Convert uint8 (h,w,1) or (h,w,3) to grey uint8 (h,w)."""
    return np.asarray(_image(picture).convert("L"))


def _image(picture: np.ndarray) -> Image.Image:
    picture = np.ascontiguousarray(picture)
    return Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture)


def _ink(picture: np.ndarray) -> np.ndarray:
    """Return the ink, float32 0..1; the background and noise as strong as at the edge are 0."""
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    ground = np.median(edge)
    # ink may touch the edge: three quarters of it must be background
    noise = 2 * np.quantile(np.abs(edge - ground), 0.75)
    lighter = (picture - ground - noise).clip(0)
    darker = (ground - picture - noise).clip(0)
    ink = max(lighter, darker, key=np.sum)
    full = np.quantile(ink[ink > ink.max() / 2], 0.5) if ink.max() > CONTRAST_MIN else np.inf
    return (ink / full).clip(0, 1).astype(np.float32)
