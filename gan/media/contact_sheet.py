"""Contact sheets, and images as PNG or JPEG."""

import imageio.v3 as iio
import numpy as np


def grid(images: np.ndarray, columns: int) -> np.ndarray:
    """Arrange images uint8 (n,h,w,c) row by row: (rows*h, columns*w, c), padded with black."""
    n, h, w, c = images.shape
    rows = -(-n // columns)
    sheet = np.pad(images, ((0, rows * columns - n), (0, 0), (0, 0), (0, 0)))
    return sheet.reshape(rows, columns, h, w, c).swapaxes(1, 2).reshape(rows * h, columns * w, c)


def shrunk(images: np.ndarray, most: int) -> np.ndarray:
    """Shrink images uint8 (n,h,w,c) by an integer factor to sides of at most `most` px.

    Each pixel is the mean of a block; incomplete blocks at the edge are dropped.
    """
    n, h, w, c = images.shape
    by = -(-max(h, w) // most)
    if by < 2:
        return images
    h, w = h // by, w // by
    blocks = images[:, : h * by, : w * by].reshape(n, h, by, w, by, c)
    return np.rint(blocks.mean((2, 4), dtype=np.float32)).astype(np.uint8)


def jpeg_bytes(image: np.ndarray) -> bytes:
    """Encode an image uint8 (h,w,1) or (h,w,3) as JPEG without chroma subsampling."""
    return _encode(image, ".jpg", quality=90, subsampling=0)


def png_bytes(image: np.ndarray) -> bytes:
    """Encode an image uint8 (h,w,1) or (h,w,3) as PNG."""
    return _encode(image, ".png")


def _encode(image: np.ndarray, extension: str, **options: int) -> bytes:
    plain = image[..., 0] if image.shape[-1] == 1 else image
    return iio.imwrite("<bytes>", plain, extension=extension, **options)
