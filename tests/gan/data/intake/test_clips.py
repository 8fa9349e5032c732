"""Own clips are read at real times, cut and stored once; hostile files are only reported."""

import numpy as np
import pytest
from PIL import Image

from gan.data.clips import FRAMES
from gan.data.collection import CollectionStore
from gan.data.intake import clip_reader
from gan.data.intake.finalize_clips import cut
from gan.data.intake.importer import import_images
from gan.data.intake.messages import ImageImportError
from gan.data.intake.moving import moves, video_format
from gan.data.intake.sources import Limits
from gan.data.intake.units import ClipOptions, ClipOptionsError
from gan.storage.layout import TEMPORARY
from tests.hostile import Member, bundle, encoded, noise, pictures, raw_zip, zeros, zipped
from tests.own_clips import (
    CODECS,
    animation,
    clear_webp,
    film,
    gifs,
    many_frames_apng,
    spots,
    wide_gif,
)


@pytest.fixture
def store(tmp_path):
    return CollectionStore(tmp_path / "store")


def reasons(one):
    return {met["key"]: met["count"] for met in one.skipped}


def brought(tmp_path, store, files, **options):
    return import_images(zipped(tmp_path / "a.zip", files), store, size=32, **options)


def lengths(store, one):
    halves = [store.clips(one, half)[1][:, 1] for half in (True, False)]
    return sorted(np.concatenate(halves).tolist())


def test_clips_of_all_formats_are_read_at_the_chosen_rate(tmp_path, store):
    files = gifs(8)
    for at, suffix in enumerate((".png", ".webp")):
        files[f"{at}{suffix}"] = animation(spots(20, 20 + at), suffix)
    for at, suffix in enumerate(CODECS):
        path = film(tmp_path / f"film{suffix}", spots(25, 30 + at), options="-r 25")
        files[path.name] = path.read_bytes()
    one = brought(tmp_path, store, files, clips=ClipOptions(fps=10))
    assert one.has_clips and one.fps == 10 and one.count == 15 and not one.skipped
    assert set(lengths(store, one)) <= {9, 10, 11} and one.frames == sum(lengths(store, one))
    assert one.channels == 1 and one.held >= 4 and one.noted["short_clips"] == 15
    (tmp_path / "bundle").write_bytes(bundle(files.items()))
    again = import_images(tmp_path / "bundle", store, size=32, clips=ClipOptions(fps=10))
    assert again.id == one.id
    faster = brought(tmp_path, store, gifs(12), clips=ClipOptions(fps=20))
    assert faster.id != one.id and set(lengths(store, faster)) == {20}


def test_frames_are_those_on_screen_at_their_time(tmp_path, store):
    steps = [40, 160] * 10  # ms: a variable rate
    files = {
        f"{i}.gif": animation(spots(20, i, size=(32, 32)), ".gif", duration=steps)
        for i in range(10)
    }
    one = brought(tmp_path, store, files, clips=ClipOptions(fps=10, length=64))
    frames, clips = store.clips(one, True)
    ends_ms = np.cumsum(steps)
    for first, count in clips:
        found = frames[first : first + count, 0]
        assert count == 20
        wanted = [int(np.searchsorted(ends_ms, 100 * k, side="right")) for k in range(count)]
        seed = next(i for i in range(10) if near(spots(20, i, (32, 32))[0], found[0]))
        for k, at in enumerate(wanted):
            assert near(spots(20, seed, (32, 32))[at], found[k])


def near(frame, found):
    return np.abs(frame[..., 0].astype(int) - found).mean() < 2


def test_a_fractional_rate_and_odd_sides_are_read(tmp_path, store):
    path = film(tmp_path / "a.mkv", spots(200, 3, (51, 45)), "30000/1001", "-pix_fmt yuv444p")
    one = import_images(path, store, size=32, clips=ClipOptions(fps=12, length=8))
    assert one.frames in (79, 80, 81) and one.count == 10 and set(lengths(store, one)) == {8}


def test_long_files_are_cut_without_a_rest():
    clips, file_of = cut(np.array([70, 5, 32]), 32)
    assert clips.tolist() == [[0, 35], [35, 35], [70, 5], [75, 32]]
    assert file_of.tolist() == [0, 0, 1, 2]


def test_clips_of_one_file_are_held_out_together(tmp_path, store):
    one = brought(tmp_path, store, gifs(12, frames=40), clips=ClipOptions(fps=20, length=8))
    train, held = (store.clips(one, half)[1][:, 0] // 40 for half in (True, False))
    assert len(train) == one.train and len(held) == one.held and not {*train} & {*held}


def test_hostile_files_are_reported_and_good_ones_kept(tmp_path, store):
    whole = film(tmp_path / "a.mp4", spots(50, 40)).read_bytes()
    tiny = film(tmp_path / "b.mp4", spots(30, 5, (48, 40))[:, :2, :2])
    bad = {
        "text.mp4": b"hello " * 99,
        "empty.webm": b"",
        "torn.mp4": whole[:900],
        "torn.gif": animation(spots(20, 50), ".gif")[:60],
        "header.webm": b"\x1aE\xdf\xa3" + bytes(99),
        "tiny.mp4": tiny.read_bytes(),
        "claims.mp4": claiming(whole),
        "wide.gif": wide_gif(),
        "million.png": many_frames_apng(),
        "single.gif": encoded(noise(1), "GIF"),
        "still.png": encoded(noise(2)),
        "frozen.gif": animation(np.stack([noise(3), noise(3)]), ".gif", optimize=False),
        "two.gif": animation(spots(2, 60, step=9), ".gif"),
        "hasty.gif": animation(spots(20, 70), ".gif", duration=0),
    }
    one = brought(tmp_path, store, gifs(12) | bad, limits=Limits(images=2_600))
    assert one.count == 13  # a frame without a duration lasts a tenth of a second
    found = reasons(one)
    assert found.pop("not_image") == 2 and found.pop("too_many_pixels") == 1
    assert found.pop("too_small") == 1 and found.pop("still") >= 3 and found.pop("damaged") >= 3
    assert set(found) <= {"short"} and sum(reasons(one).values()) == 13
    assert not list((store.root / TEMPORARY).iterdir())


def claiming(mp4):
    """Return an MP4 whose frames claim to last 46 hours each, and its length 0 s."""
    data = bytearray(mp4)
    for atom in (b"mvhd", b"mdhd"):
        at = data.index(atom) + 20
        data[at : at + 4] = bytes(4)
    at = data.index(b"stts") + 16
    data[at : at + 4] = b"\x7f\xff\xff\xff"
    return bytes(data)


def test_a_bomb_is_not_unpacked(tmp_path, store):
    bomb = Member(b"bomb.mp4", zeros(400, b"\0\0\0\x20ftypisom"), 400 << 20, 8)
    members = [Member(name.encode(), data) for name, data in gifs(12).items()]
    (tmp_path / "a.zip").write_bytes(raw_zip([bomb, *members]))
    one = import_images(tmp_path / "a.zip", store, size=32)
    assert one.count == 12 and reasons(one) == {"too_large": 1}


def test_a_file_takes_no_more_than_its_share(tmp_path, store):
    slow = animation(spots(20, 80), ".gif", duration=[50] * 10 + [60_000] * 10)  # 10 minutes
    one = brought(tmp_path, store, gifs(11) | {"slow.gif": slow}, limits=Limits(images=480))
    assert one.frames <= 480 and one.noted["part"] == 1 and one.noted["repeats"] == 1


def test_folders_of_pictures_are_clips_if_that_is_wanted(tmp_path, store):
    files = {
        f"all/{kind}/{clip}/{t}.png": encoded(frame)
        for k, kind in enumerate(("run", "walk"))
        for clip in range(6)
        for t, frame in enumerate(spots(12, 6 * k + clip))
    }
    files["all/run/0/notes.txt"] = b"hello"
    files["all/run/0/label"] = b"no picture"
    files["all/run/0/12.png"] = b"\x89PNG\r\n\x1a\nnothing more here"
    one = brought(tmp_path, store, files, clips=ClipOptions(folders="clips"))
    assert one.classes == ("run", "walk") and one.counts == (6, 6)
    assert set(lengths(store, one)) == {12} and reasons(one) == {"other": 2, "not_image": 1}
    frames, clips = store.clips(one, True)
    lefts = [int(frames[at, 0].max(0).argmax()) for at in range(clips[0, 0], clips[0].sum())]
    assert sum(b > a for a, b in zip(lefts, lefts[1:], strict=False)) >= 6  # 2 before 10
    images = brought(tmp_path, store, files)  # by default, folders are classes
    assert not images.has_clips and images.count > 100


def test_few_animations_among_images_are_images(tmp_path, store):
    path = film(tmp_path / "b.mp4", spots(30))
    one = brought(tmp_path, store, pictures(30) | gifs(4) | {"b.mp4": path.read_bytes()})
    assert not one.has_clips and one.count == 34 and one.noted["animated"] == 4
    assert reasons(one) == {"video": 1}


def test_transparent_clips_have_one_background(tmp_path, store):
    one = brought(tmp_path, store, {f"{i}.webp": clear_webp(i) for i in range(10)})
    frames, _ = store.clips(one, True)
    assert one.has_clips and one.noted["transparent"] > 10
    assert (frames[:, :, 0, 0] == 255).all()


def test_too_few_clips_are_refused_with_advice(tmp_path, store):
    with pytest.raises(ImageImportError, match="Only 3 usable clips") as caught:
        brought(tmp_path, store, gifs(3))
    assert caught.value.key == "too_few_clips" and store.all() == []


@pytest.mark.parametrize(
    "options", [{"fps": 0}, {"fps": "12"}, {"fps": 1e9}, {"length": 7}, {"folders": "x"}]
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(ClipOptionsError):
        ClipOptions(**options)


def test_files_that_move_are_told_from_pictures_by_their_content(tmp_path):
    assert moves(animation(spots(3), ".gif")) and not moves(encoded(noise(), "GIF"))
    assert moves(animation(spots(3), ".png")) and not moves(encoded(noise()))
    assert moves(animation(spots(3), ".webp")) and not moves(encoded(noise(), "WEBP"))
    film(tmp_path / "a.avi", spots(3))
    assert video_format((tmp_path / "a.avi").read_bytes()[:16]) == "avi"
    for cut_at in range(200):  # no start is too short
        moves(animation(spots(3), ".gif")[:cut_at])
        moves(many_frames_apng()[:cut_at])
        video_format(encoded(Image.new("L", (9, 9)))[:cut_at])


def test_the_least_clip_has_the_frames_that_the_discriminator_sees():
    assert clip_reader.LEAST_FRAMES == FRAMES
