"""Colour profiles: pixels are those that viewers show, in sRGB."""

import io
import itertools
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from gan.data.intake.decode import decode_image
from tests.hostile import encoded, noise

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
D50 = struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)


def decode(image, kind="PNG", **options):
    return decode_image(encoded(image, kind, **options), 32, "crop", 10**6)


def linear():
    """sRGB with a gamma of 1."""
    data = bytearray(SRGB)
    for tag in (b"rTRC", b"gTRC", b"bTRC"):
        (place,) = struct.unpack_from(">I", data, data.index(tag) + 4)
        struct.pack_into(">4sIIH", data, place, b"curv", 0, 1, 256)
    return bytes(data)


def cmyk():
    """A press on which every ink is green."""
    paper, green = bytes((255, 128, 128)), bytes((224, 42, 211))  # L, a, b
    grid = b"".join(green if any(ink) else paper for ink in itertools.product((0, 1), repeat=4))
    same, curve = struct.pack(">9I", *[1 << 16, 0, 0, 0] * 2, 1 << 16), bytes(range(256))
    table = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + same + curve * 4 + grid + curve * 3
    name = b"desc" + bytes(4) + struct.pack(">I", 2) + b"x" + bytes(92)
    tags, places, body = (
        {b"desc": name, b"A2B0": table, b"wtpt": b"XYZ " + bytes(4) + D50},
        b"",
        b"",
    )
    for key, value in tags.items():
        places += key + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    body = struct.pack(">I", len(tags)) + places + body
    head = struct.pack(">I4sI", 128 + len(body), b"lcms", 0x02400000) + b"prtrCMYKLab "
    return (head + bytes(12) + b"acsp" + bytes(28) + D50).ljust(128, b"\0") + body


def test_profiles_of_colour_and_grey_images_are_applied():
    grey = Image.new("L", (40, 40), 55)  # a light of 0.216, which is 127 in sRGB
    clear = Image.new("RGBA", (40, 40), (55, 55, 55, 0))
    clear.paste((55, 55, 55, 255), (0, 0, 20, 40))
    for image in (grey, grey.convert("RGB"), grey.convert("P"), grey.convert("LA"), clear):
        for kind in ("PNG", "TIFF") if image.mode != "P" else ("PNG",):
            made = decode(image, kind, icc_profile=linear())
            assert made.notes == ("colour_profile",), (image.mode, kind)
            assert np.abs(made.pixels[:, :14, :3].astype(int) - 127).max() <= 2, (image.mode, kind)
            alpha = 0 if image is clear else 255
            assert (made.pixels[:, 18:, 3] == alpha).all() and (made.pixels[:, :14, 3] == 255).all()
    profile = bytearray(linear())  # the same curve as that of a grey device
    struct.pack_into(">4s", profile, 16, b"GRAY")
    profile[profile.index(b"rTRC") : profile.index(b"rTRC") + 4] = b"kTRC"
    for image in (grey, grey.convert("LA")):
        made = decode(image, icc_profile=bytes(profile))
        assert np.abs(made.pixels[..., :3].astype(int) - 127).max() <= 2 and made.is_grey
    assert decode(grey.convert("RGB"), icc_profile=bytes(profile)).notes == ()


def test_inks_are_those_of_the_profile():
    for kind, ink in itertools.product(("JPEG", "TIFF"), ((255, 0, 0, 0), (0, 0, 0, 255))):
        made = decode(Image.new("CMYK", (32, 32), ink), kind, icc_profile=cmyk())
        assert np.abs(made.pixels[0, 0, :3].astype(int) - (0, 255, 0)).max() <= 12
        assert decode(Image.new("CMYK", (32, 32), ink), kind, icc_profile=linear()).notes == ()
    assert decode(noise(), icc_profile=cmyk()).notes == ()
    red = Image.new("LAB", (32, 32), (136, 208, 195))
    assert np.abs(decode(red, "TIFF").pixels[0, 0, :3].astype(int) - (255, 0, 0)).max() <= 12


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "HEIF"])
def test_profiles_of_all_formats_are_applied(kind):
    image, file = Image.new("RGB", (32, 32), (55, 55, 55)), io.BytesIO()
    if kind == "HEIF":
        heif = pytest.importorskip("pillow_heif")
        heif.from_pillow(image).save(file, quality=95, icc_profile=linear())
    else:
        image.save(file, kind, icc_profile=linear())
    made = decode_image(file.getvalue(), 32, "crop", 10**6)
    assert (
        made.notes == ("colour_profile",)
        and np.abs(made.pixels[..., 0].astype(int) - 127).max() < 6
    )


def test_pixels_in_srgb_and_with_damaged_profiles_stay_unchanged():
    picture = noise(size=(32, 32))
    for profile in (SRGB, b"", b"damaged", linear()[:200], SRGB[:-9]):
        made = decode(picture, icc_profile=profile)
        assert made.notes == () and (made.pixels[..., :3] == picture).all()
