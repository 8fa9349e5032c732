"""Decode an untrusted image file to a small square image.

Runs in a process of its own (`gan.data.intake.worker`), which may be killed at any time.
"""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from gan.data.intake.background import composite, contrasts
from gan.data.intake.colour import profile_mode, to_srgb
from gan.data.intake.depth import Range, is_deep, read_values
from gan.data.intake.messages import Skipped

# Pillow starts no program for these
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "AVIF")
ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")  # in others, several pictures are pages or variants
AVIF, HEIF = (
    (b"avif", b"avis"),
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"),
)
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
GREY_SPREAD = 24  # between the channels of a pixel; JPEG adds a little to grey images
GREY_SHARE = 0.995  # of pixels


@dataclass(frozen=True)
class DecodedImage:
    """A decoded image; `notes` are keys of `messages.NOTES`.

    `pixels` are uint8 (size,size,4), or with a `range` the values of a deep image, float32
    (size,size). `contrasts` are `background.contrasts` of a
    transparent image.
    """

    pixels: np.ndarray
    is_grey: bool
    notes: tuple[str, ...]
    range: Range | None = None
    contrasts: tuple[int, ...] = ()


def is_image(start: bytes) -> bool:
    """Return whether a file that starts with these (at least 16) bytes may be an image."""
    known = (
        rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8|II[*+]\0|MM\0[*+]|RIFF.{4}WEBP|P[1-6][\s#]|"
        rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0"
    )
    return re.match(known, start, re.DOTALL) is not None or _brand(start) in (*AVIF, *HEIF)


def decode_image(data: bytes, size: int, fit: str, most_pixels: int) -> DecodedImage:
    """Decode an image and resize it to `size` px a side; pixels of that size stay unchanged.

    `fit` "crop" takes the central square, "pad" adds borders in the colour of the image's border.
    Uses the main picture of several, the colour profile and the EXIF orientation.
    Raises Skipped: the image is not accepted; MemoryError: the process's limit is reached.
    """
    with opened(data, most_pixels) as image:
        notes = []
        if getattr(image, "is_animated", False):
            notes.append("animated" if image.format in ANIMATED else "several")
            if image.format in ANIMATED:
                image.seek(0)
        return decode_frame(image, size, fit, notes)


@contextmanager
def opened(data: bytes, most_pixels: int) -> Iterator[Image.Image]:
    """Open an image of an accepted size. What fails in the block raises Skipped, as damaged.

    Raises Skipped: the image is not accepted; MemoryError: the process's limit is reached.
    """
    try:
        with _open(data) as image:
            width, height = image.size  # from the header: nothing is decoded yet
            if width * height > most_pixels:
                most = most_pixels // 1_000_000
                raise Skipped("too_many_pixels", width=width, height=height, most_megapixels=most)
            if min(width, height) < SMALLEST_PX:
                raise Skipped("too_small", least=SMALLEST_PX)
            yield image
    except (Skipped, MemoryError):
        raise
    except Exception as error:  # damage makes Pillow's decoders raise anything
        raise Skipped("damaged") from error


def _brand(start: bytes) -> bytes:
    return start[8:12] if start[4:8] == b"ftyp" else b""


def _open(data: bytes) -> Image.Image:
    formats, brand = FORMATS, _brand(data)
    if brand in HEIF:
        import pillow_heif  # a large library, which few collections need

        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.register_heif_opener()
        formats = ("HEIF", "AVIF")
    try:
        return Image.open(io.BytesIO(data), formats=formats)
    except UnidentifiedImageError as error:
        raise Skipped("damaged" if brand else "not_image") from error


def decode_frame(
    image: Image.Image, size: int, fit: str, notes: Sequence[str] = ()
) -> DecodedImage:
    """Decode the present picture of an opened image; see `decode_image`."""
    notes, scale = [*notes], None
    stored = _orientation(image)
    image.draft(image.mode, (2 * size, 2 * size))  # decodes a JPEG no larger than needed
    image.load()  # which turns a TIFF
    turn = _orientation(image)
    if turn is not None or stored is not None:
        notes.append("turned")
    profile, mode = image.info.get("icc_profile"), None
    if is_deep(image):
        flat, scale = read_values(image)
    else:
        mode = profile_mode(image)
        flat = _flat(image, mode)
        if mode:
            notes.append("colour_profile")
    if turn is not None:
        flat = flat.transpose(turn)
    small = _square(flat, size, fit, lambda one: to_srgb(one, mode, profile) if mode else one)
    if scale is not None:
        return DecodedImage(np.asarray(small), True, tuple(notes), scale)
    pixels = np.asarray(small.convert("RGBA"))
    seen, found = pixels[..., :3], ()
    if pixels[..., 3].min() < 255:
        seen, found = composite(pixels, 255), contrasts(pixels)
    spread = seen.max(-1) - seen.min(-1)  # unsigned: never negative
    is_grey = bool((spread <= GREY_SPREAD).mean() >= GREY_SHARE)
    return DecodedImage(pixels, is_grey, tuple(notes), None, found)


def _orientation(image: Image.Image) -> Image.Transpose | None:
    try:
        return TURNS.get(image.getexif().get(ORIENTATION))
    except Exception:  # damaged EXIF; the image itself may be intact
        return None


def _flat(image: Image.Image, mode: str | None) -> Image.Image:
    """Convert to RGBA if any pixel is transparent, else to `mode`, or RGB without one."""
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        clear = image.convert("RGBA")
        if clear.getextrema()[3][0] < 255:
            return clear
        image = clear.convert("RGB")
    return image.convert(mode or "RGB")


def _square(
    image: Image.Image, size: int, fit: str, finish: Callable[[Image.Image], Image.Image]
) -> Image.Image:
    width, height = image.size
    if fit == "crop":
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        return finish(_resized(image, (size, size), (left, top, left + side, top + side)))
    scale = size / max(width, height)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = finish(_resized(image, inner, (0, 0, width, height)))
    if inner == (size, size):
        return small
    pixels = np.asarray(small)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    colour = np.median(border, 0).astype(pixels.dtype)
    levels = colour.tolist()
    return ImageOps.pad(small, (size, size), color=tuple(levels) if colour.ndim else levels)


def _resized(image: Image.Image, size: tuple[int, int], box: tuple[int, ...]) -> Image.Image:
    if (box[2] - box[0], box[3] - box[1]) == size:
        return image.crop(box)
    smaller = box[2] - box[0] > size[0]
    how = Image.Resampling.LANCZOS if smaller else Image.Resampling.BICUBIC  # rings less
    return image.resize(size, how, box=box, reducing_gap=3.0)
