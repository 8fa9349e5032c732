"""Encoding of contact sheets: small ones lossless, large ones compressed."""

from base64 import b64decode

import imageio.v3 as iio
import numpy as np
import pytest

from demo.server.contact_sheets import PNG_BYTES_MAX, kept_sheet_text, sheet_text
from gan.media.contact_sheet import png_bytes, shrunk
from gan.runs.snapshots import SAMPLE_PX, contact_sheet, sample_side


def samples(side: int, channels: int) -> np.ndarray:
    """Sixty smooth images with some noise, like those of a generator."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:side, 0:side] / side
    base = 127 + 90 * np.sin(6 * rng.random((60, 1, 1, channels)) + 5 * (x + y)[None, :, :, None])
    return (base + rng.normal(0, 4, base.shape)).clip(0, 255).astype(np.uint8)


def test_a_small_sheet_is_lossless():
    images = samples(28, 1)
    sent = iio.imread(b64decode(sheet_text(images)), extension=".png")
    assert (sent == contact_sheet(images)[..., 0]).all()


@pytest.mark.parametrize("side", [32, 64, 128])
def test_a_large_sheet_is_compressed_and_looks_the_same(side):
    images = samples(side, 3)
    sheet, sent = contact_sheet(images), b64decode(sheet_text(images))
    assert len(sent) < 160_000
    shown = iio.imread(sent, extension=".jpg")
    assert shown.shape == sheet.shape == (6 * min(side, 64), 10 * min(side, 64), 3)
    assert np.abs(shown.astype(int) - sheet).mean() < 4


def test_a_stored_png_is_sent_unchanged_unless_it_is_large():
    small, large = (png_bytes(contact_sheet(samples(*kind))) for kind in ((28, 1), (64, 3)))
    assert b64decode(kept_sheet_text(small)) == small
    assert len(large) > PNG_BYTES_MAX > len(b64decode(kept_sheet_text(large))) / 2
    with pytest.raises(OSError):
        kept_sheet_text(large[: len(large) // 2])


def test_large_samples_are_shrunk_by_a_whole_factor():
    assert [sample_side(side) for side in (28, 32, 64, 128)] == [28, 32, 64, 64]
    images = samples(128, 3)
    small = shrunk(images, SAMPLE_PX)
    mean = images[7, 10:12, 20:22].reshape(4, 3).mean(0)
    assert np.abs(small[7, 5, 10] - mean).max() <= 0.5
    assert shrunk(images, 128) is images
