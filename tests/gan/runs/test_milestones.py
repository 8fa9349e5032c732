"""Rollback to milestones, with a change of settings, and interrupted at any point."""

from __future__ import annotations

import dataclasses
import os

import numpy as np
import pytest
import torch

from bench.support.integrity import damage
from gan.config import ConfigError
from gan.presets import preset
from gan.runner.checkpointing import FaultTolerantRun
from gan.runs import run as runs
from gan.runs.history import History
from gan.runs.milestones import MOST, milestone_name, milestone_steps
from gan.runs.run import Run
from gan.runs.snapshots import kept_steps
from gan.storage.checkpoint_file import CheckpointError, load_checkpoint
from gan.storage.layout import NEWEST, PREVIOUS

TINY = preset("default", width=4, batch_size=4, steps=10_000)


@pytest.fixture(autouse=True)
def few_images(monkeypatch, tiny_data):
    """256 digits instead of 60,000, which load faster."""
    monkeypatch.setattr(runs.image_set, "load", lambda *_, **__: tiny_data)


def saved_run(folder, steps=(10, 20, 30)):
    """Save a run with a snapshot at each of these steps; then write one 5 steps later."""
    run = Run.create(TINY, folder)
    for step in steps:
        walk(run, step).keep_snapshot()
        run.save()
    walk(run, run.step + 5).keep_snapshot()
    return run


def walk(run, step):
    while run.step < step:
        run.advance()
    return run


def same(one, other):
    first, second = (run.trainer.state_dict()["tensors"] for run in (one, other))
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)


def test_milestones_are_limited_and_the_first_remains(tmp_path):
    run = saved_run(tmp_path, range(1, 12))
    steps = milestone_steps(tmp_path)
    assert len(steps) == MOST and steps[0] == 0 and steps[-1] == 11
    for step in steps:
        assert load_checkpoint(tmp_path / milestone_name(step))[0]["step_count"] == step
    walk(run, 20)
    assert Run.resume(tmp_path).step == 11 and milestone_steps(tmp_path) == steps


def test_a_run_continues_from_a_milestone_as_it_would_have_then(tmp_path):
    run, straight = saved_run(tmp_path / "r"), walk(Run.create(TINY, tmp_path / "s"), 20)
    spent_s = run.cpu_s
    run.rollback(29, {})
    assert run.step == 20 and same(run, straight) and run.rollbacks == 1
    assert run.cpu_s >= spent_s > 0 and run.elapsed_s < spent_s + 60
    assert [row["step"] for row in History(tmp_path / "r").rows] == [10, 20]
    assert kept_steps(tmp_path / "r") == [10, 20] and milestone_steps(tmp_path / "r") == [0, 10, 20]
    resumed = Run.resume(tmp_path / "r")
    assert resumed.cpu_s >= spent_s
    assert same(walk(resumed, 25), walk(straight, 25)) and same(walk(run, 25), straight)


def test_a_rollback_with_a_change_is_saved(tmp_path):
    run = saved_run(tmp_path)
    run.rollback(19, {"lr_d": 1e-4, "lr_g": TINY.lr_g})
    wanted = dataclasses.replace(TINY, lr_d=1e-4)
    assert run.config == wanted == Run.resume(tmp_path).config
    (mark,) = History(tmp_path).marks
    assert (mark["mark"], mark["step"], mark["from_step"]) == ("rolled back", 10, 35)
    assert mark["changes"] == {"lr_d": 1e-4} and "lr_d 0.0001" in mark["note"]
    for name in (NEWEST, PREVIOUS):  # neither is of an undone step
        assert load_checkpoint(tmp_path / name)[0]["step_count"] == 10
    run.rollback(9, {})
    assert run.config == TINY and [m["step"] for m in History(tmp_path).marks] == [0, 0]


def test_settings_changed_since_are_restored(tmp_path):
    run = saved_run(tmp_path)
    run.configure({"lr_g": 1e-6})
    run.rollback(20, {"lr_g": 2e-6, "lr_d": 1e-4})
    assert run.config == dataclasses.replace(TINY, lr_d=1e-4)


@pytest.mark.parametrize(
    ("step", "changes", "error"),
    [(20, {"lr_d": 9.0}, ConfigError), (20, {"width": 8}, ConfigError), (-1, {}, CheckpointError)],
)
def test_a_refused_rollback_changes_nothing(tmp_path, step, changes, error):
    run = saved_run(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(error):
        run.rollback(step, changes)
    assert run.step == 35 and run.rollbacks == 0 and run.config == TINY
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_damaged_milestones_are_skipped(tmp_path):
    run = saved_run(tmp_path)
    path = tmp_path / milestone_name(20)
    path.write_bytes(path.read_bytes()[:-9])
    run.rollback(25, {})
    assert run.step == 10


def test_without_a_checkpoint_the_last_milestone_is_resumed_with_a_note(tmp_path):
    run = saved_run(tmp_path)
    path = tmp_path / milestone_name(30)
    for each in (path, tmp_path / NEWEST, tmp_path / PREVIOUS):
        each.unlink()
    resumed = Run.resume(tmp_path)
    assert resumed.step == 20 and "step 20" in FaultTolerantRun(resumed).notes[-1]
    assert same(walk(resumed, 35), run)


class Cut(BaseException):
    """A simulated power cut at a write."""


def test_a_rollback_interrupted_at_any_write_leaves_a_consistent_run(tmp_path, monkeypatch):
    stood, writes = set(), 0
    for after in range(99):
        folder = tmp_path / str(after)
        run, real, left = saved_run(folder, (4, 10)), os.replace, [after]
        run.save()  # at step 15

        def cut(*names, real=real, left=left):
            if not left[0]:
                raise Cut
            left[0] -= 1
            real(*names)

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", cut)
            try:
                run.rollback(9, {"lr_d": 1e-4})
            except Cut:
                writes += 1
        assert not damage(folder)
        resumed = Run.resume(folder)
        marks = [mark["mark"] for mark in History(folder).marks]
        assert max(kept_steps(folder) + milestone_steps(folder)) <= resumed.step
        if resumed.step == 15:
            assert resumed.config == TINY and marks == []
            assert [row["step"] for row in resumed.rows] == [10]
        else:
            assert (resumed.step, resumed.config.lr_d, marks) == (4, 1e-4, ["rolled back"])
        stood.add(resumed.step)
        if left[0]:  # completed without interruption
            break
    assert stood == {15, 4} and writes >= 4


def test_a_full_disk_does_not_prevent_a_rollback(tmp_path, monkeypatch):
    keeper = FaultTolerantRun(saved_run(tmp_path))

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("gan.runs.checkpoint_store.save_checkpoint", full)
        keeper.rollback(20, {"lr_d": 1e-4})
    assert keeper.run.step == 20 and "No space" in keeper.warning
    assert Run.resume(tmp_path).step == 20
    assert keeper.save() and keeper.warning is None and Run.resume(tmp_path).config.lr_d == 1e-4


@pytest.mark.parametrize("first", ["D", "G"])
def test_manual_steps_are_resumed_bit_for_bit(tmp_path, first):
    keeper = FaultTolerantRun(Run.create(TINY, tmp_path / "r"))
    for who in (first, "G", "D", "D"):
        assert keeper.manual_step(who).who == who
        resumed = Run.resume(tmp_path / "r")  # each step was saved at once
        assert same(resumed, keeper.run)
    assert resumed.step == keeper.run.step == (2 if first == "G" else 1)
    assert same(walk(resumed, 12), walk(keeper.run, 12))
    rows = [run.rows[0] | {"elapsed_s": 0} for run in (resumed, keeper.run)]
    assert rows[0] == rows[1] and np.isfinite(rows[0]["loss_g"])
