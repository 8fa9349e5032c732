"""Facts that belong to a whole archive or collection are decided for all images together."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from gan.data.collection import CollectionStore
from gan.data.intake.finalize import split
from gan.data.intake.importer import import_images
from gan.data.intake.messages import ImageImportError
from tests.hostile import Member, encoded, noise, pictures, raw_zip, zipped


@pytest.fixture
def store(tmp_path):
    return CollectionStore(tmp_path / "store")


def reasons(one):
    return {met["key"]: met["count"] for met in one.skipped}


def test_names_of_a_zip_of_chinese_windows_are_read(store, tmp_path):
    members = [
        Member(f"{name}/{i}.png".encode("gb18030"), encoded(noise(100 * k + i)))
        for k, name in enumerate(("猫", "狗"))  # 猫 could be UTF-8 as well
        for i in range(10)
    ]
    (tmp_path / "a.zip").write_bytes(raw_zip(members))
    assert import_images(tmp_path / "a.zip", store, size=32).classes == ("狗", "猫")


def test_images_without_a_class_are_left_out_and_told(store, tmp_path):
    files = pictures(12, "d/train/a/") | pictures(12, "d/train/b/", 20) | pictures(3, "d/test/", 40)
    one = import_images(zipped(tmp_path / "a.zip", files), store, size=32)
    assert one.classes == ("a", "b") and one.count == 24 and reasons(one) == {"unlabelled": 3}
    files = {f"d/{i // 10:05}/img{i:08}.png": encoded(noise(i)) for i in range(30)}
    labels = [[name[2:], 3 * (i % 2)] for i, name in enumerate(files)][:28]
    for described, classes, left_out in (
        ({"labels": labels}, ("0", "3"), {"unlabelled": 2}),
        ({"labels": None}, (), {}),
        ({"other": 1}, (), {"other": 1}),  # the folders are still parts of one set
    ):
        packed = files | {"d/dataset.json": json.dumps(described)}
        one = import_images(zipped(tmp_path / "b.zip", packed), store, size=32)
        assert (one.classes, reasons(one)) == (classes, left_out)
        assert one.noted == ({"chunks": 3} if "other" in described else
                             {"dataset_json": len(described["labels"] or ())})  # fmt: skip


def test_every_class_has_an_image_to_train_with(store, tmp_path):
    for count in range(20, 60):
        for place in range(0, count, 7):
            labels = np.zeros(count, int)
            labels[place] = 1
            order, held = split(labels)
            assert 1 in labels[order[:-held]] and held >= 4
    files = pictures(20, "b/") | {"a/1.png": encoded(noise(99))}
    assert import_images(zipped(tmp_path / "a.zip", files), store, size=32).counts == (1, 20)
    singles = {f"{i}/1.png": encoded(noise(i)) for i in range(40)}
    one = import_images(zipped(tmp_path / "b.zip", singles), store, size=32)
    assert one.classes == () and one.noted == {"small_classes": 40}


def test_deep_images_of_a_collection_have_one_range(store, tmp_path):
    def deep(i, most, kind="PNG"):
        values = np.linspace(0, most, 32 * 32).reshape(32, 32)
        values[0, :5] = i  # unlike the others
        return encoded(values.astype(np.uint16), kind)

    files = {f"{i}.png": deep(i, 4095 if i else 2048) for i in range(20)}
    files |= {f"{i}.jpg": encoded(noise(i, channels=1), "JPEG") for i in range(3)}
    files["black.png"] = encoded(np.full((32, 32), 20, np.uint8))
    one = import_images(zipped(tmp_path / "a.zip", files), store, size=32)
    assert one.channels == 1 and one.noted == {"deep": 20, "dark": 1}
    pixels = np.concatenate([store.pixels(one, half)[0] for half in (True, False)])
    tops = sorted(pixels.reshape(24, -1).max(1))
    assert tops[0] == 20 and 126 <= tops[1] <= 129 and tops[2:].count(255) >= 19
    files = {f"{i}.png": deep(i, 65535 if i else 4095) for i in range(20)}
    one = import_images(zipped(tmp_path / "b.zip", files), store, size=32)
    assert one.noted == {"dark": 1}  # 12 bits among 16


def test_one_background_shows_the_drawings_of_a_collection(store, tmp_path):
    def drawing(i, level):
        image = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
        image.paste((level, level, level, 255), (i % 7, i // 7, 12 + i % 5, 20))
        return encoded(image)

    for white, note, levels in ((0, "transparent", {0, 255}), (20, "on_black", {0, 255}),
                                (10, "on_grey", {0, 128, 255})):  # fmt: skip
        files = {f"{i}.png": drawing(i, 255 if i < white else 0) for i in range(20)}
        one = import_images(zipped(tmp_path / "a.zip", files), store, size=32)
        assert one.count == 20 and one.noted == {note: 20}
        pixels = store.pixels(one, True)[0]
        assert (
            set(np.unique(pixels)) == levels and (pixels.reshape(len(pixels), -1).std(1) > 0).all()
        )
    files = pictures(20) | {f"{i}.gif": drawing(i, 0) for i in range(60)} | {"w": drawing(9, 255)}
    one = import_images(zipped(tmp_path / "b.zip", files), store, size=32)
    assert one.noted == {"transparent": 61} and reasons(one) == {"blank": 1}


def test_files_are_looked_into_and_reasons_are_true(store, tmp_path):
    heif = pytest.importorskip("pillow_heif")
    photo = io.BytesIO()
    heif.from_pillow(Image.fromarray(noise(80))).save(photo)
    files = pictures(20) | {
        "St.Peter": encoded(noise(90), "JPEG"), "Dr.X": encoded(noise(91)),
        "a.b.0a": encoded(noise(92)), "1.HEIC": photo.getvalue(),
        "named.jpg": photo.getvalue() + b" ", "1.avif": encoded(noise(93), "AVIF"),
        "2.jpg": encoded(noise(94), "MPO", save_all=True, append_images=[Image.new("RGB", (9, 9))]),
        "1.heic": photo.getvalue()[:300],
        "photos.tar.gz": b"\x1f\x8b", "backup": b"PK\3\4" + b"x" * 30, "notes.abc": b"x" * 30,
        "BMW.notes": b"BMW and more words", "1.cr2": b"II*\0", "1.jpg": b"<html>" * 9,
    }  # fmt: skip
    one = import_images(zipped(tmp_path / "a.zip", files), store, size=32)
    assert one.count == 26 and one.noted == {"several": 1}
    assert reasons(one) == {
        "archive": 2, "other": 2, "format": 1, "not_image": 1, "damaged": 1, "duplicate": 1,
    }  # fmt: skip
    for start in (b"\x1f\x8b", b"Rar!", b"x" * 257 + b"ustar"):
        (tmp_path / "b").write_bytes(start + bytes(600))
        with pytest.raises(ImageImportError, match="only zip"):
            import_images(tmp_path / "b", store, size=32)
