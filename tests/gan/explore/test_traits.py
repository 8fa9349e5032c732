"""Traits of synthetic shapes have their known values, and only applicable traits are used."""

import numpy as np
import pytest

from gan.data.image_set import load
from gan.explore.traits import TRAITS, measure, traits_of

SIDE, FINE = 28, 8  # pixels, and parts of a pixel's side to draw with
PEN = ["stroke", "slant", "width", "height", "top"]


def grid() -> tuple[np.ndarray, np.ndarray]:
    """x to the right and y downwards from the middle, in px, of all subpixels."""
    line = (np.arange(SIDE * FINE) + 0.5) / FINE - SIDE / 2
    return np.meshgrid(line, line)


def picture(inside: np.ndarray) -> np.ndarray:
    """Image uint8 (28,28,1) of a shape: the brightness is the covered share of a pixel."""
    covered = inside.reshape(SIDE, FINE, SIDE, FINE).mean((1, 3))
    return np.round(covered * 255).astype(np.uint8)[..., None]


def bar(thickness=3.0, length=18.0, turned=0.0, sheared=0.0) -> np.ndarray:
    """An upright bar, turned or sheared to the right by so many degrees."""
    x, y = grid()
    x = x + np.tan(np.radians(sheared)) * y
    angle = np.radians(turned)
    across, along = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return picture((abs(across) < thickness / 2) & (abs(along) < length / 2))


def ring(thickness: float, radius=8.0) -> np.ndarray:
    x, y = grid()
    return picture(abs(np.hypot(x, y) - radius) < thickness / 2)


def value(image: np.ndarray, name: str) -> float:
    return measure(image[None], [TRAITS[name]])[0, 0]


@pytest.mark.parametrize("turned", [0, 20, 45, 70, 90])
def test_the_thickness_of_a_bar_does_not_depend_on_its_angle(turned):
    for thickness in (2, 3, 4, 5):
        assert abs(value(bar(thickness, turned=turned), "stroke") - thickness) < 0.35


def test_a_thicker_line_is_a_larger_stroke():
    for draw in (bar, ring):
        found = [value(draw(t), "stroke") for t in (2, 2.5, 3, 3.5, 4, 5)]
        assert all(more - less > 0.2 for less, more in zip(found, found[1:], strict=False))


def test_thickness_does_not_depend_on_brightness():
    assert value(bar(3) // 2, "stroke") == pytest.approx(value(bar(3), "stroke"), abs=0.1)


@pytest.mark.parametrize("degrees", [-40, -20, -5, 0, 10, 25, 40])
def test_the_slant_is_the_angle_and_positive_to_the_right(degrees):
    assert abs(value(bar(sheared=degrees), "slant") - degrees) < 0.5
    assert abs(value(bar(2, turned=degrees), "slant") - degrees) < 1.5


def test_width_and_height_do_not_depend_on_the_slant():
    for slant in (-30, 0, 30):
        box = bar(9, 15, sheared=slant)
        assert abs(value(box, "width") - 9) < 0.3 and abs(value(box, "height") - 15) < 0.3


def test_top_heavy_means_wider_above():
    x, y = grid()
    wedge = picture((abs(x) < 6 - y / 2) & (abs(y) < 9))
    assert value(wedge, "top") > 2
    assert value(wedge[::-1], "top") == pytest.approx(-value(wedge, "top"), abs=0.5)
    assert abs(value(bar(6, sheared=20), "top")) < 0.3


def test_pen_traits_do_not_depend_on_the_position():
    shape = np.roll(bar(3, 12, turned=20), (3, -5), (0, 1))
    known = [TRAITS[name] for name in PEN]
    both = measure(np.stack([bar(3, 12, turned=20), shape]), known)
    np.testing.assert_allclose(both[0], both[1], atol=1e-3)


def test_brightness_contrast_and_warmth_are_in_grey_levels():
    image = np.zeros((28, 28, 3), np.uint8)
    image[:, :14] = 200, 100, 0
    assert value(image, "brightness") == pytest.approx(50)
    assert value(image, "contrast") == pytest.approx(50)
    assert value(image, "warmth") == pytest.approx(100)
    assert value(image, "shade") == pytest.approx(100)  # of what is lit, however little


@pytest.mark.parametrize("level", [0, 1, 255])
def test_a_constant_image_has_finite_traits(level):
    for channels in (1, 3):
        images = np.full((2, 28, 28, channels), level, np.uint8)
        assert np.isfinite(measure(images, list(TRAITS.values()))).all()


def test_the_traits_depend_on_the_kind_of_images():
    digits = load("mnist", train=False).images[:300].permute(0, 2, 3, 1).numpy()
    assert [trait.name for trait in traits_of(digits)] == PEN
    colours = np.repeat(digits, 3, 3)
    assert [trait.name for trait in traits_of(colours)] == [*PEN, "warmth"]
    x, y = grid()
    shirts = np.stack([picture((abs(x) < 8 + k) & (abs(y) < 12)) for k in range(5)])
    assert [trait.name for trait in traits_of(shirts)] == ["width", "height", "shade"]
    photos = np.random.default_rng(0).integers(60, 200, (5, 32, 32, 3)).astype(np.uint8)
    assert [trait.name for trait in traits_of(photos)] == ["brightness", "contrast", "warmth"]


def test_the_visible_change_of_lengths_scales_with_the_image():
    assert TRAITS["width"].visible(56) == 2 * TRAITS["width"].visible(28)
    assert TRAITS["slant"].visible(56) == TRAITS["slant"].visible(28)
