"""A run's folder: exact resume, atomic files, history and snapshots."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from bench.faults import Tally, compare, kill_and_resume
from bench.support.integrity import damage
from bench.support.training_process import SETTINGS
from gan.models.generator import Generator
from gan.presets import preset
from gan.runs.history import History
from gan.runs.run import Run
from gan.runs.snapshots import fixed_latents, snapshot_steps, thin
from gan.storage.checkpoint_file import CheckpointError, load_checkpoint, save_checkpoint
from gan.storage.layout import NEWEST, PREVIOUS
from gan.system.atomic import write_atomic

SMALL = preset("default", width=8, batch_size=8, steps=400)


def walk(run: Run, steps: int) -> Run:
    """Advance until `steps`."""
    while run.step < steps:
        run.advance()
    return run


def weights(run: Run) -> dict[str, torch.Tensor]:
    """Return all state that two runs could differ in."""
    return run.trainer.state_dict()["tensors"]


def assert_same_weights(one: Run, other: Run) -> None:
    """Assert equality bit for bit, including optimisers and random numbers."""
    first, second = weights(one), weights(other)
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_40_steps_equal_25_then_resume_then_15(tmp_path):
    straight = walk(Run.create(SMALL, tmp_path / "a"), 40)
    half = walk(Run.create(SMALL, tmp_path / "b"), 25)  # in the middle of a history row
    half.save()
    resumed = walk(Run.resume(tmp_path / "b"), 40)
    assert_same_weights(straight, resumed)
    np.testing.assert_array_equal(straight.preview.images(), resumed.preview.images())
    drop_time = [{k: v for k, v in row.items() if k != "elapsed_s"} for row in resumed.rows]
    assert drop_time == [
        {k: v for k, v in row.items() if k != "elapsed_s"} for row in straight.rows
    ]
    assert straight.advance().loss_d == resumed.advance().loss_d


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_killed_processes_lose_and_corrupt_nothing(tmp_path):
    tally = Tally()
    kill_and_resume(tmp_path / "k", kills=2, seed=4, save_every_s=0.2, tally=tally)
    compare(tmp_path / "k", seed=4, tally=tally)
    assert (tally.kills, tally.lost_runs, tally.corrupt, tally.faults) == (2, 0, 0, [])
    assert 0 < tally.max_lost_s < 5  # a busy machine; bench/faults.py measures it


@pytest.mark.slow
def test_the_fault_benchmark_detects_a_run_that_differs(tmp_path):
    tally, run = Tally(), Run.create(preset("default", seed=1, **SETTINGS), tmp_path / "r")
    next(run.trainer.G.parameters()).data[0] += 1e-4
    run.save()
    (tmp_path / "r/model.safetensors").write_bytes(b"cut")
    assert [fault.split(":")[0] for fault in damage(tmp_path / "r")] == ["model.safetensors"]
    compare(tmp_path / "r", seed=1, tally=tally)
    assert tally.corrupt == 1


def test_resume_removes_history_after_the_checkpoint(tmp_path):
    run = walk(Run.create(SMALL, tmp_path), 20)
    run.save()
    walk(run, 40)
    with open(tmp_path / "history.jsonl", "a") as file:
        file.write('{"step": 50, "loss')  # truncated by a crash
    assert [row["step"] for row in Run.resume(tmp_path).rows] == [10, 20]
    assert [row["step"] for row in History(tmp_path).rows] == [10, 20]


def damaged(path: Path, how: str) -> None:
    """Damage a checkpoint, as a disk or an attacker might."""
    whole = path.read_bytes()
    if how == "truncated":
        path.write_bytes(whole[: len(whole) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "noise":
        path.write_bytes(os.urandom(len(whole)))
    elif how == "pickle":
        torch.save({"G": torch.zeros(3)}, path)
    elif how == "foreign":
        save_file({"weight": torch.zeros(3)}, path)
    elif how == "other network":
        save_other = Run.create(preset("default", width=4, batch_size=8), path.parent / "other")
        (save_other.folder / "checkpoint.safetensors").rename(path)
        state, _ = load_checkpoint(path)
        state["tensors"].pop("G.fc.weight")
        save_checkpoint(path, state, {"elapsed_s": 0.0})
    elif how == "missing":
        path.unlink()


@pytest.mark.parametrize(
    "how", ["truncated", "empty", "noise", "pickle", "foreign", "other network", "missing"]
)
def test_a_damaged_checkpoint_is_refused_with_a_sentence_and_changes_nothing(tmp_path, how):
    run = walk(Run.create(SMALL, tmp_path / "r"), 20)
    run.save()
    run.close()
    (tmp_path / "r" / PREVIOUS).write_bytes(b"damaged too")
    damaged(tmp_path / "r" / NEWEST, how)
    shutil.rmtree(tmp_path / "r/milestones")
    before = {p: p.read_bytes() for p in (tmp_path / "r").rglob("*") if p.is_file()}
    with pytest.raises(CheckpointError, match=r"checkpoint.*") as caught:
        Run.resume(tmp_path / "r")
    assert len(str(caught.value)) > 20
    assert before == {p: p.read_bytes() for p in (tmp_path / "r").rglob("*") if p.is_file()}


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x.json"
    write_atomic(path, b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_run_does_not_overwrite_another(tmp_path):
    Run.create(SMALL, tmp_path)
    with pytest.raises(FileExistsError, match="not empty"):
        Run.create(SMALL, tmp_path)


def test_the_saved_model_draws_the_images_of_the_run(tmp_path):
    run = walk(Run.create(SMALL, tmp_path), 30)
    run.save()
    shown = run.preview.images()
    loaded = Generator.load(tmp_path).sample(fixed_latents(SMALL), np.arange(60) % 10)
    assert np.abs(shown.astype(int) - loaded.astype(int)).max() <= 1
    assert run.generator().model_id == Generator.load(tmp_path).model_id
    assert json.loads((tmp_path / "config.json").read_text()) == SMALL.to_json()


def test_snapshots_are_thinned_but_the_first_and_last_remain(tmp_path):
    steps = list(range(0, 3000, 10))
    dropped = thin(steps, 64)
    kept = [step for step in steps if step not in dropped]
    assert len(kept) == 64 and kept[0] == 0 and kept[-1] == 2990
    run = Run.create(SMALL, tmp_path)
    run.keep_snapshot()
    walk(run, 10).keep_snapshot()
    assert snapshot_steps(tmp_path) == [0, 10]
