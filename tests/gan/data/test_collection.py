"""A collection is complete or absent, has one owner, and is all that a run needs."""

import json
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest

from gan.config import ADA_TARGET
from gan.data import image_set
from gan.data.collection import FEW, Collection, CollectionStore, store_folder
from gan.data.image_set import DataError
from gan.models.generator import Generator
from gan.presets import preset
from gan.runs.archive import pack
from gan.runs.run import Run
from gan.runs.unpack import unpack
from gan.storage.layout import TEMPORARY
from gan.storage.metadata import read_title
from tests.own_images import ID, collect


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_STUDIO_IMAGES", str(tmp_path / "images"))
    return tmp_path / "images"


def test_the_store_is_beside_the_runs_by_default(tmp_path, monkeypatch):
    monkeypatch.delenv("LATENT_STUDIO_IMAGES", raising=False)
    monkeypatch.setenv("LATENT_STUDIO_RUNS", str(tmp_path / "runs"))
    assert store_folder() == tmp_path / "images"
    monkeypatch.setenv("LATENT_STUDIO_IMAGES", str(tmp_path / "elsewhere"))
    assert store_folder() == tmp_path / "elsewhere"


def test_a_collection_has_a_training_and_a_held_out_split(root):
    collect(root, count=40)
    train, held = image_set.load(ID), image_set.load(ID, train=False)
    assert (len(train.labels), len(held.labels)) == (36, 4)
    assert train.images.shape[1:] == (3, 32, 32) and train.class_names == ("cat", "dog")
    both = np.concatenate([train.images.numpy(), held.images.numpy()])
    assert (both == np.load(root / ID / "images.npy")).all()
    assert image_set.load(ID, size=64).images.shape == (36, 3, 64, 64)
    assert image_set.is_available(ID) and not image_set.is_available("own-ffffffffffff")


@pytest.mark.parametrize(("channels", "classes"), [(1, ()), (3, ("cat", "dog"))])
def test_a_run_without_its_images_says_what_to_do(root, tmp_path, channels, classes):
    one = collect(root, channels=channels, classes=classes)
    config = preset("own-images", width=4, batch_size=4, **one.settings())
    assert config.channels == channels and config.classes == len(classes)
    run = Run.create(config, tmp_path / "run")
    run.advance()
    run.save()
    assert run.generator().class_names == classes  # and they travel with the run
    assert read_title(tmp_path / "run") == "Pets"
    assert Generator.load(tmp_path / "run").class_names == classes
    (tmp_path / "run.zip").write_bytes(b"".join(pack(tmp_path / "run")))
    elsewhere = unpack(tmp_path / "run.zip", tmp_path / "elsewhere", 10**9)
    assert Generator.load(elsewhere).class_names == classes
    CollectionStore(root).delete(one)
    run.advance()  # what goes on has its pixels
    with pytest.raises(DataError, match="Prepare the same images once more"):
        Run.resume(tmp_path / "run")
    collect(root, channels=channels, classes=classes)
    assert Run.resume(tmp_path / "run").step == 1


def test_a_config_that_does_not_match_the_images_is_refused(root):
    one = collect(root)
    for changes in ({"image_channels": 1}, {"image_classes": 3}, {"image_classes": 0}):
        with pytest.raises(DataError, match="other colours or classes"):
            image_set.load_for(preset("own-images", **one.settings() | changes))


def test_few_images_are_augmented_as_needed_unless_that_is_turned_off(root):
    one = collect(root)
    few, enough = (replace(one, train=count).settings() for count in (FEW - 1, FEW))
    assert preset("own-images", **few).augment_target == ADA_TARGET == 0.6
    assert preset("own-images", **enough).augment_target == 0
    assert preset("own-images", **few | {"augment_target": 0.0}).augment_target == 0


def test_each_owner_has_a_collection_of_the_same_images(root):
    store = CollectionStore(root)
    collect(root, owner="a" * 64)
    collect(root, owner="b" * 64)
    assert sorted(path.name for path in root.iterdir() if path.name != TEMPORARY) == [
        f"{ID}.{letter * 16}" for letter in "ab"
    ]
    assert store.find(ID, "a" * 64).owner == "a" * 64 and store.find(ID, "c" * 64) is None
    store.delete(store.find(ID, "a" * 64))
    assert [one.owner for one in store.all()] == ["b" * 64] and store.find(ID) is not None


def test_importing_the_same_images_again_only_changes_the_name(root):
    collect(root, name="Pets")
    before = (root / ID / "images.npy").stat().st_ino
    collect(root, name="Animals")
    assert [one.name for one in CollectionStore(root).all()] == ["Animals"]
    assert (root / ID / "images.npy").stat().st_ino == before
    assert not list((root / TEMPORARY).iterdir())


def test_incomplete_or_invalid_collections_are_ignored(root):
    one = collect(root)
    store = CollectionStore(root)
    assert Collection.from_json(json.loads(json.dumps(one.to_json()))) == one
    (root / "own-aaaaaaaaaaaa").mkdir()
    (root / "a file").write_bytes(b"")
    shutil.copytree(root / ID, root / "own-bbbbbbbbbbbb")  # facts of another one
    arrived = store.new_folder()
    assert [found.id for found in store.all()] == [ID]
    for facts in (b"nonsense", b"[]", b"{}", b"[" * 100_000, b" " * 300_000, b'{"classes": 3}'):
        (root / ID / "facts.json").write_bytes(facts)
        assert store.all() == []
    odd = [{"id": "../x"}, {"size": 28}, {"channels": 2}, {"train": 0}, {"more": 1}]
    odd += [{"made_s": "now"}, {"made_s": float("nan")}, {"name": 3}, {"noted": {"x": []}}]
    odd += [{"train": 10**400}, {"name": "\ud800"}]
    for values in (*odd, {"classes": ["\n"], "counts": [1]}, {"counts": [1]}):
        (root / ID / "facts.json").write_text(json.dumps(one.to_json() | values))
        assert store.all() == []
    store.sweep()
    assert not arrived.exists()


def test_files_that_do_not_match_the_facts_raise_a_clear_error(root):
    one = collect(root)
    for name, value in (
        ("images.npy", np.zeros((40, 1, 32, 32), np.uint8)),
        ("labels.npy", np.full(40, 100)),
        ("labels.npy", np.zeros(40, np.float32)),
        ("images.npy", np.array([{}], dtype=object)),
    ):
        kept = (root / ID / name).read_bytes()
        np.save(root / ID / name, value, allow_pickle=True)
        with pytest.raises(DataError, match="prepare them again"):
            image_set.load(ID)
        (root / ID / name).write_bytes(kept)
    os.truncate(root / ID / "images.npy", 1000)
    with pytest.raises(DataError, match="prepare them again"):
        image_set.load(ID)
    assert CollectionStore(root).update(one, name="Other").name == "Other"
    assert CollectionStore(root).all() == [replace(one, name="Other")]
