"""The estimated time of a run, from measured steps and the table of first shapes."""

import math
from dataclasses import replace

import pytest
import torch

from gan.config import Config
from gan.presets import PRESETS, preset
from gan.training import pace
from gan.training.pace import DIGITS, SHAPES_STEPS, measure, paced, shapes_ahead_s, shapes_steps
from gan.training.trainer import Trainer
from tests.waiting import NewThreads, until

OWN_ID = "own-0123456789ab"
SMALL = {"width": 4, "z_dim": 8, "batch_size": 8}


def test_real_steps_are_timed_and_no_thread_remains():
    threads, state = NewThreads(), torch.get_rng_state()
    found = measure(Config(steps=1000), 0.1)
    assert 1e-4 < found.step_s < 60  # a wide range, for busy machines
    assert found.total_s == pytest.approx(1000 * found.step_s)
    until(lambda: not threads.alive())
    assert torch.equal(state, torch.get_rng_state())


def test_the_time_of_a_large_batch_is_extrapolated_from_a_part(monkeypatch):
    tried = []

    def timed(config, seconds):
        tried.append(config.batch_size)
        return 0.1 * config.batch_size

    monkeypatch.setattr(pace, "_timed", timed)
    assert measure(Config(batch_size=1024), 8.0).step_s == pytest.approx(102.4)
    assert measure(Config(batch_size=4), 8.0).step_s == pytest.approx(0.4)
    assert tried == [8, 20, 4, 4]


@pytest.mark.parametrize(
    "changes",
    [
        {"data": "svhn", "image_size": 64},
        {"data": "own-0123456789ab", "image_size": 128, "image_channels": 3, "image_classes": 7},
        {"data": "own-0123456789ab", "image_size": 32, "image_channels": 1},
        {"train_images": 200, "augment": 0.5},
        {"r1_gamma": 1.0, "r1_every": 64},
        {"r1_every": 1},
    ],
)
def test_every_kind_of_run_can_be_measured_without_its_data(changes):
    assert measure(Config(**SMALL, **changes), 0.05).step_s > 0


def test_steps_with_r1_are_weighted_by_their_frequency(tiny_data, monkeypatch):
    now = 0.0

    class Clocked(Trainer):
        def step(self):
            nonlocal now
            now += 9.0 if self.step_count % 8 == 0 else 1.0
            self.step_count += 1

    monkeypatch.setattr(pace, "Trainer", Clocked)
    monkeypatch.setattr(pace.time, "perf_counter", lambda: now)
    assert measure(Config(**SMALL, r1_every=8), 30.0).step_s == pytest.approx(2.0)


def test_a_step_of_minutes_is_not_measured_to_its_end(monkeypatch):
    now = 0.0

    def cpu_s():
        nonlocal now
        now += 1.0
        return now

    monkeypatch.setattr(pace.time, "thread_time", cpu_s)
    assert math.isinf(measure(Config(**SMALL), 0.05).step_s)


def test_errors_are_raised_to_the_caller(monkeypatch):
    def broken(*_):
        raise MemoryError("no room")

    monkeypatch.setattr(pace, "_step_s", broken)
    with pytest.raises(MemoryError, match="no room"):
        measure(Config(), 0.05)


def test_first_shapes_are_estimated_only_for_measured_presets():
    steps = DIGITS["default"]
    assert paced(preset("default"), 0.1).shapes_s == pytest.approx(0.1 * steps)
    short = paced(preset("default", steps=steps - 1), 0.1)  # too short, as the user should see
    assert short.total_s < short.shapes_s == pytest.approx(0.1 * steps)
    other = paced(preset("default", data="kmnist"), 0.1)
    assert other.shapes_s is None and not other.never
    article = paced(preset("article"), 0.1)
    assert article.shapes_s is None and article.never
    assert shapes_steps(preset("default", lr_d=0.01)) == (False, None)


def test_every_preset_was_measured():
    of_other_data = {"own-images", "large-images", "video"}
    assert set(DIGITS) == set(PRESETS) - of_other_data
    assert of_other_data < {name for _, name in SHAPES_STEPS}
    for (data, name), steps in SHAPES_STEPS.items():
        own = {"data": OWN_ID, "image_size": data, "image_channels": 3, "image_classes": 2}
        config = preset(name, seed=5, **own if name == "own-images" else {"data": data})
        assert shapes_steps(config) == (True, steps)
        for free in ({"augment_target": 0.6}, {"train_images": 50}, {"seconds": 9.0}):
            assert shapes_steps(replace(config, **free)) == (True, steps)
        assert shapes_steps(replace(config, width=8)) == (False, None)


def test_a_run_is_timed_by_its_own_pace_until_its_first_shapes_appear():
    config, steps = Config(), DIGITS["default"]
    assert shapes_ahead_s(config, 0, 0.0) is None and shapes_ahead_s(config, 3, 9.0) is None
    assert shapes_ahead_s(config, 3, 9.0, 0.1) == pytest.approx(0.1 * steps)
    assert shapes_ahead_s(config, 100, 30.0, 0.1) == pytest.approx(0.3 * steps)
    assert shapes_ahead_s(config, steps - 1, 30.0) is not None
    assert shapes_ahead_s(config, steps, 30.0) is None
    assert shapes_ahead_s(config, 3, 9.0, math.inf) is None
    assert shapes_ahead_s(preset("default", seconds=9.0), 100, 30.0) == pytest.approx(0.3 * steps)


def test_the_pace_of_clips_is_measured():
    found = measure(preset("video", width=4, batch_size=4), 0.05)
    assert 0 < found.step_s < math.inf
