"""Which of two runs did better is said only when it is clear."""

import pytest

from gan.monitor.compare import outcome

WELL = (False, False)


def signs(frechet, error=0.1):
    return {"step": 100, "frechet": frechet, "frechet_error": error}


def test_the_smaller_distance_is_better_and_the_ratio_tells_by_how_much():
    assert vars(outcome(signs(8.0), signs(2.0), WELL)) == {
        "better": 1,
        "by": "frechet",
        "ratio": 4.0,
    }
    assert outcome(signs(2.0), signs(8.0), WELL).better == 0


def test_what_may_be_chance_decides_nothing():
    assert outcome(signs(2.0, 0.1), signs(2.25, 0.1), WELL).by == "even"
    assert outcome(signs(2.0, 0.1), signs(2.35, 0.1), WELL).better == 0
    assert outcome(signs(2.0, 0.2), signs(2.35, 0.1), WELL).better is None


def test_a_run_that_broke_down_is_the_worse_one_whatever_its_figures():
    found = outcome(signs(1.0), signs(9.0), (True, False))
    assert (found.better, found.by) == (1, "failed")
    assert outcome(None, None, (False, True)).better == 0


@pytest.mark.parametrize("other", [None, {}, {"frechet": 3.0}, signs(float("nan")), signs("3")])
def test_without_two_distances_there_is_nothing_to_compare(other):
    found = outcome(signs(1.0), other, WELL)
    assert (found.better, found.by, found.ratio) == (None, "unknown", None)
    assert outcome(signs(1.0), signs(2.0), (True, True)).by == "unknown"


def test_a_distance_of_nothing_has_no_ratio():
    found = outcome(signs(0.0), signs(2.0), WELL)
    assert (found.better, found.ratio) == (0, None)
