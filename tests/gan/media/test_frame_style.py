"""Styled frames: enlarged, coloured, captioned, bordered."""

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
def test_size_is_the_shape_of_a_styled_frame(channels, scale, smooth, border, caption):
    (frame,) = noise(1, 28, 30, channels)
    style = FrameStyle(scale, smooth, border, caption)
    styled = style.apply(frame)
    assert styled.shape == style.size(*frame.shape) and styled.dtype == np.uint8
    inside = styled[border : border + 28 * scale, border : border + 30 * scale]
    if smooth:
        picture = Image.fromarray(frame.squeeze())
        big = picture.resize((30 * scale, 28 * scale), Image.Resampling.BICUBIC)
        np.testing.assert_array_equal(inside.squeeze(), np.asarray(big))
    else:
        np.testing.assert_array_equal(inside, np.kron(frame, np.ones((scale, scale, 1), np.uint8)))
    edge = np.ones(styled.shape[:2], bool)
    edge[border : styled.shape[0] - border, border : styled.shape[1] - border] = False
    assert not styled[edge].any()


@pytest.mark.parametrize("colours", COLOURS)
def test_the_colour_map_is_applied_last(colours):
    style = FrameStyle(4, True, 2, "Smooth", colours)
    levels, styled = style.levels(grey()), style.apply(grey())
    assert levels.shape[2] == 1
    np.testing.assert_array_equal(
        styled if styled.shape[2] == 3 else styled.repeat(3, 2), COLOURS[colours][levels[..., 0]]
    )


def test_grey_is_the_identity_and_inverted_is_its_complement():
    frame = grey()
    np.testing.assert_array_equal(FrameStyle().apply(frame), frame)
    np.testing.assert_array_equal(
        FrameStyle(colours="inverted").apply(frame), 255 - frame.repeat(3, 2)
    )


@pytest.mark.parametrize("colours", list(COLOURS)[2:])
def test_lightness_increases_evenly(colours):
    table = COLOURS[colours]
    assert table.shape == (256, 3) and table.dtype == np.uint8 and not table.flags.writeable
    linear = (table / 255) ** 2.2 @ [0.2126, 0.7152, 0.0722]
    lightness = np.cbrt(linear)  # about that of CIE L*
    steps = np.diff(lightness[::5])
    assert steps.min() > 0 and steps.max() < 3 * np.median(steps)
    assert lightness[0] < 0.2 and lightness[-1] > 0.9


def test_a_caption_is_centred_and_its_height_depends_on_the_width_only():
    for width in (56, 112, 448, 1792):
        for caption in ("1", "gjpqy", "Ten digits"):
            ink = strip(caption, width)
            assert ink.shape == (strip_height(width), width, 1)
            rows, columns = np.flatnonzero(ink.any((1, 2))), np.flatnonzero(ink.any((0, 2)))
            assert ink.max() > 150
            assert rows[0] >= 1 and rows[-1] < len(ink) - 1, "nothing is cut off"
            assert abs(columns[0] - (width - 1 - columns[-1])) <= max(4, width // 100)


def test_a_long_caption_is_shrunk_then_cut():
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
def test_invalid_styles_raise_a_message(given, message):
    with pytest.raises(ValueError, match=message):
        FrameStyle(**given)


def test_a_colour_map_is_refused_for_colour_frames():
    (frame,) = noise(1, channels=3)
    for ask in (lambda style: style.size(*frame.shape), lambda style: style.apply(frame)):
        with pytest.raises(ValueError, match="for grey pictures"):
            ask(FrameStyle(colours="ember"))
