"""Frames as people see them: enlarged, coloured, captioned, bordered."""

import numpy as np
import pytest
from PIL import Image

from gan.media.captions import strip, strip_height
from gan.media.colormaps import COLOURS
from gan.media.frame_style import FrameStyle
from tests.frames import noise


def grey(height: int = 28, width: int = 30) -> np.ndarray:
    return next(noise(1, height, width))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("scale", [1, 2, 5])
@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize("border", [0, 3])
@pytest.mark.parametrize("caption", ["", "Digits"])
def test_size_is_what_dress_makes(channels, scale, smooth, border, caption):
    (frame,) = noise(1, 28, 30, channels)
    style = FrameStyle(scale, smooth, border, caption)
    dressed = style.apply(frame)
    assert dressed.shape == style.size(*frame.shape) and dressed.dtype == np.uint8
    inside = dressed[border : border + 28 * scale, border : border + 30 * scale]
    if smooth:
        picture = Image.fromarray(frame.squeeze())
        big = picture.resize((30 * scale, 28 * scale), Image.Resampling.BICUBIC)
        np.testing.assert_array_equal(inside.squeeze(), np.asarray(big))
    else:
        np.testing.assert_array_equal(inside, np.kron(frame, np.ones((scale, scale, 1), np.uint8)))
    edge = np.ones(dressed.shape[:2], bool)
    edge[border : dressed.shape[0] - border, border : dressed.shape[1] - border] = False
    assert not dressed[edge].any()


@pytest.mark.parametrize("colours", COLOURS)
def test_colours_come_last_so_that_no_others_are_made(colours):
    style = FrameStyle(4, True, 2, "Smooth", colours)
    levels, dressed = style.levels(grey()), style.apply(grey())
    assert levels.shape[2] == 1
    np.testing.assert_array_equal(
        dressed if dressed.shape[2] == 3 else dressed.repeat(3, 2), COLOURS[colours][levels[..., 0]]
    )


def test_grey_is_grey_and_inverted_is_its_opposite():
    frame = grey()
    np.testing.assert_array_equal(FrameStyle().apply(frame), frame)
    np.testing.assert_array_equal(
        FrameStyle(colours="inverted").apply(frame), 255 - frame.repeat(3, 2)
    )


@pytest.mark.parametrize("colours", list(COLOURS)[2:])
def test_more_ink_is_always_lighter_and_evenly_so(colours):
    table = COLOURS[colours]
    assert table.shape == (256, 3) and table.dtype == np.uint8 and not table.flags.writeable
    linear = (table / 255) ** 2.2 @ [0.2126, 0.7152, 0.0722]
    lightness = np.cbrt(linear)  # about that of CIE L*
    steps = np.diff(lightness[::5])
    assert steps.min() > 0 and steps.max() < 3 * np.median(steps)
    assert lightness[0] < 0.2 and lightness[-1] > 0.9


def test_a_caption_is_centred_text_on_a_strip_of_fixed_height():
    for width in (56, 112, 448, 1792):
        for caption in ("1", "gjpqy", "Ten digits"):
            ink = strip(caption, width)
            assert ink.shape == (strip_height(width), width, 1)
            rows, columns = np.flatnonzero(ink.any((1, 2))), np.flatnonzero(ink.any((0, 2)))
            assert ink.max() > 150
            assert rows[0] >= 1 and rows[-1] < len(ink) - 1, "nothing is cut off"
            assert abs(columns[0] - (width - 1 - columns[-1])) <= max(4, width // 100)


def test_a_long_caption_gets_smaller_then_is_cut():
    wide, narrow = strip("m" * 40, 448), strip("m" * 80, 112)
    for ink in (wide, narrow):
        columns = np.flatnonzero(ink.any((0, 2)))
        assert columns[0] >= 1 and columns[-1] <= ink.shape[1] - 2
    one = strip("m", 448)
    assert np.ptp(np.flatnonzero(wide.any((1, 2)))) < np.ptp(np.flatnonzero(one.any((1, 2))))
    np.testing.assert_array_equal(narrow, strip("m" * 79 + "i", 112))  # both end in an ellipsis


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"scale": 0}, "scale must be a whole number from 1 to 64"),
        ({"scale": 65}, "1 to 64"),
        ({"scale": 1.5}, "whole number"),
        ({"scale": True}, "whole number"),
        ({"border": -1}, "border must be a whole number from 0 to 256"),
        ({"border": 257}, "0 to 256"),
        ({"caption": "x" * 81}, "80 characters"),
        ({"caption": "a\nb"}, "control characters"),
        ({"caption": "数字 é"}, "no 数 字 é: use plain Latin"),
        ({"caption": None}, "80 characters"),
        ({"colours": "rainbow"}, "grey, inverted"),
        ({"colours": None}, "grey, inverted"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(given, message):
    with pytest.raises(ValueError, match=message):
        FrameStyle(**given)


def test_colour_pictures_have_their_own_colours():
    (frame,) = noise(1, channels=3)
    for ask in (lambda style: style.size(*frame.shape), lambda style: style.apply(frame)):
        with pytest.raises(ValueError, match="for grey pictures"):
            ask(FrameStyle(colours="ember"))
