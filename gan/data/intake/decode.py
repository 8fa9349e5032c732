"""One file of anybody's, as a small square picture: decoded by Pillow, looked at before that.

It is called in a process of its own (`gan.data.intake.worker`), which may be killed at any time.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from gan.data.intake.skipped import Skipped

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "PPM")  # none that starts a program
SMALLEST_PX = 8  # a side; less is a spacer, not a picture
ORIENTATION = 0x0112
TURNS = MappingProxyType(
    {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
)
BACKGROUND = (255, 255, 255)  # behind what is transparent: what most of it was drawn for
GREY_SPREAD = 24  # between the colours of a pixel; JPEG gives grey pictures a little
GREY_SHARE = 0.995  # of pixels


@dataclass(frozen=True)
class Prepared:
    """A picture uint8 (size,size,3). `notes`: what was done that people may want to know."""

    pixels: np.ndarray
    is_grey: bool
    notes: tuple[str, ...]


def is_image(start: bytes) -> bool:
    """Whether a file that begins with these (at least 16) bytes may be an image of `FORMATS`."""
    return start.startswith(
        (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"II+\0")
    ) or (
        start[:4] == b"RIFF"
        and start[8:12] == b"WEBP"
        or start[:1] == b"P"
        and b"1" <= start[1:2] <= b"6"
    )


def prepare(data: bytes, size: int, fit: str, most_pixels: int) -> Prepared:
    """The picture in `data`, `size` px a side; one of that size already keeps its very pixels.

    `fit`: "crop" takes the square in the middle, "pad" the whole with its border's colour beside.
    Of an animation the first frame is taken, what is transparent is put on white, and what a camera
    says about its being held sideways is followed.

    Raises:
        Skipped: it is not taken, and why.
        MemoryError: this process may not have so much.
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width, height = image.size  # of the header: nothing is decoded yet
            if width * height > most_pixels:
                most = most_pixels // 1_000_000
                raise Skipped("too_many_pixels", width=width, height=height, most_megapixels=most)
            if min(width, height) < SMALLEST_PX:
                raise Skipped("too_small", least=SMALLEST_PX)
            notes = []
            if getattr(image, "is_animated", False):
                notes.append("animated")
                image.seek(0)
            image.draft(image.mode, (2 * size, 2 * size))  # a JPEG is decoded no larger than needed
            turn = _turn(image)
            flat = _opaque_or_clear(image)
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
    except Exception as error:  # Pillow's decoders raise whatever damage makes of them
        raise Skipped("damaged") from error
    spread = pixels.max(-1) - pixels.min(-1)  # unsigned, and never below 0
    return Prepared(pixels, bool((spread <= GREY_SPREAD).mean() >= GREY_SHARE), tuple(notes))


def _turn(image: Image.Image) -> Image.Transpose | None:
    try:
        return TURNS.get(image.getexif().get(ORIENTATION))
    except Exception:  # damaged notes of a camera; the picture itself may be whole
        return None


def _opaque_or_clear(image: Image.Image) -> Image.Image:
    """The picture as RGB, or as RGBA where anything of it is transparent."""
    if image.mode.startswith("I") or image.mode == "F":
        return _eight_bits(image).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        clear = image.convert("RGBA")
        return clear if clear.getextrema()[3][0] < 255 else clear.convert("RGB")
    return image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits, or of fractions: 0 to 65535, or to its largest if that is more."""
    values = np.asarray(image, dtype=np.float32)
    largest = float(values.max())
    if not np.isfinite(largest) or not np.isfinite(values.min()):
        raise ValueError("not all of it is finite")
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
    whole = np.asarray(small)
    border = np.concatenate([whole[0], whole[-1], whole[:, 0], whole[:, -1]])
    colour = tuple(int(value) for value in np.median(border, 0))
    return ImageOps.pad(small, (size, size), color=colour)


def _resized(
    image: Image.Image, size: tuple[int, int], box: tuple[int, int, int, int]
) -> Image.Image:
    if (box[2] - box[0], box[3] - box[1]) == size:
        return image.crop(box)
    smaller = box[2] - box[0] > size[0]
    how = Image.Resampling.LANCZOS if smaller else Image.Resampling.BICUBIC  # which rings less
    return image.resize(size, how, box=box, reducing_gap=3.0)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    behind = Image.new("RGBA", image.size, (*BACKGROUND, 255))
    return Image.alpha_composite(behind, image).convert("RGB")
