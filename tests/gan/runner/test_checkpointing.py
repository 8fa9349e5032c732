"""No run is lost to damage, full disks, steps that raise, or losses that are not finite."""

from __future__ import annotations

import dataclasses
import errno
from types import SimpleNamespace

import pytest
import torch

from gan.config import ConfigError
from gan.models.generator import Generator
from gan.presets import preset
from gan.runner import checkpointing
from gan.runner.checkpointing import MAX_RETRIES, FaultTolerantRun, RunFailed
from gan.runs import checkpoint_store
from gan.runs import run as runs
from gan.runs.history import History
from gan.runs.run import Diverged, Run
from gan.runs.snapshots import snapshot_steps
from gan.storage.checkpoint_file import load_checkpoint
from gan.storage.layout import NEWEST, PREVIOUS, snapshot_picture_path
from gan.training.trainer import Trainer

TINY = preset("default", width=4, batch_size=4, steps=10_000)


@pytest.fixture(autouse=True)
def few_images(monkeypatch, tiny_data):
    """256 digits instead of 60,000, which load faster."""
    monkeypatch.setattr(runs.image_set, "load", lambda *_, **__: tiny_data)


def walk(run, steps):
    while run.step < steps:
        run.advance()
    return run


def saved_twice(folder):
    """Return a run at step 20 with checkpoints of steps 10 and 20."""
    run = walk(Run.create(TINY, folder), 10)
    run.save()
    walk(run, 20).save()
    return run


def same(one, other):
    first, second = (run.trainer.state_dict()["tensors"] for run in (one, other))
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)


def flip(path, back=1000):
    """Flip one bit of the tensors, which leaves the structure intact."""
    data = bytearray(path.read_bytes())
    data[-back] ^= 16
    path.write_bytes(data)


def full_disk(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_one_flipped_bit_loses_one_checkpoint_and_leaves_a_note(tmp_path):
    straight = saved_twice(tmp_path / "r")
    flip(tmp_path / "r" / NEWEST)
    resumed = Run.resume(tmp_path / "r")
    assert resumed.step == 10 and [row["step"] for row in resumed.rows] == [10]
    (note,) = FaultTolerantRun(resumed).notes
    assert "damaged" in note and "the previous one" in note
    assert same(walk(resumed, 20), straight)
    assert Run.resume(tmp_path / "r").step == 10  # the damaged one was replaced


def test_a_damaged_checkpoint_never_replaces_the_previous_one(tmp_path):
    saved_twice(tmp_path)
    (tmp_path / NEWEST).write_bytes(b"")
    run = Run.resume(tmp_path)
    for name in (NEWEST, PREVIOUS):
        assert load_checkpoint(tmp_path / name)[0]["step_count"] == 10
    walk(run, 30).save()
    steps = [load_checkpoint(tmp_path / name)[0]["step_count"] for name in (NEWEST, PREVIOUS)]
    assert steps == [30, 10]


def test_resume_repairs_the_files_beside_the_checkpoint(tmp_path):
    run = saved_twice(tmp_path)
    model = (tmp_path / "model.safetensors").read_bytes()
    walk(run, 30).keep_snapshot()
    (tmp_path / "model.safetensors").write_bytes(b"of a later step")
    for folder in (tmp_path, tmp_path / "snapshots"):
        (folder / ".x.999999999.part").write_bytes(b"cut")
    Run.resume(tmp_path)
    assert (tmp_path / "model.safetensors").read_bytes() == model
    assert not list(tmp_path.rglob("*.part")) and 30 not in snapshot_steps(tmp_path)
    assert [row["step"] for row in History(tmp_path).rows] == [10, 20]


def test_lost_rows_of_history_leave_a_note(tmp_path):
    saved_twice(tmp_path)
    (tmp_path / "history.jsonl").write_bytes(b"")
    assert "2 rows of the history file are lost" in FaultTolerantRun(Run.resume(tmp_path)).notes[0]


def test_a_run_killed_before_its_first_checkpoint_restarts(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Run, "save", full_disk)
        with pytest.raises(OSError):
            Run.create(TINY, tmp_path / "r")
    assert same(walk(Run.resume(tmp_path / "r"), 5), walk(Run.create(TINY, tmp_path / "s"), 5))


@pytest.mark.parametrize("broken", ["save_checkpoint", "write_atomic"])
def test_a_full_disk_does_not_stop_training_and_sets_a_warning(tmp_path, monkeypatch, broken):
    keeper = FaultTolerantRun(saved_twice(tmp_path), every_s=0)
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint_store, broken, full_disk)
        for _ in range(3):
            assert keeper.advance() is not None
        assert "No space left" in keeper.warning and not keeper.save()
        assert load_checkpoint(tmp_path / NEWEST)[0]["step_count"] in (20, 23)
    keeper.advance()
    assert keeper.warning is None and load_checkpoint(tmp_path / NEWEST)[0]["step_count"] == 24
    assert Generator.load(tmp_path).model_id == keeper.run.generator().model_id


def test_a_step_that_raises_once_changes_nothing(tmp_path, monkeypatch):
    straight = walk(Run.create(TINY, tmp_path / "s"), 30)
    keeper = FaultTolerantRun(walk(Run.create(TINY, tmp_path / "r"), 12))
    optimiser = keeper.run.trainer.opt_G
    real, calls = optimiser.step, []

    def once():  # D has taken its step, and is frozen for that of G
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError("no memory for a moment")
        return real()

    keeper.save()
    monkeypatch.setattr(optimiser, "step", once)
    while keeper.run.step < 30:
        keeper.advance()
    assert len(calls) == 20 and same(keeper.run, straight)
    assert [r["loss_d"] for r in keeper.run.rows] == [r["loss_d"] for r in straight.rows]
    assert "no memory for a moment" in keeper.notes[0] and keeper.run.rollbacks == 1


def test_a_step_that_always_raises_ends_at_the_last_good_state(tmp_path, monkeypatch):
    keeper = FaultTolerantRun(saved_twice(tmp_path))
    walk(keeper.run, 25)
    monkeypatch.setattr(Trainer, "step_D", full_disk)
    with pytest.raises(RunFailed, match=f"{MAX_RETRIES + 1} times.*step 20"):
        for _ in range(20):
            keeper.advance()
    assert keeper.run.step == 20 and same(keeper.run, Run.resume(tmp_path))


def poison(monkeypatch, after, times):
    """Make G's loss and weights NaN after step `after`, `times` times."""
    real, left = Trainer.step, [times]

    def step(trainer):
        stats = real(trainer)
        if stats.step > after and left[0]:
            left[0] -= 1
            next(trainer.G.parameters()).data.fill_(float("nan"))
            next(trainer.ema.parameters()).data.fill_(float("nan"))
            stats = dataclasses.replace(stats, loss_g=float("nan"))
        return stats

    monkeypatch.setattr(Trainer, "step", step)


def test_a_diverged_run_is_rolled_back_with_a_change_and_a_note(tmp_path, monkeypatch):
    keeper = FaultTolerantRun(saved_twice(tmp_path))
    keeper.run.keep_snapshot()
    walk(keeper.run, 24)
    poison(monkeypatch, after=24, times=1)
    assert keeper.advance() is None
    run = keeper.run
    assert (run.step, run.divergences, run.trainer.is_finite()) == (20, 1, True)
    assert run.config.lr_g == TINY.lr_g / 2 and run.config.lr_d == TINY.lr_d / 2
    (mark,) = History(tmp_path).marks
    assert (mark["step"], mark["from_step"], mark["mark"]) == (20, 25, "rolled back")
    assert mark["changes"] == {"lr_g": TINY.lr_g / 2, "lr_d": TINY.lr_d / 2}
    assert "step 20" in keeper.notes[0] and "1 of at most 3" in keeper.notes[0]
    resumed = Run.resume(tmp_path)  # the change and the count were saved
    assert (resumed.config, resumed.divergences) == (run.config, 1) and same(resumed, run)
    while run.step < 40:
        assert keeper.advance() is not None


def test_after_an_immediate_second_divergence_the_previous_checkpoint_is_used_at_most_three_times(
    tmp_path, monkeypatch
):
    keeper = FaultTolerantRun(saved_twice(tmp_path))
    poison(monkeypatch, after=20, times=99)
    went_to = []
    with pytest.raises(RunFailed, match="rolled back 3 times"):
        while len(went_to) < 99:
            if keeper.advance() is None:
                went_to.append(keeper.run.step)
    assert went_to == [20, 10, 10]
    assert keeper.run.trainer.is_finite() and same(keeper.run, Run.resume(tmp_path))
    assert keeper.run.config.lr_g == TINY.lr_g / 8 and keeper.run.config.r1_gamma >= 1
    marks = [mark for mark in History(tmp_path).marks if mark["mark"] == "rolled back"]
    assert len(marks) == 3 and len({str(mark["changes"]) for mark in marks}) == 3


def test_weights_that_are_not_finite_are_never_saved(tmp_path):
    keeper = FaultTolerantRun(saved_twice(tmp_path))
    before = (tmp_path / NEWEST).read_bytes()
    next(keeper.run.trainer.D.parameters()).data[0] = float("inf")
    with pytest.raises(Diverged):
        keeper.run.save()
    assert (tmp_path / NEWEST).read_bytes() == before
    assert keeper.save() and (keeper.run.step, keeper.run.divergences) == (20, 1)


def test_changes_while_it_runs_are_marked_and_resumed_bit_for_bit(tmp_path):
    keeper = FaultTolerantRun(saved_twice(tmp_path))
    keeper.configure({"lr_g": 1e-4, "d_steps_per_g_step": 2, "r1_gamma": 3.0, "r1_every": 2})
    changes = {"lr_g": 1e-4, "d_steps_per_g_step": 2, "r1_gamma": 3.0, "r1_every": 2}
    (mark,) = History(tmp_path).marks
    assert mark["changes"] == changes and (mark["step"], mark["mark"]) == (20, "changed")
    assert mark["before"] == {name: getattr(TINY, name) for name in changes}
    resumed = Run.resume(tmp_path)
    assert resumed.config == keeper.run.config == dataclasses.replace(TINY, **changes)
    unchanged = walk(Run.create(TINY, tmp_path / "u"), 30)
    assert same(walk(resumed, 30), walk(keeper.run, 30)) and not same(resumed, unchanged)


@pytest.mark.parametrize(
    ("changes", "words"), [({"lr_g": 5.0}, "between"), ({"batch_size": 8}, "these can: lr_g")]
)
def test_a_change_out_of_range_is_refused_and_nothing_changes(tmp_path, changes, words):
    keeper = FaultTolerantRun(Run.create(TINY, tmp_path))
    with pytest.raises(ConfigError, match=words):
        keeper.configure(changes)
    assert keeper.run.config == TINY and not keeper.run.history.marks


@pytest.mark.parametrize("step_s", [0.3, 1.2, 3.0])
def test_less_training_is_unsaved_than_the_limit(tmp_path, monkeypatch, step_s):
    now = [0.0]
    monkeypatch.setattr(checkpointing, "time", SimpleNamespace(monotonic=lambda: now[0]))
    keeper, real, real_save = (
        FaultTolerantRun(Run.create(TINY, tmp_path), every_s=10),
        Run.advance,
        Run.save,
    )
    saved = [0.0]

    def slow(run):
        now[0] += step_s
        return real(run)

    def save(run, *arguments):
        now[0] += 0.2
        real_save(run, *arguments)
        saved.append(now[0])

    monkeypatch.setattr(Run, "advance", slow)
    monkeypatch.setattr(Run, "save", save)
    worst = 0.0
    while now[0] < 25:
        begun = saved[-1]
        keeper.advance()
        worst = max(worst, (saved[-1] if saved[-1] != begun else now[0]) - begun)
    assert len(saved) > 2 and worst <= 10


def test_snapshots_of_undone_steps_are_removed(tmp_path):
    run = saved_twice(tmp_path)
    for step in (5, 20, 26):
        snapshot_picture_path(tmp_path, step).write_bytes(b"x")
    run.reload()
    assert snapshot_steps(tmp_path) == [5, 20]
