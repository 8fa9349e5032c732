"""Is there room for runs, images, exports and downloads? Deleted runs make it, oldest first."""

import errno
import shutil
from types import SimpleNamespace

import pytest

from demo.endpoint import Refused
from demo.export.jobs import Exports
from demo.server.access import Access
from demo.server.hub_models import HubModels
from demo.server.studio import Studio
from demo.settings import Settings
from demo.train.runs import panel as view
from demo.train.runs.routes import RunFiles
from gan.config import Config
from gan.runs.disk_use import most_bytes
from gan.runs.trash import move_to_trash, trashed_runs
from gan.system import disk
from gan.system.disk import LEAST_FREE_BYTES, used_bytes
from tests.fake_runner import FakeRunner
from tests.panels import functions

ANNA, BEN, HOST = "a" * 32, "b" * 32, f"{'c' * 32} open-sesame"
PUBLIC = {"public": True, "owner_key": "open-sesame"}


@pytest.fixture
def free(monkeypatch):
    """The free bytes of every disk, in `free.bytes`; a deleted run frees `free.of_a_run`."""
    state = SimpleNamespace(bytes=10 * LEAST_FREE_BYTES, of_a_run=0)
    real = shutil.rmtree

    def rmtree(*args, **kwargs):
        state.bytes += state.of_a_run
        real(*args, **kwargs)

    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: SimpleNamespace(free=state.bytes))
    monkeypatch.setattr("gan.runs.trash.shutil.rmtree", rmtree)
    return state


def server(tmp_path, **settings):
    """The access and runner of a server, and its function that makes a run of a visitor."""
    runner = FakeRunner()
    access = Access(runner, Settings(runs=tmp_path / "runs", **settings))
    runner.on_end = access.run_ended

    def run(who=ANNA):
        name = access.start(who, Config())
        runner.end()
        return tmp_path / "runs" / name

    return access, run


def refusal(do):
    with pytest.raises(Refused) as caught:
        do()
    return caught.value.key


def every_way(access, folder, who=ANNA):
    """What answers each way to make a run larger or to have one more."""
    files = RunFiles(SimpleNamespace(access=access, settings=access._settings))
    return [
        refusal(lambda: access.start(who, Config())),
        refusal(lambda: access.start(who, Config(), beside=Config(seed=1))),
        refusal(lambda: access.resume(who, folder.name)),
        refusal(lambda: files.admit(who)),
        refusal(lambda: files.take(folder / "config.json", who, {})),
    ]


def test_a_disk_with_little_space_refuses_every_way_to_use_more(tmp_path, free):
    access, run = server(tmp_path)
    folder = run()
    free.bytes = LEAST_FREE_BYTES - 1
    assert every_way(access, folder) == [*["runs_disk"] * 3, *["disk"] * 2]
    assert refusal(lambda: access.room.check_images(ANNA)) == "images_room"
    with pytest.raises(OSError) as caught:
        access.room.check_disk(tmp_path)
    assert caught.value.errno == errno.ENOSPC
    free.bytes = LEAST_FREE_BYTES + most_bytes(Config()) - 1  # the run could not reach its goal
    assert refusal(lambda: access.start(ANNA, Config())) == "runs_disk"
    free.bytes += 1
    assert run()


def test_deleted_runs_make_room_the_oldest_first_and_no_more_than_needed(tmp_path, free):
    access, run = server(tmp_path)
    for folder in [run() for _ in range(3)]:
        move_to_trash(folder)
    names = list(trashed_runs(tmp_path / "runs"))
    free.bytes, free.of_a_run = LEAST_FREE_BYTES - 15, 10
    access.room.check_upload(ANNA)
    assert list(trashed_runs(tmp_path / "runs")) == names[2:]
    free.bytes, free.of_a_run = 0, 0
    assert refusal(lambda: access.room.check_upload(ANNA)) == "disk"
    assert not trashed_runs(tmp_path / "runs")


def test_a_visitor_of_a_public_server_has_a_limited_number_of_runs(tmp_path, free):
    access, run = server(tmp_path, max_runs=2, **PUBLIC)
    folders = [run(), run()]
    assert every_way_but_resume(access, folders[0]) == ["runs_most"] * 4
    assert run(BEN) and [run(HOST) for _ in range(3)]
    access.resume(ANNA, folders[0].name)
    access._runner.end()
    parts = {"gate": access.gate, "settings": access._settings, "runner": access._runner}
    studio = SimpleNamespace(access=access, resume=access.resume, **parts)
    do = functions(view.build, studio)
    assert do["delete"]({"who": ANNA, "run": folders[0].name}) == {"deleted": folders[0].name}
    run()  # a deleted one does not count, but cannot be restored beyond the limit
    assert do["undo"]({"who": ANNA, "run": folders[0].name})["refused"] == "runs_most"
    private, run = server(tmp_path / "private", max_runs=1)
    assert [run() for _ in range(3)]


def every_way_but_resume(access, folder):
    files = RunFiles(SimpleNamespace(access=access, settings=access._settings))
    return [
        refusal(lambda: access.start(ANNA, Config())),
        refusal(lambda: access.start(ANNA, Config(), beside=Config(seed=1))),
        refusal(lambda: files.admit(ANNA)),
        refusal(lambda: files.take(folder / "config.json", ANNA, {})),
    ]


def test_all_runs_of_a_public_server_share_a_room_in_which_deleted_ones_count(tmp_path, free):
    access, run = server(tmp_path, runs_room_mb=most_bytes(Config()) // 10**6 + 11, **PUBLIC)
    one, two = run(), run(BEN)
    for folder in (one, two):
        (folder / "checkpoint.safetensors").write_bytes(bytes(6_000_000))
    assert used_bytes(tmp_path / "runs") > 12_000_000
    assert refusal(lambda: access.start(ANNA, Config())) == "runs_room"
    move_to_trash(two)
    assert run() and not trashed_runs(tmp_path / "runs")


def test_an_export_that_would_fill_the_disk_ends_and_leaves_no_file(tmp_path, free, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    access, _ = server(tmp_path)

    class Work:
        long, expected_s = False, 1.0

        def write(self, folder, on_frame, stop):
            (folder / "clip.gif").write_bytes(b"GIF")
            free.bytes = LEAST_FREE_BYTES - 1
            on_frame(1, 2)

    class Unread(Work):
        write = None

    exports = Exports(1, check_disk=access.room.check_disk)
    for begun in (False, True):  # the second one is refused before its first frame
        with pytest.raises(OSError) as caught:
            exports.begin("a", "clip", Unread() if begun else Work()).future.result(60)
        assert caught.value.errno == errno.ENOSPC
    exports.close()
    assert [path.name for path in tmp_path.iterdir()] == []


def test_a_model_of_the_hub_is_not_downloaded_to_a_full_disk(tmp_path, free, monkeypatch):
    models = HubModels(Settings(runs=tmp_path / "runs", hub_cache=tmp_path / "hub"))

    def get(typed, token, on_size, *_):
        on_size(100)
        return typed

    monkeypatch.setattr(models.cache, "get", get)
    free.bytes = LEAST_FREE_BYTES + 99
    models.begin("page", "ada/digits")
    assert models._jobs["page"].future.result(60) == {"error": "disk", "values": {}}
    free.bytes += 1
    models.begin("page", "ada/digits")
    assert models._jobs["page"].future.result(60) == {"model": "hub:ada/digits"}
    models.close()


def test_a_whole_server_refuses_with_its_own_room(tmp_path, free):
    studio = Studio(Settings(runs=tmp_path, max_runs=1, **PUBLIC))
    assert studio.exports._check_disk == studio.access.room.check_disk
    studio.close()
