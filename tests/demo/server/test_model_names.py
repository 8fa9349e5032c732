"""Names of models, data sets and classes; a run has its title, or its data set and date."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from demo.server.model_library import RUN_PREFIX
from demo.server.model_menu import choices, class_names, data_title, dated_name
from demo.server.privacy import Privacy
from demo.settings import Settings
from demo.text import catalogue
from gan.datasets import DATASETS
from gan.paths import ROOT
from gan.presets import preset
from gan.storage.config_file import read_config
from gan.storage.metadata import change_about, read_class_names

RUN = "20260214-093000-mnist"
OWN = {"data": "own-0123456789ab", "image_size": 32, "image_channels": 3, "image_classes": 2}


def offered(tmp_path: Path, titles: dict[str, str]) -> dict[str, str]:
    """The names in the menu of models with these titles."""
    folders = {"mnist": tmp_path / "mnist"}
    for name, title in titles.items():
        folders[RUN_PREFIX + name] = folder = tmp_path / name
        folder.mkdir()
        change_about(folder, title=title or None)
    access = SimpleNamespace(privacy=Privacy(Settings()))
    library = SimpleNamespace(folders=lambda: folders)
    shown = choices(SimpleNamespace(library=library, access=access))
    return {model.removeprefix(RUN_PREFIX): name for name, model in shown}


@pytest.mark.parametrize(
    ("run", "name"),
    [
        (RUN, "MNIST, 2026-02-14 09:30:00"),
        (RUN + "-2", "MNIST, 2026-02-14 09:30:00 (2)"),
        (RUN + "-b", "MNIST, 2026-02-14 09:30:00, B"),
        (RUN + "-b-12", "MNIST, 2026-02-14 09:30:00, B (12)"),
        ("20260214-093000-fashion-mnist", "Fashion-MNIST, 2026-02-14 09:30:00"),
        ("20260214-093000-cifar10-3", "CIFAR-10, 2026-02-14 09:30:00 (3)"),
        ("my-run-2", "my-run-2"),
    ],
)
def test_a_run_without_a_title_is_named_by_data_set_and_date(run, name):
    assert dated_name(run) == name


def test_a_title_replaces_the_date(tmp_path):
    shown = offered(tmp_path, {RUN: "Round zeros", "20260214-100000-kmnist": ""})
    assert list(shown.values()) == ["MNIST", "Round zeros", "Kuzushiji-MNIST, 2026-02-14 10:00:00"]


def test_models_with_the_same_title_get_distinct_names(tmp_path):
    shown = offered(tmp_path, {RUN: "MNIST", RUN + "-2": "MNIST"})
    assert shown["mnist"] == "MNIST"
    assert shown[RUN] == "MNIST (MNIST, 2026-02-14 09:30:00)"
    assert len(set(shown.values())) == 3


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


def test_class_names_of_bundled_models_are_translated():
    for folder in (ROOT / "assets/models").iterdir():
        config, own = read_config(folder), read_class_names(folder)
        names = class_names(config, own)
        if all(map(str.isdecimal, names)):
            continue
        assert not own or names == list(own)
        translated = [catalogue("zh").get(f"class.{config.data}.{k}") for k in range(len(names))]
        assert len({*translated, *names}) == 2 * len(names) and None not in translated
