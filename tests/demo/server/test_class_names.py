"""Names of data sets and their classes."""

from demo.server.class_names import class_names, data_title
from demo.text import catalogue
from gan.config import preset
from gan.datasets import DATASETS

OWN = {"data": "own-0123456789ab", "image_size": 32, "image_channels": 3, "image_classes": 2}


def test_data_sets_have_titles_and_other_names_are_kept():
    for language in ("en", "zh"):
        assert all(f"data.{name}" in catalogue(language) for name in DATASETS)
    assert data_title("fashion-mnist") == "Fashion-MNIST"
    assert data_title("my-model") == "my-model"


def test_classes_have_names_or_numbers():
    fashion = class_names(preset("default", data="fashion-mnist"))
    assert (fashion[0], fashion[9], len(set(fashion))) == ("t-shirt/top", "ankle boot", 10)
    assert class_names(preset("default")) == [str(k) for k in range(10)]
    assert class_names(preset("unconditional", data="cifar10")) == []


def test_own_classes_keep_their_names():
    config = preset("own-images", **OWN)
    assert class_names(config, ("cats", "dogs")) == ["cats", "dogs"]
    assert class_names(config) == class_names(config, ("one",)) == ["0", "1"]
