"""Classes by folder or by dataset.json, in a stable order, told apart as people tell them apart."""

import json
import random

import pytest

from gan.data.intake.classes import (
    LONGEST_CLASS,
    folder_classes,
    image_classes,
    natural_order,
    read_labels,
)


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
        (("train/cats/1.png", "train/dogs/1.png", "test/2.png"), ["cats", "dogs", None]),
        (("train/cats/1.png", "test/2.png"), ["", ""]),
        (("train/a/1.png", "test/b/1.png", "preview.png"), ["a", "b", None]),
        (("training_set/a/1.png", "test_set/b/1.png", "x/1.png"), ["a", "b", None]),
        (
            ("seg_train/seg_train/a/1.png", "seg_test/seg_test/b/2.png", "seg_pred/3.png"),
            ["a", "b", None],
        ),
        (("train/images/a/1.png", "train/images/b/1.png", "val/2.png"), ["a", "b", None]),
        (("train/1.png", "bus/1.png"), ["train", "bus"]),
        (("00000/img00000008.png", "00000/img00000009.png", "00001/img00000010.png"), [""] * 3),
        (("00000/00000_00001.ppm", "00001/00000_00001.ppm"), ["00000", "00001"]),
        (("0/1.png", "1/2.png"), ["0", "1"]),
    ],
)
def test_sub_folders_become_classes(names, classes):
    assert folder_classes(split(*names))[0] == classes
    assert folder_classes(split(*names)[::-1])[0] == classes[::-1]


def test_classes_are_in_natural_order():
    names = ["10", "9", "a10", "A2", "b", "Ünder", "猫", "a2"]
    wanted = ["9", "10", "A2", "a2", "a10", "b", "Ünder", "猫"]
    for seed in range(5):
        random.Random(seed).shuffle(names)
        assert natural_order(names * 2) == wanted


def test_class_names_that_differ_stay_apart_and_those_that_look_the_same_are_merged_with_a_note():
    start = "Tomato___Spider_mites Two-spotted_spider_mite "
    long = [f"{start}{end}/1.png" for end in ("(young)", "(old)", f"{'x' * 99}1", f"{'x' * 99}2")]
    more = [f"{start}{i}{'x' * 30}/1.png" for i in range(3)]  # same start and end
    names, noted = folder_classes(split(*long, *more, "Healthy/1.png"))
    assert len(set(names)) == 8 and noted == {} and names[-1] == "Healthy"
    assert all(len(name) <= LONGEST_CLASS for name in names)
    names, noted = folder_classes(split("e\u0301/1.png", "\xe9/2.png", "a/1.png"))
    assert names == ["\xe9", "\xe9", "a"] and noted == {"merged_classes": 1}
    assert folder_classes(split("e\u0301/1.png", "\xe9/2.png")) == (["", ""], {"merged_classes": 1})
    assert folder_classes(split("a/1.png", f"{'b' * 50}/1.png"))[0] == ["a", "b" * LONGEST_CLASS]


def test_the_labels_of_dataset_json_are_the_classes():
    files = split("d/00000/1.png", "d/00000/2.png", "d/00001/3.png", "d/00001/4.png")
    listed = [["00000/1.png", 7], ["00000\\\\2.png", 10], ["00001/3.png", [0, 0, 1.0]]]
    labels = read_labels(
        json.dumps({"labels": listed}).encode().replace(b"\\\\\\\\", b"\\\\"), ("d",)
    )
    found = image_classes(files, labels)
    assert found == (["7", "10", "2", None], {"dataset_json": 3})
    assert image_classes(files, read_labels(b'{"labels": null}', ("d",)))[0] == [""] * 4
    other = read_labels(json.dumps({"labels": [["x.png", 1], ["y.png", 2]]}).encode(), ("d",))
    assert image_classes(files, other) == folder_classes(files)  # of other files
    vectors = {"labels": [["a.png", [0.2, 0.8]]]}
    for odd in (b"", b"[1]", b"{}", b'{"labels": 3}', b'{"labels": [["a", true]]}', b"[" * 9999):
        assert read_labels(odd, ()) is None, odd[:20]
    for values in (vectors, {"labels": [["../a", 1]]}, {"labels": [["a", 10**400]]}):
        assert read_labels(json.dumps(values).encode(), ()) is None
