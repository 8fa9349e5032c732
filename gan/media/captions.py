"""One line of text under a picture, in the font that Pillow brings."""

from __future__ import annotations

import functools
import unicodedata

import numpy as np
from PIL import Image, ImageDraw, ImageFont

CAPTION_MAX = 80  # characters
_LARGEST_PX, _SMALLEST_PX = 40, 9  # of the font
_SHARE = 16  # the strip's text is a sixteenth as high as the picture is wide
_NO_GLYPH = "\uffff"  # never a character: the font draws its box for what it lacks


def check_caption(caption: str) -> None:
    """Raises ValueError, with a sentence, for a caption that cannot be drawn."""
    if not isinstance(caption, str) or len(caption) > CAPTION_MAX:
        raise ValueError(f"A caption is a text of at most {CAPTION_MAX} characters.")
    if any(unicodedata.category(sign).startswith("C") for sign in caption):
        raise ValueError("A caption cannot hold control characters.")
    font = ImageFont.load_default(16)
    box = bytes(font.getmask(_NO_GLYPH))
    lacking = [s for s in dict.fromkeys(caption) if s != " " and bytes(font.getmask(s)) == box]
    if lacking:
        raise ValueError(
            f"The caption's font has no {' '.join(lacking)}: use plain Latin letters, "
            "digits and punctuation."
        )


def strip_height(width: int) -> int:
    """Pixels that a caption adds below a picture of this width, whatever it says."""
    return round(1.75 * _size(width))


@functools.lru_cache(maxsize=8)
def strip(caption: str, width: int) -> np.ndarray:
    """Ink 0..255 uint8 (strip_height(width), width, 1), the text in its middle.

    A long one is set smaller, down to 9 pixels, then cut with an ellipsis.
    """
    height, size, room = strip_height(width), _size(width), width - max(2, width // 32)
    while _length(caption, size) > room and size > _SMALLEST_PX:
        size -= 1
    if _length(caption, size) > room:
        while caption and _length(caption + "…", size) > room:
            caption = caption[:-1]
        caption = caption.rstrip() + "…"
    font = ImageFont.load_default(size)
    sheet = Image.new("L", (width, height))
    place = ((width - _length(caption, size)) // 2, _baseline(font, height))
    ImageDraw.Draw(sheet).text(place, caption, 255, font, anchor="ls")
    ink = np.asarray(sheet)[..., None]
    ink.flags.writeable = False
    return ink


def _size(width: int) -> int:
    return min(_LARGEST_PX, max(_SMALLEST_PX, round(width / _SHARE)))


def _length(text: str, size: int) -> int:
    return round(ImageFont.load_default(size).getlength(text))


def _baseline(font: ImageFont.FreeTypeFont, height: int) -> int:
    # capitals sit in the middle, whether or not this line has letters that reach below
    _, top, _, bottom = font.getbbox("H", anchor="ls")
    return round((height - (bottom - top)) / 2) + bottom - top
