"""Exports in every format: complete or absent, and reproducible."""

import os
import subprocess
import threading
import tracemalloc

import imageio_ffmpeg
import numpy as np
import pytest

import gan.media.ffmpeg
from gan.media import embedded
from gan.media.formats import FORMATS
from gan.media.frame_style import FrameStyle
from gan.media.writer import ExportError, Stopped
from tests.frames import blobs, export, name, noise, read, rgb
from tests.waiting import NewThreads, until

BY_FFMPEG = ("gif", "mp4", "webm")


class Children(list):
    """Processes, and the threads that are alive since the test began."""

    def __init__(self):
        super().__init__()
        self.threads = NewThreads()


@pytest.fixture
def children(monkeypatch):
    """Every process started during the test, so that none can be left running."""
    started = Children()

    class Recorded(subprocess.Popen):
        def __init__(self, *args, **kwargs):
            started.append(self)
            super().__init__(*args, **kwargs)

    monkeypatch.setattr(gan.media.ffmpeg, "Popen", Recorded)
    return started


def assert_nothing_left(folder, children):
    assert list(folder.iterdir()) == []
    assert all(child.returncode is not None for child in children)
    assert not children.threads.alive()


@pytest.mark.parametrize("format", FORMATS)
def test_no_temporary_folder_of_the_system_is_needed(tmp_path, monkeypatch, format):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    frames = list(blobs(4, 16, 16, 3))
    file = tmp_path / name(format)
    export(frames, file, format=format, fps=25, note='{"a":1}', sample=[frames])
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_input_makes_the_same_bytes(tmp_path, format):
    style = FrameStyle(3, True, 2, "Hand", "ember")
    files = [tmp_path / f"{number}{FORMATS[format]}" for number in range(2)]
    for file in files:
        export(list(blobs(6)), file, format=format, fps=25, style=style, loops=3, note='{"a":1}')
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_embeds_its_note_and_decodes(tmp_path, format):
    note = embedded.compact({"latent_studio_clip": 1, "keys": ["=;#\\'\" <&> é" * 900]})
    frames = list(blobs(4))
    path = export(frames, tmp_path / name(format), format=format, fps=25, note=note)
    assert embedded.read_text(path) == note
    decoded = read(format, path, frames[0].shape, 4)
    assert np.abs(decoded.astype(int) - rgb(frames)).mean() < 2
    bare = export(frames, tmp_path / f"bare{FORMATS[format]}", format=format, fps=25)
    assert embedded.read_text(bare) is None


@pytest.mark.parametrize("format", FORMATS)
def test_frames_may_share_a_buffer_and_on_frame_counts_up(tmp_path, format):
    def reused():
        buffer = np.empty((64, 64, 1), np.uint8, order="F")
        for frame in blobs(4):
            buffer[...] = frame
            yield buffer[::-1]

    reported = []
    path = tmp_path / name(format)
    assert (
        export(reused(), str(path), format=format, fps=25, count=4, on_frame=reported.append)
        == path
    )
    assert reported == [1, 2, 3, 4]
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    decoded = read(format, path, (64, 64), 4)
    expected = rgb([frame[::-1] for frame in blobs(4)])
    assert np.abs(decoded.astype(int) - expected).mean() < (2 if format in BY_FFMPEG[1:] else 1e-9)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_an_error_in_the_frames_leaves_no_file(tmp_path, children, format, error):
    def broken():
        yield from noise(5)
        raise error("the model went away")

    with pytest.raises(error, match="went away"):
        export(broken(), tmp_path / name(format), format=format, fps=25, count=9)
    assert_nothing_left(tmp_path, children)


@pytest.mark.parametrize("format", FORMATS)
def test_on_frame_can_cancel_and_an_existing_file_is_unchanged(tmp_path, children, format):
    def cancel(done: int) -> None:
        if done == 3:
            raise InterruptedError

    path = tmp_path / name(format)
    path.write_bytes(b"before")
    with pytest.raises(InterruptedError):
        export(noise(10), path, format=format, fps=25, count=10, on_frame=cancel)
    assert path.read_bytes() == b"before"
    path.unlink()
    assert_nothing_left(tmp_path, children)


@pytest.mark.parametrize("format", FORMATS)
def test_stop_ends_the_export_between_frames(tmp_path, children, format):
    stop = threading.Event()
    with pytest.raises(Stopped):
        export(
            noise(10), tmp_path / name(format), format=format, fps=25, count=10, stop=stop,
            on_frame=lambda done: done == 2 and stop.set(),
        )  # fmt: skip
    assert_nothing_left(tmp_path, children)


@pytest.mark.parametrize("format", BY_FFMPEG)
def test_stop_kills_a_blocked_encoder(tmp_path, tmp_path_factory, children, format, monkeypatch):
    endless = tmp_path_factory.mktemp("program") / "ffmpeg"
    endless.write_text("#!/bin/sh\nexec sleep 600\n")  # takes nothing in
    endless.chmod(0o755)
    monkeypatch.setattr(gan.media.ffmpeg, "program", lambda: str(endless))
    stop = threading.Event()

    def stop_once_started():
        until(lambda: children)
        stop.set()

    threading.Thread(target=stop_once_started).start()
    with pytest.raises(Stopped):
        export(noise(3, 900, 900), tmp_path / name(format), format=format, fps=25, stop=stop)
    assert [child.returncode < 0 for child in children] == [True]  # killed, it did not end
    assert_nothing_left(tmp_path, children)


@pytest.mark.parametrize("format", FORMATS)
def test_a_full_disk_is_an_export_error(tmp_path, children, format):
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, limits[1]))
    try:
        with pytest.raises(ExportError, match=r"\.$"):
            frames = list(noise(24, 128, 128))
            export(frames, tmp_path / name(format), format=format, fps=25)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert_nothing_left(tmp_path, children)


@pytest.mark.parametrize("format", BY_FFMPEG)
def test_a_dead_encoder_is_an_export_error(tmp_path, children, format):
    def kill(done: int) -> None:
        if done == 2:
            children[0].kill()

    with pytest.raises(ExportError, match="encoder stopped"):
        export(noise(60, 256, 256), tmp_path / name(format), format=format, fps=25, on_frame=kill)
    assert_nothing_left(tmp_path, children)


def test_no_encoder_is_an_export_error(tmp_path, children, monkeypatch):
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "missing"))
    imageio_ffmpeg._utils._get_ffmpeg_exe.cache_clear()
    try:
        with pytest.raises(ExportError):
            export(noise(2), tmp_path / "a.mp4", fps=25)
    finally:
        imageio_ffmpeg._utils._get_ffmpeg_exe.cache_clear()
    assert_nothing_left(tmp_path, children)


@pytest.mark.parametrize("format", FORMATS)
def test_a_missing_folder_or_a_folder_at_the_path_is_an_export_error(tmp_path, children, format):
    with pytest.raises(ExportError, match="No such file|encoder stopped"):
        export(list(noise(3)), tmp_path / "nowhere" / name(format), format=format, fps=25)
    (tmp_path / name(format)).mkdir()
    with pytest.raises(ExportError, match="Could not write"):
        export(list(noise(3)), tmp_path / name(format), format=format, fps=25)
    (tmp_path / name(format)).rmdir()
    assert_nothing_left(tmp_path, children)


@pytest.mark.parametrize("format", FORMATS)
def test_memory_does_not_grow_with_length(tmp_path, format):
    (frame,) = noise(1, 96, 96)

    def peak(count: int) -> int:
        tracemalloc.start()
        frames = (np.roll(frame, n, axis=0) for n in range(count))
        export(frames, tmp_path / name(format), format=format, fps=25, count=count)
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    # Ten times the frames are 2.5 MB more. Allowed to grow: a ZIP's table of contents, and a sheet
    # that gets wider with its square root.
    peak(2)
    assert peak(300) - peak(30) < 700_000


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
@pytest.mark.parametrize("format", ["mp4", "apng", "zip", "sprite"])
def test_invalid_frames_are_named(tmp_path, children, format, frames, message):
    with pytest.raises(ValueError, match=message):
        export(frames, tmp_path / name(format), format=format, fps=25)
    assert_nothing_left(tmp_path, children)


@pytest.mark.parametrize(
    ("file", "options", "message"),
    [
        ("a.avi", {}, ".gif, .mp4, .webm, .webp, .apng, .zip, .png"),
        ("a", {}, ".gif, .mp4"),
        ("a.gif", {"format": "avi"}, "choose one of gif, mp4, webm, webp, apng, zip, sprite"),
        ("a.gif", {"fps": 30}, "10, 12.5, 20, 25, 33.3, 50"),
        ("a.gif", {"loops": 1001}, "0 to 1000"),
        ("a.gif", {"loops": 1.5}, "whole number"),
        ("a.png", {"count": 3}, "2 frames, not 3"),
        ("a.png", {"count": 1}, "2 frames, not 1|more frames"),
        ("a.png", {"count": 100_000, "style": FrameStyle(4)}, "16,383 px a side is the most"),
        (
            "a.webp",
            {"style": FrameStyle(64), "frames": [np.zeros((2, 300, 1), np.uint8)]},
            "19,200 x",
        ),
        ("a.mp4", {"style": FrameStyle(colours="ember"), "frames": noise(2, channels=3)}, "grey"),
    ],
)
def test_invalid_settings_raise_a_message_with_the_limits(tmp_path, file, options, message):
    options = {"frames": noise(2), "fps": 25, "count": 2, **options}
    with pytest.raises(ValueError, match=message):
        export(options.pop("frames"), tmp_path / file, **options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="there is no such thing as nice here")
def test_encoders_run_at_low_priority(tmp_path, children):
    nice, mine = [], os.getpriority(os.PRIO_PROCESS, 0)
    export(
        noise(3), tmp_path / "a.gif", fps=25,
        on_frame=lambda _: nice.append(os.getpriority(os.PRIO_PROCESS, children[0].pid)),
    )  # fmt: skip
    assert nice == [max(5, mine)] * 3
    assert os.getpriority(os.PRIO_PROCESS, 0) == mine
