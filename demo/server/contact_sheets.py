"""Contact sheets as they go to a page: bit for bit while that is small, else for the eye alone.

Sixty samples of 28 px grey are 20 kB as PNG, but of 64 px in colour 440 kB, several times a second
to every visitor; as JPEG they are 84 kB.
"""

from __future__ import annotations

import base64

import imageio.v3 as iio
import numpy as np

from gan.media.contact_sheet import jpeg_bytes, png_bytes
from gan.runs.snapshots import contact_sheet

EXACT_VALUES_MAX = 100_000  # pixels times channels of a sheet
EXACT_BYTES_MAX = 80_000  # of a sheet that is a PNG already


def sheet_text(images: np.ndarray) -> str:
    """Base64 of the sheet of samples uint8 (n,h,w,c): a PNG, or a JPEG of a large one."""
    return picture_text(contact_sheet(images))


def picture_text(sheet: np.ndarray) -> str:
    """The same of a sheet uint8 (h,w,c)."""
    made = png_bytes(sheet) if sheet.size <= EXACT_VALUES_MAX else jpeg_bytes(sheet)
    return base64.b64encode(made).decode()


def kept_sheet_text(png: bytes) -> str:
    """The same of a sheet that was kept as PNG. Raises OSError where it is none."""
    if len(png) > EXACT_BYTES_MAX:
        sheet = iio.imread(png, extension=".png")
        png = jpeg_bytes(sheet if sheet.ndim == 3 else sheet[..., None])
    return base64.b64encode(png).decode()
