"""What the doctor says of real runs, recorded for it: as good as when its limits were set."""

from __future__ import annotations

import pytest

from bench.doctor import FOLDER, SILENT, score, summary
from bench.support.replay import Recording, read, replay
from gan.monitor.diagnosis import STATES

EVERY = 5  # rows: quick, and no reading is passed over


@pytest.fixture(scope="module")
def recordings() -> list[Recording]:
    return [read(path.parent) for path in sorted(FOLDER.glob("*/label.json"))]


def test_there_is_enough_of_each_kind_with_a_label(recordings):
    assert len(recordings) >= 24
    labels = [recording.label for recording in recordings]
    shown = {label["main"] for label in labels}
    assert shown >= {"d_winning", "d_blind", "collapsing", "diverged", "memorising", "healthy"}
    for label in labels:
        assert label["main"] in label["states"] and set(label["states"]) <= set(STATES)
        assert label["by"]


def test_it_knows_most_of_what_came_and_cries_wolf_seldom(recordings):
    found = summary([score(recording, EVERY) for recording in recordings])
    ill = found["hits"] + found["misses"]
    assert found["hits"] >= 0.8 * ill
    assert found["false_alarms"] <= 0.1 * len(recordings)


def test_of_healthy_runs_it_never_says_that_they_are_ill(recordings):
    well = [recording for recording in recordings if recording.label["main"] == "healthy"]
    for recording in well:
        assert {state for _, state in replay(recording, EVERY)} <= set(SILENT), recording.name


def test_its_word_stands(recordings):
    """A run's story has few chapters: the sentence does not flicker."""
    assert max(len(replay(recording, EVERY)) for recording in recordings) <= 6
