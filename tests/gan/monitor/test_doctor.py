"""The doctor finds every state without delay or flicker, and its remedies change something."""

from __future__ import annotations

import time

import numpy as np
import pytest

from gan.config import Config
from gan.monitor.diagnosis import ILLNESSES
from gan.monitor.doctor import PATIENCE, diagnose, healthy_steps
from gan.monitor.remedies import REMEDIES, remedies
from gan.training.live_settings import STEERABLE, changed
from tests.made_vitals import EVERY, made

FEW = [500] + [0] * 9  # of ten classes, one


def state(rows, vitals, config=None, marks=()) -> str:
    return diagnose(rows, vitals, config or Config(), marks).state


def test_without_readings_it_waits():
    rows, vitals = made(1)
    assert state([], []) == "waiting"
    assert state(rows[:3], []) == "warming_up"
    early, signs = made(3, diversity=0.1, classes=FEW, frechet=lambda k: 200 - 60 * k)
    assert state(early, signs) == "warming_up"


def test_a_good_run_is_healthy_throughout():
    rows, vitals = made(30)
    for count in range(2, 30):
        assert state(rows[: count * EVERY // 10], vitals[:count]) == "healthy"
    assert healthy_steps(rows, vitals, Config()) == [(EVERY, 30 * EVERY)]


def test_a_d_that_guesses_badly_at_first_is_warming_up():
    rows, vitals = made(3, loss_d=3.0, diversity=0.1, classes=FEW, frechet=lambda k: 200 - 60 * k)
    for count in (2, 3):
        assert state(rows[: count * EVERY // 10], vitals[:count]) == "warming_up"


def late(ill, well=0.9, since=6):
    """A series that changes from `well` to `ill` at reading `since`."""
    return lambda k: ill if k >= since else well


ILL = {
    "d_winning": {"loss_d": late(0.01)},
    "d_blind": {"loss_d": late(3.0), "frechet": 90.0},
    "collapsing": {"diversity": late(0.1)},
    "memorising": {"gap": late(0.4, 0.01)},
    "plateau": {"frechet": 9.0},
}


@pytest.mark.parametrize("name", ILL)
def test_each_state_is_found_with_its_evidence(name):
    rows, vitals = made(24, **ILL[name])
    found = diagnose(rows, vitals, Config())
    assert found.state == name and found.evidence
    assert 5 * EVERY < found.since_step < 24 * EVERY
    for each in found.evidence:
        assert each.value < each.limit if each.side == "below" else each.value > each.limit
    assert (found.state in ILLNESSES) == bool(found.remedies)


def test_lost_classes_are_a_collapse():
    rows, vitals = made(12, classes=lambda k: FEW if k >= 6 else [50] * 10)
    found = diagnose(rows, vitals, Config())
    assert found.state == "collapsing"
    assert found.values["top_class"] == 0 and found.values["top_share"] == 1


@pytest.mark.parametrize("name", ["collapsing", "memorising", "d_winning"])
def test_a_single_odd_reading_changes_nothing(name):
    """It neither starts nor ends a state."""
    odd = {"diversity": (0.1, 0.9), "gap": (0.4, 0.01), "loss_d": (0.01, 0.9)}
    field = next(iter(ILL[name]))
    ill, well = odd[field]
    rows, vitals = made(12, **{field: lambda k: ill if k == 8 else well})
    assert state(rows, vitals) == "healthy"
    rows, vitals = made(16, **{field: lambda k: well if k in (13, 15) or k < 6 else ill})
    for count in range(6 + 2 * PATIENCE, 17):
        assert state(rows[: count * EVERY // 10], vitals[:count]) == name


def test_a_state_ends():
    rows, vitals = made(20, loss_d=lambda k: 0.01 if 4 <= k < 9 else 0.9)
    assert state(rows[:80], vitals[:8]) == "d_winning"
    assert state(rows, vitals) == "healthy"


def test_a_divergence_is_found_before_the_next_reading():
    rows, vitals = made(8)
    rows += [dict(rows[-1], step=810 + 10 * k, loss_d=5e4) for k in range(3)]
    found = diagnose(rows, vitals, Config())
    assert (found.state, found.since_step) == ("diverged", 810)


def test_a_rollback_is_reported_until_the_run_is_past_its_step():
    rows, vitals = made(8)
    mark = {"step": 700, "mark": "rolled back", "from_step": 760, "changes": {}, "note": "x"}
    assert state([], [], marks=[mark]) == "diverged"
    assert state(rows, vitals, marks=[mark]) == "diverged"
    rows, vitals = made(10)
    assert state(rows, vitals, marks=[mark]) == "healthy"
    asked_for = mark | {"from_step": 1000, "asked": True}
    assert state(rows, vitals, marks=[asked_for]) == "healthy"


def test_without_a_judge_the_other_signals_are_used():
    unread = dict.fromkeys(("frechet", "frechet_error", "diversity", "confidence", "classes"))
    rows, vitals = made(10, **unread)
    found = diagnose(rows, vitals, Config())
    assert found.state == "healthy" and all(np.isfinite(v) for v in found.values.values())
    rows, vitals = made(10, loss_d=0.01, **unread)
    assert state(rows, vitals) == "d_winning"


UNCOUNTED = {"classes": None, "confidence": None}  # without a judge


def test_a_collapse_is_found_without_classes():
    rows, vitals = made(12, diversity=late(0.1), **UNCOUNTED)
    found = diagnose(rows, vitals, Config())
    assert found.state == "collapsing" and set(found.values) == {"diversity"}
    rows, vitals = made(12, **UNCOUNTED)
    assert state(rows, vitals) == "healthy"
    early, signs = made(3, diversity=0.1, **UNCOUNTED)
    assert state(early, signs) == "warming_up"


def test_memorising_shows_the_observed_evidence_only():
    rows, vitals = made(12, memorisation=late(0.2))
    found = diagnose(rows, vitals, Config())
    assert found.state == "memorising" and set(found.values) == {"memorisation"}
    assert [each.name for each in found.evidence] == ["memorisation"]
    both = diagnose(*made(12, memorisation=late(0.2), gap=late(0.4, 0.01)), Config())
    assert set(both.values) == {"memorisation", "overfit"}


def test_healthy_steps_end_before_the_illness():
    rows, vitals = made(20, loss_d=lambda k: 0.01 if k >= 10 else 0.9)
    ((first, last),) = healthy_steps(rows, vitals, Config())
    since = diagnose(rows, vitals, Config()).since_step
    assert first < last < since - 2 * EVERY


@pytest.mark.parametrize("name", ILLNESSES)
def test_every_remedy_changes_a_setting_that_may_change(name):
    for config in (Config(), Config(d_steps_per_g_step=5, r1_gamma=1000.0, lr_d=1e-6, augment=1.0)):
        found = remedies(name, config, can_go_back=True)
        assert found and {each.name for each in found} <= set(REMEDIES[name])
        for each in found:
            assert set(each.changes) <= set(STEERABLE)
            assert each.rollback or changed(config, each.changes) != config
    without = remedies(name, Config(), can_go_back=False)
    assert any(each.rollback for each in without) == (name == "diverged")


def test_the_time_of_a_diagnosis_does_not_grow_with_the_run():
    """Ten times the rows take less than 4 times as long; linear growth would be about 10 times."""
    short, long = made(100), made(1000)
    assert len(long[0]) == 10_000

    def cpu_s(run) -> float:
        start = time.process_time()
        diagnose(*run, Config())
        return time.process_time() - start

    spent = [(cpu_s(short), cpu_s(long)) for _ in range(10)]
    least_short, least_long = map(min, zip(*spent, strict=True))
    assert least_long < 4 * least_short and least_long < 0.02
