"""Decoding of untrusted images: what is kept, and why images are skipped."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from gan.data.intake.background import choose_background, composite
from gan.data.intake.decode import decode_image, is_image
from gan.data.intake.depth import common_range, eight_bits
from gan.data.intake.messages import Skipped
from tests.hostile import encoded, huge_png, noise

MOST = 100_000_000
ORIENTATION = 0x0112


def rgb(made):
    """The image as it is in a collection of its own, uint8 (h,w,3)."""
    if made.range:
        grey = eight_bits(made.pixels, *common_range([made.range]))
        return grey[..., None].repeat(3, 2)
    return composite(made.pixels, 255)


def pixels(data, size=32, fit="crop"):
    return rgb(decode_image(data, size, fit, MOST))


def refusal(data, most=MOST):
    with pytest.raises(Skipped) as caught:
        decode_image(data, 32, "crop", most)
    return caught.value


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "WEBP"])
def test_an_image_of_the_right_size_keeps_its_pixels(kind):
    picture = noise(size=(32, 32))
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(picture, kind, **options)
    assert is_image(data[:16])
    for fit in ("crop", "pad"):
        assert (pixels(data, fit=fit) == picture).all()


def test_grey_images_are_detected():
    picture = noise(size=(32, 32), channels=1)
    made = decode_image(encoded(picture), 32, "crop", MOST)
    assert made.is_grey and (rgb(made) == picture[..., None]).all()
    assert not decode_image(encoded(noise(size=(32, 32))), 32, "crop", MOST).is_grey
    nearly = encoded(picture[..., None].repeat(3, 2), "JPEG", quality=80)
    assert decode_image(nearly, 32, "crop", MOST).is_grey


def test_every_exif_orientation_is_applied():
    upright = np.zeros((48, 32, 3), np.uint8)
    upright[:20, :16] = (250, 20, 20)
    upright[30:, 10:] = (20, 250, 20)
    stored = {
        1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1],
        5: upright.transpose(1, 0, 2), 6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].transpose(1, 0, 2), 8: np.rot90(upright, -1),
    }  # fmt: skip
    cases = [(kind, *one) for kind in ("PNG", "TIFF", "AVIF") for one in stored.items()]
    for kind, orientation, raw in cases:
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        options = {"quality": 100, "subsampling": "4:4:4"} if kind == "AVIF" else {}
        data = encoded(np.ascontiguousarray(raw), kind, exif=exif, **options)
        made = decode_image(data, 32, "crop", MOST)
        wrong = np.abs(rgb(made).astype(int) - pixels(encoded(upright)))
        assert wrong.max() <= (12 if kind == "AVIF" else 0), (kind, orientation)
        assert made.notes == (("turned",) if orientation > 1 else ())


def test_crop_takes_the_centre_and_pad_adds_the_borders_colour():
    wide = np.full((32, 96, 3), 200, np.uint8)
    wide[:, 32:64] = noise(size=(32, 32))
    assert (pixels(encoded(wide)) == wide[:, 32:64]).all()
    whole = pixels(encoded(np.full((30, 90, 3), (10, 200, 30), np.uint8)), fit="pad")
    assert (whole == (10, 200, 30)).all()
    flag = np.zeros((32, 64, 3), np.uint8)
    flag[:, :32] = 255
    padded = pixels(encoded(flag), fit="pad")
    assert padded.shape == (32, 32, 3) and padded[16, 2].min() > 250 and padded[16, 30].max() < 5


def test_shrinking_averages_fine_stripes_to_grey():
    stripes = np.zeros((256, 256), np.uint8)
    stripes[:, ::2] = 255
    made = pixels(encoded(stripes))
    assert 110 < made[8:-8, 8:-8].min() and made[8:-8, 8:-8].max() < 145


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_is_put_on_white(mode):
    clear = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 16, 32))
    if mode == "P":
        data = encoded(clear.convert("P"), "GIF", transparency=0)
        data = encoded(clear, "GIF")
    else:
        data = encoded(clear.convert(mode))
    made = decode_image(data, 32, "crop", MOST)
    assert (rgb(made)[:, :16] == 0).all() and (rgb(made)[:, 16:] == 255).all()
    assert made.contrasts[0] == 255 and made.contrasts[1] == 0
    opaque = encoded(Image.fromarray(noise(size=(32, 32))).convert("RGBA"))
    assert decode_image(opaque, 32, "crop", MOST).contrasts == ()


def test_the_colour_of_transparent_pixels_does_not_bleed():
    clear = np.zeros((320, 320, 4), np.uint8)
    clear[..., 0] = 255  # red, and invisible
    clear[80:240, 80:240] = (0, 0, 255, 255)
    made = pixels(encoded(Image.fromarray(clear)))
    assert (made[2, 2] == 255).all() and (made[16, 16] == (0, 0, 255)).all()
    edge = made.astype(int)
    assert (edge[..., 0] <= edge[..., 1] + 2).all()  # no reddish seam


def test_other_modes_and_depths_become_eight_bit_rgb():
    ramp = np.linspace(0, 65535, 32 * 32).reshape(32, 32)
    deep = pixels(encoded(Image.fromarray(ramp.astype(np.uint16))))
    assert np.abs(deep[..., 0].astype(float) - ramp / 257).max() <= 0.51
    fractions = pixels(encoded(ramp.astype(np.float32) / 65535, "TIFF"))
    assert np.abs(fractions.astype(int) - deep).max() <= 1
    cmyk = encoded(Image.new("CMYK", (32, 32), (0, 255, 255, 0)), "JPEG", quality=95)
    assert np.abs(pixels(cmyk).astype(int) - (255, 0, 0)).max() <= 4
    for mode in ("1", "L", "P"):
        two = Image.new("L", (32, 32), 0)
        two.paste(255, (0, 0, 16, 32))
        made = pixels(encoded(two.convert(mode)))
        assert (made[:, :16] == 255).all() and (made[:, 16:] == 0).all()


def test_the_first_frame_of_an_animation_is_used():
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
    for kind in ("GIF", "PNG", "WEBP"):
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
        made = decode_image(data, 32, "crop", MOST)
        assert np.abs(rgb(made).astype(int) - (255, 0, 0)).max() <= 3
        assert made.notes == ("animated",)


def test_the_size_in_the_header_is_checked_before_decoding(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)  # as in the worker
    found = refusal(huge_png())
    assert found.key == "too_many_pixels"
    assert found.values == {"width": 50_000, "height": 50_000, "most_megapixels": 100}
    assert refusal(encoded(noise(size=(100, 101))), most=10_000).key == "too_many_pixels"
    assert pixels(encoded(noise(size=(100, 100)))).shape == (32, 32, 3)
    assert refusal(encoded(noise(size=(7, 500)))).key == "too_small"


def test_damaged_files_are_skipped_as_damaged():
    whole = {kind: encoded(noise(size=(64, 64)), kind) for kind in ("PNG", "JPEG", "GIF", "TIFF")}
    for kind, data in whole.items():
        assert refusal(data[: len(data) // 2]).key == "damaged", kind
    rng, keys = np.random.default_rng(0), set()
    for data in whole.values():
        for _ in range(60):
            spoiled = bytearray(data)
            for place in rng.integers(0, len(data), 8):
                spoiled[place] = rng.integers(256)
            try:
                assert pixels(bytes(spoiled)).shape == (32, 32, 3)
            except Skipped as skipped:
                keys.add(skipped.key)
    assert keys <= {"damaged", "not_image", "too_many_pixels", "too_small"}
    assert refusal(b"\x89PNG\r\n\x1a\n" + b"x" * 100).key in ("damaged", "not_image")
    for data in (b"", b"%PDF-1.7", b"<svg/>", b"%!PS-Adobe-3.0 EPSF"):
        assert refusal(data).key == "not_image" and not is_image(data)


def test_a_large_jpeg_is_decoded_no_larger_than_needed(monkeypatch):
    data = encoded(np.full((1024, 1024, 3), (200, 60, 30), np.uint8), "JPEG")
    sizes = []
    load = Image.Image.resize
    monkeypatch.setattr(
        Image.Image, "resize", lambda self, *a, **k: sizes.append(self.size) or load(self, *a, **k)
    )
    assert np.abs(pixels(data).astype(int) - (200, 60, 30)).max() <= 4
    assert sizes == [(128, 128)]


def test_pages_and_variants_are_not_animations():
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    for kind in ("TIFF", "MPO"):
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
        made = decode_image(data, 32, "crop", MOST)
        assert made.notes == ("several",) and np.abs(rgb(made).astype(int) - (255, 0, 0)).max() <= 3


def test_the_range_of_deep_images_is_that_of_their_values():
    ramp = np.linspace(0, 1, 32 * 32).reshape(32, 32)
    twelve = np.rint(500 + 3000 * ramp).astype(np.uint16)
    hot = twelve.copy()
    hot[0, 0] = 65535  # a pixel of the sensor
    hole = (100 * ramp - 50).astype(np.float32)
    hole[0, :2] = np.nan, np.inf
    cases = {
        "12 bits": (twelve, "PNG"),
        "a hot pixel": (hot, "TIFF"),
        "32 bits": (np.rint(ramp * 2_000_000).astype(np.int32) - 1_000_000, "TIFF"),
        "negative": ((ramp * 2 - 1).astype(np.float32), "TIFF"),
        "with holes": (hole, "TIFF"),
        "tiny": ((ramp / 1e6).astype(np.float32), "TIFF"),
        "huge": ((ramp * 3e38).astype(np.float32), "TIFF"),
        "0..1": (ramp.astype(np.float32), "TIFF"),
        "0..255": ((ramp * 255).astype(np.float32), "TIFF"),
        "16 bits": (np.rint(ramp * 65535).astype(np.uint16), "TIFF"),
    }
    for name, (values, kind) in cases.items():
        found = pixels(encoded(values, kind))[..., 0].astype(float)
        assert np.abs(found - 255 * ramp).max(initial=0, where=ramp > 0.002) <= 1.5, name
        assert pixels(encoded(values, kind), size=16, fit="pad").shape == (16, 16, 3)
    assert (pixels(encoded(np.full((32, 32), 1000, np.uint16))) == 0).all()
    nothing = encoded(np.full((32, 32), np.nan, np.float32), "TIFF")
    assert refusal(nothing).key == "damaged"


def test_unsigned_integers_of_32_bits_are_not_negative():
    values = np.linspace(0, 2**32 - 1, 32 * 32).reshape(32, 32).astype(np.uint32)
    signed, unsigned = struct.pack("<HHIH", 339, 3, 1, 2), struct.pack("<HHIH", 339, 3, 1, 1)
    data = encoded(values.view(np.int32), "TIFF").replace(signed, unsigned)
    assert np.abs(pixels(data)[..., 0].astype(float) - values / (2**32 - 1) * 255).max() <= 1.5


def test_white_drawings_on_a_clear_background_stay_visible():
    def drawing(level):
        image = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
        image.paste((level, level, level, 255), (8, 8, 20, 20))
        return decode_image(encoded(image), 32, "crop", MOST).contrasts

    white, black, blue = drawing(255), drawing(20), (255, 200, 127)
    assert choose_background([blue, black]) == 0
    assert choose_background([white, blue]) == 1
    assert choose_background([white, black]) == 2
    assert choose_background([black] * 99 + [white]) == 0
    assert choose_background([(0, 0, 0), blue]) == choose_background([]) == 0


def test_heic_and_avif_are_read():
    pillow_heif = pytest.importorskip("pillow_heif")
    picture = np.zeros((64, 48, 3), np.uint8)
    picture[:32] = (250, 20, 20)
    file = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(picture)).save(file, quality=90)
    heic = file.getvalue()
    for data in (heic, encoded(picture, "AVIF", quality=90)):
        assert is_image(data[:16])
        assert np.abs(pixels(data).astype(int) - pixels(encoded(picture))).max() <= 40
        assert np.abs(pixels(data)[4].astype(int) - (250, 20, 20)).max() <= 8
        assert refusal(data[: len(data) // 2]).key == "damaged"
        assert refusal(data, most=1000).key == "too_many_pixels"
    assert refusal(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"x" * 40).key == "damaged"
    assert not is_image(b"\0\0\0\x18ftypmp42\0\0\0\0")
