"""File names: classes by folder in a stable order, unsafe paths, encodings."""

import random

import pytest

from gan.data.intake.names import class_names, decode_name, natural_order, safe_parts, skip_reason


def split(*names):
    return [tuple(name.split("/")) for name in names]


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        (("1.png", "2.png"), ["", ""]),
        (("cats/1.png", "cats/2.png"), ["", ""]),
        (("cats/1.png", "dogs/1.png"), ["cats", "dogs"]),
        (("pets/cats/1.png", "pets/dogs/1.png"), ["cats", "dogs"]),
        (("a/b/cats/1.png", "a/b/cats/x/2.png", "a/b/dogs/1.png"), ["cats", "cats", "dogs"]),
        (("cats/1.png", "2.png"), ["cats", "-"]),
        (("pets/1.png", "pets/cats/1.png"), ["-", "cats"]),
        (
            ("d/train/cats/1.png", "d/test/cats/1.png", "d/test/dogs/2.png"),
            ["cats", "cats", "dogs"],
        ),
        (("train/1.png", "test/2.png"), ["", ""]),
        (("Train/x/cats/1.png", "val/x/dogs/2.png"), ["cats", "dogs"]),
        (("train/cats/1.png", "birds/1.png"), ["train", "birds"]),
        (("a\nb/1.png", "\udcff/1.png"), ["a b", "-"]),
    ],
)
def test_sub_folders_become_classes(names, classes):
    assert class_names(split(*names)) == classes
    backwards = class_names(split(*names)[::-1])
    assert backwards == classes[::-1]


def test_classes_are_in_natural_order():
    names = ["10", "9", "a10", "A2", "b", "Ünder", "猫", "a2"]
    wanted = ["9", "10", "A2", "a2", "a10", "b", "Ünder", "猫"]
    for seed in range(5):
        random.Random(seed).shuffle(names)
        assert natural_order(names * 2) == wanted


@pytest.mark.parametrize(
    "name",
    ["../x.png", "a/../../x.png", "/etc/x.png", "\\x.png", "C:\\x.png", "c:x.png", "a\0.png", ".."],
)
def test_paths_that_point_outside_are_refused(name):
    assert safe_parts(name) is None


def test_names_are_split_at_either_slash():
    assert safe_parts("./a//b\\c.png") == ("a", "b", "c.png")
    assert safe_parts("a/") == ("a",) and safe_parts("") == ()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a/1.png", None),
        ("a/1.JPEG", None),
        ("a/IMG_0001", None),
        ("a/picture no. 7", None),
        ("a/b.zip", "archive"),
        ("a/b.tar.gz", "archive"),
        ("a/notes.txt", "other"),
        ("a/labels.csv", "other"),
        ("__MACOSX/a/._1.png", "hidden"),
        ("a/.DS_Store", "hidden"),
        ("a/.git/x.png", "hidden"),
        ("a/Thumbs.db", "hidden"),
    ],
)
def test_most_files_are_skipped_by_their_name(name, reason):
    assert skip_reason(tuple(name.split("/"))) == reason


def test_names_of_any_encoding_are_decoded():
    for name in ("猫/一.png", "naïve.png", "plain.png"):
        assert decode_name(name.encode()) == name
    assert decode_name("猫狗/一.png".encode("gb2312")) == "猫狗/一.png"
    assert decode_name("é.png".encode("cp437")) == "é.png"
    assert decode_name(bytes(range(256)))
