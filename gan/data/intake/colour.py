"""Convert pixels to sRGB by the colour profile (ICC) of their file."""

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}  # of profiles: Pillow's mode
LAB = "LAB"
SAME = 3  # levels of 255 by which a profile may differ from sRGB without effect


def profile_mode(image: Image.Image) -> str | None:
    """Return the mode in which an image's colours are to be converted; None: they are sRGB."""
    if image.mode == LAB:
        return LAB
    profile = image.info.get("icc_profile")
    mode = _profile_space(profile) if isinstance(profile, bytes) else None
    fits = image.mode == "CMYK" if mode == "CMYK" else image.mode != "CMYK"
    grey = image.mode in ("1", "L", "LA")
    if mode is None or not fits or (mode == "L" and not grey) or _transform(profile, mode) is None:
        return None
    return mode


def to_srgb(image: Image.Image, mode: str, profile: bytes | None) -> Image.Image:
    """Convert an image in `mode`, or RGBA, to RGB or RGBA."""
    transform = _transform(profile, mode)
    if image.mode != "RGBA":
        return ImageCms.applyTransform(image, transform)
    flat = image.convert("RGB") if mode == "RGB" else image.getchannel(0)  # grey in all three
    flat = ImageCms.applyTransform(flat, transform)
    flat.putalpha(image.getchannel("A"))
    return flat


@lru_cache(maxsize=8)
def _profile_space(profile: bytes) -> str | None:
    try:
        return SPACES.get(ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.xcolor_space)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


@lru_cache(maxsize=8)  # most images of a collection have the same profile
def _transform(profile: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the transform of a profile to sRGB; None if it is damaged or changes nothing."""
    try:
        source = ImageCms.createProfile(LAB) if mode == LAB else io.BytesIO(profile)
        made = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    if mode not in ("RGB", "L"):
        return made
    levels = np.arange(0, 256, 15, dtype=np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels), -1).reshape(1, -1, 3)
    probe = cube if mode == "RGB" else levels[None, :, None]
    found = np.asarray(
        ImageCms.applyTransform(Image.fromarray(probe.squeeze(-1) if mode == "L" else probe), made)
    )
    return None if np.abs(found.astype(int) - probe).max() <= SAME else made
