"""One of two runs is called better only if the difference is significant."""

import pytest

from gan.monitor.compare import outcome

WELL = (False, False)


def signs(frechet, error=0.1):
    return {"step": 100, "frechet": frechet, "frechet_error": error}


def test_the_smaller_distance_is_better():
    assert vars(outcome(signs(8.0), signs(2.0), WELL)) == {
        "better": 1,
        "by": "frechet",
        "ratio": 4.0,
    }
    assert outcome(signs(2.0), signs(8.0), WELL).better == 0


def test_differences_within_the_error_decide_nothing():
    assert outcome(signs(2.0, 0.1), signs(2.25, 0.1), WELL).by == "even"
    assert outcome(signs(2.0, 0.1), signs(2.35, 0.1), WELL).better == 0
    assert outcome(signs(2.0, 0.2), signs(2.35, 0.1), WELL).better is None


def test_a_failed_run_is_worse_whatever_its_distance():
    found = outcome(signs(1.0), signs(9.0), (True, False))
    assert (found.better, found.by) == (1, "failed")
    assert outcome(None, None, (False, True)).better == 0


@pytest.mark.parametrize("other", [None, {}, {"frechet": 3.0}, signs(float("nan")), signs("3")])
def test_without_two_distances_the_outcome_is_unknown(other):
    found = outcome(signs(1.0), other, WELL)
    assert (found.better, found.by, found.ratio) == (None, "unknown", None)
    assert outcome(signs(1.0), signs(2.0), (True, True)).by == "unknown"


def test_a_distance_of_zero_has_no_ratio():
    found = outcome(signs(0.0), signs(2.0), WELL)
    assert (found.better, found.ratio) == (0, None)
