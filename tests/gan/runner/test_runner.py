"""The background thread: pause, resume, stop, publishing and errors."""

from __future__ import annotations

import dataclasses
import threading
import time

import numpy as np
import pytest

from gan.config import ConfigError
from gan.models.generator import Generator
from gan.monitor import real_features
from gan.monitor.real_features import RealFeatures
from gan.presets import preset
from gan.runner.runner import Runner
from gan.runs.run import Run
from gan.training.trainer import Trainer
from tests.own_images import ID
from tests.waiting import NewThreads, until

SMALL = preset("default", width=8, batch_size=8, steps=100_000)


@pytest.fixture
def runner():
    made = Runner(publish_every_s=0.05, checkpoint_every_s=0.5)
    yield made
    made.close()


def test_no_thread_before_the_first_job():
    threads = NewThreads()
    runner = Runner()
    assert not threads.alive()
    runner.close()


def test_real_features_are_extracted_once_and_may_be_extracted_in_advance(
    runner, tmp_path, monkeypatch
):
    read, go_on = [], threading.Event()

    def reading(*what):
        read.append(what)
        go_on.wait()
        return RealFeatures()

    monkeypatch.setattr(real_features, "read_real_features", reading)
    assert not runner.is_preparing
    runner.prepare(SMALL)
    until(lambda: read)
    assert runner.is_preparing
    go_on.set()
    until(lambda: not runner.is_preparing)
    runner.start(SMALL, tmp_path / "r").result()
    until(lambda: runner.status.vitals)
    assert read == [("mnist", 28)]


def test_only_available_data_sets_at_their_own_size_are_read_in_advance(runner, monkeypatch):
    read = []
    monkeypatch.setattr(runner._real_features, "get", lambda *what: read.append(what))
    monkeypatch.setattr("gan.runner.runner.is_available", lambda name: name != "cifar10")
    own = {"image_size": 32, "image_channels": 1, "image_classes": 1}
    runner.prepare(preset("default", image_size=128))  # 160 MB that would stay in memory
    runner.prepare(preset("own-images", data=ID, **own))
    runner.prepare(preset("default", data="cifar10"))
    assert not read
    runner.prepare(preset("default"))
    assert read == [("mnist", 28)]


def test_a_paused_run_stands_still_and_can_be_continued(runner, tmp_path):
    runner.start(SMALL, tmp_path / "r").result()
    until(lambda: runner.status.step > 5)
    runner.pause().result()
    held = runner.status
    assert held.state == "paused"
    time.sleep(0.3)
    assert runner.status is held
    runner.resume().result()
    until(lambda: runner.status.step > held.step)


def test_a_published_status_never_changes(runner, tmp_path):
    runner.start(SMALL, tmp_path / "r").result()
    until(lambda: runner.status.step > 0)
    old = runner.status
    pixels, step = old.images.copy(), old.step
    until(lambda: runner.status.step > step + 20)
    assert old.step == step
    np.testing.assert_array_equal(old.images, pixels)
    assert not np.array_equal(runner.status.images, pixels)
    with pytest.raises(ValueError):
        old.images[0] = 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        old.step = 1


def test_the_generator_is_a_copy(runner, tmp_path):
    runner.start(SMALL, tmp_path / "r").result()
    until(lambda: runner.status.step > 5)
    generator = runner.generator().result()
    z = np.zeros((1, SMALL.z_dim))
    before = generator.sample(z)
    step = runner.status.step
    until(lambda: runner.status.step > step + 20)
    np.testing.assert_array_equal(before, generator.sample(z))
    assert runner.generator().result().model_id != generator.model_id


def test_the_error_of_a_job_is_returned_and_the_runner_continues(runner, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("taken")
    with pytest.raises(FileExistsError, match="not empty"):
        runner.start(SMALL, tmp_path / "full").result()
    with pytest.raises(LookupError, match="No run"):
        runner.generator().result()
    assert runner.status.state == "idle"
    runner.start(SMALL, tmp_path / "r").result()
    with pytest.raises(RuntimeError, match="already in progress"):
        runner.start(SMALL, tmp_path / "s").result()
    assert not (tmp_path / "s").exists()
    assert runner.status.run == "r"


def test_an_error_in_a_step_ends_the_run_with_a_message(runner, tmp_path, monkeypatch):
    runner.start(SMALL, tmp_path / "r").result()

    def broken(_):
        raise FloatingPointError("the losses are no longer finite")

    monkeypatch.setattr(Run, "advance", broken)
    until(lambda: runner.status.state == "failed")
    assert "no longer finite" in runner.status.error
    monkeypatch.undo()
    runner.resume_run(tmp_path / "r").result()
    until(lambda: runner.status.step > 5)


def test_a_run_that_keeps_diverging_is_rolled_back_three_times_and_then_fails(
    runner, tmp_path, monkeypatch
):
    runner.start(SMALL, tmp_path / "r").result()
    until(lambda: runner.status.step > 5)
    real = Trainer.step

    def nan(trainer):
        return dataclasses.replace(real(trainer), loss_d=float("nan"))

    monkeypatch.setattr(Trainer, "step", nan)
    until(lambda: runner.status.state == "failed")
    end = runner.status
    assert "learning rates" in end.error and len(end.notes) == 3
    assert end.rollbacks == 4 and end.config.lr_g == SMALL.lr_g / 8
    assert [mark["mark"] for mark in runner.marks()] == ["rolled back"] * 3
    monkeypatch.undo()
    runner.resume_run(tmp_path / "r").result()  # the last good state was saved
    until(lambda: runner.status.step > end.step)


def test_settings_can_change_during_a_run_and_leave_a_mark(runner, tmp_path):
    with pytest.raises(LookupError, match="No run"):
        runner.configure(lr_g=1e-4).result()
    runner.start(SMALL, tmp_path / "r").result()
    until(lambda: runner.status.step > 5)
    runner.configure(lr_g=1e-4, d_steps_per_g_step=2).result()
    assert runner.status.config == dataclasses.replace(SMALL, lr_g=1e-4, d_steps_per_g_step=2)
    with pytest.raises(ConfigError, match="between"):
        runner.configure(lr_d=7.0).result()
    runner.stop().result()
    assert [mark["mark"] for mark in runner.marks()] == ["changed"]
    runner.resume_run(tmp_path / "r").result()
    assert runner.status.config.lr_g == 1e-4


def test_a_full_disk_sets_a_warning_and_pauses_a_finished_run(runner, tmp_path, monkeypatch):
    runner.start(SMALL, tmp_path / "r").result()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("gan.runs.snapshots.write_atomic", full)
        patch.setattr("gan.runs.checkpoint_store.save_checkpoint", full)
        until(lambda: "No space" in (runner.status.warning or ""))
        step = runner.status.step
        until(lambda: runner.status.step > step)
        runner.stop().result()
        assert runner.status.state == "paused" and "No space" in runner.status.warning
    runner.stop().result()
    assert (runner.status.state, runner.status.warning) == ("done", None)
    assert Run.resume(tmp_path / "r").step == runner.status.step


def test_stop_saves_and_the_run_can_be_resumed(runner, tmp_path):
    runner.start(SMALL, tmp_path / "r").result()
    until(lambda: runner.status.step > 5)
    runner.stop().result()
    done = runner.status
    assert done.state == "done"
    Generator.load(tmp_path / "r")
    runner.resume_run(tmp_path / "r").result()
    assert runner.status.step == done.step
    np.testing.assert_array_equal(runner.status.images, done.images)
    assert runner.history(0)[: done.step // 10] == runner.history()[: done.step // 10]


def test_a_run_ends_at_its_goal(runner, tmp_path):
    runner.start(dataclasses.replace(SMALL, steps=23), tmp_path / "r").result()
    until(lambda: runner.status.state == "done")
    assert runner.status.step == 23
    assert [row["step"] for row in runner.history()] == [10, 20]


def test_a_finished_run_is_not_saved_again(tmp_path):
    runner = Runner(checkpoint_every_s=0)
    runner.start(dataclasses.replace(SMALL, steps=12), tmp_path / "r").result()
    until(lambda: runner.status.state not in ("running", "loading"))
    assert (runner.status.state, runner.status.error) == ("done", None)
    runner.close()


def test_close_saves_joins_and_refuses(tmp_path):
    threads, runner = NewThreads(), Runner()
    runner.start(SMALL, tmp_path / "r").result()
    until(lambda: runner.status.state == "running")
    assert threads.alive()
    runner.close()
    until(lambda: not threads.alive())  # extracting real features ends a little later
    Run.resume(tmp_path / "r")
    with pytest.raises(RuntimeError, match="shut down"):
        runner.pause().result()
