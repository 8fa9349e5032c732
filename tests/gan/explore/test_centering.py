"""Centring removes the position, size and contrast of a drawing."""

import numpy as np
import pytest
from PIL import Image

from gan.data.image_set import load
from gan.explore.centering import CenteringError, center, fit, flatten, grey


@pytest.fixture(scope="module")
def digits():
    return load("mnist", train=False).images[:100, 0].numpy()


def match(frame, wanted):
    """Share of the variance of `wanted` that `frame` explains."""
    wanted = wanted.astype(float)
    return 1 - np.square(frame - wanted).mean() / wanted.var()


def matches(frames, wanted):
    return np.array([match(*pair) for pair in zip(frames, wanted, strict=True)])


def sheet(digit, side, top, left, size=280):
    """A digit drawn `side` px large somewhere on a black sheet."""
    sheet = np.zeros((size, size), np.uint8)
    drawn = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    sheet[top : top + side, left : left + side] = drawn
    return sheet


def test_digits_of_the_data_set_are_unchanged(digits):
    found = matches([center(digit) for digit in digits], digits)
    assert np.quantile(found, 0.05) > 0.95  # of a few the mass lies between two pixels
    assert np.median(found) > 0.99


@pytest.mark.parametrize("size", [28, 32, 64])
def test_the_ink_is_scaled_and_its_mass_centred(digits, size):
    for digit in digits[:20]:
        frame = center(sheet(digit, 120, 3, 150), size).astype(float)
        assert frame.shape == (size, size) and frame.max() == 255
        for axis in (0, 1):
            mass = frame.sum(axis)
            middle = (mass * np.arange(size)).sum() / mass.sum()
            assert abs(middle - size / 2) <= 0.51
        extents = [np.ptp(np.flatnonzero((frame > 20).any(axis))) + 1 for axis in (0, 1)]
        assert abs(max(extents) - round(size * 20 / 28)) <= 1


def test_position_and_size_do_not_matter(digits):
    for digit in digits[:30]:
        first = center(sheet(digit, 140, 10, 20))
        np.testing.assert_array_equal(first, center(sheet(digit, 140, 101, 77)))
    large = [center(sheet(digit, 240, 20, 30)) for digit in digits]
    small = [center(sheet(digit, 90, 180, 10)) for digit in digits]
    assert np.median(matches(large, small)) > 0.95  # a few are a pixel off: the mass is rounded
    assert np.median(matches(large, digits)) > 0.9


def test_dark_ink_is_inverted(digits):
    for digit in digits[:30]:
        drawn = sheet(digit, 140, 60, 70)
        np.testing.assert_array_equal(center(255 - drawn), center(drawn))


def test_a_photo_of_paper_is_accepted(digits):
    rng = np.random.default_rng(0)
    light = np.linspace(170, 210, 280)[:, None] + np.linspace(0, 20, 280)
    frames = []
    for digit in digits:
        ink = sheet(digit, 200, 40, 30) / 255
        photo = light * (1 - 0.7 * ink) + rng.normal(0, 4, light.shape)
        frames.append(center(photo.clip(0, 255).astype(np.uint8)))
    assert np.median(matches(frames, digits)) > 0.85
    assert np.mean([frame[[0, -1]].max() == 0 for frame in frames]) > 0.9  # the paper is gone


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((28, 28), np.uint8),
        np.full((300, 200), 255, np.uint8),
        np.full((8, 8), 90, np.uint8),
        np.random.default_rng(0).integers(100, 110, (64, 64)).astype(np.uint8),
    ],
    ids=["black", "white", "grey", "a little noise"],
)
def test_no_ink_is_refused(picture):
    with pytest.raises(CenteringError, match=r"nothing drawn yet\."):
        center(picture)


def test_a_noisy_background_is_refused():
    noise = np.random.default_rng(0).integers(0, 256, (64, 64)).astype(np.uint8)
    with pytest.raises(CenteringError, match=r"plain background\."):
        center(noise)


def test_ink_one_pixel_wide_is_accepted():
    for rows, columns in [((50, 51), (60, 61)), ((0, 512), (100, 101)), ((9, 10), (0, 512))]:
        picture = np.zeros((512, 512), np.uint8)
        picture[slice(*rows), slice(*columns)] = 255
        frame = center(picture)
        assert frame.max() == 255 and frame.shape == (28, 28)


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3), (64, 64, 1)])
@pytest.mark.parametrize("size", [(8, 512), (512, 8), (100, 60), (28, 28)])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_middle_square_is_resized(shape, size, channels):
    picture = np.random.default_rng(0).integers(0, 256, (*size, channels)).astype(np.uint8)
    fitted = fit(picture, shape)
    assert fitted.shape == shape and fitted.dtype == np.uint8
    if (*size, channels) == shape:
        np.testing.assert_array_equal(fitted, picture)


@pytest.mark.parametrize("times", [1, 2, 4, 5])
@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3)])
def test_an_enlarged_image_is_restored_exactly(shape, times):
    image = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    np.testing.assert_array_equal(fit(image.repeat(times, 0).repeat(times, 1), shape), image)


def test_pixels_outside_the_square_do_not_matter():
    picture = np.random.default_rng(0).integers(0, 256, (40, 100, 3)).astype(np.uint8)
    other = picture.copy()
    other[:, :30] = 0
    np.testing.assert_array_equal(fit(picture, (32, 32, 3)), fit(other, (32, 32, 3)))


def test_a_single_colour_is_refused():
    with pytest.raises(CenteringError, match=r"all one colour\."):
        fit(np.full((40, 40, 3), 77, np.uint8), (32, 32, 3))


@pytest.mark.parametrize("ink", [0, 255])
def test_ink_on_a_transparent_background_is_found(digits, ink):
    drawn = sheet(digits[0], 200, 30, 30)
    clear = np.full((*drawn.shape, 4), ink, np.uint8)
    clear[..., 3] = drawn
    assert match(center(grey(flatten(clear))), center(drawn)) > 0.99
