"""Imports from untrusted sources: good images are kept, others reported, nothing else changes."""

import hashlib
import json
import os
import resource
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan.data.collection import CollectionStore
from gan.data.intake import supervisor
from gan.data.intake.finalize import LEAST_IMAGES, split
from gan.data.intake.importer import import_images
from gan.data.intake.messages import NOTES, REASONS, SENTENCES, ImageImportError, in_words
from gan.data.intake.sources import Limits
from gan.storage.layout import TEMPORARY
from tests.hostile import (
    ENCRYPTED,
    LINK,
    UTF8,
    Member,
    bundle,
    encoded,
    huge_png,
    noise,
    pictures,
    raw_zip,
    zeros,
    zipped,
)

ROOT = Path(__file__).parents[4]


def unpacked(folder, files):
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def tree(folder):
    """All that lies below a folder, as it is."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[path] = os.readlink(path)
        elif path.is_file():
            found[path] = (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).digest())
    return found


def reasons(one):
    return {met["key"]: met["count"] for met in one.skipped}


def worked_s():
    """Processor time of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.fixture
def store(tmp_path):
    return CollectionStore(tmp_path / "store")


def refusal(source, store, **options):
    with pytest.raises(ImageImportError) as caught:
        import_images(source, store, size=32, **options)
    assert store.all() == [] and not list((store.root / TEMPORARY).iterdir())
    return caught.value


def test_a_zip_a_folder_and_a_bundle_of_the_same_files_are_the_same_collection(store, tmp_path):
    files = pictures(12, "pets/cats/") | pictures(12, "pets/dogs/", 50) | {"pets/x.txt": b"hello"}
    before = import_images(zipped(tmp_path / "Pets.zip", files), store, size=32)
    assert (before.name, before.size, before.channels, before.fit) == ("Pets", 32, 3, "crop")
    assert before.classes == ("cats", "dogs") and before.counts == (12, 12)
    assert before.held == 4 and before.train == 20 and reasons(before) == {"other": 1}
    (tmp_path / "bundle").write_bytes(bundle(files.items()))
    unpacked(tmp_path / "folder", files)
    for source in (tmp_path / "bundle", tmp_path / "folder"):
        again = import_images(source, store, size=32, name="Again")
        assert again.id == before.id and [one.name for one in store.all()] == ["Again"]
    other = import_images(tmp_path / "folder", store, size=64)
    assert other.id != before.id and len(store.all()) == 2
    images = np.concatenate([store.pixels(before, half)[0] for half in (True, False)])
    labels = np.concatenate([store.pixels(before, half)[1] for half in (True, False)])
    known = {noise(seed, (32, 32)).tobytes(): seed for seed in (*range(12), *range(50, 62))}
    seeds = [known.pop(image.transpose(1, 2, 0).tobytes()) for image in images]  # pixel by pixel
    assert not known and all(
        (seed >= 50) == label for seed, label in zip(seeds, labels, strict=True)
    )


def test_a_collection_is_grey_if_nearly_all_images_are(store, tmp_path):
    grey = {f"{i}.png": encoded(noise(i, (32, 32), channels=1)) for i in range(200)}
    one = import_images(zipped(tmp_path / "a.zip", grey | pictures(1)), store, size=32)
    assert one.channels == 1
    found = {image.tobytes() for half in (True, False) for image in store.pixels(one, half)[0]}
    assert found > {noise(i, (32, 32), channels=1).tobytes() for i in range(200)}
    few = dict(list(grey.items())[:30])
    mixed = zipped(tmp_path / "b.zip", few | pictures(9))
    assert import_images(mixed, store, size=32).channels == 3


def test_hostile_files_are_reported_and_good_ones_imported(store, tmp_path):
    png = encoded(noise(7, (48, 32)))
    turned = Image.Exif()
    turned[0x0112] = 6
    members = [
        Member(b"good/%d.png" % i, encoded(noise(100 + i, (32, 32))), flags=UTF8)
        for i in range(LEAST_IMAGES)
    ]
    members += [
        Member("猫/一.png".encode(), encoded(noise(1)), flags=UTF8),
        Member("猫/二.png".encode(), encoded(noise(2))),  # it does not say that it is UTF-8
        Member("狗/一.png".encode("gb2312"), encoded(noise(3))),
        Member(b"cmyk.jpg", encoded(Image.fromarray(noise(4)).convert("CMYK"), "JPEG")),
        Member(b"deep.png", encoded(noise(5, channels=1).astype(np.uint16) * 257)),
        Member(b"held.jpg", encoded(noise(6), "JPEG", exif=turned)),
        Member(b"clear.png", encoded(Image.new("RGBA", (40, 40), (255, 0, 0, 90)))),
        Member(b"moving.gif", encoded(
            Image.new("RGB", (40, 40), "red"), "GIF", save_all=True,
            append_images=[Image.new("RGB", (40, 40), "blue")],
        )),
        Member(b"no ending", encoded(noise(8))),
        Member(b"huge.png", huge_png()),
        Member(b"bomb.png", zeros(1000), 1000 << 20, 8),
        Member(b"liar.png", zeros(1000), 1000, 8),
        Member(b"bomb without an image.dat", zeros(1000, b"zeros"), 1000 << 20, 8),
        Member(b"bomb as an image.jpg", zeros(40, b"no image at all.."), 40 << 20, 8),
        Member(b"../../outside.png", png),
        Member(b"/tmp/outside.png", png),
        Member(b"C:\\outside.png", png),
        Member(b"link.png", b"/etc/passwd", mode=LINK),
        Member(b"inner.zip", raw_zip([Member(b"x.png", png)])),
        Member(b"locked.png", png, flags=ENCRYPTED),
        Member(b"odd.png", png, method=97),
        Member(b"twice.png", encoded(noise(9))),
        Member(b"twice.png", encoded(noise(10))),
        Member(b"copy.png", encoded(noise(9))),
        Member(b"text.png", b"I am not an image, whatever my name says"),
        Member(b"cut.png", png[:-300]),
        Member(b"spoiled.png", png, crc=1),
        Member(b"spacer.gif", encoded(Image.new("RGB", (1, 1)), "GIF")),
        Member(b"notes.txt", b"hello"),
        Member(b"__MACOSX/good/._0.png", b"x"),
        Member(b"good/.DS_Store", b"x"),
        Member(b"folder/", b""),
    ]  # fmt: skip
    (tmp_path / "all.zip").write_bytes(raw_zip(members))
    before = tree(tmp_path)
    one = import_images(tmp_path / "all.zip", store, size=32)
    assert one.classes == ("-", "good", "狗", "猫") and one.counts == (7, LEAST_IMAGES, 1, 2)
    assert one.noted == {"turned": 1, "transparent": 1, "animated": 1}
    assert reasons(one) == {
        "too_many_pixels": 1, "too_large": 1, "damaged": 3, "not_image": 2, "unsafe_path": 3,
        "link": 1, "archive": 1, "encrypted": 1, "method": 1, "same_name": 1, "duplicate": 1,
        "too_small": 1, "other": 2, "hidden": 2,
    }  # fmt: skip
    huge = next(met for met in one.skipped if met["key"] == "too_many_pixels")
    assert huge["example"] == "huge.png" and huge["values"]["width"] == 50_000
    assert len(in_words(one.skipped, one.noted)) == len(one.skipped) + 3
    after = tree(tmp_path)
    assert {path: after[path] for path in before} == before
    assert all(path.is_relative_to(store.root / one.id) for path in set(after) - set(before))


def test_links_in_a_folder_are_not_followed(store, tmp_path):
    outside = unpacked(tmp_path / "outside", pictures(30, first=500))
    folder = unpacked(tmp_path / "mine", pictures(20, "a/") | pictures(5, "b/", 40))
    (folder / "a/link.png").symlink_to(outside / "000.png")
    (folder / "linked").symlink_to(outside)
    (folder / "around").symlink_to(folder)
    os.mkfifo(folder / "pipe.png")
    (folder / os.fsdecode(b"b/\xff\xfe.png")).write_bytes(encoded(noise(90)))
    unpacked(folder, {".git/x.png": encoded(noise(91)), "a.zip": b"PK"})
    before = tree(tmp_path)
    one = import_images(folder, store, size=32)
    assert one.counts == (20, 6)
    assert reasons(one) == {"link": 3, "other": 1, "hidden": 1, "archive": 1}
    after = tree(tmp_path)
    assert {path: after[path] for path in before} == before


def test_every_failed_import_raises_a_clear_error(store, tmp_path):
    found = refusal(zipped(tmp_path / "a.zip", pictures(3) | {"x.txt": b"x"}), store)
    assert found.key == "too_few" and found.values == {"count": 3, "least": LEAST_IMAGES}
    assert str(LEAST_IMAGES) in str(found) and found.skipped[0]["key"] == "other"
    same = {f"{i}.png": encoded(noise(0)) for i in range(50)}
    assert refusal(zipped(tmp_path / "b.zip", same), store).values["count"] == 1
    assert refusal(zipped(tmp_path / "c.zip", {}), store).key == "too_few"
    (tmp_path / "text").write_text("hello")
    assert refusal(tmp_path / "text", store).key == "not_zip"
    assert refusal(tmp_path / "nowhere", store).key == "not_there"
    whole = zipped(tmp_path / "d.zip", pictures(30)).read_bytes()
    (tmp_path / "e.zip").write_bytes(whole[:5000])
    assert refusal(tmp_path / "e.zip", store).key == "not_zip"
    (tmp_path / "f.zip").write_bytes(whole[:-3000] + b"\0" * 2978 + whole[-22:])
    assert refusal(tmp_path / "f.zip", store).key == "zip_damaged"
    sent = bundle(pictures(30).items())
    for spoiled in (sent[:-1], sent + b"{}\n", sent + b"x", sent + b'{"name": 3, "bytes": 0}\n'):
        (tmp_path / "bundle").write_bytes(spoiled)
        assert refusal(tmp_path / "bundle", store).key == "bundle_damaged"
    with pytest.raises(ValueError, match="32, 64, 128"):
        import_images(tmp_path, store, size=28)


def test_an_even_sample_is_kept_over_the_limit(store, tmp_path):
    files = pictures(60, "a/") | pictures(30, "b/", 100)
    one = import_images(zipped(tmp_path / "a.zip", files), store, size=32, limits=Limits(images=30))
    assert one.counts == (20, 10)
    assert one.skipped[0] | {"example": ""} == {
        "key": "over_limit", "count": 60, "example": "", "values": {"most": 30},
    }  # fmt: skip
    listed = import_images(tmp_path / "a.zip", store, size=32, limits=Limits(listed=40))
    assert listed.count == 40 and reasons(listed) == {"over_listed": 1}
    many = {
        f"{k:03}/{i}.png": data for k in range(101) for i, data in enumerate([encoded(noise(k))])
    }
    one = import_images(zipped(tmp_path / "b.zip", many), store, size=32)
    assert one.classes == () and one.noted == {"too_many_classes": 101}


@pytest.mark.slow
def test_three_hundred_thousand_files_are_listed_in_bounded_time(store, tmp_path):
    small = [Member(b"%d/%06d.png" % (i % 3, i), b"") for i in range(300_000)]
    small[:0] = [Member(b"0/%d.png" % i, encoded(noise(i, (32, 32)))) for i in range(30)]
    (tmp_path / "many.zip").write_bytes(raw_zip(small))
    begun_s = worked_s()
    found = refusal(tmp_path / "many.zip", store, limits=Limits(images=50))
    assert found.key == "too_few" and worked_s() - begun_s < 30
    assert {met["key"]: met["count"] for met in found.skipped}["over_limit"] == 299_980


PEAK = """
import json, resource, sys
from pathlib import Path
from gan.data.collection import CollectionStore
from gan.data.intake.importer import import_images
from gan.data.intake.messages import ImageImportError
try:
    import_images(Path(sys.argv[1]), CollectionStore(Path(sys.argv[2])), size=32)
except ImageImportError as error:
    print(json.dumps([met["key"] for met in error.skipped]))
# its own peak without that of the process it was forked from, which getrusage counts
own = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
peaks = (int(own), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(json.dumps([peak // 1024 for peak in peaks]))
"""


@pytest.mark.slow
def test_zip_bombs_are_not_unpacked_and_memory_stays_bounded(tmp_path):
    inside = zeros(40)
    bombs = [Member(b"bomb.png", zeros(1000), 1000 << 20, 8), Member(b"huge.png", huge_png())]
    bombs += [Member(b"%d.png" % i, inside, (40 << 20) + 8, 8) for i in range(60)]  # 2.4 GB
    (tmp_path / "bombs.zip").write_bytes(raw_zip(bombs))
    assert (tmp_path / "bombs.zip").stat().st_size < 5_000_000
    command = [sys.executable, "-c", PEAK, str(tmp_path / "bombs.zip"), str(tmp_path / "store")]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    keys, peaks = map(json.loads, said.splitlines())
    assert set(keys) == {"unpacked_enough", "damaged", "too_large", "too_many_pixels"}
    assert max(peaks) < 300, f"{peaks} MB"
    assert sum(path.stat().st_size for path in (tmp_path / "store").rglob("*")) < 100_000


ENDS = """
import json, os, sys, time
asked = json.loads(sys.stdin.read())
with open(asked["pixels"], "ab") as file:
    told = {"total": 40, "classes": [""], "skipped": [], "noted": {}, "clips": False}
    print(json.dumps(told), flush=True)
    for i in range(asked["first"], 40):
        if asked["skip_first"] and i == asked["first"]:
            print(json.dumps({"skip": "too_heavy", "name": f"{i}.png", "values": {}}), flush=True)
            continue
        if i == 10:
            file.write(b"half a picture")
            file.flush()
            os.kill(os.getpid(), 9)
        if i == 20:
            time.sleep(600)
        file.write(bytes([i]) * 4096)
        file.flush()
        frame = {"grey": True, "range": None, "contrasts": []}
        told = {"kept": 0, "hash": str(i), "notes": [], "frames": [frame]}
        print(json.dumps(told), flush=True)
"""


def test_a_file_that_kills_or_stalls_the_worker_is_skipped(store, tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "WORKER", ("-c", ENDS))
    monkeypatch.setattr(supervisor, "IMAGE_S", 1)
    one = import_images(tmp_path, store, size=32)
    assert one.count == 38 and reasons(one) == {"too_heavy": 2}
    values = np.concatenate([store.pixels(one, half)[0] for half in (True, False)])
    assert sorted(np.unique(values)) == [i for i in range(40) if i not in (10, 20)]
    assert all(len(np.unique(image)) == 1 for image in values)
    monkeypatch.setattr(supervisor, "WORKER", ("-c", "raise SystemExit(3)"))
    with pytest.raises(ImageImportError, match="stopped unexpectedly"):
        import_images(tmp_path, store, size=32)


def test_an_import_reports_progress_and_can_be_cancelled(store, tmp_path):
    folder, stop, reported = unpacked(tmp_path / "f", pictures(40)), threading.Event(), []
    done = import_images(folder, store, size=32, on_progress=reported.append)
    assert reported[-1].done == reported[-1].total == reported[-1].kept == done.count == 40
    assert reported[-1].files_per_s > 0
    store.delete(done)

    def halt(progress):
        stop.set()

    assert refusal(folder, store, on_progress=halt, stop=stop).key == "cancelled"


def test_a_killed_import_leaves_the_store_as_it_was(store, tmp_path):
    kept = import_images(unpacked(tmp_path / "a", pictures(30)), store, size=32)
    folder = unpacked(tmp_path / "b", pictures(300, first=1000))
    before = tree(tmp_path)
    script = PEAK.replace("size=32", "size=32, on_progress=lambda p: print(p.done, flush=True)")
    command = [sys.executable, "-c", script, str(folder), str(store.root)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        while int(process.stdout.readline()) < 2:
            pass
        process.kill()
    assert store.all() == [kept]
    store.sweep()
    assert tree(tmp_path) == before


@pytest.mark.parametrize("classes", [1, 3, 10])
def test_the_same_tenth_of_each_class_is_always_held_out(classes):
    for count in (20, 37, 200, 1000):
        labels = np.arange(count) % classes
        order, held = split(labels)
        assert sorted(order) == list(range(count)) and 4 <= held <= max(5, count // 10 + 1)
        assert (order == split(labels)[0]).all()
        if count >= 200:
            per_class = np.bincount(labels[order[-held:]], minlength=classes)
            assert per_class.max() - per_class.min() <= 1


def test_every_reason_is_a_sentence():
    values = {"most": 1, "most_mb": 2, "width": 3, "height": 4, "most_megapixels": 5, "least": 6}
    met = [{"key": key, "count": 2, "example": "x", "values": values} for key in REASONS]
    assert len(in_words(met, dict.fromkeys(NOTES, 1))) == len(REASONS) + len(NOTES)
    assert all(text.endswith(".") for text in SENTENCES.values())
