"""A remedy is remembered, and whether it helped."""

from gan.config import Config
from gan.monitor.diagnosis import Trial
from gan.monitor.doctor import diagnose
from gan.monitor.remedies import REMEDIES, SETTINGS
from gan.monitor.trials import TRIAL_STEPS
from tests.made_vitals import EVERY, made


def changed(step, before=None, **changes):
    known = {} if before is None else {"before": dict.fromkeys(changes, before)}
    return {"step": step, "mark": "changed", "changes": changes, **known}


def winning(count, until=99):
    """A run whose D wins from reading 6 to `until`."""
    return made(count, loss_d=lambda k: 0.01 if 6 <= k < until else 0.9)


def test_every_remedy_has_its_setting():
    assert set(SETTINGS) == {name for names in REMEDIES.values() for name in names} - {"rollback"}


def test_a_remedy_is_pending_then_fails_and_is_offered_no_longer():
    mark = changed(10 * EVERY, lr_d=1e-4)
    for count, helped in ((11, None), (10 + TRIAL_STEPS // EVERY, False)):
        found = diagnose(*winning(count), Config(), [mark])
        assert found.state == "d_winning"
        assert found.trials == (Trial("lower_lr_d", 10 * EVERY, helped),)
        assert "lower_lr_d" not in [one.name for one in found.remedies] and found.remedies
        assert not found.restart


def test_a_remedy_after_which_the_illness_ended_has_helped_for_a_while():
    mark = changed(10 * EVERY, lr_d=1e-4)
    found = diagnose(*winning(16, until=12), Config(), [mark])
    assert found.state == "healthy" and found.trials == (Trial("lower_lr_d", 10 * EVERY, True),)
    assert not diagnose(*winning(40, until=12), Config(), [mark]).trials


def test_what_was_changed_before_the_illness_or_undone_is_no_remedy():
    early = changed(2 * EVERY, lr_d=1e-4)
    assert not diagnose(*winning(12), Config(), [early]).trials
    undone = [changed(9 * EVERY, 1.0, r1_gamma=3.0), changed(10 * EVERY, 3.0, r1_gamma=1.0)]
    assert not diagnose(*winning(20), Config(), undone).trials


def test_a_change_the_other_way_is_no_remedy():
    worse = changed(10 * EVERY, 1e-4, lr_d=1e-2)
    found = diagnose(*winning(14), Config(), [worse])
    assert not found.trials and "lower_lr_d" in [one.name for one in found.remedies]


def test_a_rollback_is_not_blamed_for_a_later_illness():
    mark = {"step": 100, "mark": "rolled back", "asked": True, "from_step": 300}
    found = diagnose(*winning(8), Config(), [mark])
    assert found.state == "d_winning" and not found.trials


def test_only_a_restart_is_left_when_nothing_helped():
    changes = [{"lr_g": 1e-2}, {"lr_d": 1e-4}, {"r1_gamma": 9.0}]
    marks = [changed((8 + index) * EVERY, **one) for index, one in enumerate(changes)]
    back = {"step": 6 * EVERY, "mark": "rolled back", "asked": True, "from_step": 8 * EVERY}
    found = diagnose(*winning(14), Config(), [back, *marks])
    assert found.restart and not found.remedies
    assert {one.name for one in found.trials} >= {"lower_lr_d", "rollback"}
    assert not any(one.helped for one in found.trials)


def test_a_rollback_helped_if_the_run_stays_well():
    mark = {"step": 5 * EVERY, "mark": "rolled back", "asked": True, "from_step": 8 * EVERY}
    for count, helped in ((6, None), (9, True)):
        found = diagnose(*made(count), Config(), [mark])
        assert found.state == "healthy" and found.trials == (Trial("rollback", 500, helped),)
