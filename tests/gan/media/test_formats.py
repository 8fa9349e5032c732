"""Other decoders read the frames that were exported."""

from fractions import Fraction

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from gan.media.formats import FORMATS, FPS, check_fps
from gan.media.frame_style import FrameStyle
from tests.frames import (
    about,
    blobs,
    export,
    name,
    noise,
    read,
    read_animation,
    read_film,
    read_sheet,
    read_zip,
    rgb,
)

EXACT = ("gif", "webp", "apng", "zip", "sprite")  # of grey frames; all but GIF of colour ones too
STYLES = [
    FrameStyle(),
    FrameStyle(3, border=2, caption="Hi"),
    FrameStyle(2, smooth=True, colours="ocean"),
    FrameStyle(2, colours="inverted", border=1, caption="x"),
]


@pytest.mark.parametrize("format", EXACT)
@pytest.mark.parametrize("style", STYLES, ids=str)
def test_grey_frames_are_lossless_with_any_colour_map(tmp_path, format, style):
    frames = list(blobs(5, 28, 31)) + list(noise(2, 28, 31))
    frames[3:3] = [frames[2]] * 2  # equal ones are kept apart
    path = export(frames, tmp_path / name(format), format=format, fps=25, style=style)
    styled = [style.apply(frame) for frame in frames]
    np.testing.assert_array_equal(read(format, path, styled[0].shape, 9), rgb(styled))


@pytest.mark.parametrize("format", EXACT[1:])
@pytest.mark.parametrize("style", [FrameStyle(), FrameStyle(3, True, 1, "Hi")], ids=str)
def test_colour_frames_are_lossless_except_in_a_gif(tmp_path, format, style):
    frames = list(noise(2, 9, 16, 3)) + list(blobs(4, 9, 16, 3))
    path = export(frames, tmp_path / name(format), format=format, fps=25, style=style)
    styled = [style.apply(frame) for frame in frames]
    np.testing.assert_array_equal(read(format, path, styled[0].shape, 6), rgb(styled))


@pytest.mark.parametrize("format", ["gif", "webp", "apng"])
def test_timing_and_loop_count_are_stored(tmp_path, format):
    plays_in_file = {"gif": [0, None, 4], "webp": [0, 1, 5], "apng": [0, 1, 5]}[format]
    for fps, loops, expected in zip((100 / 3, 12.5, 50), (0, 1, 5), plays_in_file, strict=True):
        path = export(blobs(7, 16, 16), tmp_path / "a", format=format, fps=fps, loops=loops)
        _, durations, loop = read_animation(path)
        assert loop == expected
        assert durations == pytest.approx([1000 / fps] * 7, abs=0.5)
        assert sum(durations) == pytest.approx(7 * 1000 / check_fps(format, fps), abs=0.5)


def test_rounded_webp_delays_add_up(tmp_path):
    path = export(blobs(60, 8, 8), tmp_path / "a.webp", fps=60)
    _, durations, _ = read_animation(path)
    assert set(durations) == {16, 17} and sum(durations) == 1000


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (28, 28)])
@pytest.mark.parametrize("scale", [1, 3, 16])
def test_an_enlarged_gif_has_exact_pixels(tmp_path, size, scale):
    frames = list(noise(2, *size))
    path = export(frames, tmp_path / "big.GIF", fps=10, style=FrameStyle(scale))
    expected = [np.kron(f[..., 0], np.ones((scale, scale), np.uint8)) for f in frames]
    np.testing.assert_array_equal(read_animation(path)[0], rgb([e[..., None] for e in expected]))


def test_a_colour_gif_has_one_palette_per_frame(tmp_path):
    frames = list(blobs(10, 32, 32, 3))
    path = export(frames, tmp_path / "colour.gif", fps=20, style=FrameStyle(2))
    decoded, durations, loop = read_animation(path)
    assert durations == [50] * 10 and loop == 0
    pixels = decoded[:, ::2, ::2]
    np.testing.assert_array_equal(decoded, pixels.repeat(2, axis=1).repeat(2, axis=2))
    assert np.abs(pixels.astype(int) - np.stack(frames)).mean() < 2


def test_a_colour_gif_survives_small_changes_between_palettes(tmp_path):
    rng = np.random.default_rng(5)
    for trial in range(4):
        colours = rng.integers(0, 40, (rng.integers(2, 60), 3), dtype=np.uint8)
        still = colours[rng.integers(0, len(colours), (12, 9))]
        frames = [still, still + rng.integers(0, 4, still.shape, dtype=np.uint8), still] * 2
        decoded, durations, _ = read_animation(export(frames, tmp_path / f"{trial}.gif", fps=25))
        assert durations == [40] * 6
        # ffmpeg matches colours in a rounded Oklab, so one level may be lost
        assert np.abs(decoded.astype(int) - np.stack(frames)).max() <= 1


def few_colours(count: int):
    colours = np.random.default_rng(1).integers(0, 256, (200, 3), dtype=np.uint8)
    orders = np.random.default_rng(2).integers(0, 100, (count, 32, 32))
    return [colours[12 * n + order] for n, order in enumerate(orders)]


def changing_colours(count: int):
    rng = np.random.default_rng(3)
    order = rng.integers(0, 200, (32, 32))
    tables = np.linspace(*rng.integers(0, 256, (2, 200, 3)), count)
    return [np.rint(table).astype(np.uint8)[order] for table in tables]


def test_a_colour_gif_uses_a_common_palette_where_it_is_as_good(tmp_path):
    sizes = {}
    for which, frames in (("few", few_colours(8)), ("changing", changing_colours(8))):
        runs = [frames[0:2], frames[3:5], frames[6:8]]
        for sample in ([], runs):
            path = export(frames, tmp_path / "a.gif", fps=20, sample=sample)
            decoded, _, _ = read_animation(path)
            assert np.abs(decoded.astype(int) - np.stack(frames)).mean() < 1
            sizes[which, bool(sample)] = path.stat().st_size
    # a palette of a hundred colours is 300 bytes; those that change from frame to frame stay
    assert sizes["few", True] < sizes["few", False] - 7 * 300
    assert sizes["changing", True] == sizes["changing", False]


@pytest.mark.parametrize(
    ("format", "fps"), [("mp4", 1), ("mp4", 29.97), ("mp4", 60), ("webm", 24), ("webm", 60)]
)
def test_a_video_has_the_requested_frames_rate_and_codec(tmp_path, format, fps):
    path = export(blobs(31), tmp_path / name(format), fps=fps)
    frames, meta = read_film(path)
    assert len(frames) == 31 and meta["source_size"] == (64, 64)
    assert meta["codec"] == {"mp4": "h264", "webm": "vp9"}[format]
    assert meta["pix_fmt"].startswith("yuv420p")
    assert meta["fps"] == pytest.approx(fps, abs=0.005)
    count, seconds = imageio_ffmpeg.count_frames_and_secs(str(path))
    assert count == 31 and seconds == pytest.approx(31 / fps, abs=0.03)


@pytest.mark.parametrize("format", ["mp4", "webm"])
@pytest.mark.parametrize("smooth", [False, True])
def test_a_video_is_close_to_its_frames(tmp_path, format, smooth):
    for channels, colours in ((1, "grey"), (1, "ember"), (3, "grey")):
        frames, style = list(blobs(6, 28, 28, channels)), FrameStyle(6, smooth, colours=colours)
        path = export(frames, tmp_path / name(format), fps=25, style=style)
        error = read_film(path)[0].astype(int) - rgb([style.apply(frame) for frame in frames])
        # half the chroma samples are gone, which hard coloured edges show
        assert np.abs(error).mean() < (1 if colours == "grey" and channels == 1 else 5)
        assert abs(error.mean()) < (0.25 if colours == "grey" and channels == 1 else 1)


@pytest.mark.parametrize("format", ["mp4", "webm"])
@pytest.mark.parametrize("side", [28, 27])
def test_a_video_says_how_its_colours_are_coded(tmp_path, format, side):
    path = export(blobs(2, side, side, 3), tmp_path / name(format), fps=25)
    # range; then matrix, primaries and transfer, which are one word only if they are the same
    assert "yuv420p(tv, bt709, progressive)" in about(path)
    if format == "mp4":  # the box of ISO/IEC 14496-12: primaries, transfer, matrix, limited range
        assert b"colrnclx" + 3 * b"\0\1" + b"\0" in path.read_bytes()


def test_an_mp4_has_its_index_first(tmp_path):
    data = export(blobs(10), tmp_path / "a.mp4", fps=25).read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("format", ["mp4", "webm"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(1, 1), (27, 28), (27, 27)])
def test_a_video_repeats_the_edge_of_an_odd_side(tmp_path, format, size, channels):
    height, width = size
    flat = np.full((height, width, channels), 200, np.uint8)
    frames, meta = read_film(export([flat] * 3, tmp_path / name(format), fps=25))
    assert meta["size"] == (width + width % 2, height + height % 2)
    assert np.abs(frames.astype(int) - 200).max() <= 2


def test_a_zip_names_its_frames_in_order(tmp_path):
    path = export(noise(3), tmp_path / "frames.zip", fps=7, note="{}")
    names = read_zip(path)[1]
    assert [n for n in names if n.endswith(".png")] == [f"frame_{i:05d}.png" for i in range(3)]


@pytest.mark.parametrize("count", [1, 2, 5, 12])
def test_a_sprite_sheet_is_nearly_square_and_describes_its_layout(tmp_path, count):
    frames = list(noise(count, 10, 14, 3))
    path = export(frames, tmp_path / "sheet.png", fps=7)
    with Image.open(path) as image:
        width, height = image.size
        words = image.info["Comment"]
    assert words == f"{count} frames of 14 x 10 px, {width // 14} in a row"
    assert count <= (width // 14) * (height // 10) < count + width // 14
    assert count < 5 or 1 / 2 < width / height < 2
    np.testing.assert_array_equal(read_sheet(path, (10, 14), count), frames)


def test_check_fps_gives_the_exact_rate():
    assert check_fps("gif", 33.3) == check_fps("gif", np.float32(100 / 3)) == Fraction(100, 3)
    assert check_fps("gif", 12.5) == Fraction(25, 2)
    assert check_fps("mp4", 29.97) == Fraction(2997, 100)
    assert check_fps("zip", 240) == 240
    for format in FORMATS:
        for bad in (0, -25, 241, float("nan"), float("inf"), None, "fast"):
            with pytest.raises(ValueError, match=str(bad)):
                check_fps(format, bad)
    for format in ("mp4", "webm", "webp", "apng"):
        with pytest.raises(ValueError, match="1 to 60"):
            check_fps(format, 61)


@pytest.mark.parametrize("format", FORMATS)
def test_every_offered_rate_is_supported(format):
    for fps in FPS[format]:
        assert float(check_fps(format, fps)) == pytest.approx(fps)
