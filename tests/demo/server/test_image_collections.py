"""Own images on a server: ownership, visibility of runs on them, and expiry."""

import base64
import io
import json
import time

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.endpoint import WHO, endpoint
from demo.server.image_collections import ADDRESS, _local_path
from demo.server.model_menu import choices
from demo.server.studio import Studio
from demo.settings import Settings
from demo.text import catalogue
from demo.train import form
from demo.train.images.routes import routes
from demo.train.runs.listing import RunList
from demo.train.watch.progress import Progress
from gan.config import ADA_TARGET
from gan.data.collection import CollectionStore
from gan.data.intake.messages import NOTES, REASONS, SENTENCES
from gan.presets import preset, usual_preset
from gan.runner.status import RunStatus
from gan.storage.layout import TEMPORARY
from gan.storage.metadata import change_about
from tests.fake_runner import FakeRunner
from tests.hostile import bundle, encoded, noise
from tests.own_clips import gifs
from tests.own_images import ID, collect
from tests.panels import functions

ANNA, BEN = "a" * 32, "b" * 32
KEY = "long-enough-key"
HOST = f"{'c' * 32} {KEY}"
HOUR_S = 3600


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_STUDIO_IMAGES", str(tmp_path / "images"))
    return tmp_path / "images"


def server(tmp_path, **settings):
    settings = {"public": True, "owner_key": KEY} | settings
    settings |= {"images_kept_h": 24 if settings["public"] else None}
    made = Studio(Settings(runs=tmp_path / "runs", models=tmp_path / "models", **settings))
    made.runner.close()
    made.runner = made.access._runner = FakeRunner()
    return made, {do.__name__: endpoint(do) for do in made.collections.functions()}


def owned(studio, who):
    return studio.access.privacy.owner(who)


def ids(do, who):
    return [one["id"] for one in do["images"]({"who": who})["collections"]]


def done(do, who):
    """The last import of a visitor, once it has ended."""
    for _ in range(15_000):
        answer = do["images"]({"who": who})["imports"][-1]
        if answer["state"] != "reading":
            return answer
        time.sleep(0.02)
    raise AssertionError("it is still being read")


def test_collections_belong_to_their_visitor_and_the_host(root, tmp_path):
    studio, do = server(tmp_path)
    collect(root, owner=owned(studio, ANNA))
    assert (ids(do, ANNA), ids(do, HOST)) == ([ID], [ID])
    for other in (BEN, "", None, 3, {}, ANNA[:-1], f"{BEN} wrong-key"):
        assert ids(do, other) == []
        for operation in ("preview", "rename", "delete"):
            refused = do[operation]({"who": other, "id": ID, "name": "x"})
            assert "not on this server" in refused["error"]
        with pytest.raises(LookupError, match="not on this server"):
            studio.access.start(
                other if isinstance(other, str) and other else BEN, own_config(root)
            )
    for odd in (None, 3, "../x", "own-ffffffffffff", ["x"]):
        assert "not on this server" in do["delete"]({"who": ANNA, "id": odd})["error"]
    assert do["rename"]({"who": ANNA, "id": ID, "name": " My\n pets "}) == {"name": "My pets"}
    assert do["delete"]({"who": ANNA, "id": ID}) == {"deleted": ID} and ids(do, HOST) == []
    private, do = server(tmp_path, public=False)
    collect(root)
    assert ids(do, BEN) == [ID] and do["images"]({"who": BEN})["folders"]
    private.collections.close(), studio.collections.close()


def own_config(root):
    return preset("own-images", **CollectionStore(root).all()[0].settings())


def test_own_images_determine_settings_of_the_form(root, tmp_path):
    studio, do = server(tmp_path)
    collect(root, owner=owned(studio, ANNA), size=64, channels=1, classes=("a", "b", "c"))
    asked = {"data": ID, "image_channels": 3, "image_classes": 0, "image_size": 32}
    found = studio.collections.complete(ANNA, asked)
    own = {"data": ID, "image_channels": 1, "image_classes": 3, "image_size": 32}
    assert found == own | {"augment_target": ADA_TARGET}  # they are few
    assert studio.collections.complete(ANNA, {"data": ID})["image_size"] == 64
    off = asked | {"augment_target": 0.0}
    assert studio.collections.complete(ANNA, off)["augment_target"] == 0
    with pytest.raises(LookupError):
        studio.collections.complete(BEN, asked)
    for other in (None, [], {"data": 3}, {"data": "mnist"}, {"seed": 1}):
        assert studio.collections.complete(BEN, other) == other
    refused = functions(form.build, studio)["start"]({"who": BEN, "settings": asked})
    assert "not on this server" in refused["error"]
    studio.collections.close()


def test_a_preview_shows_every_class_in_turn(root, tmp_path):
    studio, do = server(tmp_path, public=False)
    collect(root, count=200, classes=("a", "b", "c"))
    answer = do["preview"]({"who": ANNA, "id": ID})
    picture = Image.open(io.BytesIO(base64.b64decode(answer["picture"])))
    assert picture.size == (320, 192) and (answer["columns"], answer["rows"], answer["side"]) == (
        10,
        6,
        32,
    )
    only = do["preview"]({"who": ANNA, "id": ID, "label": 1})
    assert only["picture"] != answer["picture"]
    (wired,) = do["images"]({"who": ANNA})["collections"]
    assert wired["classes"][1] == {"name": "b", "count": 67} and wired["left_h"] is None
    assert preset("own-images", **wired["settings"]).classes == 3
    studio.collections.close()


def test_expired_collections_are_deleted_unless_a_run_uses_them(root, tmp_path):
    studio, do = server(tmp_path)
    collect(root, owner=owned(studio, ANNA), made_s=time.time() - 23 * HOUR_S)
    collect(root, id="own-ffffffffffff", owner=owned(studio, BEN))
    assert studio.collections.expire() == []
    assert 0.9 < do["images"]({"who": ANNA})["collections"][0]["left_h"] <= 1
    studio.runner.status = RunStatus(1, "running", "r", own_config_of(root, ID))
    later_s = time.time() + 2 * HOUR_S
    assert studio.collections.expire(later_s) == []
    assert do["images"]({"who": ANNA})["collections"][0]["training"]
    assert do["delete"]({"who": ANNA, "id": ID})["refused"] == "images_in_use"
    studio.runner.status = RunStatus(2, "done", "r", own_config_of(root, ID))
    assert studio.collections.expire(later_s) == [ID] and ids(do, ANNA) == []
    assert ids(do, BEN) == ["own-ffffffffffff"]
    private, _ = server(tmp_path, public=False)
    assert private.collections.expire(time.time() + 10**9) == []
    private.collections.close(), studio.collections.close()


def own_config_of(root, name):
    return preset("own-images", **CollectionStore(root).find(name).settings())


def test_a_run_on_own_images_is_visible_to_its_owner_only(root, tmp_path):
    studio, _ = server(tmp_path)
    collect(root, owner=owned(studio, ANNA))
    config = own_config(root)
    folder = tmp_path / "runs" / "20260101-000000-own"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config.to_json()))
    (folder / "model.safetensors").write_bytes(b"")
    change_about(folder, owner=owned(studio, ANNA), classes=["cat", "dog"])
    studio.runner.status = RunStatus(3, "running", folder.name, config, 200, 10_000)
    runs, watch = RunList(studio), Progress(studio)
    status = functions(form.build, studio)["status"]
    for who, sees in ((ANNA, True), (HOST, True), (BEN, False), ("", False), (None, False)):
        listed = runs.since(0, who)
        assert (folder.name in listed["names"], folder.name in listed["going"]) == (sees, sees)
        assert (folder.name in listed.get("cards", {})) == sees
        polled = watch.poll({"who": who})
        assert (polled["cursor"]["run"] == folder.name) == sees
        assert polled["state"] == ("running" if sees else "idle")
        answer = status({"who": who})
        assert (answer["run"] == folder.name, "config" in answer) == (sees, sees)
        assert answer["state"] == "running"
        if sees:
            assert polled["labels"] == ["cat", "dog"]
    assert choices(studio) == [] and "run:" + folder.name in studio.library.folders()
    own_machine, _ = server(tmp_path, public=False)
    assert RunList(own_machine).since(0, BEN)["names"] == [folder.name]
    assert len(choices(own_machine)) == 1
    own_machine.collections.close(), studio.collections.close()


@pytest.fixture
def site(root, tmp_path):
    studio, do = server(tmp_path, max_upload_mb=1, max_collections=1)
    yield studio, do, TestClient(Starlette(routes=routes(studio)))
    studio.collections.close()


def test_a_bundle_of_files_becomes_a_collection(site, root):
    studio, do, client = site
    files = [(f"{'ab'[i % 2]}/{i}.png", encoded(noise(i, (32, 32)))) for i in range(24)]
    sent = bundle([*files, ("../../x.png", b"x"), ("n.txt", b"hello")])
    address = ADDRESS + "?name=Pets.zip&size=32"
    answer = client.post(address, content=sent, headers={WHO: ANNA}).json()
    found = done(do, ANNA)
    assert found["import"] == answer["import"] and found["state"] == "done"
    assert (found["done"], found["total"], found["kept"]) == (24, 24, 24)
    assert do["images"]({"who": BEN})["imports"] == [] and ids(do, BEN) == []
    (one,) = do["images"]({"who": ANNA})["collections"]
    assert (one["id"], one["name"], one["size"]) == (found["collection"], "Pets", 32)
    assert {met["key"] for met in one["skipped"]} == {"unsafe_path", "other"}
    assert not list((root / TEMPORARY).iterdir())
    refused = client.post(address, content=sent, headers={WHO: ANNA}).json()
    assert refused == {"refused": "images_most", "values": {"most": 1}}


def test_clips_are_shown_moving_and_train_with_the_preset_of_clips(site):
    _, do, client = site
    sent = bundle([*gifs(12).items(), ("notes.mp4", b"no video")])
    address = ADDRESS + "?name=Films&size=32&fps=10&length=16&folders=classes"
    client.post(address, content=sent, headers={WHO: ANNA})
    assert done(do, ANNA)["state"] == "done"
    (one,) = do["images"]({"who": ANNA})["collections"]
    assert (one["count"], one["frames"], one["fps"]) == (12, 120, 10)
    assert [met["key"] for met in one["skipped"]] == ["not_image"]
    found = do["preview"]({"who": ANNA, "id": one["id"]})
    assert (found["frames"], found["columns"], found["rows"]) == (10, 6, 2)
    sheets = Image.open(io.BytesIO(base64.b64decode(found["picture"])))
    assert sheets.size == (6 * 32, 10 * 2 * 32)
    parts = np.split(np.asarray(sheets.convert("L")).astype(int), 10)
    assert all(np.abs(a - b).mean() > 1 for a, b in zip(parts, parts[1:], strict=False))
    config = preset(usual_preset(one["id"], has_clips=True), **one["settings"])
    assert config.motion_dim and config.data == one["id"]


def test_invalid_uploads_are_refused_and_deleted(site, root):
    studio, do, client = site
    for content, options, who, key in (
        (b"x", "", "", "images_may"),
        (b"x" * 1_000_001, "", ANNA, "upload_large"),
        ((b"x" * 100_000 for _ in range(50)), "", ANNA, "upload_large"),
    ):
        answer = client.post(ADDRESS + options, content=content, headers={WHO: who} if who else {})
        assert answer.json()["refused"] == key
    for options in ("?size=28", "?size=x", "?fit=stretch"):
        answer = client.post(ADDRESS + options, content=b"x", headers={WHO: ANNA}).json()
        assert "offered" in answer["error"]
    for options in ("?fps=0", "?fps=x", "?length=99999", "?folders=x"):
        answer = client.post(ADDRESS + options, content=b"x", headers={WHO: ANNA}).json()
        assert "must be" in answer["error"]
    client.post(ADDRESS, content=b"nonsense", headers={WHO: ANNA})
    found = done(do, ANNA)
    assert found["state"] == "failed" and found["error"]["key"] == "not_zip"
    assert not list((root / TEMPORARY).iterdir()) and CollectionStore(root).all() == []
    assert do["bring"]({"who": ANNA, "folder": "/etc"})["refused"] == "images_local"


def test_a_private_server_imports_folders_and_cancels_imports(root, tmp_path):
    studio, do = server(tmp_path, public=False)
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i in range(30):
        (folder / f"{i}.png").write_bytes(encoded(noise(i)))
    odd_paths = (
        "",
        "pictures",
        "/nowhere/at all",
        "/" + "x" * 5000,
        "~nobody/x",
        "/\0",
        "file://[",
    )
    for odd in (None, 3, *odd_paths):
        assert "full path" in do["bring"]({"who": ANNA, "folder": odd})["error"]
    asked = {"who": ANNA, "folder": str(folder), "size": 32, "name": "Mine"}
    key = do["bring"](asked)["import"]
    assert do["bring"](asked) == {"refused": "images_busy", "values": {}}
    do["cancel"]({"who": BEN, "import": key})
    do["cancel"]({"who": ANNA, "import": key})
    assert done(do, ANNA)["state"] in ("cancelled", "done")
    do["bring"](asked)
    assert done(do, ANNA)["state"] == "done" and len(list(folder.iterdir())) == 30
    assert [one.name for one in CollectionStore(root).all()] == ["Mine"]
    studio.collections.close()


def test_every_reason_and_error_has_a_text():
    keys = {f"images.skipped_{key}" for key in REASONS} | {f"images.noted_{key}" for key in NOTES}
    keys |= {f"images.error_{key}" for key in SENTENCES}
    for language in ("en", "zh"):
        assert keys <= set(catalogue(language)), language


def test_a_copied_path_is_taken_with_its_quotation_marks_or_as_an_address(tmp_path):
    folder = tmp_path / "my pictures"
    folder.mkdir()
    escaped = str(folder).replace(" ", "\\ ")
    for text in (f'"{folder}"', f" '{folder}'\n", f"“{folder}”", folder.as_uri(), escaped):
        assert _local_path(text) == folder, text
    assert _local_path('""') is None and _local_path("file:///nowhere/x") is None
