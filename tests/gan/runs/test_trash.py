"""Deleted runs can be restored for a day, unchanged, and are not listed meanwhile."""

from types import SimpleNamespace

import pytest

from gan.presets import preset
from gan.runs import trash
from gan.runs.listing import list_runs
from gan.runs.run import Run
from gan.runs.trash import (
    KEPT_S,
    TRASH,
    empty_trash,
    make_room,
    move_to_trash,
    restore_run,
    trashed_runs,
)

SMALL = preset("default", width=4, batch_size=8, steps=1000)


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_deleted_run_is_restored_unchanged(tmp_path):
    folder = Run.create(SMALL, tmp_path / "one").folder
    before = files(folder)
    move_to_trash(folder)
    assert (
        not folder.exists() and not list_runs(tmp_path) and list(trashed_runs(tmp_path)) == ["one"]
    )
    assert restore_run(tmp_path, "one") == folder
    assert files(folder) == before and not trashed_runs(tmp_path)
    assert Run.resume(folder).step == 0


def test_restoring_needs_a_deleted_run_and_a_free_name(tmp_path):
    move_to_trash(Run.create(SMALL, tmp_path / "one").folder)
    for name in ("two", "", "../one", f"{TRASH}/one"):
        with pytest.raises(LookupError, match="gone"):
            restore_run(tmp_path, name)
    Run.create(SMALL, tmp_path / "one")
    with pytest.raises(LookupError, match="has that name"):
        restore_run(tmp_path, "one")
    with pytest.raises(OSError):
        move_to_trash(tmp_path / "nowhere")


def test_of_two_runs_of_one_name_the_last_deleted_is_restored(tmp_path):
    for number in (1, 2):
        run = Run.create(SMALL, tmp_path / "one")
        (run.folder / "mark").write_text(str(number))
        move_to_trash(run.folder)
    assert (restore_run(tmp_path, "one") / "mark").read_text() == "2"


def test_runs_are_deleted_for_good_after_a_day(tmp_path, monkeypatch):
    now_s = 1000
    monkeypatch.setattr(trash, "time", SimpleNamespace(time_ns=lambda: now_s * 10**9))
    move_to_trash(Run.create(SMALL, tmp_path / "old").folder)
    now_s = 2000
    move_to_trash(Run.create(SMALL, tmp_path / "new").folder)
    (tmp_path / TRASH / "strange").mkdir()
    now_s = 1000 + KEPT_S - 1
    empty_trash(tmp_path)
    assert list(trashed_runs(tmp_path)) == ["old", "new"]
    now_s = 1000 + KEPT_S
    empty_trash(tmp_path)
    assert [path.name for path in sorted((tmp_path / TRASH).iterdir())] == [
        "2000000000000.new",
        "strange",
    ]
    now_s = 2000 + KEPT_S
    assert not trashed_runs(tmp_path)


def test_the_oldest_runs_make_room_and_a_half_removed_one_is_not_restored(tmp_path, monkeypatch):
    for name in ("one", "two", "three"):
        move_to_trash(Run.create(SMALL, tmp_path / name).folder)
    left = tmp_path / TRASH
    assert make_room(tmp_path, lambda: True) and len(trashed_runs(tmp_path)) == 3
    assert make_room(tmp_path, lambda: len(trashed_runs(tmp_path)) == 2)
    assert list(trashed_runs(tmp_path)) == ["two", "three"]
    monkeypatch.setattr(trash.shutil, "rmtree", lambda *_: None)  # as if it was killed
    assert make_room(tmp_path, lambda: list(trashed_runs(tmp_path)) == ["three"])
    monkeypatch.undo()
    assert len(list(left.iterdir())) == 2
    empty_trash(tmp_path)
    assert list(trashed_runs(tmp_path)) == ["three"] and len(list(left.iterdir())) == 1
    assert not make_room(tmp_path, lambda: False) and not list(left.iterdir())
