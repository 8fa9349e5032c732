"""The list of runs, and what visitors may do with them."""

import json
import shutil

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.endpoint import WHO
from demo.server.studio import Studio
from demo.settings import Settings
from demo.train.runs import cards
from demo.train.runs import panel as view
from demo.train.runs.compare import POINTS, compared
from demo.train.runs.listing import RunList
from demo.train.runs.routes import ADDRESS, routes
from gan.config import ADA_TARGET
from gan.presets import preset
from gan.runs.run import Run
from gan.storage.layout import TEMPORARY
from gan.storage.metadata import change_about
from tests.panels import functions

SMALL = preset("default", width=4, batch_size=8, steps=1000)
ME, YOU = "a" * 32, "b" * 32


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of ten steps; tests change copies of it."""
    run = Run.create(SMALL, tmp_path_factory.mktemp("here") / "first")
    for _ in range(10):
        run.advance()
    run.keep_snapshot()
    run.save()
    return run.folder


@pytest.fixture
def server(tmp_path, trained):
    """A public server with one run, of `ME`: (studio, its server functions, its site)."""
    studio = Studio(Settings(runs=tmp_path, public=True, max_upload_mb=5))
    shutil.copytree(trained, tmp_path / "first")
    studio.access.sign(ME, tmp_path / "first")
    yield studio, functions(view.build, studio), TestClient(Starlette(routes=routes(studio)))
    studio.close()


def test_only_changes_are_sent(server, tmp_path):
    studio, do, _ = server
    first = do["listed"]({"who": ME})
    assert first["names"] == ["first"] and first["cards"]["first"]["step"] == 10
    assert first["cards"]["first"]["mine"] and first["bring"] and not first["going"]
    again = do["listed"]({"who": ME, "version": first["version"]})
    assert "names" not in again and "cards" not in again and len(json.dumps(again)) < 200
    do["rename"]({"who": ME, "run": "first", "title": "  My\n run "})
    answer = do["listed"]({"who": YOU, "version": first["version"]})
    assert answer["cards"]["first"]["title"] == "My run" and "names" not in answer
    assert not answer["cards"]["first"]["mine"]
    for odd in (None, [], {"version": "x"}, {"version": 10**20}, {"who": {}}):
        assert do["listed"](odd)["cards"]["first"]["title"] == "My run"


def test_a_card_names_the_preset_of_few_own_images():
    own = {"data": "own-0123456789ab", "image_size": 64, "image_channels": 3}
    for name, target in (("own-images", ADA_TARGET), ("own-images", 0.0), ("default", ADA_TARGET)):
        assert cards.preset_name(preset(name, **own, augment_target=target)) == name
    assert cards.preset_name(preset("own-images", **own, augment_target=0.3)) == ""
    assert cards.preset_name(preset("default", augment_target=ADA_TARGET)) == ""


def test_a_damaged_run_is_listed_with_a_message(server, tmp_path):
    for name in ("checkpoint.safetensors", "checkpoint.previous.safetensors"):
        (tmp_path / "first" / name).write_bytes(b"nonsense")
    shutil.rmtree(tmp_path / "first" / "milestones")
    (tmp_path / "first" / "history.jsonl").write_bytes(b'{"step": 3}\n[]\n')
    (tmp_path / "first" / "vitals.jsonl").write_bytes(b'{"step": 3, "frechet": []}\n{"step": 4}\n')
    (tmp_path / "no run").mkdir()
    (tmp_path / "a file").write_bytes(b"")
    studio, do, _ = server
    answer = RunList(studio).since(0, ME)
    assert answer["names"] == ["first"]
    assert answer["cards"]["first"]["state"] == "damaged" and answer["cards"]["first"]["sentence"]
    assert do["delete"]({"who": ME, "run": "first"}) == {"deleted": "first"}


def test_a_run_that_is_deleted_meanwhile_does_not_harm_the_list(server, tmp_path, monkeypatch):
    shutil.copytree(tmp_path / "first", tmp_path / "gone")
    size = cards.used_bytes

    def delete_then_size(folder):
        if folder.name == "gone":
            shutil.rmtree(folder)
            raise FileNotFoundError(folder)
        return size(folder)

    monkeypatch.setattr(cards, "used_bytes", delete_then_size)
    studio, do, _ = server
    assert do["listed"]({"who": ME})["names"] == ["first"]


def test_only_its_owner_changes_and_restores_a_run(server, tmp_path):
    _, do, _ = server
    for operation in ("rename", "delete"):
        refused = do[operation]({"who": YOU, "run": "first", "title": "x"})
        assert refused == {"refused": "not_yours", "values": {}}
        for name in ("nowhere", "../first", "", None, 3, ["first"]):
            assert (
                "not on this server"
                in do[operation]({"who": ME, "run": name, "title": "x"})["error"]
            )
    assert do["delete"]({"who": ME, "run": "first"}) == {"deleted": "first"}
    assert do["listed"]({"who": ME})["names"] == []
    assert do["undo"]({"who": YOU, "run": "first"})["refused"] == "not_yours"
    assert "gone" in do["undo"]({"who": ME, "run": "../x"})["error"]
    assert do["undo"]({"who": ME, "run": "first"}) == {"run": "first"}
    assert do["listed"]({"who": ME})["names"] == ["first"]


@pytest.mark.parametrize("damaged", ["about.json", "owner.json"])
def test_damage_of_its_title_or_mark_costs_nobody_a_run(server, tmp_path, damaged):
    _, do, _ = server
    (tmp_path / "first" / damaged).write_bytes(b'{"title": "x", ')
    assert do["rename"]({"who": ME, "run": "first", "title": "y"}) == {"title": "y"}
    assert do["rename"]({"who": YOU, "run": "first", "title": "z"})["refused"] == "not_yours"
    assert do["delete"]({"who": ME, "run": "first"}) == {"deleted": "first"}
    assert do["undo"]({"who": YOU, "run": "first"})["refused"] == "not_yours"


def test_a_run_of_an_earlier_version_keeps_its_owner(server, tmp_path):
    studio, do, _ = server
    (tmp_path / "first" / "owner.json").unlink()
    assert do["rename"]({"who": YOU, "run": "first", "title": "z"})["refused"] == "not_yours"
    assert do["delete"]({"who": ME, "run": "first"}) == {"deleted": "first"}


def test_the_run_in_progress_is_not_deleted(server):
    studio, do, _ = server
    assert do["resume"]({"who": YOU, "run": "first"}) == {"refused": "not_yours", "values": {}}
    assert do["resume"]({"who": ME, "run": "first"}) == {"run": "first"}
    studio.runner.pause().result(20)
    assert do["listed"]({"who": ME})["going"] == ["first"]
    assert do["delete"]({"who": ME, "run": "first"})["refused"] == "in_progress"
    studio.runner.stop().result(20)
    assert do["delete"]({"who": ME, "run": "first"}) == {"deleted": "first"}


def test_a_downloaded_run_can_be_uploaded(server, tmp_path):
    studio, do, site = server
    change_about(tmp_path / "first", title="Mine")
    sent = site.get(f"{ADDRESS}/first.zip")
    assert sent.status_code == 200 and 'filename="first.zip"' in sent.headers["content-disposition"]
    head = site.head(f"{ADDRESS}/first.zip")
    assert head.status_code == 200 and not head.content
    assert int(head.headers["content-length"]) == len(sent.content)
    assert head.headers["content-length"] == sent.headers["content-length"]
    came = site.post(ADDRESS, content=sent.content, headers={WHO: YOU})
    assert came.json() == {"run": "first-2"}
    cards = do["listed"]({"who": YOU})["cards"]
    assert cards["first-2"]["title"] == "Mine" and cards["first-2"]["step"] == 10
    assert cards["first-2"]["mine"] and not cards["first"]["mine"]
    assert not list((tmp_path / TEMPORARY).iterdir())


def test_invalid_uploads_and_addresses_are_refused(server, tmp_path):
    studio, _, site = server
    before = sorted(path.name for path in tmp_path.iterdir())

    def send(content, **headers):
        return site.post(ADDRESS, content=content, headers={WHO: ME} | headers)

    assert "zip file" in send(b"nonsense").json()["error"]
    too_large = {"refused": "upload_large", "values": {"most": "5"}}
    assert send(b"0" * 5_000_001).json() == too_large
    endless = (b"0" * 1_000_000 for _ in range(50))
    assert send(endless).json() == too_large
    refused = site.post(ADDRESS, content=b"nonsense")
    assert refused.json()["refused"] == "uploads"
    for name in ("nowhere", TEMPORARY, "..", "%2e%2e%2ffirst"):
        assert site.get(f"{ADDRESS}/{name}.zip").status_code == 404
    assert site.get(f"{ADDRESS}/first/10.png").content[:4] == b"\x89PNG"
    for address in ("first/11.png", "nowhere/10.png", "first/config.png"):
        assert site.get(f"{ADDRESS}/{address}").status_code == 404
    assert {path.name for path in tmp_path.iterdir()} in ({*before}, {*before, TEMPORARY})
    assert not list((tmp_path / TEMPORARY).iterdir())


def test_two_runs_are_compared_at_the_same_steps(server, tmp_path):
    _, do, _ = server
    for name, last in (("first", 3000), ("second", 9000)):
        (tmp_path / name).mkdir(exist_ok=True)
        row = {"loss_g": 1.0, "loss_d": 0.5, "d_real": 0, "d_fake": 0, "elapsed_s": 0}
        rows = [row | {"step": step} for step in range(10, last + 1, 10)]
        signs = [{"step": last // 3, "frechet": 100.0}, {"step": last, "frechet": 1.0}]
        for file, lines in (("history", rows), ("vitals", signs)):
            text = "".join(json.dumps(line) + "\n" for line in lines)
            (tmp_path / name / f"{file}.jsonl").write_text(text)
    answer = compared(tmp_path / "first", tmp_path / "second")
    assert answer["last"] == 9000 and answer["diversity"] == []
    for name in ("frechet", "loss_g"):
        assert len(answer[name]) <= POINTS + 1 and answer[name][-1][0] >= 9000
    by_step = {row[0]: row[1:] for row in answer["frechet"]}
    assert by_step[6000] == [None, 10.0] and by_step[900][1] is None
    assert by_step[900][0] is None and by_step[3000] == [1.0, 100.0]
    for step, *losses in answer["loss_g"]:
        assert losses == [1.0 if step < 3000 + 80 else None, 1.0]
    assert do["compare"]({"runs": ["first", "first"]})["differences"] == []
    for odd in (None, {}, {"runs": "ab"}, {"runs": ["first"]}, {"runs": ["first", "../second"]}):
        assert "error" in do["compare"](odd)
