"""Contact sheets as base64 for the page: PNG while that is small, else JPEG.

Sixty grey samples of 28 px are 20 kB as PNG; in colour at 64 px they are 440 kB, sent to every
visitor several times a second, or 84 kB as JPEG.
"""

import base64

import imageio.v3 as iio
import numpy as np
from PIL import Image

from gan.media.contact_sheet import jpeg_bytes, png_bytes
from gan.runs.snapshots import contact_sheet

PNG_VALUES_MAX = 100_000  # pixels times channels of a sheet
PNG_BYTES_MAX = 80_000  # of a stored PNG


def sheet_text(images: np.ndarray) -> str:
    """Encode the contact sheet of samples uint8 (n,h,w,c)."""
    return picture_text(contact_sheet(images))


def picture_text(sheet: np.ndarray) -> str:
    """Encode a contact sheet uint8 (h,w,c)."""
    made = png_bytes(sheet) if sheet.size <= PNG_VALUES_MAX else jpeg_bytes(sheet)
    return base64.b64encode(made).decode()


def kept_sheet_text(png: bytes) -> str:
    """Encode a stored contact sheet. Raises OSError if it is not a PNG, or is damaged."""
    if len(png) > PNG_BYTES_MAX:
        try:
            sheet = iio.imread(png, extension=".png")
        except (ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise OSError("The contact sheet is damaged.") from error
        png = jpeg_bytes(sheet if sheet.ndim == 3 else sheet[..., None])
    return base64.b64encode(png).decode()
