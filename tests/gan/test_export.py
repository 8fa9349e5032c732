"""What comes out of a file is what went in; what fails leaves nothing behind."""

import io
import subprocess
import tracemalloc
import zipfile
from fractions import Fraction

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image, ImageSequence

import gan.export
from gan.export import GIF_FPS, ExportError, check_fps, export

KINDS = ("gif", "mp4", "zip")


def noise(count: int, height: int = 64, width: int = 64, channels: int = 1):
    """Random frames holding every level from 0 to 255."""
    rng = np.random.default_rng(0)
    for _ in range(count):
        levels = np.arange(height * width * channels).astype(np.uint8)
        yield rng.permutation(levels).reshape(height, width, channels)


def blobs(count: int, height: int = 64, width: int = 64, channels: int = 1):
    """A soft spot going round, like digits that turn into each other."""
    y, x = np.mgrid[0:height, 0:width]
    for angle in 2 * np.pi * np.arange(count) / count:
        centre = height * (0.5 + 0.3 * np.sin(angle)), width * (0.5 + 0.3 * np.cos(angle))
        spot = np.exp(-((y - centre[0]) ** 2 + (x - centre[1]) ** 2) / (0.02 * height * width))
        shades = [spot, np.roll(spot, 9, axis=0), np.roll(spot, 9, axis=1)][:channels]
        yield np.rint(255 * np.stack(shades, axis=-1)).astype(np.uint8)


def read_gif(path, mode: str = "L"):
    with Image.open(path) as image:
        loop = image.info["loop"]
        frames, durations = [], []
        for frame in ImageSequence.Iterator(image):
            frames.append(np.array(frame.convert(mode)))
            durations.append(frame.info["duration"])
    return np.stack(frames), durations, loop


def read_mp4(path):
    reader = imageio_ffmpeg.read_frames(str(path), pix_fmt="rgb24")
    meta = next(reader)
    width, height = meta["size"]
    return np.stack([np.frombuffer(f, np.uint8).reshape(height, width, 3) for f in reader]), meta


def read_zip(path):
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        return [np.array(Image.open(io.BytesIO(archive.read(name)))) for name in names], names


@pytest.fixture
def children(monkeypatch):
    """Every process started during the test, so that none can be left running."""
    started = []

    class Recorded(subprocess.Popen):
        def __init__(self, *args, **kwargs):
            started.append(self)
            super().__init__(*args, **kwargs)

    monkeypatch.setattr(gan.export, "Popen", Recorded)
    return started


def assert_nothing_left(folder, children):
    assert list(folder.iterdir()) == []
    assert all(child.returncode is not None for child in children)


@pytest.mark.parametrize("fps", GIF_FPS)
def test_grey_gif_is_exact_loops_and_keeps_time(tmp_path, fps):
    frames = list(blobs(12)) + list(noise(3))
    path = export(frames, tmp_path / "loop.gif", fps=fps)
    decoded, durations, loop = read_gif(path)
    np.testing.assert_array_equal(decoded[..., None], frames)
    assert durations == [round(100 / fps) * 10] * len(frames)
    assert loop == 0


@pytest.mark.parametrize("channels", [1, 3])
def test_gif_keeps_equal_frames_apart(tmp_path, channels):
    a, b = blobs(2, 8, 8, channels)
    frames = [a, a, a, b, b, a, a]
    decoded, durations, _ = read_gif(export(frames, tmp_path / "still.gif", fps=25), "RGB")
    assert len(decoded) == 7 and durations == [40] * 7
    np.testing.assert_array_equal(decoded[0], decoded[2])
    assert (decoded[3] != decoded[0]).any()
    # Exact for grey; ffmpeg matches colours in a rounded Oklab, so one level may be lost there.
    expected = np.stack([np.broadcast_to(frame, (8, 8, 3)) for frame in frames]).astype(int)
    assert np.abs(decoded - expected).max() <= (0 if channels == 1 else 1)


def test_colour_gif_survives_small_changes_between_palettes(tmp_path):
    rng = np.random.default_rng(5)
    for trial in range(10):
        colours = rng.integers(0, 40, (rng.integers(2, 60), 3), dtype=np.uint8)
        still = colours[rng.integers(0, len(colours), (12, 9))]
        frames = [still, still + rng.integers(0, 4, still.shape, dtype=np.uint8), still] * 2
        decoded, durations, _ = read_gif(export(frames, tmp_path / f"{trial}.gif", fps=25), "RGB")
        assert durations == [40] * 6
        assert np.abs(decoded.astype(int) - np.stack(frames)).max() <= 1


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (28, 28), (17, 64)])
@pytest.mark.parametrize("scale", [1, 3, 16])
def test_enlarged_gif_is_whole_pixels(tmp_path, size, scale):
    frames = list(noise(3, *size))
    decoded, _, _ = read_gif(export(frames, tmp_path / "big.GIF", fps=10, scale=scale))
    expected = [np.kron(f[..., 0], np.ones((scale, scale), np.uint8)) for f in frames]
    np.testing.assert_array_equal(decoded, expected)


def test_colour_gif_gives_each_frame_its_own_palette(tmp_path):
    frames = list(blobs(10, 32, 32, 3))
    path = export(frames, tmp_path / "colour.gif", fps=20, scale=2)
    decoded, durations, loop = read_gif(path, "RGB")
    assert durations == [50] * 10 and loop == 0
    pixels = decoded[:, ::2, ::2]
    np.testing.assert_array_equal(decoded, pixels.repeat(2, axis=1).repeat(2, axis=2))
    assert np.abs(pixels.astype(int) - np.stack(frames)).mean() < 2


def test_colour_gif_of_few_colours_is_almost_exact(tmp_path):
    colours = np.random.default_rng(1).integers(0, 256, (3, 200, 3), dtype=np.uint8)
    order = np.random.default_rng(2).integers(0, 200, (32, 32))
    frames = [palette[order] for palette in colours]
    decoded, _, _ = read_gif(export(frames, tmp_path / "few.gif", fps=20), "RGB")
    assert np.abs(decoded.astype(int) - np.stack(frames)).max() <= 1


@pytest.mark.parametrize("fps", [1, 12.5, 24, 29.97, 100 / 3, 60])
def test_mp4_has_the_frames_rate_and_codec_asked_for(tmp_path, fps):
    path = export(blobs(31), tmp_path / "clip.mp4", fps=fps)
    frames, meta = read_mp4(path)
    assert len(frames) == 31 and meta["source_size"] == (64, 64)
    assert meta["codec"] == "h264" and meta["pix_fmt"].startswith("yuv420p")
    assert meta["fps"] == pytest.approx(fps, abs=0.005)
    count, seconds = imageio_ffmpeg.count_frames_and_secs(str(path))
    assert count == 31 and seconds == pytest.approx(31 / fps, abs=0.02)


def test_mp4_looks_like_its_frames_and_starts_before_it_is_all_there(tmp_path):
    grey, colour = list(blobs(10, 28, 28)), list(blobs(10, 28, 28, 3))
    path = export(grey, tmp_path / "grey.mp4", fps=25, scale=8)
    expected = np.stack(grey).repeat(8, axis=1).repeat(8, axis=2)
    error = np.abs(read_mp4(path)[0].astype(int) - expected)
    assert error.mean() < 1 and error.max() <= 24
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    frames, _ = read_mp4(export(colour, tmp_path / "colour.mp4", fps=25, scale=8))
    expected = np.stack(colour).repeat(8, axis=1).repeat(8, axis=2)
    assert np.abs(frames.astype(int) - expected).mean() < 3


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(1, 1), (27, 28), (28, 27), (27, 27)])
def test_mp4_repeats_the_edge_of_an_odd_side(tmp_path, size, channels):
    height, width = size
    flat = np.full((height, width, channels), 200, np.uint8)
    frames, meta = read_mp4(export([flat] * 3, tmp_path / "odd.mp4", fps=25))
    assert meta["size"] == (width + width % 2, height + height % 2)
    assert np.abs(frames.astype(int) - 200).max() <= 2


@pytest.mark.parametrize("channels", [1, 3])
def test_zip_holds_the_frames_exactly(tmp_path, channels):
    frames = list(noise(3, 9, 16, channels))
    pictures, names = read_zip(export(frames, tmp_path / "frames.zip", fps=7, scale=2))
    assert names == ["frame_00000.png", "frame_00001.png", "frame_00002.png"]
    for picture, frame in zip(pictures, frames, strict=True):
        expected = frame.repeat(2, axis=0).repeat(2, axis=1)
        np.testing.assert_array_equal(picture, expected.squeeze(-1) if channels == 1 else expected)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_may_be_views_and_progress_counts_up(tmp_path, kind):
    told = []
    frames = [np.asfortranarray(f)[::-1] for f in noise(4)]
    path = export(iter(frames), str(tmp_path / f"a.{kind}"), fps=25, on_frame=told.append)
    assert told == [1, 2, 3, 4]
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    if kind == "gif":
        np.testing.assert_array_equal(read_gif(path)[0][..., None], frames)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt, GeneratorExit])
def test_an_error_in_the_frames_leaves_nothing(tmp_path, children, kind, error):
    def broken():
        yield from noise(5)
        raise error("the model went away")

    with pytest.raises(error, match="went away"):
        export(broken(), tmp_path / f"a.{kind}", fps=25)
    assert_nothing_left(tmp_path, children)


@pytest.mark.parametrize("kind", KINDS)
def test_on_frame_can_cancel_and_the_old_file_stays(tmp_path, children, kind):
    def cancel(done: int) -> None:
        if done == 3:
            raise InterruptedError

    path = tmp_path / f"a.{kind}"
    path.write_bytes(b"before")
    with pytest.raises(InterruptedError):
        export(noise(10), path, fps=25, on_frame=cancel)
    assert path.read_bytes() == b"before"
    path.unlink()
    assert_nothing_left(tmp_path, children)


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_is_an_export_error(tmp_path, children, kind):
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, limits[1]))
    try:
        with pytest.raises(ExportError, match=r"\.$"):
            export(noise(60, 128, 128), tmp_path / f"a.{kind}", fps=25)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert_nothing_left(tmp_path, children)


@pytest.mark.parametrize("kind", ["gif", "mp4"])
def test_a_dead_encoder_is_an_export_error(tmp_path, children, kind):
    def kill(done: int) -> None:
        if done == 2:
            children[0].kill()

    with pytest.raises(ExportError, match="encoder stopped"):
        export(noise(60, 128, 128), tmp_path / f"a.{kind}", fps=25, on_frame=kill)
    assert_nothing_left(tmp_path, children)


def test_no_encoder_is_an_export_error(tmp_path, children, monkeypatch):
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "missing"))
    imageio_ffmpeg._utils._get_ffmpeg_exe.cache_clear()
    try:
        with pytest.raises(ExportError):
            export(noise(2), tmp_path / "a.mp4", fps=25)
    finally:
        imageio_ffmpeg._utils._get_ffmpeg_exe.cache_clear()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_folder_is_an_export_error(tmp_path, children, kind):
    with pytest.raises(ExportError, match="No such file|encoder stopped"):
        export(noise(3), tmp_path / "nowhere" / f"a.{kind}", fps=25)
    assert_nothing_left(tmp_path, children)


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_in_the_way_is_an_export_error(tmp_path, children, kind):
    (tmp_path / f"a.{kind}").mkdir()
    with pytest.raises(ExportError, match="Could not write"):
        export(noise(3), tmp_path / f"a.{kind}", fps=25)
    (tmp_path / f"a.{kind}").rmdir()
    assert_nothing_left(tmp_path, children)


@pytest.mark.parametrize("kind", KINDS)
def test_memory_does_not_grow_with_length(tmp_path, kind):
    (frame,) = noise(1, 256, 256)

    def peak(count: int) -> int:
        tracemalloc.start()
        export((frame for _ in range(count)), tmp_path / f"a.{kind}", fps=25)
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    # Ten times the frames are 35 MB more; a ZIP's table of contents is allowed to grow.
    peak(2)
    assert peak(600) - peak(60) < 1_000_000


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ([], "no frames"),
        ([np.zeros((4, 4, 1))], "Frame 0 is not a uint8"),
        ([[[1]]], "Frame 0 is not a uint8"),
        ([np.zeros((4, 4), np.uint8)], "Frame 0 is not .*shape"),
        ([np.zeros((4, 4, 4), np.uint8)], "Frame 0 is not .*shape"),
        ([np.zeros((0, 4, 1), np.uint8)], "Frame 0 is not .*shape"),
        ([*noise(2), np.zeros((9, 64, 1), np.uint8)], "Frame 2 has shape"),
        ([*noise(2), np.zeros((64, 64, 3), np.uint8)], "Frame 2 has shape"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_bad_frames_are_named(tmp_path, children, kind, frames, message):
    with pytest.raises(ValueError, match=message):
        export(frames, tmp_path / f"a.{kind}", fps=25)
    assert_nothing_left(tmp_path, children)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("a.webm", {}, ".gif, .mp4, .zip"),
        ("a", {}, ".gif, .mp4, .zip"),
        ("a.gif", {"fps": 30}, "10, 12.5, 20, 25, 33.3, 50"),
        ("a.mp4", {"fps": 61}, "1 to 60"),
        ("a.mp4", {"scale": 0}, "at least 1"),
        ("a.mp4", {"scale": 1.5}, "whole number"),
    ],
)
def test_bad_requests_say_what_is_allowed(tmp_path, name, options, message):
    with pytest.raises(ValueError, match=message):
        export(noise(2), tmp_path / name, **{"fps": 25, **options})
    assert list(tmp_path.iterdir()) == []


def test_check_fps_gives_the_exact_rate():
    assert check_fps("gif", 33.3) == check_fps("gif", np.float32(100 / 3)) == Fraction(100, 3)
    assert check_fps("gif", 12.5) == Fraction(25, 2)
    assert check_fps("mp4", 29.97) == Fraction(2997, 100)
    assert check_fps("zip", 240) == 240
    for kind in KINDS:
        for bad in (0, -25, float("nan"), float("inf"), None, "fast"):
            with pytest.raises(ValueError, match=str(bad)):
                check_fps(kind, bad)
