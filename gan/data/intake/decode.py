"""Decode an untrusted image file to a small square image.

Runs in a process of its own (`gan.data.intake.worker`), which may be killed at any time.
"""

import io
import re
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from gan.data.intake.messages import Skipped

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "PPM")  # Pillow starts no program for these
SMALLEST_PX = 8  # a side; smaller ones are spacers
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
BACKGROUND = (255, 255, 255)  # behind transparent pixels: most are drawn for white
GREY_SPREAD = 24  # between the channels of a pixel; JPEG adds a little to grey images
GREY_SHARE = 0.995  # of pixels


@dataclass(frozen=True)
class DecodedImage:
    """An image, uint8 (size,size,3). `notes` are keys of `messages.NOTES`."""

    pixels: np.ndarray
    is_grey: bool
    notes: tuple[str, ...]


def is_image(start: bytes) -> bool:
    """Return whether a file that starts with these (at least 16) bytes may be one of `FORMATS`."""
    known = rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8|BM|II[*+]\0|MM\0\*|RIFF.{4}WEBP|P[1-6]"
    return re.match(known, start, re.DOTALL) is not None


def decode_image(data: bytes, size: int, fit: str, most_pixels: int) -> DecodedImage:
    """Decode an image and resize it to `size` px a side; pixels of that size stay unchanged.

    `fit` "crop" takes the central square, "pad" adds borders in the colour of the image's border.
    Uses the first frame of an animation, white behind transparency, and the EXIF orientation.
    Raises Skipped: the image is not accepted; MemoryError: the process's limit is reached.
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width, height = image.size  # from the header: nothing is decoded yet
            if width * height > most_pixels:
                most = most_pixels // 1_000_000
                raise Skipped("too_many_pixels", width=width, height=height, most_megapixels=most)
            if min(width, height) < SMALLEST_PX:
                raise Skipped("too_small", least=SMALLEST_PX)
            notes = []
            if getattr(image, "is_animated", False):
                notes.append("animated")
                image.seek(0)
            image.draft(image.mode, (2 * size, 2 * size))  # decodes a JPEG no larger than needed
            turn = _orientation(image)
            flat = _rgb_or_rgba(image)
            if turn is not None:
                notes.append("turned")
                flat = flat.transpose(turn)
            if flat.mode == "RGBA":
                notes.append("transparent")
            pixels = np.asarray(_square(flat, size, fit))
    except (Skipped, MemoryError):
        raise
    except UnidentifiedImageError as error:
        raise Skipped("not_image") from error
    except Exception as error:  # damage makes Pillow's decoders raise anything
        raise Skipped("damaged") from error
    spread = pixels.max(-1) - pixels.min(-1)  # unsigned: never negative
    return DecodedImage(pixels, bool((spread <= GREY_SPREAD).mean() >= GREY_SHARE), tuple(notes))


def _orientation(image: Image.Image) -> Image.Transpose | None:
    try:
        return TURNS.get(image.getexif().get(ORIENTATION))
    except Exception:  # damaged EXIF; the image itself may be intact
        return None


def _rgb_or_rgba(image: Image.Image) -> Image.Image:
    """Convert to RGB, or to RGBA if any pixel is transparent."""
    if image.mode.startswith("I") or image.mode == "F":
        return _eight_bits(image).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        clear = image.convert("RGBA")
        return clear if clear.getextrema()[3][0] < 255 else clear.convert("RGB")
    return image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scale grey of 16 or 32 bits from 0..65535, floats from 0..1 or 0..255, or from 0..maximum."""
    values = np.asarray(image, dtype=np.float32)
    largest = float(values.max())
    if not np.isfinite(largest) or not np.isfinite(values.min()):
        raise ValueError("a value is not finite")
    top = max(largest, 65535.0)
    if image.mode == "F":
        top = 1.0 if largest <= 1 else max(largest, 255.0)
    return Image.fromarray((values.clip(0) * np.float32(255 / top)).round().astype(np.uint8))


def _square(image: Image.Image, size: int, fit: str) -> Image.Image:
    width, height = image.size
    if fit == "crop":
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        return _on_white(_resized(image, (size, size), (left, top, left + side, top + side)))
    scale = size / max(width, height)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = _on_white(_resized(image, inner, (0, 0, width, height)))
    if inner == (size, size):
        return small
    pixels = np.asarray(small)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    colour = tuple(int(value) for value in np.median(border, 0))
    return ImageOps.pad(small, (size, size), color=colour)


def _resized(image: Image.Image, size: tuple[int, int], box: tuple[int, ...]) -> Image.Image:
    if (box[2] - box[0], box[3] - box[1]) == size:
        return image.crop(box)
    smaller = box[2] - box[0] > size[0]
    how = Image.Resampling.LANCZOS if smaller else Image.Resampling.BICUBIC  # rings less
    return image.resize(size, how, box=box, reducing_gap=3.0)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    behind = Image.new("RGBA", image.size, (*BACKGROUND, 255))
    return Image.alpha_composite(behind, image).convert("RGB")
