"""Contact sheets and PNG: pictures of many samples at once."""

from __future__ import annotations

import io

import imageio.v3 as iio
import numpy as np


def grid(images: np.ndarray, columns: int) -> np.ndarray:
    """Images uint8 (n,h,w,c) row by row as one (rows*h, columns*w, c); black fills it up."""
    n, h, w, c = images.shape
    rows = -(-n // columns)
    sheet = np.zeros((rows * columns, h, w, c), np.uint8)
    sheet[:n] = images
    sheet = sheet.reshape(rows, columns, h, w, c).swapaxes(1, 2)
    return np.ascontiguousarray(sheet).reshape(rows * h, columns * w, c)


def shrunk(images: np.ndarray, most: int) -> np.ndarray:
    """Images uint8 (n,h,w,c) with sides of at most `most` px: a half, a third, ... of theirs.

    Each pixel is the mean of those it stands for; a side that cannot be divided loses its edge.
    """
    n, h, w, c = images.shape
    by = -(-max(h, w) // most)
    if by < 2:
        return images
    h, w = h // by, w // by
    blocks = images[:, : h * by, : w * by].reshape(n, h, by, w, by, c)
    return np.rint(blocks.mean((2, 4), dtype=np.float32)).astype(np.uint8)


def jpeg_bytes(image: np.ndarray) -> bytes:
    """A picture uint8 (h,w,1) or (h,w,3) as JPEG, for the eye alone; colours keep their place."""
    buffer = io.BytesIO()
    plain = image[..., 0] if image.shape[-1] == 1 else image
    iio.imwrite(buffer, plain, extension=".jpg", quality=90, subsampling=0)
    return buffer.getvalue()


def png_bytes(image: np.ndarray) -> bytes:
    """A picture uint8 (h,w,1) or (h,w,3) as PNG."""
    buffer = io.BytesIO()
    iio.imwrite(buffer, image[..., 0] if image.shape[-1] == 1 else image, extension=".png")
    return buffer.getvalue()
