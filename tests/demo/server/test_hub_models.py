"""Models of the Hub on a server: downloads, errors and visibility."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from demo import address, text
from demo.server import hub_models
from demo.server.hub_models import HubModels
from demo.server.model_menu import choices
from demo.server.studio import Studio
from demo.settings import Settings
from gan.hub.errors import MESSAGES
from gan.models.generator import ModelError
from tests.fake_hub import Repo

ME, OTHER = "page-1", "page-2"
DIGITS = "hub:ada/digits"


@pytest.fixture
def settings(tmp_path):
    return Settings(
        runs=tmp_path / "runs", models=tmp_path / "models", hub_cache=tmp_path / "cache"
    )


@pytest.fixture
def studio(hub, settings, tiny_model):
    files = {
        name: (tiny_model / name).read_bytes() for name in ("config.json", "model.safetensors")
    }
    hub.add("ada/digits", files)
    hub.repos["ada/secret"] = Repo(private=True)
    hub.add("ada/secret", files)
    made = Studio(settings)
    yield made
    made.close()


def outcome(hub: HubModels, page: str):
    """The last state of a download, and all states before."""
    states = []
    for _ in range(6000):
        states.append(hub.state(page))
        if states[-1] is None or "total" not in states[-1]:
            return states[-1], states[:-1]
        time.sleep(0.02)
    raise AssertionError("It never came.")


def test_a_downloaded_model_is_listed_and_usable(hub, studio):
    hub.wait_s = 0.01
    assert studio.hub.begin(ME, "ada/digits")
    end, way = outcome(studio.hub, ME)
    assert end == {"model": DIGITS}
    shares = [(states["done"], states["total"]) for states in way]
    assert shares == sorted(shares) and any(0 < done < total for done, total in shares)
    assert studio.hub.state(ME) is None
    assert ("ada/digits", DIGITS) in choices(studio)
    assert studio.generator("", DIGITS).config.data == "mnist"


def test_errors_are_reported_once_and_have_texts(hub, studio):
    for typed, kind in (("ada/none", "not_found"), ("nonsense", "bad_name"), (None, "bad_name")):
        assert studio.hub.begin(ME, typed)
        end, _ = outcome(studio.hub, ME)
        assert end["error"] == kind and studio.hub.state(ME) is None
    states = {f"hub.error_{kind}" for kind in MESSAGES} - {
        f"hub.error_{kind}" for kind in ("stopped", "other_kind", "is_public")
    }  # of pushing, or not told
    assert states <= set(text.catalogue("en"))
    with pytest.raises(ModelError, match="ada/none, a model of the Hugging Face Hub"):
        studio.generator("", "hub:ada/none")


def test_a_page_downloads_one_model_and_a_server_two(hub, studio):
    hub.wait_s = 0.05
    assert studio.hub.begin(ME, "ada/digits") and studio.hub.begin(OTHER, "ada/secret")
    assert not studio.hub.begin("page-3", "ada/digits")
    studio.hub.stop(ME)
    assert studio.hub.state(ME) is None
    assert studio.hub.begin("page-3", "ada/digits")
    studio.hub.stop("page-3")
    studio.hub.stop(OTHER)
    studio.hub.close()
    assert not list(studio.settings.hub_cache.iterdir())


def test_made_up_pages_of_one_network_download_one_model(hub, studio, monkeypatch):
    hub.wait_s = 0.05
    monkeypatch.setattr(address, "present", lambda: "203.0.113.7")
    assert studio.hub.begin(ME, "ada/digits") and not studio.hub.begin(OTHER, "ada/secret")
    monkeypatch.setattr(address, "present", lambda: "203.0.113.8")
    assert studio.hub.begin(OTHER, "ada/secret")


def test_a_download_that_no_page_asks_for_is_cancelled(hub, studio, monkeypatch):
    monkeypatch.setattr(hub_models, "GONE_S", -1.0)
    assert studio.hub.begin(ME, "ada/digits")
    job = studio.hub._jobs[ME]
    assert job.future.result(60)["error"] == "stopped"
    assert studio.hub.begin(OTHER, "ada/digits")
    assert ME not in studio.hub._jobs  # its outcome is forgotten, too
    studio.hub._jobs[OTHER].future.result(60)


def test_a_public_server_uses_no_token_and_lists_models_per_page(hub, settings, studio):
    public = Studio(replace(settings, public=True))
    assert public.hub.begin(ME, "ada/secret")
    assert outcome(public.hub, ME)[0]["error"] == "not_found"
    assert not any(known for *_, known in hub.asked)
    assert public.hub.begin(ME, "ada/digits")
    assert outcome(public.hub, ME)[0] == {"model": DIGITS}
    assert [model for _, model in choices(public, page=ME)] == [DIGITS]
    assert choices(public, page=OTHER) == choices(public) == []
    assert public.generator("", DIGITS)  # whoever has a link to it finds it here
    public.hub.saw(DIGITS, OTHER)
    assert [model for _, model in choices(public, page=OTHER)] == [DIGITS]
    public.close()
    assert studio.hub.begin(ME, "ada/secret")  # on a machine of one's own
    assert outcome(studio.hub, ME)[0] == {"model": "hub:ada/secret"}


def test_the_hub_can_be_switched_off(hub, settings, studio):
    assert studio.hub.begin(ME, "ada/digits")
    outcome(studio.hub, ME)
    off = Studio(replace(settings, hub=False))
    assert off.library.folders() == {}
    off.close()
