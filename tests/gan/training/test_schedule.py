"""The learning-rate schedule: linear for an uninterrupted run, and monotonic after any resume."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, replace

import pytest
import torch

from gan.presets import preset
from gan.runs import run as runs
from gan.runs.run import Run
from gan.storage.checkpoint_file import load_checkpoint, save_checkpoint
from gan.storage.layout import NEWEST
from gan.training.schedule import REWARM, Schedule

TINY = preset("default", width=4, batch_size=4, steps=20)


@pytest.fixture
def few_images(monkeypatch, tiny_data):
    monkeypatch.setattr(runs.image_set, "load", lambda *_, **__: tiny_data)


def test_an_uninterrupted_run_has_exactly_the_linear_decay():
    for goal in (1, 2, 7, 40, 9_999, 10_000):
        for step in range(goal + 2):
            wanted = max(0.0, min(1.0, 2 - 2 * (step / goal)))
            assert Schedule(goal).scale(step, 0.0) == wanted
            assert Schedule(goal, "seconds").scale(0, float(step)) == wanted


def test_the_same_goal_changes_nothing():
    schedule = Schedule(80, cap=0.3)
    assert schedule.extend(80, "steps", 50, 9.0) is schedule
    assert schedule.extend(80, "seconds", 50, 9.0) != schedule


def test_extended_before_the_decay_it_equals_that_of_a_run_with_the_new_goal():
    assert Schedule(100).extend(400, "steps", 50, 9.0) == Schedule(400)
    assert Schedule(100).extend(60, "steps", 50, 9.0).scale(50, 9.0) == Schedule(60).scale(50, 9.0)
    assert Schedule(100).extend(20.0, "seconds", 50, 9.0) == Schedule(20.0, "seconds")


def test_extended_after_its_end_it_is_rewarmed_to_a_low_rate_and_decays_again():
    scales = [Schedule(40).extend(80, "steps", 40, 9.0).scale(step, 9.0) for step in range(40, 81)]
    assert scales[0] == max(scales) == REWARM and scales[-2:] == [pytest.approx(2 / 80), 0.0]


@pytest.mark.parametrize("seed", range(200))
def test_after_any_sequence_of_resumes_and_rollbacks_the_rate_is_positive_and_never_rises(seed):
    chance = random.Random(seed)
    step, seconds = 0, 0.0
    schedule = Schedule(chance.randint(1, 60), chance.choice(["steps", "seconds"]))
    checkpoints = [(step, seconds, schedule)]
    for _ in range(chance.randint(1, 8)):
        for _ in range(chance.randint(0, 80)):
            if schedule.progress(step, seconds) == 1:
                break
            assert 0 < schedule.scale(step, seconds) <= schedule.cap <= 1
            before = schedule.scale(step, seconds)
            step, seconds = step + 1, seconds + chance.uniform(0.01, 3)
            assert schedule.scale(step, seconds) <= before
            if chance.random() < 0.1:
                checkpoints.append((step, seconds, schedule))
        stopped, goal = schedule.scale(step, seconds), (schedule.goal, schedule.unit)
        if checkpoints and chance.random() < 0.3:  # rollback, which keeps the goal
            step, seconds, schedule = chance.choice(checkpoints)
            checkpoints = [kept for kept in checkpoints if kept[0] <= step]
            stopped = schedule.scale(step, seconds)
        else:
            schedule = Schedule(**json.loads(json.dumps(asdict(schedule))))
            unit = chance.choice(["steps", "seconds"])
            goal = (step if unit == "steps" else seconds) + chance.randint(1, 60), unit
        same = goal == (schedule.goal, schedule.unit)
        schedule = schedule.extend(*goal, step, seconds)
        assert schedule.progress(step, seconds) < 1 or same
        assert schedule.scale(step, seconds) <= max(stopped, REWARM)
    end = (int(schedule.goal), 0.0) if schedule.unit == "steps" else (0, schedule.goal)
    assert schedule.scale(*end) == 0
    assert schedule.scale(end[0] - 1, end[1] - 1) <= 2 / schedule.goal + 1e-9


@pytest.mark.parametrize(
    "fields",
    [{"goal": 0}, {"goal": float("nan")}, {"goal": 10**400}, {"goal": "9"}, {"goal": True},
     {"goal": 9, "cap": 2.0}, {"goal": 9, "cap": 0.0}, {"goal": 9, "unit": "epochs"}],
)  # fmt: skip
def test_fields_out_of_range_are_refused(fields):
    with pytest.raises(ValueError, match="schedule"):
        Schedule(**fields)


def walk(run: Run, steps: int) -> Run:
    while run.step < steps:
        run.advance()
    return run


def weights(run: Run) -> list[torch.Tensor]:
    return [*run.trainer.G.parameters(), *run.trainer.D.parameters()]


def test_it_is_saved_with_the_run_and_resume_and_rollback_keep_the_goal(few_images, tmp_path):
    run = walk(Run.create(TINY, tmp_path), 8)
    run.save()
    walk(run, 20).save()
    run.extend(steps=60)
    walk(run, 30).save()
    assert Run.resume(tmp_path).trainer.schedule == Schedule(60, cap=REWARM)
    run.rollback(8, {})  # a checkpoint whose goal was 20
    assert run.step == 8 and run.trainer.schedule == Schedule(60)
    assert Run.resume(tmp_path).trainer.schedule == Schedule(60)
    run.extend(seconds=1e6)
    run.reload()  # a checkpoint whose goal was 60 steps
    assert run.trainer.schedule.unit == "seconds" and run.trainer.schedule.cap == 1


def test_a_run_by_seconds_resumed_without_a_goal_keeps_it_or_continues_to_its_steps(
    few_images, tmp_path
):
    run = Run.create(TINY, tmp_path)
    run.extend(seconds=1e6)
    run.trainer.elapsed_s = 6e5
    run.save()
    run = Run.resume(tmp_path)
    run.extend()
    assert run.trainer.schedule == Schedule(1e6, "seconds")
    run.trainer.elapsed_s = 1e6
    run.extend()
    assert run.trainer.schedule == Schedule(20, cap=REWARM) and not run.is_done


def test_a_run_by_time_ends_at_it_also_if_it_is_resumed_before_its_first_checkpoint(
    few_images, tmp_path
):
    run = Run.create(replace(TINY, seconds=5.0), tmp_path)
    for path in tmp_path.glob("checkpoint*"):
        path.unlink()
    run.close()
    run = Run.resume(tmp_path)
    assert run.trainer.schedule == Schedule(5.0, "seconds")
    run.trainer.step_count = 21  # beyond `steps`
    assert not run.is_done
    run.trainer.elapsed_s = 5.0
    run.extend()
    assert run.is_done and run.trainer.schedule == Schedule(5.0, "seconds")


def test_a_checkpoint_without_a_schedule_follows_its_steps(few_images, tmp_path):
    run = walk(Run.create(TINY, tmp_path), 20)
    run.save()
    state, numbers = load_checkpoint(tmp_path / NEWEST)
    del numbers["schedule"]
    save_checkpoint(tmp_path / NEWEST, state, numbers)
    old = Run.resume(tmp_path)
    assert old.is_done and old.trainer.schedule == Schedule(20)
    old.extend(steps=30)
    before = [weight.detach().clone() for weight in weights(old)]
    walk(old, 30)
    assert not any(torch.equal(a, b) for a, b in zip(before, weights(old), strict=True))
