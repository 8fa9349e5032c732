"""A full disk or a folder that is gone loses nothing saved, and does not block training."""

from __future__ import annotations

import errno

import pytest

from gan.presets import preset
from gan.runner import checkpointing
from gan.runner.runner import Runner
from gan.runs import run as runs
from gan.runs.run import Run
from gan.runs.trash import move_to_trash, trashed_runs
from gan.storage.checkpoint_file import load_checkpoint
from gan.storage.layout import NEWEST
from gan.system import atomic
from tests.waiting import until

TINY = preset("default", width=4, batch_size=4, steps=100_000)


@pytest.fixture
def runner(monkeypatch, tiny_data):
    monkeypatch.setattr(runs.image_set, "load", lambda *_, **__: tiny_data)
    made = Runner(publish_every_s=0.05, checkpoint_every_s=0.1)
    made._real_features.get = lambda *_: None
    yield made
    made.close()


@pytest.fixture
def disk(monkeypatch):
    """A disk that refuses all atomic files while its `full` is set."""

    class Disk:
        full = False

    disk, real = Disk(), atomic.os.replace

    def replace(*paths):
        if disk.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(*paths)

    monkeypatch.setattr(atomic.os, "replace", replace)
    return disk


def saved_step(folder):
    return load_checkpoint(folder / NEWEST)[0]["step_count"]


@pytest.mark.parametrize("gone", ["run", "all"])
def test_a_run_whose_folder_is_gone_fails_and_the_next_one_starts(runner, tmp_path, gone):
    root = tmp_path / "runs"
    runner.start(TINY, root / "a").result()
    until(lambda: runner.status.step > 2)
    # In one step: the run writes into this folder meanwhile.
    (root / "a" if gone == "run" else root).rename(tmp_path / "elsewhere")
    until(lambda: runner.status.state == "failed")
    assert "folder of this run is gone" in runner.status.error and not (root / "a").exists()
    runner.start(TINY, root / "b").result()
    until(lambda: runner.status.step > 2)
    assert runner.status.run == "b" and runner.status.state == "running"


def test_a_disk_that_stays_full_pauses_the_run_which_can_go_on_later(
    runner, tmp_path, disk, monkeypatch
):
    monkeypatch.setattr(checkpointing, "MAX_UNSAVED_S", 0.5)
    runner.start(TINY, tmp_path / "a").result()
    until(lambda: runner.status.step > 2)
    disk.full = True
    until(lambda: runner.status.state == "paused")
    held = runner.status
    assert "No space left" in held.warning and held.step > saved_step(tmp_path / "a")
    # resumed too early: it is paused again, but not at its first step
    runner.resume().result()
    until(lambda: runner.status.state == "paused")
    assert runner.status.step > held.step + 1
    disk.full = False
    runner.resume().result()
    until(lambda: runner.status.step > held.step and runner.status.warning is None)
    runner.stop().result()
    assert runner.status.state == "done" and saved_step(tmp_path / "a") == runner.status.step


def test_a_start_on_a_full_disk_leaves_no_folder_and_the_next_one_works(runner, tmp_path, disk):
    disk.full = True
    with pytest.raises(OSError, match="No space left"):
        runner.start(TINY, tmp_path / "a").result()
    assert runner.status.state == "idle" and not list(tmp_path.iterdir())
    disk.full = False
    runner.start(TINY, tmp_path / "a").result()
    assert runner.status.state == "running"


def test_a_run_that_cannot_be_shown_does_not_block_the_next_one(runner, tmp_path, monkeypatch):
    def fails(*_):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("gan.runner.monitored_run.snapshot_steps", fails)
        with pytest.raises(OSError, match="Input/output"):
            runner.start(TINY, tmp_path / "a").result()
    assert runner.status.state == "idle"
    runner.resume_run(tmp_path / "a").result()
    assert runner.status.state == "running"


def test_deleted_runs_make_room_for_a_checkpoint(tmp_path, disk, monkeypatch, tiny_data):
    monkeypatch.setattr(runs.image_set, "load", lambda *_, **__: tiny_data)
    old = Run.create(TINY, tmp_path / "old")
    old.close()
    move_to_trash(tmp_path / "old")
    keeper = checkpointing.FaultTolerantRun(Run.create(TINY, tmp_path / "new"))
    keeper.run.advance()
    disk.full = True

    def has_space(_):
        disk.full = bool(trashed_runs(tmp_path))
        return not disk.full

    monkeypatch.setattr(checkpointing, "has_space", has_space)
    assert keeper.save() and saved_step(tmp_path / "new") == 1 and not trashed_runs(tmp_path)
