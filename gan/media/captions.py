"""One line of text below a picture, in Pillow's default font."""

import functools
import unicodedata

import numpy as np
from PIL import Image, ImageDraw, ImageFont

CAPTION_MAX = 80  # characters
_LARGEST_PX, _SMALLEST_PX = 40, 9  # font size
_SHARE = 16  # font size: a sixteenth of the picture's width
_NO_GLYPH = "\uffff"  # a noncharacter, drawn as the font's box for missing glyphs


def check_caption(caption: str) -> None:
    """Raise ValueError for a caption that is too long or has characters without a glyph."""
    if not isinstance(caption, str) or len(caption) > CAPTION_MAX:
        raise ValueError(f"A caption is a text of at most {CAPTION_MAX} characters.")
    if any(unicodedata.category(sign).startswith("C") for sign in caption):
        raise ValueError("A caption cannot hold control characters.")
    font = ImageFont.load_default(16)
    box = bytes(font.getmask(_NO_GLYPH))
    missing = [s for s in dict.fromkeys(caption) if s != " " and bytes(font.getmask(s)) == box]
    if missing:
        raise ValueError(
            f"The caption's font has no {' '.join(missing)}: use plain Latin letters, "
            "digits and punctuation."
        )


def strip_height(width: int) -> int:
    """Return the height in pixels of the caption below a picture of this width."""
    return round(1.75 * _size(width))


@functools.lru_cache(maxsize=8)
def strip(caption: str, width: int) -> np.ndarray:
    """Draw a centred caption: uint8 (strip_height(width), width, 1), 255 is ink.

    A long caption is set in a smaller font, down to 9 pixels, then cut with an ellipsis.
    """
    height, size, room = strip_height(width), _size(width), width - max(2, width // 32)
    while _length(caption, size) > room and size > _SMALLEST_PX:
        size -= 1
    if _length(caption, size) > room:
        while caption and _length(caption + "…", size) > room:
            caption = caption[:-1]
        caption = caption.rstrip() + "…"
    font = ImageFont.load_default(size)
    _, top, _, bottom = font.getbbox("H", anchor="ls")  # centres capitals, not descenders
    baseline = round((height - (bottom - top)) / 2) + bottom - top
    sheet = Image.new("L", (width, height))
    place = ((width - _length(caption, size)) // 2, baseline)
    ImageDraw.Draw(sheet).text(place, caption, 255, font, anchor="ls")
    ink = np.asarray(sheet)[..., None]
    ink.flags.writeable = False
    return ink


def _size(width: int) -> int:
    return min(_LARGEST_PX, max(_SMALLEST_PX, round(width / _SHARE)))


def _length(text: str, size: int) -> int:
    return round(ImageFont.load_default(size).getlength(text))
