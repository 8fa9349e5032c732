"""The cache keeps the newest versions, a limited number for a limited time."""

from __future__ import annotations

import os
import time

import pytest

from gan.hub.cache import DAY_S, HubCache
from gan.hub.errors import HubError
from gan.hub.names import ARRIVING, ORIGIN
from gan.models.generator import Generator, ModelError
from tests.fake_hub import NOWHERE, point


@pytest.fixture
def files(tiny_model):
    return {name: (tiny_model / name).read_bytes() for name in ("config.json", "model.safetensors")}


@pytest.fixture
def cache(tmp_path):
    return HubCache(tmp_path / "cache", 100_000_000, most=2, days=30)


def test_a_model_is_downloaded_once_and_again_when_it_has_changed(hub, files, cache):
    hub.add("ada/digits", files)
    assert cache.get("https://huggingface.co/ada/digits") == "ada/digits"
    once = hub.downloads()
    assert cache.get("ada/digits") == "ada/digits" and hub.downloads() == once
    folder = cache.folders()["ada/digits"]
    before = Generator.load(folder).model_id
    changed = bytearray(files["model.safetensors"])
    changed[-1] ^= 1
    hub.add("ada/digits", {"model.safetensors": bytes(changed)})
    cache.get("ada/digits")
    assert cache.folders() == {"ada/digits": folder}
    assert Generator.load(folder).model_id != before
    assert {path.name for path in cache.root.iterdir()} == {"ada--digits"}


def test_a_damaged_model_is_downloaded_again(hub, files, cache):
    hub.add("ada/digits", files)
    cache.get("ada/digits")
    path, once = cache.folders()["ada/digits"] / "model.safetensors", hub.downloads()
    path.write_bytes(path.read_bytes()[:-1] + b"\x55")
    with pytest.raises(ModelError, match="its content has changed"):
        Generator.load(path.parent)
    cache.get("ada/digits")
    assert path.read_bytes() == files["model.safetensors"] and hub.downloads() > once


def test_cached_models_are_used_while_the_hub_is_unreachable(hub, files, cache, monkeypatch):
    hub.add("ada/digits", files)
    cache.get("ada/digits")
    point(monkeypatch, NOWHERE)
    assert cache.get("ada/digits") == "ada/digits"
    with pytest.raises(HubError, match="cannot be reached"):
        cache.get("ada/other")


def test_an_invalid_newer_version_leaves_the_old_one(hub, files, cache):
    hub.add("ada/digits", files)
    cache.get("ada/digits")
    hub.add("ada/digits", {"model.safetensors": b"\x80\x04."})
    with pytest.raises(HubError, match="does not fit"):
        cache.get("ada/digits")
    Generator.load(cache.folders()["ada/digits"])
    assert {path.name for path in cache.root.iterdir()} == {"ada--digits"}


def test_the_least_recently_used_model_is_evicted(hub, files, cache):
    for name in ("a", "b"):
        hub.add(f"ada/{name}", files)
        cache.get(f"ada/{name}")
    os.utime(cache.root / "ada--b" / ORIGIN, (0, time.time() - 60))
    os.utime(cache.root / "ada--a" / ORIGIN, (0, time.time() - 90))
    cache.touch("ada/a")
    hub.add("ada/c", files)
    cache.get("ada/c")
    assert set(cache.folders()) == {"ada/a", "ada/c"}
    os.utime(cache.root / "ada--a" / ORIGIN, (0, time.time() - 31 * DAY_S))
    cache.evict()
    assert set(cache.folders()) == {"ada/c"}


def test_unfinished_downloads_are_removed(cache):
    left = cache.root / f"{ARRIVING}x" / "new"
    left.mkdir(parents=True)
    cache.remove_unfinished()
    assert not list(cache.root.iterdir())
