"""Pairs of runs, manual steps, rollback, and the published status."""

from __future__ import annotations

import dataclasses
import json
import threading

import numpy as np
import pytest
import torch

from gan.config import ConfigError
from gan.monitor.vitals_log import Vitals
from gan.presets import preset
from gan.runner import monitored_run
from gan.runner.runner import Runner
from gan.runs import run as runs
from gan.runs.milestones import milestone_steps
from gan.runs.pairs import create_runs, pair_of
from gan.runs.run import Run
from gan.storage.checkpoint_file import CheckpointError, load_checkpoint
from gan.storage.layout import NEWEST, PAIR
from gan.training.trainer import Trainer
from tests.waiting import until

A = preset("default", width=4, batch_size=4, steps=100_000)
B = dataclasses.replace(A, r1_gamma=0.0)


@pytest.fixture(autouse=True)
def few_images(monkeypatch, tiny_data):
    """256 digits instead of 60,000, and no vital signs: both are fast."""
    monkeypatch.setattr(runs.image_set, "load", lambda *_, **__: tiny_data)
    monkeypatch.setattr(Vitals, "take", lambda *_: None)


@pytest.fixture
def runner():
    made = Runner(publish_every_s=0.05, checkpoint_every_s=0.5)
    yield made
    made.close()


def start_pair(runner, root, first=A, second=B):
    runner.start(first, root / "a", beside=(second, root / "b")).result()
    until(lambda: runner.status.step > 12)


def test_a_pair_trains_in_step_on_the_same_latents_and_each_is_a_complete_run(runner, tmp_path):
    start_pair(runner, tmp_path)
    runner.pause().result()
    shown = runner.status
    assert (shown.run, shown.beside.run, shown.state) == ("a", "b", "paused")
    assert shown.step == shown.beside.step and shown.beside.config == B
    assert [row["step"] for row in runner.history(run="a")][:1] == [10]
    assert runner.history(run="a") != runner.history(run="b") and not runner.history(run="c")
    runner.stop().result()
    for name, config in (("a", A), ("b", B)):
        alone = Run.create(config, tmp_path / f"alone-{name}")
        while alone.step < shown.step:
            alone.advance()
        tensors = load_checkpoint(tmp_path / name / NEWEST)[0]["tensors"]
        wanted = alone.trainer.state_dict()["tensors"]
        assert all(torch.equal(tensors[key], wanted[key]) for key in wanted)


def test_a_pair_is_resumed_by_either_and_the_run_behind_catches_up(runner, tmp_path):
    start_pair(runner, tmp_path)
    runner.stop().result()
    step = runner.status.step
    behind = Run.resume(tmp_path / "a")
    for _ in range(9):
        behind.advance()
    behind.save()
    runner.resume_run(tmp_path / "b").result()
    assert (runner.status.run, runner.status.beside.run) == ("a", "b")
    until(lambda: runner.status.beside.step > step + 9)
    assert abs(runner.status.step - runner.status.beside.step) <= 1


def test_if_one_run_of_a_pair_fails_the_other_continues(runner, tmp_path, monkeypatch):
    start_pair(runner, tmp_path)
    real = Trainer.step

    def nan_for_the_first(trainer):
        stats = real(trainer)
        return dataclasses.replace(stats, loss_g=np.nan) if trainer.config.r1_gamma else stats

    monkeypatch.setattr(Trainer, "step", nan_for_the_first)
    until(lambda: runner.status.error)
    shown = runner.status
    assert shown.state == "running" and "diverged again" in shown.error
    until(lambda: runner.status.beside.step > shown.beside.step + 5)
    runner.stop().result()
    assert (runner.status.state, runner.status.beside.state) == ("failed", "done")


def test_a_run_whose_other_is_missing_is_resumed_alone(runner, tmp_path):
    start_pair(runner, tmp_path)
    runner.stop().result()
    assert pair_of(tmp_path / "b") == (tmp_path / "a", tmp_path / "b")
    for path in tmp_path.glob("a/**/*.safetensors"):
        path.write_bytes(b"damaged")
    runner.resume_run(tmp_path / "b").result()
    assert (runner.status.run, runner.status.beside) == ("b", None)
    assert "continues alone" in runner.status.notes[-1]
    runner.stop().result()
    for words in ({"beside": "../b", "first": True}, {"beside": "b", "first": False}, [], None):
        (tmp_path / "a" / PAIR).write_text(json.dumps(words))
        assert pair_of(tmp_path / "a") is None and pair_of(tmp_path / "b") is None


def test_both_runs_of_a_pair_are_created_or_neither(runner, tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b/file").write_text("taken")
    with pytest.raises(FileExistsError):
        create_runs([(A, tmp_path / "a"), (B, tmp_path / "b")])
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_the_settings_of_a_pair_cannot_change(runner, tmp_path):
    start_pair(runner, tmp_path)
    for job in (runner.configure(lr_g=1e-4), runner.rollback(0)):
        with pytest.raises(LookupError, match="differ"):
            job.result()
    assert runner.status.rollbacks == 0 and not runner.marks()


def test_manual_steps_of_a_paused_run_advance_it_one_step_at_a_time(runner, tmp_path):
    with pytest.raises(LookupError, match="pause"):
        runner.manual_step("D").result()
    runner.start(A, tmp_path / "r", paused=True).result()
    assert (runner.status.state, runner.status.step) == ("paused", 0)
    assert runner.look("r").result().moved == ()
    for job in (runner.look("another"), runner.manual_step("D", "another")):
        with pytest.raises(LookupError):
            job.result()
    assert runner.manual_step("D").result().who == "D" and runner.status.step == 0
    assert runner.manual_step("G").result().step == 1 == runner.status.step
    assert load_checkpoint(tmp_path / "r" / NEWEST)[0]["step_count"] == 1
    runner.resume().result()
    until(lambda: runner.status.step > 5)
    with pytest.raises(LookupError, match="pause"):
        runner.manual_step("G").result()


@pytest.mark.parametrize("state", ["running", "paused"])
def test_a_rollback_to_the_last_healthy_step_keeps_the_run_running_or_paused(
    runner, tmp_path, monkeypatch, state
):
    runner.start(A, tmp_path / "r").result()
    for step in (8, 16, 24):
        until(lambda step=step: runner.status.step > step)
        runner.pause().result()
        runner.resume().result()
    if state == "paused":
        runner.pause().result()
    kept: list[int] = []

    def spans(*_):  # read while the run does not move: a later checkpoint thins the milestones
        kept[:] = milestone_steps(tmp_path / "r")
        return [(0, 0), (kept[1], kept[2] - 1)]

    monkeypatch.setattr(monitored_run, "healthy_steps", spans)
    with pytest.raises(ConfigError):
        runner.rollback(lr_d=9.0).result()
    assert runner.rollback(lr_d=1e-4).result() == kept[1] > 0
    assert (runner.status.state, runner.status.rollbacks) == (state, 1)
    assert runner.status.config.lr_d == 1e-4 and runner.marks()[-1]["step"] == kept[1]
    assert "Rolled back" in runner.status.notes[-1]
    with pytest.raises(CheckpointError, match="no milestone"):
        runner.rollback(-1).result()
    if state == "running":
        until(lambda: runner.status.step > kept[2])


def test_the_status_has_opinions_and_processor_time_and_resume_restores_it(runner, tmp_path):
    runner.start(A, tmp_path / "r").result()
    until(lambda: runner.status.step > 5)
    runner.stop().result()
    shown = runner.status
    assert shown.opinions.shape == (60,) and shown.opinions.dtype == np.float32
    assert 0 <= shown.opinions.min() < shown.opinions.max() <= 1 and shown.cpu_s > 0
    runner.resume_run(tmp_path / "r").result()
    assert runner.status.cpu_s >= shown.cpu_s


def test_on_end_is_called_once_and_may_start_the_next_run(tmp_path):
    ended_runs, goal = [], dataclasses.replace(A, steps=4)

    def ended():
        ended_runs.append((runner.status.run, runner.status.state, threading.current_thread().name))
        if len(ended_runs) < 3:
            runner.start(goal, tmp_path / str(len(ended_runs)))

    runner = Runner(on_end=ended)
    runner.start(goal, tmp_path / "0")
    until(lambda: len(ended_runs) == 3)
    runner.start(A, tmp_path / "last").result()
    runner.close()
    assert ended_runs == [(str(k), "done", "trainer") for k in range(3)]


@pytest.mark.parametrize("part", ["diagnose", "best_step"])
def test_an_error_in_publishing_never_ends_the_thread(runner, tmp_path, monkeypatch, part):
    runner.start(A, tmp_path / "r").result()
    until(lambda: runner.status.step > 3)
    monkeypatch.setattr(monitored_run, part, lambda *_: 1 / 0)
    step = runner.status.step
    if part == "diagnose":  # a failed diagnosis does not end the run
        until(lambda: runner.status.step > step + 5)
        assert runner.status.diagnosis is None
    else:
        until(lambda: runner.status.state == "failed")
    monkeypatch.undo()
    runner.stop().result()
    assert Run.resume(tmp_path / "r").step >= step
