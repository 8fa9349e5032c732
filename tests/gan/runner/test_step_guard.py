"""Steps of minutes: ended on request and by a limit, with the last checkpoint loaded."""

from __future__ import annotations

import math
import threading

import pytest
import torch

from gan.monitor.vitals_log import Vitals
from gan.presets import preset
from gan.runner import runner as runners
from gan.runner.checkpointing import FaultTolerantRun
from gan.runner.runner import Runner
from gan.runner.step_guard import StepGuard, StepInterrupted, StepTooSlow
from gan.runs import run as runs
from gan.runs.run import Run
from gan.training.trainer import Trainer
from tests.waiting import until

TINY = preset("default", width=4, batch_size=4, steps=100_000, r1_gamma=1.0, r1_every=1)


@pytest.fixture(autouse=True)
def few_images(monkeypatch, tiny_data):
    monkeypatch.setattr(runs.image_set, "load", lambda *_, **__: tiny_data)
    monkeypatch.setattr(Vitals, "take", lambda *_: None)


class Clock:
    """Seconds that pass with every question."""

    def __init__(self, step_s):
        self.now_s, self.step_s = 0.0, step_s

    def __call__(self):
        self.now_s += self.step_s
        return self.now_s


class Endless:
    """All steps last until they are interrupted, or until `end`."""

    def __init__(self, monkeypatch):
        self.begun, self._over, real = threading.Event(), threading.Event(), Trainer.step_D

        def step(trainer):
            while not self._over.is_set():
                real(trainer)
                self.begun.set()
            return real(trainer)

        monkeypatch.setattr(Trainer, "step_D", step)

    def end(self):
        self._over.set()


@pytest.fixture
def endless(monkeypatch):
    made = Endless(monkeypatch)
    yield made
    made.end()


def weights(run):
    return {k: v.clone() for k, v in run.trainer.state_dict()["tensors"].items()}


@pytest.mark.parametrize("after", [0, 10, 60, 110, 160])
def test_a_step_ends_anywhere_and_leaves_the_state_before_it(tmp_path, after):
    clock = Clock(1.0)
    guard = StepGuard(clock_s=clock, cpu_s=lambda: 0.0)
    run = FaultTolerantRun(Run.create(TINY, tmp_path / "r"), 0.0, guard)
    before = weights(run.run)
    guard.patience_s = after
    assert run.advance() is None and run.run.step == 0
    assert all(torch.equal(before[k], v) for k, v in weights(run.run).items())
    guard.patience_s = math.inf
    straight = Run.create(TINY, tmp_path / "other")
    assert run.advance() == straight.advance()  # checks change no number
    assert all(torch.equal(v, weights(straight)[k]) for k, v in weights(run.run).items())


def test_a_busy_machine_does_not_make_a_step_too_slow_but_three_times_the_limit_does(tmp_path):
    run = Run.create(TINY, tmp_path / "r")
    now = Clock(0.1)  # 100 to 200 questions per step
    busy = StepGuard(10.0, clock_s=now, cpu_s=lambda: 0.0)
    assert FaultTolerantRun(run, guard=busy).advance() and now.now_s > 11
    for clock_s, cpu_s in ((Clock(0.0), Clock(1.0)), (Clock(1.0), Clock(0.0))):
        with pytest.raises(StepTooSlow, match="more than 10 s"):
            FaultTolerantRun(run, guard=StepGuard(10.0, clock_s, cpu_s)).advance()
        assert run.step == 0  # the last checkpoint


def test_quick_steps_are_not_checked():
    asked = []
    guard = StepGuard(clock_s=lambda: 0.0, cpu_s=lambda: asked.append(1) or 0.0)
    for _ in range(3):
        with guard.step(TINY):
            torch.ones(1, requires_grad=True).exp().backward(torch.ones(1))
    assert len(asked) == 3 + 2  # at the start of each step, and twice in the first
    with guard.step(TINY.__class__()):
        with pytest.raises(StepInterrupted):
            guard.patience_s = -1.0
            torch.ones(1, requires_grad=True).exp()


def start(runner, folder, endless):
    runner.start(TINY, folder).result()
    assert endless.begun.wait(60)


@pytest.mark.parametrize("job", ["pause", "stop"])
def test_a_step_is_not_waited_for_to_its_end(tmp_path, endless, monkeypatch, job):
    monkeypatch.setattr(runners, "PATIENCE_S", 0.0)
    runner = Runner()
    start(runner, tmp_path / "r", endless)
    getattr(runner, job)().result(60)
    assert runner.status.state == {"pause": "paused", "stop": "done"}[job]
    assert runner.status.requested == "" and runner._guard.patience_s == math.inf
    runner.close()
    assert Run.resume(tmp_path / "r").step == 0


def test_a_run_can_be_ended_without_saving(tmp_path, endless):
    runner = Runner()
    start(runner, tmp_path / "r", endless)
    waiting = runner.pause()
    assert runner.status.requested == "pause" and not waiting.done()
    runner.discard().result(60)
    assert (runner.status.state, runner.status.step) == ("done", 0)
    endless.end()
    runner.start(TINY, tmp_path / "next").result(60)  # the slot is free
    runner.close()


def test_closing_does_not_wait_for_a_step(tmp_path, endless, monkeypatch):
    monkeypatch.setattr(runners, "PATIENCE_S", 0.0)
    runner = Runner()
    start(runner, tmp_path / "r", endless)
    runner.close()
    assert Run.resume(tmp_path / "r").step == 0


def test_a_too_slow_run_fails_at_once_and_a_slowed_one_is_paused(tmp_path, monkeypatch):
    runner, cpu = Runner(publish_every_s=0.01, max_step_s=10.0), Clock(0.0)
    runner._guard._cpu_s = cpu
    cpu.step_s = 1.0
    runner.start(TINY, tmp_path / "slow").result()
    until(lambda: runner.status.state == "failed")
    assert "more than 10 s" in runner.status.error and runner.status.step == 0
    cpu.step_s = 0.0
    runner.start(TINY, tmp_path / "r").result()
    until(lambda: runner.status.step > 2)
    cpu.step_s = 1.0
    runner.configure(d_steps_per_g_step=2).result()
    until(lambda: runner.status.state == "paused")
    assert "more than 10 s" in runner.status.warning
    cpu.step_s = 0.0
    runner.configure(d_steps_per_g_step=1).result()
    runner.resume().result()
    step = runner.status.step
    until(lambda: runner.status.step > step)
    assert runner.status.warning is None
    runner.close()


@pytest.mark.parametrize("end", ["stop", "discard"])
def test_a_folder_that_vanishes_does_not_keep_the_slot(tmp_path, end):
    runner = Runner(publish_every_s=0.01, checkpoint_every_s=0.05)
    runner.start(TINY, tmp_path / "r").result()
    until(lambda: runner.status.step > 2)
    (tmp_path / "r").rename(tmp_path / "elsewhere")
    until(lambda: runner.status.warning or runner.status.error)
    getattr(runner, end)().result(60)
    if runner.status.state == "paused":
        runner.discard().result(60)
    assert runner.status.state in ("done", "failed")
    runner.start(TINY, tmp_path / "next").result(60)
    runner.close()


def test_a_disk_that_fails_in_every_way_ends_the_run_not_the_thread(tmp_path, monkeypatch):
    runner = Runner(publish_every_s=0.01, checkpoint_every_s=0.05)
    runner.start(TINY, tmp_path / "r").result()
    until(lambda: runner.status.step > 2)

    def stale(*_):
        raise OSError(116, "Stale file handle")

    with monkeypatch.context() as patch:
        for name in ("milestone_steps", "snapshot_steps"):
            patch.setattr(f"gan.runner.monitored_run.{name}", stale)
        patch.setattr("gan.runs.checkpoint_store.save_checkpoint", stale)
        until(lambda: runner.status.state == "failed")
        assert "Stale" in runner.status.error
    runner.start(TINY, tmp_path / "next").result(60)
    runner.close()


def test_a_full_disk_ends_at_the_last_checkpoint(tmp_path, monkeypatch):
    runner = Runner(publish_every_s=0.01, checkpoint_every_s=0.05)
    runner.start(TINY, tmp_path / "r").result()
    until(lambda: runner.status.step > 2)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gan.runs.checkpoint_store.save_checkpoint", full)
    until(lambda: runner.status.warning)
    runner.stop().result()
    assert runner.status.state == "paused"
    runner.discard().result()
    assert runner.status.state == "done"
    assert Run.resume(tmp_path / "r").step == runner.status.step
    runner.close()
